"""The desk takes a case up, refuses it, or asks for more."""

import pytest

from huiqi.cases.commands.desk import (
    accept_case,
    ask_supplement,
    classify_case,
    give_supplement,
    refuse_case,
    stop_waiting,
)
from huiqi.cases.commands.handling import record_contact, write_to_office
from huiqi.cases.commands.timing import reckoning_of
from huiqi.cases.models import Case
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import Channel, Ending, Stage, State
from huiqi.core.errors import Refused, VersionConflict

pytestmark = pytest.mark.django_db


def running(case):
    return sorted(case.clocks.running().values_list("stage", flat=True))


def clock(case, stage):
    return case.clocks.filter(stage=stage).latest("pk")


def test_a_case_is_accepted_once():
    case = make_case(state=State.ACCEPTED)
    with pytest.raises(Refused) as refused:
        accept_case(case, actor=make_officer(), at=at())
    assert refused.value.code == "cases.cannot_accept"
    assert "待派单" in refused.value.message


def test_who_saw_an_older_version_is_told_so_and_nothing_happens():
    case = make_case()
    with pytest.raises(VersionConflict):
        accept_case(case, actor=make_officer(), at=at(), expected=case.version + 1)
    case.refresh_from_db()
    assert case.state == State.REGISTERED


def test_accepting_ends_the_term_to_accept_and_begins_the_one_to_dispatch():
    case = accept_case(make_case(), actor=make_officer(), at=at(time="15:00"))
    assert running(case) == [Stage.DISPATCH]
    assert clock(case, Stage.ACCEPT).was_late is False
    assert (case.accepted_at, case.due_stage) == (at(time="15:00"), Stage.DISPATCH)


def test_not_accepting_needs_a_reason_of_the_item_and_words_for_the_requester():
    case, officer = make_case(), make_officer()
    with pytest.raises(Refused) as refused:
        refuse_case(case, reason="busy", text="忙。", actor=officer, at=at())
    assert refused.value.code == "cases.unknown_reason"
    with pytest.raises(Refused) as refused:
        refuse_case(case, reason="in_court", text=" ", actor=officer, at=at())
    assert refused.value.code == "cases.text_missing"


def test_a_case_not_accepted_ends_with_its_reason_and_no_clock_runs():
    text = "已经起诉的，请按法院程序办理。"
    case = refuse_case(make_case(), reason="in_court", text=text, actor=make_officer(), at=at())
    assert (case.state, case.ending, case.refusal_reason) == (State.ENDED, Ending.NOT_ACCEPTED, "in_court")
    assert (running(case), case.due_at, case.answer) == ([], None, text)


def test_what_was_accepted_cannot_be_refused_while_we_wait_for_the_requester():
    case = make_case(state=State.HANDLING)
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at())
    with pytest.raises(Refused) as refused:
        refuse_case(case, reason="outside", text="不补就不办。", actor=make_officer(), at=at())
    assert refused.value.code == "cases.accepted_already"


def test_asking_for_more_says_what():
    with pytest.raises(Refused) as refused:
        ask_supplement(make_case(), text="", actor=make_officer(), at=at())
    assert refused.value.code == "cases.text_missing"


@pytest.mark.parametrize("state", [State.REGISTERED, State.HANDLING])
def test_a_supplement_leads_back_to_where_it_was_asked_from(state):
    case = make_case(state=state)
    before = running(case)
    case = ask_supplement(case, text="请补合同。", actor=make_officer(), at=at())
    assert (case.state, case.due_stage) == (State.SUPPLEMENTING, Stage.SUPPLEMENT)
    assert case.clocks.running().filter(is_paused=False).get().stage == Stage.SUPPLEMENT
    case = give_supplement(case, text="合同见附件。", actor=None, at=at("2020-03-04"))
    assert (case.state, running(case)) == (state, before)
    assert not case.clocks.running().filter(is_paused=True).exists()


def test_waiting_for_the_requester_moves_the_end_by_the_office_time_it_took():
    case = make_case(state=State.HANDLING)  # Monday, five days: to the close of Monday the 9th
    assert clock(case, Stage.HANDLE).due_at == at("2020-03-09", "17:30")
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at("2020-03-03", "09:00"))
    give_supplement(case, text="补上了。", actor=None, at=at("2020-03-05", "09:00"))
    assert clock(case, Stage.HANDLE).due_at == at("2020-03-11", "17:30")
    assert clock(case, Stage.HANDLE).moves.get().reason == "pause"


