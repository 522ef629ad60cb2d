"""Orders of a locked case: sent, closed, taken up again. Parts of other commands."""

from datetime import datetime

from huiqi.accounts.models import Unit, User
from huiqi.cases.commands.moving import lock_case, tell
from huiqi.cases.commands.telling import tell_desk, tell_order
from huiqi.cases.commands.timing import pause_clocks, start_clock, stop_clocks
from huiqi.cases.happenings import Happening
from huiqi.cases.models import (
    OPEN_ORDERS,
    Approval,
    ApprovalState,
    Case,
    Order,
    OrderMode,
    OrderPart,
    OrderState,
)
from huiqi.cases.notices import NEW_ON_DESK, ORDER_RETURNED, ORDER_SENT
from huiqi.cases.queries.consultations import has_people
from huiqi.cases.queries.units import desk_of_region, unit_above
from huiqi.cases.workflow import PauseReason, Stage, State, Step, take
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.messages.commands.notices import settle_about

_STANDING = {State.SUPPLEMENTING: PauseReason.SUPPLEMENT, State.SUSPENDED: PauseReason.SUSPENDED}


def lock_order(order: Order, *, expected: int | None = None) -> tuple[Case, Order]:
    """The case, locked, and its order as it is now; Refused when the order is no longer open."""
    case = lock_case(order.case, expected=expected)
    found = Order.objects.select_related("unit", "handler").get(pk=order.pk)
    found.case = case
    if found.state not in OPEN_ORDERS:
        said = gettext_noop("这份派单已经答复、退回或取消，不能再办。请回到列表看最新情况。")
        raise Refused("cases.order_closed", said)
    return case, found


def lead_order(case: Case) -> Order | None:
    """The newest lead order, open or not."""
    orders = case.orders.filter(part=OrderPart.LEAD).select_related("unit", "handler", "case")
    return orders.order_by("-pk").first()


def send_order(case: Case, order: Order, *, actor: User | None, at: datetime) -> Order:
    """Save a new order, start its clocks and tell its unit.

    A unit that we can order has a term to sign. One that we ask has a reference clock instead, and the
    term towards the requester runs at the desk, which stays answerable for it.
    """
    order.case, order.round, order.sent_by, order.sent_at = case, case.round, actor, at
    order.save(force_insert=True)
    if order.mode == OrderMode.ASSIGN:
        start_clock(case, Stage.SIGN, unit=order.unit, at=at, order=order)
    elif order.mode != OrderMode.INFORM:
        start_clock(case, Stage.CONSULT, unit=order.unit, at=at, order=order)
        if order.part == OrderPart.LEAD:
            start_clock(case, Stage.HANDLE, unit=case.desk, at=at, order=order)
    # That an earlier order was taken back is no longer true for this unit.
    settle_about(case.orders.filter(unit=order.unit).exclude(pk=order.pk), ORDER_RETURNED, at=at)
    tell_order(order, ORDER_SENT, gettext_noop("诉求%(number)s已派到您单位，请签收。"), at=at, actor=actor)
    if order.mode not in (OrderMode.ASSIGN, OrderMode.INFORM) and not has_people(order.unit):
        _count_as_signed(order, at)
    return order


def _count_as_signed(order: Order, at: datetime) -> None:
    """Nobody of a unit without accounts can sign here: nothing waits for it, the desk enters what it says."""
    case = order.case
    if order.part == OrderPart.LEAD:
        case.state = take(Step.SIGN, case.state)
    tell(case, Step.SIGN, actor=None, at=at, unit=order.unit, part=order.part, without_accounts=True)
    order.state, order.signed_at = OrderState.SIGNED, at
    order.save(update_fields=["state", "signed_at"])
    begin_handling(order, at=at)


def close_order(order: Order, state: OrderState, *, at: datetime) -> None:
    """Set an order's last state and stop its clocks; what it still asked for is withdrawn."""
    order.state = state
    order.save(update_fields=["state"])
    stop_clocks(order.case, *Stage, at=at, order=order)
    settle_about([order], at=at)
    drop_approvals(order.case, order=order, at=at)


