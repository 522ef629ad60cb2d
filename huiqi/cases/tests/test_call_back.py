"""The requester's word, and what follows from it: only it makes a case solved."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from huiqi.accounts.models import Unit
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands.closing import (
    approve_answer,
    rate_case,
    record_call_back,
    redo_case,
    reopen_case,
)
from huiqi.cases.commands.desk import assign_case, refuse_case, withdraw_case
from huiqi.cases.commands.handling import answer_order
from huiqi.cases.happenings import Happening
from huiqi.cases.models import CallBack, Case, OrderState
from huiqi.cases.notices import NEW_ON_DESK, SUPERVISED
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import PROPOSABLE, Ending, Stage, State, Word
from huiqi.core.errors import Refused

pytestmark = pytest.mark.django_db


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


def waiting(proposed=Ending.SOLVED, **asked):
    return make_case(state=State.CALLING_BACK, proposed=proposed, **asked)


def called(case, word, day="2020-03-03", **said):
    return record_call_back(case, word=word, actor=make_officer(), at=at(day), **said)


def again(case, proposed=Ending.SOLVED, day="2020-03-05"):
    """The next round up to the call-back."""
    answer_order(make_lead(case), text="再办。", proposed_ending=proposed, actor=make_officer(), at=at(day))
    return approve_answer(Case.objects.get(pk=case.pk), actor=make_officer("changsha"), at=at(day))


def test_nobody_is_called_back_before_there_is_an_answer():
    case = make_case(state=State.ANSWERED)
    assert refusal(called, case, Word.SOLVED) == "cases.cannot_take_word"
    assert refusal(rate_case, case, word=Word.SOLVED, at=at()) == "cases.cannot_take_word"


def test_a_word_is_one_of_those_there_are_and_a_rating_lies_between_one_and_five():
    case = waiting()
    assert refusal(called, case, "") == refusal(called, case, "fine") == "cases.no_such_word"
    for rating in (0, 6):
        assert refusal(called, case, Word.SOLVED, rating=rating) == "cases.rating_wrong"
    assert refusal(called, case, Word.UNREACHABLE, rating=5) == "cases.rating_wrong"
    assert refusal(rate_case, case, word=Word.UNREACHABLE, at=at()) == "cases.no_such_word"
    assert not case.call_backs.exists()


@pytest.mark.parametrize("proposed", PROPOSABLE)
@pytest.mark.parametrize(("word", "ending"), [("solved", "solved"), ("partly", "partly_solved")])
def test_the_requester_s_word_decides_whatever_was_proposed(proposed, word, ending):
    case = called(waiting(proposed), word, rating=4)
    assert (case.state, case.ending, case.word, case.rating) == (State.ENDED, ending, word, 4)
    assert not case.clocks.running().exists()


@pytest.mark.parametrize("proposed", [Ending.SOLVED, Ending.PARTLY_SOLVED])
def test_the_database_knows_no_solved_case_without_the_requester_s_word(proposed):
    case = waiting(proposed)
    rows = Case.objects.filter(pk=case.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="ended", ended_at=at(), ending=proposed, word="unreachable")


def test_not_solved_opens_the_case_again_with_a_shorter_clock_for_all_to_see():
    supervisor = make_officer("changsha", Role.SUPERVISOR)
    case = called(waiting(), Word.NOT_SOLVED, "2020-03-04", note="还差10个人。")
    assert (case.state, case.round, case.ending, case.word) == (State.HANDLING, 2, "", "")
    clock = case.clocks.running().get()
    assert (clock.stage, clock.limit_amount, clock.due_at) == (Stage.HANDLE, 3, at("2020-03-09", "17:30"))
    assert case.lead == make_office("liuyang")
    assert supervisor.notices.filter(kind=SUPERVISED).count() == 1
    redone = case.events.public().get(kind="redo")
    assert redone.text == "还差10个人。"


def test_a_claim_of_having_solved_it_is_opened_again_as_often_as_it_is_denied():
    case = waiting()
    for turn in range(2, 5):
        case = called(case, Word.NOT_SOLVED)
        assert (case.state, case.round) == (State.HANDLING, turn)
        case = again(case)
    assert called(case, Word.SOLVED).ending == Ending.SOLVED


@pytest.mark.parametrize("ending", [Ending.POLICY_FORBIDS, Ending.EXPLAINED, Ending.UNSOLVABLE])
def test_an_honest_no_is_looked_at_again_once_and_then_stands_beside_the_requester_s_word(ending):
    case = called(waiting(ending), Word.NOT_SOLVED)
    assert case.state == State.HANDLING
    case = called(again(case, ending), Word.NOT_SOLVED, "2020-03-06", rating=1)
    assert (case.state, case.ending, case.word, case.rating) == (State.ENDED, ending, "not_solved", 1)


def test_a_second_round_that_the_reviewer_asked_for_is_no_second_look():
    case = make_case(state=State.ANSWERED, proposed=Ending.EXPLAINED)
    case = redo_case(case, reason="写清楚。", actor=make_officer("changsha"), at=at())
    case = again(case, Ending.EXPLAINED)
    assert called(case, Word.NOT_SOLVED).state == State.HANDLING


@pytest.mark.parametrize(
    ("proposed", "ending"),
    [("solved", "explained"), ("partly_solved", "explained"), ("policy_forbids", "policy_forbids")],
)
def test_whom_nobody_reaches_on_three_working_days_is_never_counted_as_satisfied(proposed, ending):
    case = waiting(Ending(proposed))
    for day in ("2020-03-03", "2020-03-04"):
        case = called(case, Word.UNREACHABLE, day)
        assert case.state == State.CALLING_BACK
    case = called(case, Word.UNREACHABLE, "2020-03-05")
    assert (case.state, case.ending, case.word) == (State.ENDED, ending, "unreachable")
    assert case.rating is None


def test_three_tries_on_one_day_or_on_days_of_rest_are_no_three_tries():
    case = waiting()
    for day in ("2020-03-06", "2020-03-06", "2020-03-06", "2020-03-07", "2020-03-08"):
        case = called(case, Word.UNREACHABLE, day)
    assert case.state == State.CALLING_BACK
    assert case.call_backs.count() == 5


def test_tries_of_an_earlier_round_do_not_count():
    case = waiting()
    for day in ("2020-03-03", "2020-03-04"):
        called(case, Word.UNREACHABLE, day)
    case = again(called(case, Word.NOT_SOLVED, "2020-03-04"))
    assert called(case, Word.UNREACHABLE, "2020-03-05").state == State.CALLING_BACK


def test_whom_nobody_reached_is_told_how_to_go_on():
    requester = make_user(role=Role.FIRM)
    case = waiting(requester=requester)
    for day in ("2020-03-03", "2020-03-04", "2020-03-05"):
        case = called(case, Word.UNREACHABLE, day)
    assert requester.notices.filter(text__contains="30天内可以申请重启").count() == 1


def test_silence_changes_nothing():
    case = waiting()
    case.refresh_from_db()
    assert (case.state, case.word, case.rating) == (State.CALLING_BACK, "", None)
    assert case.clocks.running().get().stage == Stage.CALL_BACK


def test_the_requester_s_own_word_takes_the_same_way():
    requester = make_user(role=Role.FIRM)
    case = waiting(requester=requester)
    case = rate_case(case, word=Word.PARTLY, rating=3, text="来了10个人。", actor=requester, at=at())
    assert (case.ending, case.rating, case.rating_text) == (Ending.PARTLY_SOLVED, 3, "来了10个人。")
    tried = case.call_backs.get()
    assert (tried.way, tried.by) == (CallBack.Way.WEB, requester)


def test_not_solved_on_the_web_reaches_the_office():
    case = rate_case(waiting(), word=Word.NOT_SOLVED, rating=1, text="没人来。", at=at())
    assert (case.state, case.rating) == (State.HANDLING, None)
    assert case.call_backs.get().rating == 1


def test_a_case_is_rated_once():
    case = called(waiting(), Word.SOLVED)
    assert refusal(rate_case, case, word=Word.PARTLY, at=at("2020-03-04")) == "cases.rated_already"


def test_what_was_never_answered_is_not_rated():
    case = refuse_case(make_case(), reason="outside", text="请找甲局。", actor=None, at=at())
    assert refusal(rate_case, case, word=Word.SOLVED, at=at()) == "cases.no_answer_yet"


def test_whom_nobody_reached_may_still_say_it():
    case = waiting()
    for day in ("2020-03-03", "2020-03-04", "2020-03-05"):
        case = called(case, Word.UNREACHABLE, day)
    case = rate_case(case, word=Word.SOLVED, rating=5, at=at("2020-03-06"))
    assert (case.ending, case.word, case.rating) == (Ending.SOLVED, "solved", 5)


def test_whom_nobody_reached_may_open_it_again_with_the_same_word():
    case = waiting()
    for day in ("2020-03-03", "2020-03-04", "2020-03-05"):
        case = called(case, Word.UNREACHABLE, day)
    case = rate_case(case, word=Word.NOT_SOLVED, text="我换了号码。", at=at("2020-03-06"))
    assert (case.state, case.round, case.ending) == (State.HANDLING, 2, "")


def test_staff_s_word_for_the_requester_does_not_replace_a_proof_and_the_requester_s_own_does():
    make_edition("arrears", needs_proof=["solved", "partly_solved"])
    case = waiting(Ending.EXPLAINED, item="arrears")
    assert refusal(called, case, Word.SOLVED) == "cases.proof_missing"
    assert rate_case(case, word=Word.SOLVED, at=at()).ending == Ending.SOLVED


# --- opened again -----------------------------------------------------------------------------------------


def ended(word=Word.SOLVED):
    return called(waiting(), word, "2020-03-03")


def test_who_asks_to_go_on_says_why():
    assert refusal(reopen_case, ended(), reason="", actor=None, at=at("2020-03-04")) == "cases.text_missing"


def test_an_open_case_is_not_opened_again():
    code = refusal(reopen_case, waiting(), reason="没解决。", actor=None, at=at())
    assert code == "cases.cannot_reopen"


def test_after_thirty_days_it_is_a_new_request():
    case = ended()
    late = case.ended_at + timedelta(days=30, seconds=1)
    assert refusal(reopen_case, case, reason="又没人了。", actor=None, at=late) == "cases.reopen_too_late"
    assert reopen_case(case, reason="又没人了。", actor=None, at=late - timedelta(seconds=1)).is_open


def test_what_was_never_handled_is_asked_anew():
    refused = refuse_case(make_case(), reason="outside", text="请找甲局。", actor=None, at=at())
    withdrawn = withdraw_case(make_case(state=State.HANDLING), reason="解决了。", actor=None, at=at())
    for case in (refused, withdrawn):
        assert refusal(reopen_case, case, reason="再办。", actor=None, at=at()) == "cases.cannot_reopen"


def test_an_ended_case_goes_back_to_its_lead_and_keeps_what_was_said():
    case = reopen_case(ended(), reason="人又走了。", actor=None, at=at("2020-03-10"))
    assert (case.state, case.round, case.ending, case.ended_at) == (State.HANDLING, 2, "", None)
    assert (case.word, case.rating) == ("", None)
    assert make_lead(case).state == OrderState.SIGNED
    assert case.clocks.running().get().limit_amount == 3
    assert case.call_backs.get().word == Word.SOLVED


# --- withdrawn --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["registered", "accepted", "assigned", "handling", "answered", "calling_back"]
)
def test_the_requester_takes_a_request_back_at_any_time(state):
    case = withdraw_case(make_case(state=State(state)), reason="", actor=None, at=at())
    assert (case.state, case.ending) == (State.ENDED, Ending.WITHDRAWN)
    assert not case.orders.open().exists()
    assert not case.clocks.running().exists()


def test_and_not_after_its_end():
    assert refusal(withdraw_case, ended(), reason="", actor=None, at=at()) == "cases.cannot_withdraw"


# --- the last lead is gone ------------------------------------------------------------------------------


def closed_lead(state):
    """A case whose lead, an office below its desk, was closed since; and the desk's dispatcher."""
    lead, dispatcher = make_office("liuyang"), make_officer("changsha", Role.DISPATCHER)
    case = make_case(state=state, lead=lead, officer=make_officer("province"))
    Unit.objects.filter(pk=lead.pk).update(is_active=False)
    return Case.objects.get(pk=case.pk), dispatcher


