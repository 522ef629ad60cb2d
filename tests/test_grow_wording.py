"""From a closed case to a draft: only what the person may see, and nothing that is personal."""

import pytest
from django.urls import reverse

from config.case_wordings import approved_answers, seed_of_case
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.cases.commands.closing import record_call_back
from huiqi.cases.tests.make import at, make_case, make_officer
from huiqi.cases.workflow import State, Word
from huiqi.knowledge.models import Wording
from huiqi.knowledge.tests.make import TODAY, make_wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.REFERENCE_DATE = TODAY


def closed(**asked):
    officer = make_officer()
    case = make_case(state=State.CALLING_BACK, officer=officer, **asked)
    return record_call_back(case, word=Word.SOLVED, actor=officer, at=at(time="15:00")), officer


def test_an_open_case_gives_nothing(client):
    case = make_case(state=State.CALLING_BACK)
    client.force_login(make_officer())
    assert client.get(reverse("knowledge:grow", args=[case.number])).status_code == 404


def test_a_case_of_another_region_gives_nothing(client):
    case, _ = closed()
    client.force_login(make_officer("xiangtan"))
    assert client.get(reverse("knowledge:grow", args=[case.number])).status_code == 404


def test_an_agent_gets_nothing_of_a_case(client):
    case, _ = closed()
    client.force_login(make_user(role=Role.HOTLINE_AGENT))
    assert client.get(reverse("knowledge:grow", args=[case.number])).status_code == 404


def test_names_and_numbers_do_not_come_along():
    case, officer = closed(title="李明13812345678的演示口罩厂招工", name="李明", firm_name="演示口罩厂")
    seed = seed_of_case(officer, case.number, TODAY)
    assert seed is not None
    for private in ("李明", "138", "演示口罩厂"):
        assert private not in seed.question


def test_the_officer_edits_it_into_a_draft_that_names_the_case(client):
    case, officer = closed()
    client.force_login(officer)
    url = reverse("knowledge:grow", args=[case.number])
    assert client.get(url).status_code == 200
    form = {
        "question": "招不到工人怎么办",
        "answer": "可以申请点对点接送。",
        "source_document": "国办发明电〔2020〕4号",
        "valid_from": "2020-03-02",
        "expires_on": "2020-06-30",
    }
    assert client.post(url, form).status_code == 302
    draft = Wording.objects.get()
    assert (draft.grown_from, draft.state, draft.editor) == (case.number, "draft", officer)


def test_before_sending_the_public_answers_that_fit_are_offered():
    meant = make_wording(question="招工难怎么办", words="招不到工人 用工", is_public=True)
    make_wording(question="社保费怎么缓缴", is_public=True)
    make_wording(question="工人返岗包车", words="招不到工人", is_public=False)
    hints = approved_answers("request", "work", "招不到工人\n口罩生产线复工，缺20名工人")
    assert [hint.title for hint in hints] == [meant.question]
