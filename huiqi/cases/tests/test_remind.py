"""Reminders 催办: who hears of what, when, and how often."""

import pytest
from django.utils import timezone

from huiqi.accounts.models import Deputyship
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands.approvals import ask_suspension, decide_approval
from huiqi.cases.commands.closing import approve_answer
from huiqi.cases.commands.desk import accept_case, ask_supplement, assign_case
from huiqi.cases.commands.handling import answer_order, record_contact, sign_order, take_on
from huiqi.cases.commands.reminders import send_reminders
from huiqi.cases.commands.timing import move_clock
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Clock, MoveReason
from huiqi.cases.notices import DUE_SOON, OVERDUE, YOUR_TURN
from huiqi.cases.tests.make import CONTENT, at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import Ending, Stage, State
from huiqi.messages.models import Notice
from tests.harness.together import together

pytestmark = pytest.mark.django_db
# Signed on Monday 2 March 2020: contact until Thursday 5, handling until Monday 9, each 17:30.


def reminded(kind=None):
    rows = Notice.objects.filter(kind__in=[kind] if kind else [DUE_SOON, OVERDUE]).order_by("pk")
    return [(row.kind, row.user_id) for row in rows]


def contacted(case, officer):
    record_contact(make_lead(case), note="已联系。", actor=officer, at=at())


def handled_case(**more):
    officer = make_officer("liuyang")
    case = make_case(state=State.HANDLING, officer=officer, **more)
    contacted(case, officer)
    return case, officer


def test_nobody_is_reminded_before_the_time():
    handled_case()
    assert send_reminders(at=at("2020-03-06", "17:29")) == {"clocks": 0, "people": 0}


def test_the_handler_is_reminded_a_working_day_before_at_the_end_and_the_day_after():
    case, officer = handled_case()
    supervisor = make_officer("liuyang", role=Role.SUPERVISOR)
    for day, time in (("2020-03-06", "17:30"), ("2020-03-09", "17:30"), ("2020-03-10", "09:00")):
        assert send_reminders(at=at(day, time))["clocks"] == 1
    assert reminded() == [
        (DUE_SOON, officer.pk),
        (OVERDUE, officer.pk),
        (OVERDUE, officer.pk),
        (OVERDUE, supervisor.pk),
    ]
    clock = Clock.objects.get(case=case, stage=Stage.HANDLE)
    assert (clock.notices_sent, clock.next_notice_at) == (3, None)
    assert send_reminders(at=at("2020-03-20")) == {"clocks": 0, "people": 0}


def test_running_twice_reminds_once_and_the_timeline_keeps_each_reminder_for_staff_alone():
    case, _ = handled_case()
    for _ in range(2):
        send_reminders(at=at("2020-03-06", "18:00"))
    (event,) = case.events.filter(kind=Happening.REMINDED)
    assert (event.is_public, event.details["turn"], event.details["stage"]) == (False, "before", "handle")
    assert len(reminded()) == 1


def test_turns_nobody_ran_are_not_sent_in_a_heap_afterwards():
    handled_case()
    assert send_reminders(at=at("2020-03-12"))["clocks"] == 1
    assert [kind for kind, _ in reminded(OVERDUE)] == [OVERDUE]
    assert reminded(DUE_SOON) == []


def test_one_person_hears_of_one_case_once_a_day_of_one_kind():
    # immersion-facile 2896, 5581: two stages of one case ended on one day and wrote twice.
    officer = make_officer("liuyang")
    make_edition(limits=[{**row, "amount": 3} for row in CONTENT["limits"] if row["urgency"] == ""])
    make_case(state=State.HANDLING, officer=officer)
    assert send_reminders(at=at("2020-03-05", "08:00"))["clocks"] == 2
    assert reminded() == [(DUE_SOON, officer.pk)]


def test_before_somebody_takes_it_on_the_whole_unit_hears_and_afterwards_the_handler_alone():
    one, two = make_officer("liuyang"), make_officer("liuyang")
    case = make_case(state=State.ASSIGNED, officer=one)
    send_reminders(at=at("2020-03-03", "14:00"))
    assert {user for _, user in reminded()} == {one.pk, two.pk}
    Notice.objects.all().delete()
    sign_order(make_lead(case), actor=two, at=at("2020-03-03", "15:00"))
    take_on(make_lead(case), actor=two, at=at("2020-03-03", "15:00"))
    send_reminders(at=at("2020-03-05", "17:30"))
    assert {user for _, user in reminded()} == {two.pk}


def test_whoever_answered_is_off_the_list():
    # conseillers-entreprises 2739, 1566: chasing lists named people who had done their part.
    officer, reviewer = make_officer("liuyang"), make_officer("liuyang")
    case = make_case(state=State.HANDLING, officer=officer)
    contacted(case, officer)
    answer_order(make_lead(case), text="已解决。", proposed_ending=Ending.SOLVED, actor=officer, at=at())
    send_reminders(at=at("2020-03-10", "10:00"))
    assert {user for _, user in reminded()} == {reviewer.pk}


