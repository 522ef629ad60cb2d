"""The desk gives a case to units; units sign, take on and hand on."""

import pytest

from huiqi.accounts.models import UnitKind
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit
from huiqi.cases.commands.desk import add_co_handler, assign_case, cancel_order, escalate_case
from huiqi.cases.commands.handling import answer_order, hand_on, record_contact, sign_order, take_on
from huiqi.cases.items.definition import Authority
from huiqi.cases.models import Case, Order, OrderMode, OrderPart, OrderState
from huiqi.cases.queries.mandates import may_assign, mode_for
from huiqi.cases.tests.make import at, make_case, make_lead, make_officer, make_order
from huiqi.cases.workflow import Stage, State
from huiqi.core.errors import Refused

pytestmark = pytest.mark.django_db


def stages(case, **where):
    return sorted(case.clocks.running().filter(**where).values_list("stage", flat=True))


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.code


@pytest.fixture
def tax():
    return make_office("tax")


@pytest.fixture
def below():
    return make_unit("浏阳中小企业服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))


def test_an_office_orders_itself_and_what_lies_below_it_and_nobody_else(below, tax):
    liuyang, changsha = make_office("liuyang"), make_office("changsha")
    assert may_assign(liuyang, liuyang) and may_assign(liuyang, below) and may_assign(changsha, below)
    assert not may_assign(liuyang, changsha) and not may_assign(liuyang, tax)
    # 龙山 answers to the province: its city has no say.
    assert not may_assign(make_office("xiangxi"), make_office("longshan"))
    assert mode_for(liuyang, tax, Authority.FORWARD) == OrderMode.FORWARD
    assert mode_for(liuyang, tax, Authority.ASSIGN) == mode_for(liuyang, tax) == OrderMode.CONSULT


def test_an_equal_is_not_ordered_but_asked_by_letter(tax):
    case = make_case(state=State.ACCEPTED)
    with pytest.raises(Refused) as refused:
        assign_case(case, lead=tax, actor=make_officer(), at=at())
    assert refused.value.code == "cases.cannot_assign_beside"
    assert "商请函" in refused.value.message


def test_a_bank_is_not_ordered_either():
    case = make_case(state=State.ACCEPTED)
    code = refusal(assign_case, case, lead=make_office("bank"), actor=make_officer(), at=at())
    assert code == "cases.cannot_assign_beside"


def test_with_the_words_of_a_leading_group_s_mandate_it_may_be_ordered(tax):
    case = make_case(state=State.ACCEPTED)
    words = "省领导小组2020年第3号会议纪要"
    case = assign_case(case, lead=tax, mandate=words, actor=make_officer(), at=at())
    assert words in make_lead(case).instruction
    assert stages(case) == [Stage.SIGN]


def test_only_to_inform_somebody_is_to_leave_the_case_without_a_lead(tax):
    case = make_case(state=State.ACCEPTED)
    code = refusal(assign_case, case, lead=tax, mode=OrderMode.INFORM, actor=make_officer(), at=at())
    assert code == "cases.inform_is_no_lead"


def test_a_closed_unit_gets_no_order():
    shut = make_unit("撤销的办事处", parent=make_office("liuyang"))
    shut.is_active = False
    shut.save()
    case = make_case(state=State.ACCEPTED)
    assert refusal(assign_case, case, lead=shut, actor=make_officer(), at=at()) == "cases.unit_closed"
    own = make_office("liuyang")
    assert refusal(assign_case, case, lead=own, co=[shut], actor=None, at=at()) == "cases.unit_closed"
    assert not case.orders.exists()


def test_nothing_is_dispatched_before_it_is_accepted():
    code = refusal(assign_case, make_case(), lead=make_office("liuyang"), actor=None, at=at())
    assert code == "cases.cannot_assign"


def test_each_order_has_its_own_term_to_sign(below):
    case = make_case(state=State.ACCEPTED)
    case = assign_case(case, lead=make_office("liuyang"), co=[below], actor=make_officer(), at=at())
    assert stages(case) == [Stage.SIGN, Stage.SIGN]
    assert (case.state, case.lead) == (State.ASSIGNED, make_office("liuyang"))


def test_a_consulted_lead_has_a_reference_clock_and_the_desk_stays_answerable(tax):
    handler = make_officer(tax, Role.AUTHORITY_OFFICER)
    case = make_case(state=State.ACCEPTED, topic="tax")
    case = assign_case(case, lead=tax, mode=OrderMode.CONSULT, actor=make_officer(), at=at())
    consult, handle = case.clocks.running().order_by("stage")
    assert (consult.stage, consult.is_reference, consult.unit) == (Stage.CONSULT, True, tax)
    assert (handle.stage, handle.is_reference, handle.unit) == (Stage.HANDLE, False, case.desk)
    assert case.due_stage == Stage.HANDLE
    order = sign_order(make_lead(case), actor=handler, at=at())
    assert stages(case) == [Stage.CONSULT, Stage.CONTACT, Stage.HANDLE]
    record_contact(order, note="县局联系。", actor=make_officer(), at=at())
    answer_order(order, text="可延期申报。", proposed_ending="explained", actor=None, at=at("2020-03-05"))
    assert stages(case) == [Stage.REVIEW]


def test_a_co_handler_beside_the_desk_is_consulted_without_being_asked_how(tax, below):
    case = make_case(state=State.ACCEPTED)
    assign_case(case, lead=make_office("liuyang"), co=[tax, below], actor=make_officer(), at=at())
    assert case.orders.get(unit=tax).mode == OrderMode.CONSULT
    assert case.orders.get(unit=below).mode == OrderMode.ASSIGN
    assert refusal(add_co_handler, case, unit=make_office("bank"), mode="assign", actor=None, at=at()) == (
        "cases.cannot_assign_beside"
    )


def test_signing_ends_the_term_to_sign_and_begins_those_to_call_and_to_handle():
    order = make_order()
    sign_order(order, actor=make_officer(), at=at(time="16:00"))
    assert stages(order.case) == [Stage.CONTACT, Stage.HANDLE]
    assert order.case.clocks.get(stage=Stage.SIGN).was_late is False
    assert Case.objects.get(pk=order.case_id).state == State.HANDLING


def test_an_order_is_signed_once():
    order = make_order(state=State.HANDLING)
    assert refusal(sign_order, order, actor=make_officer(), at=at()) == "cases.signed_already"


def test_a_co_handler_s_clock_is_its_own_and_only_the_lead_calls_the_requester(below):
    case = make_case(state=State.ACCEPTED)
    assign_case(case, lead=make_office("liuyang"), co=[below], actor=make_officer(), at=at())
    co = case.orders.get(part=OrderPart.CO)
    sign_order(co, actor=None, at=at("2020-03-02"))
    sign_order(make_lead(case), actor=None, at=at("2020-03-03"))
    assert stages(case, order=co) == [Stage.HANDLE]
    dues = (
        case.clocks.running().filter(stage=Stage.HANDLE).order_by("due_at").values_list("due_at", flat=True)
    )
    assert list(dues) == [at("2020-03-09", "17:30"), at("2020-03-10", "17:30")]
    code = refusal(record_contact, co, note="联系。", actor=None, at=at())
    assert code == "cases.not_signed"


def test_the_same_unit_is_not_asked_twice_at_once(below):
    case = make_case(state=State.HANDLING)
    assert refusal(add_co_handler, case, unit=case.lead, actor=None, at=at()) == "cases.has_it_already"
    assert refusal(assign_case, case, lead=case.lead, actor=None, at=at()) == "cases.has_it_already"
    add_co_handler(case, unit=below, actor=make_officer(), at=at())
    assert refusal(add_co_handler, case, unit=below, actor=None, at=at()) == "cases.has_it_already"


def test_nobody_helps_before_there_is_somebody_to_help(below):
    case = make_case(state=State.ACCEPTED)
    assert refusal(add_co_handler, case, unit=below, actor=None, at=at()) == "cases.no_lead"


def test_a_co_handler_may_become_the_lead(below):
    case = make_case(state=State.HANDLING)
    add_co_handler(case, unit=below, actor=make_officer(), at=at())
    case = assign_case(case, lead=below, actor=make_officer(), at=at("2020-03-03"))
    assert list(case.orders.open().values_list("unit", "part")) == [(below.pk, OrderPart.LEAD)]
    assert (case.lead, case.handler, case.state) == (below, None, State.ASSIGNED)
    assert stages(case) == [Stage.SIGN]


def test_the_first_lead_answers_for_a_case_until_another_is_found(below):
    case = make_case(state=State.HANDLING)
    order = make_lead(case)
    code = refusal(cancel_order, order, reason="不想办。", actor=None, at=at())
    assert code == "cases.lead_stays"
    case = assign_case(case, lead=below, actor=make_officer(), at=at())
    assert Order.objects.get(pk=order.pk).state == OrderState.CANCELLED


def test_a_co_handler_s_order_may_be_taken_back(below):
    case = make_case(state=State.HANDLING)
    add_co_handler(case, unit=below, actor=make_officer(), at=at())
    order = case.orders.get(unit=below)
    cancel_order(order, reason="不需要了。", actor=make_officer(), at=at())
    assert Order.objects.get(pk=order.pk).state == OrderState.CANCELLED
    assert stages(case, order=order) == []
    assert refusal(sign_order, order, actor=None, at=at()) == "cases.order_closed"


def test_what_a_colleague_has_taken_on_is_handed_on_by_him_alone():
    order = make_order(state=State.HANDLING)
    first, second = make_officer(name="王芳"), make_officer(name="刘伟")
    take_on(order, actor=first, at=at())
    with pytest.raises(Refused) as refused:
        take_on(order, actor=second, at=at())
    assert refused.value.code == "cases.taken_on"
    assert "王芳" in refused.value.message
    hand_on(order, colleague=second, actor=first, at=at())
    assert Case.objects.get(pk=order.case_id).handler == second


def test_an_order_is_handed_on_within_the_unit():
    order = make_order(state=State.HANDLING)
    stranger = make_officer("changsha")
    clerk = make_officer("liuyang", Role.WINDOW_CLERK)
    for person in (stranger, clerk):
        code = refusal(hand_on, order, colleague=person, actor=None, at=at())
        assert code == "cases.no_colleague"


@pytest.mark.parametrize("state", [State.ACCEPTED, State.ASSIGNED, State.HANDLING])
def test_a_case_handed_up_waits_at_the_desk_above_to_be_dispatched(state, below):
    case = make_case(state=state)
    if state == State.HANDLING:
        add_co_handler(case, unit=below, actor=make_officer(), at=at())
    case = escalate_case(case, reason="县里协调不了。", actor=make_officer(), at=at("2020-03-03"))
    changsha = make_office("changsha")
    assert (case.state, case.desk, case.lead) == (State.ACCEPTED, changsha, None)
    assert case.clocks.running().get(order=None).stage == Stage.DISPATCH
    assert not case.orders.open().filter(part=OrderPart.LEAD).exists()
    # Who helps goes on helping, and the case is given to somebody anew.
    assert case.orders.open().count() == (1 if state == State.HANDLING else 0)
    assert assign_case(case, lead=make_office("liuyang"), actor=None, at=at("2020-03-03")).lead is not None


def test_above_the_province_is_only_the_leading_group():
    case = make_case(state=State.ACCEPTED)
    for _ in range(2):
        case = escalate_case(case, reason="协调不了。", actor=None, at=at())
    with pytest.raises(Refused) as refused:
        escalate_case(case, reason="协调不了。", actor=None, at=at())
    assert refused.value.code == "cases.nothing_above"
    assert "领导小组" in refused.value.message


def test_a_county_under_the_province_hands_up_to_the_province():
    longshan = make_officer("longshan")
    case = make_case(state=State.ACCEPTED, prefecture="433130", officer=longshan)
    assert case.desk == make_office("longshan")
    assert escalate_case(case, reason="协调不了。", actor=longshan, at=at()).desk == make_office("province")


def test_the_requester_sees_that_a_case_went_up_and_not_why():
    case = escalate_case(make_case(state=State.ACCEPTED), reason="县里不愿办。", actor=None, at=at())
    event = case.events.get(kind="escalate")
    assert (event.is_public, event.text) == (True, "")
    assert case.events.get(kind="noted").is_public is False