def cancel_orders(case: Case, orders: list[Order], *, actor: User | None, at: datetime) -> None:
    """Cancel open orders of the case and tell their units."""
    for order in orders:
        order.case = case
        close_order(order, OrderState.CANCELLED, at=at)
        said = gettext_noop("诉求%(number)s不再由您单位办理，请查看办理记录。")
        tell_order(order, ORDER_RETURNED, said, at=at, actor=actor)


def open_orders(case: Case, part: OrderPart | None = None) -> list[Order]:
    """Orders still open, of one part when given."""
    rows = case.orders.open().select_related("unit", "handler").order_by("pk")
    return list(rows.filter(part=part) if part else rows)


def drop_approvals(case: Case, *, at: datetime, order: Order | None = None) -> None:
    """Withdraw questions that nobody needs to decide any more."""
    rows = Approval.objects.filter(case=case, state=ApprovalState.WAITING)
    for approval in rows.filter(order=order) if order else rows:
        approval.state, approval.decided_at = ApprovalState.WITHDRAWN, at
        approval.save(update_fields=["state", "decided_at"])
        settle_about([approval], at=at)
        tell(case, Happening.APPROVAL_WITHDRAWN, actor=None, at=at, asked=approval.kind)


def begin_handling(order: Order, *, at: datetime) -> None:
    """Start the term of a signed order, standing still when the case does."""
    case = order.case
    if order.mode == OrderMode.ASSIGN:
        start_clock(case, Stage.HANDLE, unit=order.unit, at=at, order=order)
    if order.part == OrderPart.LEAD and order.contacted_at is None:
        unit = order.unit if order.mode == OrderMode.ASSIGN else case.desk
        start_clock(case, Stage.CONTACT, unit=unit, at=at, order=order)
    standing = _STANDING.get(State(case.state))
    if standing is not None:
        pause_clocks(case, standing, at=at)


def begin_round(case: Case, *, actor: User | None, at: datetime) -> Order | None:
    """Give the case back to its last lead for another round: a new order, signed, with the shorter term.

    The first contact counts as made. Where the last lead no longer works, the case waits at its desk to be
    given anew (None). Refused when there was no lead.
    """
    last = lead_order(case)
    if last is None:
        raise Refused("cases.no_lead", gettext_noop("这件诉求还没有主办单位。请先派单。"))
    case.round += 1
    if not last.unit.is_active:
        _back_to_desk(case, last.unit, at)
        return None
    handler = last.handler
    stays = handler is not None and handler.is_active and handler.unit_id == last.unit_id
    order = Order.objects.create(
        case=case,
        unit=last.unit,
        part=OrderPart.LEAD,
        mode=last.mode,
        round=case.round,
        state=OrderState.SIGNED,
        instruction=last.instruction,
        sent_by=actor,
        sent_at=at,
        handler=handler if stays else None,
        signed_at=at,
        contacted_at=last.contacted_at,
    )
    case.lead, case.handler = order.unit, order.handler
    if order.mode != OrderMode.ASSIGN:
        start_clock(case, Stage.CONSULT, unit=order.unit, at=at, order=order)
        start_clock(case, Stage.HANDLE, unit=case.desk, at=at, order=order)
    begin_handling(order, at=at)
    return order


def _back_to_desk(case: Case, closed: Unit, at: datetime) -> None:
    """The way of a case leads back to its lead; without one it waits to be dispatched, as after a return."""
    if not case.desk.is_active:
        case.desk = unit_above(case.desk) or desk_of_region(case.prefecture)
    case.state, case.lead, case.handler = State.ACCEPTED, None, None
    case.accepted_at = case.accepted_at or at
    tell(case, Happening.BACK_TO_DESK, actor=None, at=at, unit=case.desk, was=closed.public_id)
    start_clock(case, Stage.DISPATCH, unit=case.desk, at=at)
    said = gettext_noop("诉求%(number)s的主办单位已停用，请重新派单。")
    tell_desk(case, NEW_ON_DESK, said, at=at, actor=None)


def own_unit(case: Case, unit: Unit) -> Order | None:
    """The open order of a unit, or None."""
    return next((order for order in open_orders(case) if order.unit_id == unit.pk), None)
