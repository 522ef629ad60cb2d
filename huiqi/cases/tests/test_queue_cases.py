"""The list of cases: who finds what, search, many at once, saved views, export; the desk and the red list."""

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.cases.models import Order
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer
from huiqi.cases.workflow import State
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import SavedView

pytestmark = [pytest.mark.django_db, pytest.mark.both]
QUEUE = "/cases/queue/"


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_another_city_finds_nothing():
    make_case()
    assert "没有" in enter(make_officer("xiangtan")).get(QUEUE + "?tab=all").content.decode()


def test_a_number_and_a_word_find_the_case_a_phone_in_the_address_does_not():
    case = make_case(phone="13812345678")
    client = enter(make_officer())
    for words in (case.number, case.spoken_number, "招不到", "口罩厂"):
        assert case.spoken_number in client.get(QUEUE, {"tab": "all", "q": words}).content.decode()
    assert case.spoken_number not in client.get(QUEUE, {"q": "13812345678"}).content.decode()


@pytest.mark.parametrize("words", ["招不到 纺织", "缝纫机修", "没有这样的词"])
def test_words_that_are_not_all_in_title_and_firm_find_nothing(words):
    case = make_case(title="复工后招不到缝纫工", firm_name="浏阳口罩厂有限公司")
    client = enter(make_officer())
    assert case.spoken_number not in client.get(QUEUE, {"tab": "all", "q": words}).content.decode()
    for found in ("招不到 口罩", "缝纫工", "有限公司"):
        assert case.spoken_number in client.get(QUEUE, {"tab": "all", "q": found}).content.decode(), found


def test_a_posted_phone_is_answered_at_once_and_recorded_without_the_number():
    case = make_case(phone="13812345678")
    client = enter(make_officer())
    answer = client.post(QUEUE, {"q": "138 1234 5678"})
    assert answer.status_code == 200
    assert case.spoken_number in answer.content.decode()
    record = AuditRecord.objects.get(act="cases.searched_by_phone")
    assert "13812345678" not in str(record.details)


def test_unsigned_and_mine_are_told_apart():
    case = make_case(state=State.ASSIGNED)
    officer = make_officer()
    client = enter(officer)
    assert case.spoken_number in client.get(QUEUE + "?tab=unsigned").content.decode()
    assert case.spoken_number not in client.get(QUEUE + "?tab=mine").content.decode()
    Order.objects.filter(pk=make_lead(case).pk).update(handler=officer)
    assert case.spoken_number in client.get(QUEUE + "?tab=mine").content.decode()


def test_many_at_once_tells_each_row_its_outcome():
    fresh, moved = make_case(state=State.ASSIGNED), make_case(state=State.ASSIGNED)
    client = enter(make_officer())
    picked = [f"{fresh.public_id}:{fresh.version}", f"{moved.public_id}:{moved.version - 1}"]
    answer = client.post(reverse("cases:bulk"), {"do": "sign", "case": picked})
    assert answer.status_code == 200
    assert "没有办成" in answer.content.decode()
    fresh.refresh_from_db()
    moved.refresh_from_db()
    assert (fresh.state, moved.state) == (State.HANDLING, State.ASSIGNED)


def test_many_at_once_does_nothing_to_cases_one_cannot_see():
    case = make_case(state=State.ASSIGNED)
    picked = [f"{case.public_id}:{case.version}"]
    enter(make_officer("xiangtan")).post(reverse("cases:bulk"), {"do": "sign", "case": picked})
    case.refresh_from_db()
    assert case.state == State.ASSIGNED


def test_filters_are_kept_under_a_name_and_forgotten_by_their_owner_alone():
    officer = make_officer()
    client = enter(officer)
    client.post(reverse("cases:view_save"), {"query": "tab=all&due=late", "name": "逾期的"})
    view = SavedView.objects.get(owner=officer, page="cases")
    url = reverse("cases:view_delete", args=[view.public_id])
    assert enter(make_officer()).post(url).status_code == 404
    assert client.post(url).status_code == 302
    assert not SavedView.objects.exists()


def test_the_file_needs_a_purpose_carries_no_phone_and_is_recorded():
    make_case(phone="13812345678", name="欧阳秀")
    client = enter(make_officer())
    assert client.post(reverse("cases:export"), {"query": "tab=all"}).status_code == 302
    answer = client.post(reverse("cases:export"), {"query": "tab=all", "purpose": "周调度"})
    content = b"".join(answer.streaming_content)
    assert content[:2] == b"PK" and "欧阳秀".encode() not in content
    assert AuditRecord.objects.get(act="cases.exported").details["rows"] == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    client = enter(make_officer())
    make_case()
    client.get(QUEUE + "?tab=all")
    with django_assert_max_num_queries(24) as few:
        client.get(QUEUE + "?tab=all")
    # Of other counties, topics and units: what a row names must not be looked up row by row.
    for number in range(5):
        make_case(state=State.HANDLING if number % 2 else State.ASSIGNED, topic="tax" if number else "work")
    with django_assert_max_num_queries(len(few)):
        shown = client.get(QUEUE + "?tab=all").content.decode()
    assert shown.count("hq-casetick") == 6


def test_the_desk_offers_what_waits_and_whom_to_give_it():
    waiting, accepted = make_case(), make_case(state=State.ACCEPTED)
    shown = enter(make_officer()).get(reverse("cases:desk")).content.decode()
    assert waiting.spoken_number in shown and accepted.spoken_number in shown


def test_the_red_list_is_the_supervisors_and_shows_what_is_late():
    case = make_case(state=State.ASSIGNED, when=at("2020-02-10"))
    assert enter(make_officer("liuyang", Role.DISPATCHER)).get(reverse("cases:red_list")).status_code == 404
    shown = enter(make_officer("province", Role.SUPERVISOR)).get(reverse("cases:red_list"))
    assert case.spoken_number in shown.content.decode()
