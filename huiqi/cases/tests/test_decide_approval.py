"""More time, a pause, an exclusion: asked in time, decided by somebody else."""

from datetime import date

import pytest

from huiqi.accounts.models import UnitKind
from huiqi.accounts.tests.make import make_office, make_unit
from huiqi.cases.commands.approvals import (
    ask_exclusion,
    ask_extension,
    ask_suspension,
    decide_approval,
    resume_case,
    withdraw_approval,
)
from huiqi.cases.commands.closing import record_call_back, redo_case
from huiqi.cases.commands.desk import add_co_handler, ask_supplement, assign_case, withdraw_case
from huiqi.cases.commands.handling import answer_order, record_contact, sign_order
from huiqi.cases.models import Approval, ApprovalState, Case
from huiqi.cases.queries.people import approvals_to_decide
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer, make_order
from huiqi.cases.workflow import Stage, State
from huiqi.core.errors import Refused

pytestmark = pytest.mark.django_db


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


@pytest.fixture
def order():
    return make_order(state=State.HANDLING)  # Monday 2 March, five days: Monday the 9th 17:30


@pytest.fixture
def handler(order):
    return make_officer(name="王芳")


@pytest.fixture
def other(order):
    return make_officer(name="刘伟")


def handle_clock(order):
    return order.case.clocks.filter(stage=Stage.HANDLE, order__unit=order.unit).latest("pk")


def extend(order, handler, when=None, **said):
    words = {"amount": 3, "reason": "需要两地协调。", **said}
    return ask_extension(order, **words, actor=handler, at=when or at("2020-03-03"))


def test_more_time_is_asked_before_the_term_is_over(order, handler):
    code = refusal(extend, order, handler, at("2020-03-09", "17:31"))
    assert code == "cases.too_late_to_extend"
    assert extend(order, handler, at("2020-03-09", "17:30")).state == ApprovalState.WAITING


def test_more_time_is_asked_with_a_reason_and_a_sane_amount(order, handler):
    assert refusal(extend, order, handler, reason=" ") == "cases.text_missing"
    for amount in (0, -1, 6):
        assert refusal(extend, order, handler, amount=amount) == "cases.amount_wrong"


def test_there_is_nothing_to_extend_before_the_receipt(handler):
    assert refusal(extend, make_order(), handler) == "cases.no_term"


def test_the_same_is_not_asked_twice_at_once(order, handler):
    extend(order, handler)
    assert refusal(extend, order, handler) == "cases.asked_already"


def test_nobody_decides_on_the_own_question(order, handler):
    asked = extend(order, handler)
    code = refusal(decide_approval, asked, granted=True, actor=handler, at=at())
    assert code == "cases.own_question"


def test_the_desk_decides_or_the_office_above(order, handler, other):
    asked = extend(order, handler)
    day = at().date()
    assert list(approvals_to_decide(handler, day)) == []
    assert list(approvals_to_decide(other, day)) == [asked]
    assert list(approvals_to_decide(make_officer("changsha"), day)) == [asked]
    assert list(approvals_to_decide(make_officer("xiangtan"), day)) == []


def test_a_no_gives_a_reason_and_changes_nothing(order, handler, other):
    asked = extend(order, handler)
    due = handle_clock(order).due_at
    code = refusal(decide_approval, asked, granted=False, actor=other, at=at())
    assert code == "cases.text_missing"
    decide_approval(asked, granted=False, decision="可以按期办结。", actor=other, at=at())
    assert handle_clock(order).due_at == due
    assert refusal(decide_approval, asked, granted=True, actor=other, at=at()) == "cases.decided_already"
    assert extend(order, handler).state == ApprovalState.WAITING


def test_a_yes_moves_the_end_keeps_the_original_and_tells_the_requester(order, handler, other):
    decide_approval(extend(order, handler), granted=True, actor=other, at=at("2020-03-04"))
    clock = handle_clock(order)
    assert (clock.due_at, clock.original_due_at) == (at("2020-03-12", "17:30"), at("2020-03-09", "17:30"))
    assert clock.moves.get().words == "需要两地协调。"
    case = Case.objects.get(pk=order.case_id)
    assert case.events.public().get(kind="clock_moved").details["amount"] == 3
    # The first call is due before, whatever is extended.
    assert (case.due_stage, case.due_at) == (Stage.CONTACT, at("2020-03-05", "17:30"))


def test_what_was_asked_in_time_may_be_granted_after_the_end(order, handler, other):
    asked = extend(order, handler, at("2020-03-09", "16:00"))
    decide_approval(asked, granted=True, actor=other, at=at("2020-03-11"))
    assert handle_clock(order).due_at == at("2020-03-12", "17:30")


def test_more_time_is_granted_once_a_round(order, handler, other):
    decide_approval(extend(order, handler), granted=True, actor=other, at=at())
    assert refusal(extend, order, handler, at("2020-03-05")) == "cases.extended_already"
    record_contact(order, note="电话联系。", actor=handler, at=at())
    answer_order(order, text="已办。", proposed_ending="solved", actor=handler, at=at())
    redo_case(order.case, reason="不全。", actor=other, at=at("2020-03-06"))
    assert extend(make_lead(order.case), handler, at("2020-03-06")).amount == 3


def test_a_co_handler_asks_for_its_own_term(order, handler, other):
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    add_co_handler(order.case, unit=below, actor=None, at=at())
    co = sign_order(order.case.orders.get(unit=below), actor=None, at=at())
    decide_approval(extend(co, handler), granted=True, actor=other, at=at())
    assert handle_clock(co).due_at == at("2020-03-12", "17:30")
    assert handle_clock(order).due_at == at("2020-03-09", "17:30")


