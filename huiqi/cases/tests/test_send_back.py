"""Units return what is not theirs; the desk remembers."""

import pytest

from huiqi.accounts.models import UnitKind
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_unit
from huiqi.cases.commands.desk import add_co_handler, assign_case
from huiqi.cases.commands.handling import send_back, sign_order
from huiqi.cases.models import Case, Order, OrderMode, OrderState
from huiqi.cases.notices import SUPERVISED
from huiqi.cases.tests.make import at, make_case, make_edition, make_lead, make_officer, make_order
from huiqi.cases.workflow import Stage, State
from huiqi.core.errors import Refused

pytestmark = pytest.mark.django_db


def back(order, when=None, **said):
    words = {"reason": "not_ours", "text": "按三定方案不归我局。", "actor": None, **said}
    return send_back(order, at=when or at(time="15:00"), **words)


def refusal(*args, **kwargs):
    with pytest.raises(Refused) as refused:
        back(*args, **kwargs)
    return refused.value.code


@pytest.fixture
def below():
    return make_unit("浏阳中小企业服务站", UnitKind.SERVICE, "430181", make_office("liuyang"))


def test_a_return_gives_a_reason_of_the_item_and_says_why():
    order = make_order()
    assert refusal(order, reason="tired") == "cases.unknown_reason"
    assert refusal(order, text="") == "cases.text_missing"


def test_what_is_signed_is_settled_with_the_desk():
    order = make_order(state=State.HANDLING)
    assert refusal(order) == "cases.signed_already"


def test_after_the_term_to_sign_nothing_is_returned():
    order = make_order()  # Monday: to be signed by the close of Tuesday
    assert refusal(order, at("2020-03-03", "17:31")) == "cases.too_late_to_return"
    back(order, at("2020-03-03", "17:30"))


def test_an_item_without_a_term_to_sign_gives_a_working_day_to_return():
    make_edition(limits=[])
    assert refusal(make_order(), at("2020-03-04", "09:00")) == "cases.too_late_to_return"
    back(make_order(), at("2020-03-03", "17:30"))


def test_a_return_lies_with_the_desk_again_and_the_first_unit_stays_named(below):
    order = make_order(below)
    back(order, proposed_unit=make_office("park"))
    case = Case.objects.get(pk=order.case_id)
    assert (case.state, case.bounces, case.lead) == (State.ACCEPTED, 1, below)
    assert case.clocks.running().get().stage == Stage.DISPATCH
    kept = Order.objects.get(pk=order.pk)
    assert (kept.state, kept.return_reason, kept.proposed_unit) == (
        OrderState.RETURNED,
        "not_ours",
        make_office("park"),
    )


def test_a_unit_that_returned_a_case_may_get_it_again(below):
    """退单→改派→派回: another tracker never let it."""
    case = make_case(state=State.ASSIGNED, lead=below)
    back(make_lead(case))
    assign_case(case, lead=make_office("liuyang"), actor=make_officer(), at=at())
    back(make_lead(case))
    case = assign_case(case, lead=below, actor=make_officer(), at=at())
    sign_order(make_lead(case), actor=None, at=at())
    assert list(case.orders.order_by("pk").values_list("unit__name", "state")) == [
        (below.name, OrderState.RETURNED),
        ("浏阳市工信局", OrderState.RETURNED),
        (below.name, OrderState.SIGNED),
    ]
    assert Case.objects.get(pk=case.pk).lead == below


def test_the_third_return_calls_a_meeting_and_tells_who_supervises(below):
    supervisor = make_officer("changsha", Role.SUPERVISOR)
    case = make_case(state=State.ASSIGNED, lead=below)
    for turn in range(3):
        assert case.events.filter(kind="meeting").count() == 0
        back(make_lead(case))
        if turn < 2:
            assign_case(case, lead=below, actor=make_officer(), at=at())
    assert case.events.get(kind="meeting").details == {"bounces": 3}
    # The county has no supervisor of its own.
    assert (
        supervisor.notices.get(kind=SUPERVISED).text
        == f"诉求{case.number}多次被退回，请提交会商，确定主办单位。"
    )


def test_a_co_handler_s_return_leaves_the_case_with_its_lead(below):
    case = make_case(state=State.HANDLING)
    add_co_handler(case, unit=below, actor=make_officer(), at=at())
    back(case.orders.get(unit=below))
    case.refresh_from_db()
    assert (case.state, case.bounces) == (State.HANDLING, 0)


def test_who_was_only_asked_may_decline_as_long_as_it_has_not_signed():
    tax = make_office("tax")
    make_officer(tax)  # where nobody has an account, nobody can sign
    case = make_case(state=State.ACCEPTED)
    assign_case(case, lead=tax, mode=OrderMode.CONSULT, actor=make_officer(), at=at())
    back(make_lead(case), at("2020-03-10"))
    case.refresh_from_db()
    assert case.state == State.ACCEPTED
    assert case.clocks.running().get().stage == Stage.DISPATCH


def test_the_requester_reads_nothing_of_who_sent_it_back():
    order = make_order()
    back(order)
    assert not order.case.events.public().filter(kind="send_back").exists()
