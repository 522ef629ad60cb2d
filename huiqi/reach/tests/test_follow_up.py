"""Telling, the firm's own page, calls, the morning: nobody hears twice, nobody against their will."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_edition
from huiqi.enterprises.tests.make import make_firm, make_member
from huiqi.messages.models import Notice
from huiqi.reach.commands.morning import tick
from huiqi.reach.commands.telling import REST_DAYS, tell_firms
from huiqi.reach.models import Call, Dismissal, Journey, MorningCount
from huiqi.reach.ports import PORTS, Word
from huiqi.reach.queries.journeys import CALL_AGAIN_DAYS, firms_to_call
from huiqi.reach.tests.make import AT, ON, POLICY, handed_list, make_way, officer_of

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def tell(row: Any) -> None:
    url = reverse("reach:act", args=[row.public_id, "tell"])
    assert browser_of(row.prepared_by).post(url).status_code == 302


def digests() -> int:
    return Notice.objects.filter(kind="reach.digest").count()


def say(user: User, way: Journey, name: str) -> int:
    url = reverse("reach:say", args=[way.enterprise.public_id, way.public_id, name])
    return browser_of(user).post(url).status_code


def test_a_firm_gets_one_digest_for_all_its_policies():
    firm = make_firm()
    make_member(firm)
    make_way(firm, policy="vat-small-scale-1pct")
    tell(handed_list(firm))
    assert "2项政策" in Notice.objects.get(kind="reach.digest").text
    assert set(Journey.objects.values_list("step", flat=True)) == {"told"}


def test_telling_again_tells_nobody_twice():
    firm = make_firm()
    make_member(firm)
    row = handed_list(firm)
    tell(row)
    tell(row)
    assert digests() == 1
    assert Journey.objects.get().steps.filter(kind="told").count() == 1


def test_a_firm_without_anybody_here_is_not_told_but_rung_up():
    firm = make_firm()
    tell(handed_list(firm))
    assert digests() == 0
    page = browser_of(officer_of("liuyang")).get(reverse("reach:calls")).content.decode()
    assert firm.name in page and "没有平台账号" in page


def test_a_firm_hears_at_most_once_in_so_many_days():
    firm = make_firm()
    make_member(firm)
    tell(handed_list(firm))
    make_way(firm, policy="vat-small-scale-1pct")
    assert tell_firms([firm.pk], actor=None, at=AT + timedelta(days=REST_DAYS - 1)) == 0
    assert tell_firms([firm.pk], actor=None, at=AT + timedelta(days=REST_DAYS)) == 1


def test_what_a_firm_does_not_need_is_never_told_again_whatever_the_edition():
    firm = make_firm()
    owner = make_member(firm)
    way = make_way(firm, edition="earlier")
    assert say(owner, way, "not-needed") == 302
    assert say(owner, way, "not-needed") == 302
    assert Dismissal.objects.count() == 1
    tell(handed_list(firm))
    assert digests() == 0


def test_only_the_firms_own_people_speak_for_it():
    way = make_way()
    assert say(make_member(make_firm()), way, "had") == 404
    assert say(officer_of("liuyang"), way, "had") == 404


def test_a_firm_may_say_that_it_has_had_it_until_the_authority_has_spoken():
    firm = make_firm()
    owner = make_member(firm)
    assert say(owner, make_way(firm), "had") == 302
    assert Journey.objects.get().arrived_source == "firm"
    decided = make_way(firm, policy="vat-small-scale-1pct", decided_on=ON, outcome="refused")
    assert say(owner, decided, "had") == 409


def test_the_firm_sees_each_step_with_its_day_and_office():
    firm = make_firm()
    owner = make_member(firm)
    tell(handed_list(firm))
    page = browser_of(owner).get(reverse("reach:own", args=[firm.public_id])).content.decode()
    assert "2020年3月1日" in page and "浏阳市工信局" in page and "已告知" in page
    assert "不再提醒" in page


def called(user: User, firm: Any, **posted: str) -> int:
    return browser_of(user).post(reverse("reach:call", args=[firm.public_id]), posted).status_code


def test_a_call_of_an_office_elsewhere_is_refused():
    way = make_way()
    assert called(officer_of("xiangtan"), way.enterprise, outcome="reached") == 404


def test_a_call_that_was_answered_says_something_and_help_needs_a_number():
    way = make_way()
    officer = officer_of("liuyang")
    assert called(officer, way.enterprise, outcome="reached") == 422
    assert called(officer, way.enterprise, outcome="reached", wants_help="on") == 422
    assert not Call.objects.exists()


@pytest.mark.parametrize("word", ["not_known", "too_hard", "too_small"])
def test_why_not_is_recorded_from_a_call_and_the_firm_counts_as_told(word):
    way = make_way()
    posted = {"outcome": "reached", f"word_{way.public_id}": word}
    assert called(officer_of("liuyang"), way.enterprise, **posted) == 302
    way.refresh_from_db()
    assert (way.step, way.word) == ("told", word)


def test_a_firm_that_was_spoken_to_is_left_in_peace_for_a_week():
    way, other = make_way(), make_way()
    officer = officer_of("liuyang")
    called(officer, way.enterprise, outcome="reached", **{f"word_{way.public_id}": "will_apply"})
    rows = Journey.objects.all()
    assert firms_to_call(rows, ON) == [other.enterprise_id]
    later = ON + timedelta(days=CALL_AGAIN_DAYS)
    assert set(firms_to_call(rows, later)) == {way.enterprise_id, other.enterprise_id}


def test_a_firm_that_lacks_facts_is_told_and_does_not_count_as_one_that_fits():
    firm = make_firm()
    owner = make_member(firm)
    way = make_way(firm, entitled_on=None, missing=["employees"])
    assert tell_firms([firm.pk], actor=None, at=AT) == 1
    assert tell_firms([firm.pk], actor=None, at=AT + timedelta(days=30)) == 0
    way.refresh_from_db()
    assert (way.step, way.told_on) == ("unsettled", ON)
    page = browser_of(owner).get(reverse("reach:own", args=[firm.public_id])).content.decode()
    assert "还缺：从业人员" in page


def test_figures_of_other_authorities_are_never_asked_of_the_firm_for_the_register():
    firm = make_firm()
    owner = make_member(firm)
    make_way(firm, entitled_on=None, missing=["insured_employees"])
    page = browser_of(owner).get(reverse("reach:own", args=[firm.public_id])).content.decode()
    assert "本系统不保存，不用在这里填报" in page
    assert "还缺：" not in page and "去企业档案补充" not in page


def test_nobody_reached_changes_nothing_but_the_log():
    way = make_way()
    assert called(officer_of("liuyang"), way.enterprise, outcome="unreached") == 302
    way.refresh_from_db()
    assert way.step == "entitled"
    assert Call.objects.get().outcome == "unreached"


def test_who_wants_help_gets_a_request_with_the_number_and_none_is_kept_here():
    make_edition()
    way = make_way()
    posted = {"outcome": "reached", f"word_{way.public_id}": "too_hard", "wants_help": "on"}
    contact = {"name": "李强", "phone": "13800138000", "text": "不会填表"}
    assert called(officer_of("liuyang", Role.WINDOW_CLERK), way.enterprise, **posted, **contact) == 302
    case = Case.objects.get()
    assert (case.topic, case.enterprise) == ("policy-payment", way.enterprise)
    assert case.requester_phone == "13800138000"
    assert Call.objects.get().case == case


def test_the_morning_counts_reasons_and_tells_callers_once():
    officer = officer_of("liuyang")
    make_way()
    make_way(told_on=ON - timedelta(days=20))
    make_way(applied_on=ON, outcome="returned")
    for _ in range(2):
        done = tick(at=AT)
    assert done["waiting"] == 3 and done["to_call"] == 3
    assert Notice.objects.filter(user=officer, kind="reach.to_call").count() == 1
    reasons = dict(MorningCount.objects.values_list("reason", "firms"))
    assert reasons == {"no_account": 1, "silent": 1, "returned": 1}


def test_words_of_surveys_move_a_firm_on_but_never_against_the_authority(monkeypatch):
    had, decided, unaware = make_way(), make_way(decided_on=ON, outcome="refused"), make_way()
    said = [(had, "had"), (decided, "had"), (unaware, "unknown")]
    words = [Word(way.enterprise_id, POLICY, word, date(2020, 2, 28)) for way, word in said]
    monkeypatch.setattr(PORTS, "words", lambda: words)
    at = datetime(2020, 3, 2, 1, 0, tzinfo=UTC)
    assert tick(at=at)["words"] == 3
    assert tick(at=at)["words"] == 0
    for way in (had, decided, unaware):
        way.refresh_from_db()
    assert (had.step, had.arrived_source) == ("arrived", "survey")
    assert decided.step == "decided"
    assert (unaware.step, unaware.word) == ("entitled", "unknown")