def test_what_nobody_needs_to_decide_any_more_is_withdrawn(order, handler, other):
    asked = extend(order, handler)
    record_contact(order, note="电话联系。", actor=handler, at=at())
    answer_order(order, text="已办。", proposed_ending="solved", actor=handler, at=at())
    assert Approval.objects.get(pk=asked.pk).state == ApprovalState.WITHDRAWN
    assert refusal(decide_approval, asked, granted=True, actor=other, at=at()) == "cases.decided_already"


@pytest.mark.parametrize("way", ["withdrawn", "reassigned"])
def test_a_question_ends_with_the_order_it_was_asked_for(order, handler, way):
    asked = extend(order, handler)
    if way == "withdrawn":
        withdraw_case(order.case, reason="", actor=None, at=at())
    else:
        below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
        assign_case(order.case, lead=below, actor=None, at=at())
    assert Approval.objects.get(pk=asked.pk).state == ApprovalState.WITHDRAWN


def test_who_asked_may_take_it_back_and_nobody_else(order, handler, other):
    asked = extend(order, handler)
    assert refusal(withdraw_approval, asked, actor=other, at=at()) == "cases.not_own_question"
    assert withdraw_approval(asked, actor=handler, at=at()).state == ApprovalState.WITHDRAWN
    assert refusal(withdraw_approval, asked, actor=handler, at=at()) == "cases.decided_already"


# --- a pause ----------------------------------------------------------------------------------------------


def suspend(order, handler, day="2020-03-20", **said):
    words = {"review_on": date.fromisoformat(day), "reason": "等外省复工。", **said}
    return ask_suspension(order, **words, actor=handler, at=at("2020-03-03", "09:00"))


def test_a_pause_has_a_day_on_which_it_is_looked_at_again(order, handler):
    for day in ("2020-03-03", "2020-03-02"):
        assert refusal(suspend, order, handler, day) == "cases.review_day_wrong"
    assert refusal(suspend, order, handler, reason="") == "cases.text_missing"


def test_only_the_lead_of_a_case_at_hand_asks_for_one(order, handler):
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    add_co_handler(order.case, unit=below, actor=None, at=at())
    assert refusal(suspend, order.case.orders.get(unit=below), handler) == "cases.lead_only"
    assert refusal(suspend, make_order(), handler) == "cases.cannot_suspend"


def test_no_clock_of_the_handlers_runs_while_it_rests(order, handler, other):
    asked = suspend(order, handler)
    assert not handle_clock(order).is_paused
    decide_approval(asked, granted=True, actor=other, at=at("2020-03-03", "09:00"))
    case = Case.objects.get(pk=order.case_id)
    assert (case.state, case.is_paused) == (State.SUSPENDED, True)
    assert refusal(answer_order, order, text="办。", proposed_ending="solved", actor=None, at=at()) == (
        "cases.not_contacted"
    )
    case = resume_case(case, actor=handler, at=at("2020-03-17", "09:00"))
    assert (case.state, case.is_paused) == (State.HANDLING, False)
    assert handle_clock(order).due_at == at("2020-03-23", "17:30")


def test_a_unit_that_signs_while_the_case_rests_does_not_lose_time(order, handler, other):
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    add_co_handler(order.case, unit=below, actor=None, at=at())
    decide_approval(suspend(order, handler), granted=True, actor=other, at=at("2020-03-03"))
    co = sign_order(order.case.orders.get(unit=below), actor=None, at=at("2020-03-04"))
    assert handle_clock(co).is_paused
    resume_case(order.case, actor=handler, at=at("2020-03-16"))
    assert not handle_clock(co).is_paused


def test_a_case_that_waits_for_its_requester_is_not_put_to_rest_as_well(order, handler, other):
    asked = suspend(order, handler)
    ask_supplement(order.case, text="请补合同。", actor=handler, at=at("2020-03-03"))
    code = refusal(decide_approval, asked, granted=True, actor=other, at=at("2020-03-03"))
    assert code == "cases.cannot_suspend"
    decide_approval(asked, granted=False, decision="先等补正。", actor=other, at=at("2020-03-03"))


def test_what_does_not_rest_is_not_taken_up_again(order):
    assert refusal(resume_case, order.case, actor=None, at=at()) == "cases.cannot_resume"


# --- left out of the rates --------------------------------------------------------------------------------


def exclude(case, actor):
    return ask_exclusion(case, reason="诉求人所述为政策不允许事项。", actor=actor, at=at("2020-03-10"))


def test_a_case_is_left_out_after_its_end_and_by_somebody_else_s_decision(handler, other):
    case = make_case(state=State.CALLING_BACK)
    assert refusal(exclude, case, handler) == "cases.not_ended"
    case = record_call_back(case, word="solved", actor=other, at=at("2020-03-03"))
    asked = exclude(case, handler)
    code = refusal(decide_approval, asked, granted=True, actor=handler, at=at("2020-03-10"))
    assert code == "cases.own_question"
    decide_approval(asked, granted=True, actor=other, at=at("2020-03-10"))
    case = Case.objects.get(pk=case.pk)
    assert case.excluded_at == at("2020-03-10")
    assert case.events.filter(kind="excluded").count() == 1
    assert refusal(exclude, case, handler) == "cases.excluded_already"