def test_a_night_of_waiting_moves_nothing():
    case = make_case(state=State.HANDLING)
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at("2020-03-03", "17:30"))
    give_supplement(case, text="补上了。", actor=None, at=at("2020-03-04", "09:00"))
    assert clock(case, Stage.HANDLE).due_at == at("2020-03-09", "17:30")


@pytest.mark.parametrize("channel", list(Channel))
def test_the_requester_s_word_lets_the_clocks_run_again_through_every_door(channel):
    case = make_case(state=State.HANDLING, channel=channel)
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at())
    case = write_to_office(case, text="电话里补充：合同编号3号。", actor=make_officer("province"), at=at())
    assert case.state == State.HANDLING
    assert not case.is_paused


def test_a_word_that_nobody_waited_for_moves_no_clock():
    case = make_case(state=State.HANDLING)
    due = clock(case, Stage.HANDLE).due_at
    case = write_to_office(case, text="请快一点。", actor=None, at=at("2020-03-03"))
    assert (case.state, clock(case, Stage.HANDLE).due_at) == (State.HANDLING, due)


def test_a_requester_who_keeps_silent_does_not_hold_the_case_for_ever():
    case = make_case(state=State.HANDLING)
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at())
    with pytest.raises(Refused):
        stop_waiting(case, reason="", actor=make_officer(), at=at())
    case = stop_waiting(
        case, reason="多次联系未补，按现有材料办理。", actor=make_officer(), at=at("2020-03-10")
    )
    assert case.state == State.HANDLING
    # Five days counted from the day after receipt, and the five days and one hour we waited of them.
    assert clock(case, Stage.HANDLE).due_at == at("2020-03-17", "10:00")


def test_a_topic_the_item_does_not_have_is_refused():
    with pytest.raises(Refused) as refused:
        classify_case(make_case(), topic="weather", urgency="urgent", actor=make_officer(), at=at())
    assert refused.value.code == "cases.no_such_topic"


def test_an_ended_case_is_not_classed_anew():
    case = refuse_case(make_case(), reason="outside", text="请找甲局。", actor=make_officer(), at=at())
    with pytest.raises(Refused) as refused:
        classify_case(case, topic="tax", urgency="urgent", actor=make_officer(), at=at())
    assert refused.value.code == "cases.ended"


def test_another_urgency_gives_running_clocks_its_limit_and_keeps_their_pauses():
    case = make_case(state=State.HANDLING)
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at("2020-03-03", "09:00"))
    give_supplement(case, text="补上了。", actor=None, at=at("2020-03-05", "09:00"))
    case = classify_case(case, topic="work", urgency="complex", actor=make_officer(), at=at("2020-03-05"))
    handle = clock(case, Stage.HANDLE)
    # Fifteen working days from 2 March, and the two of the pause.
    assert (handle.limit_amount, handle.due_at) == (15, at("2020-03-25", "17:30"))
    assert reckoning_of(handle, case, at("2020-03-05", "09:00")).used == 0
    assert case.events.filter(kind="classed").get().details["urgency_was"] == "ordinary"


def test_a_case_keeps_the_edition_it_was_opened_under():
    case = make_case()
    make_edition(refusal_reasons=[{"code": "other", "label": "其他"}])
    with pytest.raises(Refused):
        refuse_case(case, reason="other", text="按新规定。", actor=make_officer(), at=at())


def test_the_first_call_is_not_due_while_we_wait_for_the_requester():
    case = make_case(state=State.HANDLING)
    ask_supplement(case, text="请补合同。", actor=make_officer(), at=at("2020-03-03", "09:00"))
    assert clock(case, Stage.CONTACT).is_paused
    give_supplement(case, text="补上了。", actor=None, at=at("2020-03-09", "09:00"))
    record_contact(make_lead(case), note="电话联系。", actor=make_officer(), at=at("2020-03-10"))
    assert clock(case, Stage.CONTACT).was_late is False
    assert Case.objects.get(pk=case.pk).handler is not None
