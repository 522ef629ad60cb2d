"""Finding by parts, by initials, by whole sentences; and who may open what."""

from datetime import date

import pytest
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.knowledge.models import Wording
from huiqi.knowledge.queries.wording import find_wordings, public_wordings, wordings_like
from huiqi.knowledge.tests.make import TODAY, make_approver, make_draft, make_editor, make_wording

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FORM = {
    "question": "房租可以免几个月",
    "answer": "承租国有房屋的，免上半年3个月。",
    "source_document": "发改投资规〔2020〕734号",
    "valid_from": "2020-03-01",
    "expires_on": "2020-06-30",
}


@pytest.fixture(autouse=True)
def day(settings):
    settings.REFERENCE_DATE = TODAY


def rows():
    return Wording.objects.valid_on(TODAY)


@pytest.mark.parametrize("words", ["缓缴", "社保费", "sbf", "SBFKYHJ", "晚交", "社保 缓缴", "社会保险"])
def test_parts_initials_and_further_words_find_it(words):
    meant = make_wording(question="社保费可以缓缴多久")
    make_wording(question="口罩去哪里买", answer="药店", words="")
    assert find_wordings(rows(), words) == [meant]


@pytest.mark.parametrize("words", ["我们公司的社保费交不起了想缓缴怎么办", "社保费能不能晚交一点"])
def test_a_whole_sentence_finds_it_by_its_words(words):
    meant = make_wording(question="社保费可以缓缴多久")
    make_wording(question="口罩去哪里买", answer="药店", words="")
    assert find_wordings(rows(), words)[:1] == [meant]


@pytest.mark.parametrize("words", ["", "？", "贷款展期", "怎么办"])
def test_what_says_nothing_of_it_finds_nothing(words):
    make_wording(question="社保费可以缓缴多久")
    assert find_wordings(rows(), words) == []
    assert wordings_like(rows(), words) == []


def test_searching_takes_two_queries_at_most(django_assert_max_num_queries):
    for number in range(8):
        make_wording(question=f"社保费可以缓缴多久{number}")
    with django_assert_max_num_queries(2):
        find_wordings(rows(), "社保费能不能晚交一点")


def test_what_is_not_public_stays_inside(client):
    inside = make_wording(is_public=False)
    assert client.get(reverse("knowledge:answer", args=[inside.public_id])).status_code == 404
    assert inside.question not in client.get(reverse("knowledge:answers")).content.decode()


def test_what_ended_is_gone_from_the_public_page(client):
    ended = make_wording(is_public=True, expires_on=TODAY)
    url = reverse("knowledge:answer", args=[ended.public_id])
    assert client.get(url).status_code == 200
    Wording.objects.filter(pk=ended.pk).update(expires_on=date(2020, 3, 1))
    assert client.get(url).status_code == 404
    assert not public_wordings(TODAY).exists()


def test_the_public_page_says_source_and_last_day(client):
    wording = make_wording(is_public=True)
    page = client.get(reverse("knowledge:answer", args=[wording.public_id])).content.decode()
    assert "人社部发〔2020〕11号 第三条" in page
    assert "2020年6月30日" in page


def test_an_agent_does_not_see_drafts(client):
    draft = make_draft()
    client.force_login(make_user(role=Role.HOTLINE_AGENT))
    assert client.get(reverse("knowledge:wording", args=[draft.public_id])).status_code == 404
    page = client.get(reverse("knowledge:wordings") + "?tab=drafts").content.decode()
    assert draft.question not in page
    assert client.get(reverse("knowledge:new")).status_code == 404
    assert client.post(reverse("knowledge:approve", args=[draft.public_id])).status_code == 404


def test_an_editor_does_not_approve_and_an_approver_does_not_write(client):
    draft = make_draft()
    client.force_login(make_editor())
    assert client.post(reverse("knowledge:approve", args=[draft.public_id])).status_code == 404
    client.force_login(make_approver())
    assert client.get(reverse("knowledge:edit", args=[draft.public_id])).status_code == 404
    client.post(reverse("knowledge:approve", args=[draft.public_id]))
    assert rows().get() == draft


def test_an_agent_reads_and_copies(client, django_assert_max_num_queries):
    wording = make_wording()
    client.force_login(make_user(role=Role.HOTLINE_AGENT))
    page = client.get(reverse("knowledge:wordings") + "?q=sbf").content.decode()
    assert wording.answer in page
    assert "data-hq-copy" in page


def test_a_number_in_the_form_is_said_beside_the_field_and_the_text_stays(client):
    client.force_login(make_editor())
    answer = client.post(reverse("knowledge:new"), {**FORM, "answer": "打13812345678找老李"})
    assert answer.status_code == 422
    assert "打13812345678找老李" in answer.content.decode()
    assert not Wording.objects.exists()


def test_written_on_the_page_it_is_a_draft(client):
    client.force_login(make_editor())
    assert client.post(reverse("knowledge:new"), FORM).status_code == 302
    assert Wording.objects.get().state == "draft"
