"""The lead answers, somebody else reviews, the requester gets it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiqi.accounts.models import UnitKind
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit, make_user
from huiqi.cases.commands.closing import approve_answer, redo_case
from huiqi.cases.commands.desk import add_co_handler, assign_case, cancel_order
from huiqi.cases.commands.handling import (
    answer_order,
    hand_on,
    note_case,
    record_contact,
    sign_order,
    take_on,
)
from huiqi.cases.models import Case, OrderMode
from huiqi.cases.queries.people import answers_to_review
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer
from huiqi.cases.workflow import PROPOSABLE, REVIEWED_TWICE, Ending, Stage, State
from huiqi.core.errors import Refused
from huiqi.files.commands import attach, receive_upload

pytestmark = pytest.mark.django_db


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


def answered(**asked):
    """An answered case, who answered, and a colleague at the same desk."""
    handler = make_officer(name="王芳")
    case = make_case(state=State.ANSWERED, officer=handler, **asked)
    return case, handler, make_officer(name="刘伟")


@pytest.fixture
def handled():
    case = make_case(state=State.HANDLING)
    record_contact(make_lead(case), note="电话联系。", actor=make_officer(), at=at())
    return Case.objects.get(pk=case.pk)


def answer(case, ending=Ending.SOLVED, text="已办妥。", **said):
    said = {"actor": make_officer(), "at": at("2020-03-03"), **said}
    return answer_order(make_lead(case), text=text, proposed_ending=ending, **said)


def test_no_answer_before_the_first_call():
    case = make_case(state=State.HANDLING)
    assert refusal(answer, case) == "cases.not_contacted"


def test_no_answer_before_the_receipt():
    case = make_case(state=State.ASSIGNED)
    assert refusal(answer, case) == "cases.not_signed"


def test_an_answer_has_words_and_an_ending_that_a_handler_may_propose(handled):
    assert refusal(answer, handled, text="") == "cases.text_missing"
    for ending in ("", "merged", "withdrawn", "not_accepted", "nonsense"):
        assert refusal(answer, handled, ending) == "cases.no_such_ending"


def test_an_answer_waits_for_every_co_handler(handled):
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    other = make_unit("浏阳培训站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    add_co_handler(handled, unit=below, actor=None, at=at())
    add_co_handler(handled, unit=other, actor=None, at=at())
    with pytest.raises(Refused) as refused:
        answer(handled)
    assert refused.value.code == "cases.co_orders_open"
    assert "浏阳服务站、浏阳培训站" in refused.value.message
    cancel_order(handled.orders.get(unit=other), reason="不用了。", actor=None, at=at())
    co = handled.orders.get(unit=below)
    sign_order(co, actor=None, at=at())
    answer_order(co, text="已提供20人名单。", actor=None, at=at("2020-03-03"))
    answer(handled)
    assert Case.objects.get(pk=handled.pk).state == State.ANSWERED


def test_who_was_only_informed_is_not_waited_for(handled):
    add_co_handler(handled, unit=make_office("tax"), mode=OrderMode.INFORM, actor=None, at=at())
    answer(handled)
    assert handled.orders.get(unit=make_office("tax")).is_open


def test_an_answer_stops_the_handler_s_clocks_and_starts_the_reviewer_s(handled):
    answer(handled)
    handled.refresh_from_db()
    assert [clock.stage for clock in handled.clocks.running()] == [Stage.REVIEW]
    assert handled.clocks.get(stage=Stage.HANDLE).was_late is False
    assert handled.due_stage == Stage.REVIEW


def test_the_requester_reads_no_answer_before_it_is_approved(handled):
    answer(handled, text="草稿里的话。")
    handled.refresh_from_db()
    assert handled.answer == ""
    assert not handled.events.public().filter(kind="answer").exists()
    approve_answer(handled, text="审过的话。", actor=make_officer(), at=at("2020-03-03"))
    handled.refresh_from_db()
    assert handled.answer == handled.events.public().get(kind="approve").text == "审过的话。"
    assert make_lead(handled).answer == "草稿里的话。"


def test_nobody_reviews_the_own_answer():
    case, handler, _ = answered()
    assert refusal(approve_answer, case, actor=handler, at=at()) == "cases.own_answer"


def test_an_answer_is_approved_once():
    case, _, colleague = answered()
    approve_answer(case, actor=colleague, at=at())
    assert refusal(approve_answer, case, actor=colleague, at=at()) == "cases.cannot_approve"


def test_a_colleague_at_the_desk_reviews():
    case, _, colleague = answered()
    assert list(answers_to_review(colleague, at().date())) == [case]
    case = approve_answer(case, actor=colleague, at=at())
    assert (case.state, case.ending) == (State.CALLING_BACK, "")
    assert [clock.stage for clock in case.clocks.running()] == [Stage.CALL_BACK]


def test_an_office_of_one_person_is_reviewed_from_above():
    case, handler = make_case(state=State.ANSWERED, officer=make_officer(name="独一人")), None
    above = make_officer("changsha")
    assert list(answers_to_review(above, at().date())) == [case]
    assert list(answers_to_review(make_officer("xiangtan"), at().date())) == []
    assert approve_answer(case, actor=above, at=at()).state == State.CALLING_BACK
    assert handler is None


@pytest.mark.parametrize("ending", sorted(REVIEWED_TWICE))
def test_an_ending_without_hope_is_confirmed_above_the_desk(ending):
    make_officer("changsha")
    case, _, colleague = answered(proposed=Ending(ending))
    with pytest.raises(Refused) as refused:
        approve_answer(case, actor=colleague, at=at())
    assert refused.value.code == "cases.review_above"
    assert "上一级" in refused.value.message
    case = approve_answer(case, actor=make_officer("changsha"), at=at())
    assert case.proposed_ending == ending


def test_a_supervisor_of_the_desk_confirms_it_too():
    case, _, colleague = answered(proposed=Ending.POLICY_FORBIDS)
    supervisor = make_officer("liuyang", Role.SUPERVISOR)
    assert refusal(approve_answer, case, actor=colleague, at=at()) == "cases.review_above"
    assert approve_answer(case, actor=supervisor, at=at()).state == State.CALLING_BACK


def test_where_nobody_is_above_a_colleague_may_confirm_it():
    case, handler, colleague = answered(proposed=Ending.OUTSIDE_POWER)
    assert refusal(approve_answer, case, actor=handler, at=at()) == "cases.own_answer"
    assert approve_answer(case, actor=colleague, at=at()).state == State.CALLING_BACK


def test_a_reviewer_cannot_turn_a_plain_answer_into_one_without_hope_alone():
    make_officer("changsha")
    case, _, colleague = answered()
    code = refusal(approve_answer, case, ending="unsolvable", actor=colleague, at=at())
    assert code == "cases.review_above"
    assert refusal(approve_answer, case, ending="merged", actor=colleague, at=at()) == "cases.no_such_ending"


def test_every_ending_that_may_be_proposed_may_be_approved():
    for ending in PROPOSABLE:
        case = make_case(state=State.ANSWERED, proposed=ending)
        assert approve_answer(case, actor=make_officer("changsha"), at=at()).proposed_ending == ending


# --- proof ------------------------------------------------------------------------------------------------


def file_of(owner, user):
    raw = SimpleUploadedFile("回单.pdf", io.BytesIO(b"%PDF-1.4\n%%EOF\n").read(), "application/pdf")
    return attach(receive_upload(raw, actor=user, at=at()), owner=owner, actor=user, at=at())


@pytest.fixture
def proven(handled):
    """An item that ends as solved only with a file as proof."""
    edition = make_edition("arrears", needs_proof=["solved"])
    handled.edition = edition
    handled.save()
    return handled


def test_without_proof_it_is_not_closed_where_the_item_asks_for_one(proven):
    with pytest.raises(Refused) as refused:
        answer(proven)
    assert refused.value.code == "cases.proof_missing"
    assert "凭证" in refused.value.message
    answer(proven, Ending.EXPLAINED)


def test_what_the_requester_sent_along_is_the_claim_and_not_its_proof(proven):
    firm = make_user(role=Role.FIRM)
    file_of(proven, firm)
    assert refusal(answer, proven) == "cases.proof_missing"


def test_what_a_clerk_filled_in_with_is_not_the_proof_either(proven):
    clerk = make_officer(role=Role.WINDOW_CLERK)
    proven.taken_by = clerk
    proven.save()
    file_of(proven, clerk)
    assert refusal(answer, proven) == "cases.proof_missing"


def test_who_took_the_request_and_handles_it_may_add_the_proof(proven):
    officer = make_officer()
    proven.taken_by = officer
    proven.save()
    file_of(proven, officer)
    assert refusal(answer, proven) == "cases.proof_missing"
    take_on(make_lead(proven), actor=proven.handler, at=at())
    hand_on(make_lead(proven), colleague=officer, actor=proven.handler, at=at())
    answer(proven)


@pytest.mark.parametrize("owner", ["case", "order"])
def test_a_file_from_the_office_is_proof(proven, owner):
    file_of(proven if owner == "case" else make_lead(proven), make_officer())
    answer(proven)
    assert Case.objects.get(pk=proven.pk).state == State.ANSWERED


def test_a_reviewer_does_not_close_without_proof_what_a_handler_could_not(proven):
    answer(proven, Ending.EXPLAINED)
    colleague = make_officer()
    assert refusal(approve_answer, proven, ending="solved", actor=colleague, at=at()) == "cases.proof_missing"


# --- done again -------------------------------------------------------------------------------------------


def test_to_have_it_done_again_says_what():
    case, _, colleague = answered()
    assert refusal(redo_case, case, reason="", actor=colleague, at=at()) == "cases.text_missing"


def test_what_is_done_again_has_half_the_time_and_needs_no_second_first_call():
    case, handler, colleague = answered()
    case = redo_case(case, reason="没有回答招聘会的日期。", actor=colleague, at=at("2020-03-04"))
    assert (case.state, case.round, case.handler) == (State.HANDLING, 2, handler)
    clock = case.clocks.running().get()
    assert (clock.stage, clock.limit_amount, clock.due_at) == (Stage.HANDLE, 3, at("2020-03-09", "17:30"))
    answer(case)


def test_half_of_a_day_is_a_day():
    make_edition(limits=[{"stage": "handle", "amount": 1, "confidence": "GAP", "source": "test"}])
    case, _, colleague = answered()
    case = redo_case(case, reason="不清楚。", actor=colleague, at=at())
    assert case.clocks.running().get().limit_amount == 1


def test_another_unit_may_take_over_the_second_round():
    case, _, colleague = answered()
    case = redo_case(case, reason="换单位。", actor=colleague, at=at())
    below = make_unit("浏阳服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))
    case = assign_case(case, lead=below, actor=colleague, at=at())
    sign_order(make_lead(case), actor=None, at=at())
    assert case.clocks.running().get(stage=Stage.HANDLE).limit_amount == 3
    assert refusal(answer, case) == "cases.not_contacted"


def test_a_note_is_for_colleagues(handled):
    assert refusal(note_case, handled, text=" ", actor=None, at=at()) == "cases.text_missing"
    note_case(handled, text="对方态度不好。", actor=make_officer(), at=at())
    assert not handled.events.public().filter(kind="noted").exists()
