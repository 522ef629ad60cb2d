"""Supervision 督办 and the ladder: drafted by rule, issued by people, answered by the unit."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office
from huiqi.cases.commands.closing import record_call_back
from huiqi.cases.commands.desk import assign_case, withdraw_case
from huiqi.cases.commands.handling import answer_order, record_contact, send_back
from huiqi.cases.commands.ladder import climb_ladders, office_of
from huiqi.cases.commands.supervision import (
    answer_supervision,
    draft_supervisions,
    drop_supervision,
    issue_supervision,
    order_supervision,
    remind_of_answers,
)
from huiqi.cases.happenings import Happening
from huiqi.cases.management.commands import cases as cases_command
from huiqi.cases.models import Case, Clock, Supervision
from huiqi.cases.notices import RAISED, SUPERVISED, TO_ISSUE
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import Ending, State, Word
from huiqi.core.errors import Refused
from huiqi.messages.models import Notice
from tests.harness.together import together

pytestmark = pytest.mark.django_db
# Signed on Monday 2 March 2020: due Monday 9, five working days late on Monday 16, each 17:30.
LATE = at("2020-03-16", "17:30")
LADDER = [
    {"level": level, "amount": days, "unit": "working_days", "confidence": "GAP", "source": "made up"}
    for level, days in (("city", 5), ("province", 10), ("leading_group", 15))
]


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def make_draft(**more):
    supervisor = User.objects.filter(role=Role.SUPERVISOR).first() or make_officer("liuyang", Role.SUPERVISOR)
    case = make_case(state=State.HANDLING, **more)
    draft_supervisions(at=LATE)
    return case.supervisions.get(), supervisor


# --- drafts --------------------------------------------------------------------------------------------


def test_nothing_is_drafted_before_five_working_days():
    make_case(state=State.HANDLING)
    assert draft_supervisions(at=at("2020-03-16", "17:29")) == {"drafted": 0, "dropped": 0}


def test_five_working_days_late_is_drafted_once_and_told_to_the_supervisor():
    draft, supervisor = make_draft()
    assert (draft.cause, draft.state, draft.unit) == ("overdue", "drafted", make_office("liuyang"))
    assert draft.case.number in draft.text
    assert draft.answer_by == date(2020, 3, 19)
    assert draft_supervisions(at=at("2020-03-18"))["drafted"] == 0
    assert told(TO_ISSUE) == {supervisor.pk}


def test_what_was_decided_is_not_drafted_again_for_the_same_end():
    draft, supervisor = make_draft()
    drop_supervision(draft, reason="已电话督促。", actor=supervisor, at=LATE)
    assert draft_supervisions(at=at("2020-03-30"))["drafted"] == 0


def test_a_case_sent_back_twice_is_drafted_and_again_only_after_the_next_time():
    province, changsha = make_officer("province"), make_officer("changsha")
    case = make_case(state=State.ACCEPTED)
    Case.objects.filter(pk=case.pk).update(desk=province.unit)
    for day in ("2020-03-02", "2020-03-03"):
        assign_case(case, lead=changsha.unit, actor=province, at=at(day))
        send_back(
            make_lead(case), reason="not_ours", text="不属于本单位。", actor=changsha, at=at(day, "15:00")
        )
        drafted = draft_supervisions(at=at(day, "16:00"))["drafted"]
    assert drafted == 1
    draft = case.supervisions.get()
    assert (draft.cause, draft.unit) == ("bounced", changsha.unit) and "退回2次" in draft.text
    drop_supervision(draft, reason="会商解决。", actor=province, at=at("2020-03-03", "16:30"))
    assert draft_supervisions(at=at("2020-03-04"))["drafted"] == 0


def test_an_order_unsigned_a_working_day_after_its_term_is_drafted():
    # recordtrac 164.
    case = make_case(state=State.ASSIGNED)
    assert draft_supervisions(at=at("2020-03-04", "17:29"))["drafted"] == 0
    assert draft_supervisions(at=at("2020-03-04", "17:30"))["drafted"] == 1
    assert case.supervisions.get().cause == "unclaimed"


def test_not_solved_brings_a_draft_to_the_supervisor():
    # fixmystreet 897, 29: "not fixed" reached nobody.
    case = make_case(state=State.CALLING_BACK)
    caller = make_officer("liuyang")
    record_call_back(
        case, word=Word.NOT_SOLVED, rating=1, way="phone", note="没有解决", actor=caller, at=at()
    )
    assert draft_supervisions(at=at())["drafted"] == 1
    assert case.supervisions.get().cause == "not_solved"
    assert draft_supervisions(at=at("2020-03-03"))["drafted"] == 0


def test_a_draft_of_a_case_that_ended_is_dropped():
    draft, _ = make_draft()
    withdraw_case(draft.case, reason="不再需要", actor=None, at=LATE)
    assert draft_supervisions(at=LATE) == {"drafted": 0, "dropped": 1}


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_draft_once():
    make_case(state=State.HANDLING)
    together(*[lambda: draft_supervisions(at=LATE)] * 2)
    assert Supervision.objects.count() == 1


# --- people --------------------------------------------------------------------------------------------


def test_a_letter_without_words_or_with_a_passed_day_is_refused():
    draft, supervisor = make_draft()
    for text, day, code in (
        (" ", date(2020, 3, 20), "text_missing"),
        ("请办。", LATE.date(), "answer_day_passed"),
    ):
        with pytest.raises(Refused) as refused:
            issue_supervision(draft, text=text, answer_by=day, actor=supervisor, at=LATE)
        assert refused.value.code == f"cases.{code}"


def test_only_a_draft_is_issued_and_only_an_issued_letter_answered():
    draft, supervisor = make_draft()
    with pytest.raises(Refused, match="待签发"):
        answer_supervision(draft, text="已办。", actor=make_officer("liuyang"), at=LATE)
    issue_supervision(draft, text="请办。", answer_by=date(2020, 3, 20), actor=supervisor, at=LATE)
    with pytest.raises(Refused, match="待回复"):
        drop_supervision(draft, reason="误发", actor=supervisor, at=LATE)


def test_an_issued_letter_reaches_the_unit_marks_the_case_and_tells_the_requester_no_word_of_it():
    draft, supervisor = make_draft()
    handler = make_office("liuyang").people.get(role=Role.OFFICER)
    issue_supervision(draft, text="请办。", answer_by=date(2020, 3, 20), actor=supervisor, at=LATE)
    case = Case.objects.get(pk=draft.case_id)
    assert case.supervised_at == LATE and told(SUPERVISED) == {handler.pk}
    (event,) = case.events.public().filter(kind=Happening.SUPERVISED)
    assert (event.text, event.details["phase"]) == ("", "issued")


def test_the_answer_goes_to_who_issued_it_and_says_whether_it_came_late():
    draft, supervisor = make_draft()
    issue_supervision(draft, text="请办。", answer_by=date(2020, 3, 18), actor=supervisor, at=LATE)
    handler = make_office("liuyang").people.get(role=Role.OFFICER)
    found = answer_supervision(draft, text="已安排专人办理。", actor=handler, at=at("2020-03-19"))
    assert (found.state, found.answered_by) == ("answered", handler)
    assert found.case.events.filter(kind=Happening.SUPERVISED).last().details["was_late"] is True
    assert supervisor.pk in told(SUPERVISED)


def test_the_day_of_answer_is_reminded_once_a_day():
    draft, supervisor = make_draft()
    issue_supervision(draft, text="请办。", answer_by=date(2020, 3, 18), actor=supervisor, at=LATE)
    Notice.objects.all().delete()
    assert remind_of_answers(at=at("2020-03-17")) == 0
    for _ in range(2):
        remind_of_answers(at=at("2020-03-18"))
    assert Notice.objects.filter(kind=SUPERVISED).count() == len(told(SUPERVISED)) == 2


def test_a_leader_may_order_one_and_not_a_second_before_it_is_settled():
    leader = make_officer("liuyang", Role.LEADER)
    case = make_case(state=State.HANDLING)
    draft = order_supervision(case, unit=case.lead, text="请三天内解决。", actor=leader, at=at())
    assert (draft.cause, draft.state) == ("leader", "drafted")
    with pytest.raises(Refused, match="领导交办"):
        order_supervision(case, unit=case.lead, text="再催。", actor=leader, at=at())


def test_an_ended_case_is_not_supervised():
    leader = make_officer("liuyang", Role.LEADER)
    case = make_case(state=State.HANDLING)
    withdraw_case(case, reason="不再需要", actor=None, at=at())
    with pytest.raises(Refused, match="已经办结"):
        order_supervision(case, unit=case.desk, text="请解决。", actor=leader, at=at())


# --- the ladder ----------------------------------------------------------------------------------------


def test_a_case_late_by_a_rung_is_brought_to_the_next_office_and_stays_with_its_own():
    make_edition(ladder=LADDER)
    city, province = make_officer("changsha"), make_officer("province", Role.SUPERVISOR)
    case = make_case(state=State.HANDLING)
    assert climb_ladders(at=at("2020-03-16", "17:29")) == 0
    assert climb_ladders(at=LATE) == 1
    assert climb_ladders(at=LATE) == 0
    again = Case.objects.get(pk=case.pk)
    assert (again.desk, again.lead, again.state) == (case.desk, case.lead, State.HANDLING)
    assert city.pk in told(RAISED)
    (event,) = again.events.public().filter(kind=Happening.RAISED)
    assert event.details == {"level": "city", "round": 1, "unit_name": "长沙市工信局"}
    assert climb_ladders(at=at("2020-03-23", "17:30")) == 1
    assert province.pk in told(RAISED)


def test_rungs_missed_while_nobody_ran_it_are_all_climbed():
    make_edition(ladder=LADDER)
    make_case(state=State.HANDLING)
    assert climb_ladders(at=at("2020-06-01")) == 3


def test_a_county_directly_under_the_province_has_no_city_above_it():
    assert office_of(make_office("longshan"), "city") is None
    assert office_of(make_office("longshan"), "province") == make_office("province")
    assert office_of(make_office("province"), "city") is None
    assert office_of(make_office("changsha"), "leading_group") == make_office("province")


def test_a_case_that_was_answered_climbs_no_further():
    make_edition(ladder=LADDER)
    case = make_case(state=State.HANDLING)
    order, officer = make_lead(case), make_office("liuyang").people.get()
    record_contact(order, note="已联系。", actor=officer, at=at("2020-03-17"))
    answer_order(order, text="已办。", proposed_ending=Ending.SOLVED, actor=officer, at=at("2020-03-17"))
    assert climb_ladders(at=at("2020-06-01")) == 0


# --- the timer -----------------------------------------------------------------------------------------


def run(capsys, *arguments):
    call_command("cases", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_tick_does_all_that_is_due_and_a_second_one_nothing(capsys):
    make_edition(ladder=LADDER)
    make_case(state=State.HANDLING)
    first = run(capsys, "tick", "--at", "2020-03-16T17:30")
    assert (first["reminders"]["clocks"], first["supervisions"]["drafted"], first["raised"]) == (2, 1, 1)
    second = run(capsys, "tick", "--at", "2020-03-16T17:30")
    assert (second["reminders"]["clocks"], second["supervisions"]["drafted"], second["raised"]) == (0, 0, 0)


def test_work_that_fails_does_not_keep_the_rest_from_being_done(capsys, monkeypatch):
    def broken(at):
        raise RuntimeError

    monkeypatch.setattr(cases_command, "WORK", (("broken", broken), *cases_command.WORK))
    make_case(state=State.HANDLING)
    with pytest.raises(SystemExit) as ended:
        call_command("cases", "tick", "--at", "2020-03-16T17:30", "--json")
    captured = capsys.readouterr()
    assert ended.value.code == 1 and "broken（RuntimeError）" in captured.err
    assert json.loads(captured.out)["supervisions"]["drafted"] == 1


def test_an_instant_that_is_none_is_refused_in_words(capsys):
    with pytest.raises(Exception, match="不是时刻"):
        call_command("cases", "tick", "--at", "morgen")


def test_recompute_reckons_everything_and_says_what_moved(capsys):
    case = make_case(state=State.HANDLING, when=at("2020-01-22"))
    done = run(capsys, "recompute", "--at", "2020-01-28T09:00")
    assert (done["cases"], done["moved"]) == (1, Clock.objects.running().filter(case=case).count())