def test_who_fills_in_for_the_handler_hears_too():
    case, officer = handled_case()
    deputy = make_officer("changsha")
    Deputyship.objects.create(
        absent=officer,
        deputy=deputy,
        from_on=at("2020-03-06").date(),
        to_on=at("2020-03-20").date(),
        reason="病假",
    )
    send_reminders(at=at("2020-03-06", "18:00"))
    assert {user for _, user in reminded()} == {officer.pk, deputy.pk}
    assert case.number in Notice.objects.filter(user=deputy).get().text


def test_a_handler_who_left_is_replaced_by_the_unit():
    _, officer = handled_case()
    colleague = make_officer("liuyang")
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    send_reminders(at=at("2020-03-06", "18:00"))
    assert reminded() == [(DUE_SOON, colleague.pk)]


def test_a_paused_clock_never_reminds():
    case, officer = handled_case()
    asked = ask_suspension(
        make_lead(case), review_on=at("2020-04-01").date(), reason="等省里政策", actor=officer, at=at()
    )
    decide_approval(asked, granted=True, decision="同意", actor=make_officer("changsha"), at=at())
    assert send_reminders(at=at("2020-03-20")) == {"clocks": 0, "people": 0}


def test_the_requester_is_reminded_to_supplement_and_the_office_is_not():
    requester = make_user(role=Role.FIRM)
    case = make_case(requester=requester)
    officer = make_office("liuyang").people.get()
    ask_supplement(case, text="请补营业执照。", actor=officer, at=at())
    Notice.objects.all().delete()
    send_reminders(at=at("2020-03-09", "10:00"))
    told = Notice.objects.get(kind=YOUR_TURN)
    assert told.user == requester and reminded() == []


def test_an_order_nobody_signs_is_told_to_whoever_answers_for_the_unit():
    # recordtrac 164: unclaimed requests are flagged to the head.
    unit = make_office("changsha")
    head, clerk = make_officer(unit, role=Role.LEADER), make_officer(unit)
    case = make_case(state=State.ACCEPTED)
    province = make_officer("province")
    type(case).objects.filter(pk=case.pk).update(desk=province.unit)
    assign_case(case, lead=unit, actor=province, at=at())
    Notice.objects.all().delete()
    send_reminders(at=at("2020-03-03", "17:30"))
    assert set(reminded()) == {(OVERDUE, clerk.pk), (OVERDUE, head.pk)}
    assert "没有签收" in Notice.objects.get(user=head).text


def test_a_desk_without_people_is_no_dead_end():
    officer = make_officer("liuyang")
    above = make_officer("changsha", role=Role.DISPATCHER)
    make_case(officer=officer)
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    send_reminders(at=at("2020-03-03", "14:00"))
    assert reminded() == [(DUE_SOON, above.pk)]


def test_around_the_clock_reminders_come_at_night_and_by_two_hours():
    make_edition(
        limits=[
            {**row, "amount": 6, "unit": "hours"} for row in CONTENT["limits"] if row["stage"] == "accept"
        ]
    )
    officer = make_officer("liuyang")
    make_case(when=at("2020-01-24", "22:00"), officer=officer)
    assert send_reminders(at=at("2020-01-25", "01:59"))["clocks"] == 0
    assert send_reminders(at=at("2020-01-25", "02:00"))["clocks"] == 1
    assert send_reminders(at=at("2020-01-25", "04:00"))["clocks"] == 1
    assert send_reminders(at=at("2020-01-25", "06:00"))["clocks"] == 1
    assert [kind for kind, _ in reminded()] == [DUE_SOON, OVERDUE]  # one a day of each kind


def test_an_extended_term_reminds_before_its_new_end_again():
    case, officer = handled_case()
    send_reminders(at=at("2020-03-06", "18:00"))
    clock = Clock.objects.get(case=case, stage=Stage.HANDLE)
    clock.extensions = [3]
    move_clock(clock, case, reason=MoveReason.EXTENSION, at=at("2020-03-09", "09:00"))
    clock.refresh_from_db()
    assert timezone.localtime(clock.due_at) == at("2020-03-12", "17:30")
    assert send_reminders(at=at("2020-03-11", "17:30"))["clocks"] == 1
    assert reminded() == [(DUE_SOON, officer.pk)] * 2


def test_calling_back_is_reminded_to_whoever_calls_back():
    case, officer = handled_case()
    answer_order(make_lead(case), text="已解决。", proposed_ending=Ending.SOLVED, actor=officer, at=at())
    approve_answer(case, actor=make_officer("changsha"), at=at())
    Notice.objects.all().delete()
    send_reminders(at=at("2020-03-03", "17:30"))
    assert reminded() == [(OVERDUE, officer.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remind_once():
    officer = make_officer("liuyang")
    case = make_case(officer=officer)
    accept_case(case, actor=officer, at=at())
    assign_case(case, lead=officer.unit, actor=officer, at=at())
    sign_order(make_lead(case), actor=officer, at=at())
    done = together(*[lambda: send_reminders(at=at("2020-03-06", "18:00"))] * 2)
    assert sum(each["clocks"] for each in done) == 2  # contact and handling, each once
    assert case.events.filter(kind=Happening.REMINDED).count() == 2