def test_a_case_reopened_to_a_closed_unit_goes_back_to_the_desk():
    case, dispatcher = closed_lead(State.CALLING_BACK)
    record_call_back(case, word=Word.SOLVED, actor=None, at=at("2020-03-03"))
    case = reopen_case(case, reason="人又走了。", actor=None, at=at("2020-03-10"))
    assert (case.state, case.lead, case.round) == (State.ACCEPTED, None, 2)
    assert case.clocks.running().get().stage == Stage.DISPATCH
    assert dispatcher.notices.filter(kind=NEW_ON_DESK, read_at=None, at=at("2020-03-10")).exists()
    assert case.events.filter(kind=Happening.BACK_TO_DESK).exists()


def test_a_case_sent_back_to_a_closed_unit_goes_back_to_the_desk_and_can_be_given_anew():
    case, _dispatcher = closed_lead(State.ANSWERED)
    case = redo_case(case, reason="没有写明依据。", actor=None, at=at("2020-03-03"))
    assert case.state == State.ACCEPTED
    case = assign_case(case, lead=case.desk, actor=None, at=at("2020-03-03"))
    assert case.state == State.ASSIGNED


def test_a_handler_who_left_gets_no_new_round():
    officer = make_officer("liuyang")
    case = make_case(state=State.ANSWERED, officer=officer)
    officer.is_active = False
    officer.save()
    case = redo_case(case, reason="没有写明依据。", actor=None, at=at("2020-03-03"))
    assert (case.state, case.handler) == (State.HANDLING, None)
