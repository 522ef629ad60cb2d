"""The green channel: what each authority decided, papers promised for a day, the carrier's own pass."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.cases.commands.permits import PermitWords, make_good, record_permit, remind_of_promises
from huiqi.cases.models import Case, PassCheck, Permit
from huiqi.cases.notices import PROMISE_DUE
from huiqi.cases.tests.make import at, make_case, make_edition, make_officer
from huiqi.cases.workflow import State
from huiqi.core.models import AuditRecord
from huiqi.messages.models import Delivery, Notice

pytestmark = pytest.mark.django_db

GIVEN = {"title": "医疗器械注册", "authority": "省药监局", "state": "applied", "applied_on": "2020-02-28"}
PROMISED = {**GIVEN, "state": "on_promise", "missing": "检验报告", "make_good_on": "2020-03-10"}


@pytest.fixture
def officer(db: None) -> User:
    return make_officer("liuyang")


@pytest.fixture
def case(officer: User) -> Case:
    make_edition("green-channel", kind="green_channel")
    return make_case(item="green-channel", state=State.HANDLING, officer=officer)


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, case: Case, **more: Any) -> str:
    return reverse(f"cases:{name}", kwargs={"public_id": case.public_id, **more})


def promise(case: Case, officer: User, day: date = date(2020, 3, 10)) -> Permit:
    words = PermitWords("环评批复", "市生态环境局", "promised", None, date(2020, 3, 2), "", "验收报告", day)
    return record_permit(case, words, actor=officer, at=at())


# --- who may, and what is refused --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["new_permit", "pass_check"])
@pytest.mark.parametrize(
    ("office", "role"),
    [("xiangtan", Role.OFFICER), ("province", Role.ANALYST), ("tax", Role.AUTHORITY_OFFICER)],
)
def test_who_does_not_work_on_the_case_finds_no_page(case, name, office, role):
    other = enter(make_officer(office, role))
    assert other.get(address(name, case)).status_code == 404
    assert other.post(address(name, case), GIVEN).status_code == 404
    assert not Permit.objects.exists()


def test_a_matter_without_permits_has_no_such_page(officer):
    plain = make_case(state=State.HANDLING, officer=officer)
    assert enter(officer).get(address("new_permit", plain)).status_code == 404
    assert "并联审批" not in enter(officer).get(address("case", plain)).content.decode()


def test_a_permit_of_another_case_is_not_found_here(case, officer):
    permit = promise(make_case(item="green-channel", state=State.HANDLING, officer=officer), officer)
    client = enter(officer)
    assert client.post(address("permit", case, permit_id=permit.public_id), GIVEN).status_code == 404
    assert (
        client.post(
            address("permit_good", case, permit_id=permit.public_id), {"on": "2020-03-01"}
        ).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "on_promise"}, "请写明缺哪些材料"),
        ({"state": "promised", "missing": "检验报告", "decided_on": "2020-02-28"}, "请写明缺哪些材料"),
        ({"state": "granted"}, "请填写审批机关作出决定的日期"),
        ({"state": "refused"}, "请填写审批机关作出决定的日期"),
        ({"applied_on": "2020-03-09"}, "不能晚于今天"),
        ({"state": "granted", "decided_on": "2020-02-20"}, "不能早于受理日期"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(case, officer, changes, said):
    answer = enter(officer).post(address("new_permit", case), {**GIVEN, **changes})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert said in page
    assert 'value="医疗器械注册"' in page
    assert not Permit.objects.exists()


def test_an_empty_form_names_each_field(case, officer):
    answer = enter(officer).post(address("new_permit", case), {})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"title", "authority", "state"}


def test_a_pass_out_of_date_is_not_called_valid(case, officer):
    given = {"number": "湘A0001", "issuer": "长沙市交通运输局", "way": "phone", "result": "genuine"}
    for until in ("", "2020-02-20"):
        answer = enter(officer).post(address("pass_check", case), {**given, "valid_until": until})
        assert answer.status_code == 409
    assert not PassCheck.objects.exists()


def test_papers_are_made_good_once_and_not_tomorrow(case, officer):
    permit = promise(case, officer)
    client = enter(officer)
    page = address("permit_good", case, permit_id=permit.public_id)
    assert client.post(page, {"on": "2020-03-09"}).status_code == 409
    assert client.post(page, {"on": "2020-03-01"}).status_code == 302
    assert client.post(page, {"on": "2020-03-01"}).status_code == 409
    assert Permit.objects.get().made_good_on == date(2020, 3, 1)


# --- what is recorded and seen ------------------------------------------------------------------------


def test_permits_side_by_side_are_seen_by_the_desk_and_their_way_is_told(case, officer):
    client = enter(officer)
    assert client.post(address("new_permit", case), GIVEN).status_code == 302
    assert client.post(address("new_permit", case), {**PROMISED, "title": "环评批复"}).status_code == 302
    permit = Permit.objects.get(title="医疗器械注册")
    later = {**GIVEN, "state": "granted", "decided_on": "2020-03-01", "document": "湘械注准1号"}
    assert client.post(address("permit", case, permit_id=permit.public_id), later).status_code == 302
    page = client.get(address("case", case)).content.decode()
    for words in ("已批准", "湘械注准1号", "容缺受理", "检验报告", "2020年3月10日"):
        assert words in page
    told = case.events.filter(kind="permit").order_by("pk")
    assert [event.details["phase"] for event in told] == ["applied", "on_promise", "granted"]


def test_saving_the_same_again_tells_nothing(case, officer):
    client = enter(officer)
    client.post(address("new_permit", case), GIVEN)
    permit = Permit.objects.get()
    client.post(address("permit", case, permit_id=permit.public_id), GIVEN)
    assert case.events.filter(kind="permit").count() == 1


def test_the_trail_holds_codes_and_no_typed_words(case, officer):
    enter(officer).post(address("new_permit", case), PROMISED)
    row = AuditRecord.objects.get(act="case.permit")
    assert "检验报告" not in str(row.details)
    assert "医疗器械" not in str(row.details)
    assert row.details["phase"] == "on_promise"


def test_every_check_of_a_pass_is_kept_and_the_newest_comes_first(case, officer):
    client = enter(officer)
    given = {"number": "湘A0001", "issuer": "长沙市交通运输局", "way": "phone"}
    client.post(address("pass_check", case), {**given, "result": "no_answer"})
    client.post(address("pass_check", case), {**given, "result": "genuine", "valid_until": "2020-03-31"})
    assert [row.result for row in PassCheck.objects.all()] == ["genuine", "no_answer"]
    page = client.get(address("case", case)).content.decode()
    assert page.index("属实，在有效期内") < page.index("联系不上，没有核对成")


# --- the promised day ---------------------------------------------------------------------------------


def test_the_promised_day_is_reminded_of_before_on_and_after_it_each_once(case, officer):
    promise(case, officer)
    day = at("2020-03-01", "09:00")
    counts = [remind_of_promises(at=day + timedelta(days=n)) for n in range(14)]
    assert [n for n, count in enumerate(counts) if count] == [6, 9, 10]  # 7, 10 and 11 March
    told = Notice.objects.filter(user=officer, kind=PROMISE_DUE).order_by("at")
    assert [row.at.day for row in told] == [7, 10, 11]
    sent = Delivery.objects.filter(purpose="case").order_by("pk")
    assert [("承诺" in row.text) for row in sent].count(True) == 3


def test_a_reminder_that_was_missed_is_made_up_for_by_the_last_alone(case, officer):
    promise(case, officer)
    assert remind_of_promises(at=at("2020-03-20")) == 1
    assert remind_of_promises(at=at("2020-03-21")) == 0
    assert Notice.objects.filter(user=officer, kind=PROMISE_DUE).count() == 1


def test_papers_made_good_are_reminded_of_no_more(case, officer):
    permit = promise(case, officer)
    make_good(permit, on=date(2020, 3, 2), actor=officer, at=at())
    assert remind_of_promises(at=at("2020-03-20")) == 0


def test_a_new_day_of_the_promise_is_reminded_of_anew(case, officer):
    permit = promise(case, officer)
    remind_of_promises(at=at("2020-03-09"))
    later = {**PROMISED, "title": permit.title, "make_good_on": "2020-03-20"}
    enter(officer).post(address("permit", case, permit_id=permit.public_id), later)
    assert remind_of_promises(at=at("2020-03-16")) == 0
    assert remind_of_promises(at=at("2020-03-17")) == 1


def test_an_overdue_promise_is_shown_as_such(case, officer):
    promise(case, officer, date(2020, 2, 20))
    assert "到期没有补齐" in enter(officer).get(address("case", case)).content.decode()
