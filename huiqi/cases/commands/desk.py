"""The desk's acts: take up a case or not, ask for more, give it to units, hand it up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from huiqi.accounts.models import Unit, User
from huiqi.cases.commands.ending import ENDED_FIELDS, end_case
from huiqi.cases.commands.merging import hand_over_merged, is_masked, lock_pair, merged_into, release
from huiqi.cases.commands.moving import lock_case, save_case, take_step, tell
from huiqi.cases.commands.ordering import (
    cancel_orders,
    drop_approvals,
    lock_order,
    open_orders,
    own_unit,
    send_order,
)
from huiqi.cases.commands.suggestions import keep_topic_choice, keep_unit_choice
from huiqi.cases.commands.telling import tell_desk, tell_order, tell_requester
from huiqi.cases.commands.timing import (
    limit_of,
    move_clock,
    pause_clocks,
    resume_clocks,
    start_clock,
    stop_clocks,
)
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, MoveReason, Order, OrderMode, OrderPart
from huiqi.cases.notices import (
    NEW_ON_DESK,
    ORDER_RETURNED,
    ORDER_SENT,
    PROGRESS,
    RAISED,
    YOUR_TURN,
)
from huiqi.cases.queries.mandates import may_assign, mode_for
from huiqi.cases.queries.units import unit_above
from huiqi.cases.subscriptions import ON_ACCEPTED
from huiqi.cases.workflow import Ending, PauseReason, Stage, State, Step, Urgency
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.messages.commands.notices import settle_about

_WITH_UNITS = (State.ASSIGNED, State.HANDLING)


@transaction.atomic
def accept_case(case: Case, *, actor: User | None, at: datetime, expected: int | None = None) -> Case:
    """Take the case up 受理: the requester is told, and the desk's term to give it to a unit begins."""
    case = lock_case(case, expected=expected)
    take_step(case, Step.ACCEPT, actor=actor, at=at, unit=case.desk)
    if actor is not None:
        keep_topic_choice(case, case.topic, at=at)
    case.accepted_at = at
    stop_clocks(case, Stage.ACCEPT, at=at)
    settle_about([case], NEW_ON_DESK, at=at)
    start_clock(case, Stage.DISPATCH, unit=case.desk, at=at)
    tell_requester(case, PROGRESS, gettext_noop("您的诉求%(number)s已受理。"), at=at, actor=actor)
    save_case(case, "accepted_at")
    for subscriber in ON_ACCEPTED:
        subscriber(case, actor, at)
    return case


@transaction.atomic
def refuse_case(
    case: Case, *, reason: str, text: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Not take the case up 不予受理, for a reason the item names, with words for the requester.

    Refused: `cases.unknown_reason`, `cases.text_missing`; `cases.accepted_already` while the requester is
    asked for more in a case that was taken up before.
    """
    case = lock_case(case, expected=expected)
    check_reason(reason, case.edition.definition.refusal_reasons)
    check_text(text, gettext_noop("请写明不予受理的理由和建议诉求人怎么办，诉求人会看到。"))
    if case.accepted_at is not None:
        said = gettext_noop("这件已经受理，不能再不予受理。请继续办理，如实答复。")
        raise Refused("cases.accepted_already", said)
    take_step(case, Step.NOT_ACCEPT, actor=actor, at=at, unit=case.desk, text=text, reason=reason)
    case.refusal_reason, case.answer = reason, text
    end_case(case, Ending.NOT_ACCEPTED, actor=actor, at=at)
    tell_requester(case, PROGRESS, gettext_noop("您的诉求%(number)s有了受理结果。"), at=at, actor=actor)
    return save_case(case, *ENDED_FIELDS, "refusal_reason", "answer")


@transaction.atomic
def ask_supplement(
    case: Case, *, text: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Ask the requester for what is missing 补正; the offices' terms stand still until the answer comes."""
    case = lock_case(case, expected=expected)
    check_text(text, gettext_noop("请写明需要补充什么，诉求人会看到。"))
    case.asked_from = case.state
    take_step(case, Step.ASK_SUPPLEMENT, actor=actor, at=at, text=text)
    pause_clocks(case, PauseReason.SUPPLEMENT, at=at, stages=(Stage.ACCEPT, Stage.CONTACT, Stage.HANDLE))
    start_clock(case, Stage.SUPPLEMENT, unit=case.desk, at=at)
    settle_about([case], NEW_ON_DESK, at=at)
    tell_requester(case, YOUR_TURN, gettext_noop("您的诉求%(number)s需要补充内容。"), at=at, actor=actor)
    return save_case(case, "asked_from")


@transaction.atomic
def give_supplement(
    case: Case, *, text: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """What the requester adds, through whatever door: the case is back where it was asked from and every
    clock runs again. `actor` is who typed it (None: a visitor with number and code)."""
    case = lock_case(case, expected=expected)
    check_text(text, gettext_noop("请写下要补充的内容。"))
    return _go_on(case, actor=actor, at=at, text=text)


@transaction.atomic
def stop_waiting(
    case: Case, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Go on without what was asked for: the requester kept silent or it is no longer needed."""
    case = lock_case(case, expected=expected)
    check_text(reason, gettext_noop("请写明为什么不再等待补正。"))
    return _go_on(case, actor=actor, at=at, text=reason, is_without=True)


def _go_on(case: Case, *, actor: User | None, at: datetime, text: str, is_without: bool = False) -> Case:
    take_step(case, Step.SUPPLEMENT, actor=actor, at=at, text=text, is_without=is_without)
    case.state, case.asked_from = State(case.asked_from), ""
    stop_clocks(case, Stage.SUPPLEMENT, at=at)
    settle_about([case], YOUR_TURN, at=at)
    resume_clocks(case, at=at)
    said = gettext_noop("诉求%(number)s已补正，请继续办理。")
    if case.state == State.REGISTERED:
        tell_desk(case, NEW_ON_DESK, said, at=at, actor=actor)
    for order in open_orders(case, OrderPart.LEAD):
        order.case = case
        tell_order(order, PROGRESS, said, at=at, actor=actor)
    return save_case(case, "asked_from")


@transaction.atomic
def classify_case(
    case: Case, *, topic: str, urgency: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Set topic and urgency; running clocks get the limits of the urgency and keep their pauses.

    Refused: `cases.ended`, `cases.no_such_topic`.
    """
    case = lock_case(case, expected=expected)
    _check_open(case)
    if case.edition.definition.topic(topic) is None:
        raise Refused("cases.no_such_topic", gettext_noop("这个事项没有这个主题。请从列表里选择。"))
    if actor is not None:
        keep_topic_choice(case, topic, at=at)
    topic_was, urgency_was = case.topic, case.urgency
    if (topic_was, urgency_was) == (topic, urgency):
        return case
    case.topic, case.urgency = topic, Urgency(urgency)
    details: dict[str, Any] = {"topic_was": topic_was, "urgency_was": urgency_was}
    tell(case, Happening.CLASSED, actor=actor, at=at, topic=topic, urgency=urgency, **details)
    if urgency_was != urgency:
        _set_limits(case, at)
    return save_case(case, "topic", "urgency")


def _set_limits(case: Case, at: datetime) -> None:
    for clock in case.clocks.running().prefetch_related("pauses"):
        limit = limit_of(case, Stage(clock.stage), clock.round)
        if limit is not None:
            clock.limit_amount, clock.limit_unit = limit.amount, limit.unit.value
            move_clock(clock, case, reason=MoveReason.URGENCY, at=at, words=str(Urgency(case.urgency).label))


@transaction.atomic
def assign_case(  # noqa: PLR0913  what an order says
    case: Case,
    *,
    lead: Unit,
    co: Sequence[Unit] = (),
    mode: str = OrderMode.ASSIGN,
    instruction: str = "",
    mandate: str = "",
    actor: User | None,
    at: datetime,
    expected: int | None = None,
) -> Case:
    """Give the case to a lead unit, with co-handlers 派单; from a unit that has it, to another 改派.

    `mode` is the lead's; a co-handler is ordered where the desk may and consulted elsewhere. Ordering
    beside the tree needs `mandate`, the words by which a leading group allows it. A unit that sent the case
    back may get it again. Refused: `cases.cannot_assign_beside`, `cases.inform_is_no_lead`,
    `cases.unit_closed`, `cases.has_it_already`.
    """
    case = lock_case(case, expected=expected)
    _check_lead(case, lead, mode, mandate)
    for unit in co:
        check_active(unit)
    if actor is not None:
        keep_unit_choice(case, lead, at=at)
    take_step(case, Step.ASSIGN, actor=actor, at=at, unit=case.desk, to=lead.public_id, mode=str(mode))
    stop_clocks(case, Stage.DISPATCH, at=at)
    settle_about([case], NEW_ON_DESK, ORDER_RETURNED, at=at)
    replaced = [order for order in open_orders(case) if order.part == OrderPart.LEAD or order.unit == lead]
    cancel_orders(case, replaced, actor=actor, at=at)
    order = Order(unit=lead, part=OrderPart.LEAD, mode=mode, instruction=_words(instruction, mandate))
    send_order(case, order, actor=actor, at=at)
    for unit in co:
        _add_co(case, unit, instruction, "", actor=actor, at=at)
    case.lead, case.handler = lead, None
    return save_case(case, "lead", "handler")


@transaction.atomic
def add_co_handler(  # noqa: PLR0913  what an order says
    case: Case,
    *,
    unit: Unit,
    instruction: str = "",
    mode: str = "",
    actor: User | None,
    at: datetime,
    expected: int | None = None,
) -> Case:
    """Ask one more unit to help 增派协办: ordered where the desk may, consulted elsewhere, or as `mode` says.

    Refused: `cases.no_lead`, `cases.has_it_already`, `cases.cannot_assign_beside`, `cases.unit_closed`.
    """
    case = lock_case(case, expected=expected)
    if case.state not in _WITH_UNITS:
        said = gettext_noop("增派协办要在主办单位已派单、尚未答复时进行。请先派单或退回重办。")
        raise Refused("cases.no_lead", said)
    check_active(unit)
    if own_unit(case, unit) is not None:
        said = gettext_noop("%(unit)s已经在办这件诉求，不用重复派单。")
        raise Refused("cases.has_it_already", Message(said, {"unit": unit.name}))
    if mode == OrderMode.ASSIGN:
        _check_below(case, unit)
    _add_co(case, unit, instruction, mode, actor=actor, at=at)
    return save_case(case)


def _add_co(case: Case, unit: Unit, instruction: str, mode: str, *, actor: User | None, at: datetime) -> None:
    if own_unit(case, unit) is not None:
        return
    mode = mode or mode_for(case.desk, unit)
    order = Order(unit=unit, part=OrderPart.CO, mode=mode, instruction=instruction[:500])
    send_order(case, order, actor=actor, at=at)
    tell(case, Happening.CO_ASSIGNED, actor=actor, at=at, unit=case.desk, is_public=True, to=unit.public_id)


@transaction.atomic
def cancel_order(
    order: Order, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Take an order to a co-handler back. The lead's order ends by giving the case to another lead."""
    case, order = lock_order(order, expected=expected)
    if order.part == OrderPart.LEAD:
        said = gettext_noop("主办单位的派单不能取消，首接单位负责到底。请改派给新的主办单位。")
        raise Refused("cases.lead_stays", said)
    cancel_orders(case, [order], actor=actor, at=at)
    to = order.unit.public_id
    tell(case, Happening.ORDER_CANCELLED, actor=actor, at=at, text=reason, to=to)
    return save_case(case)


@transaction.atomic
def escalate_case(
    case: Case, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Hand the case up 升级: the office above becomes its desk and dispatches anew.

    Co-handlers go on. Refused: `cases.text_missing`, at the top `cases.nothing_above`.
    """
    case = lock_case(case, expected=expected)
    check_text(reason, gettext_noop("请写明为什么要升级。"))
    above = unit_above(case.desk)
    if above is None:
        said = gettext_noop("这件诉求已经在最高一级受理单位，不能再升级。请提请领导小组研究。")
        raise Refused("cases.nothing_above", said)
    below = case.desk
    details: dict[str, Any] = {"from_desk": below.public_id, "to_desk": above.public_id}
    take_step(case, Step.ESCALATE, actor=actor, at=at, unit=below, **details)
    # The reason is for colleagues; that it went up is for the requester too.
    tell(case, Happening.NOTED, actor=actor, at=at, unit=below, text=reason)
    cancel_orders(case, open_orders(case, OrderPart.LEAD), actor=actor, at=at)
    drop_approvals(case, at=at)
    resume_clocks(case, at=at)
    stop_clocks(case, Stage.DISPATCH, at=at)
    settle_about([case], NEW_ON_DESK, ORDER_RETURNED, RAISED, at=at)
    said = gettext_noop("诉求%(number)s已升级办理。")
    for order in open_orders(case):
        order.case = case
        tell_order(order, ORDER_SENT, said, at=at, actor=actor)
    tell_desk(case, NEW_ON_DESK, said, at=at, actor=actor)
    case.desk, case.lead, case.handler = above, None, None
    start_clock(case, Stage.DISPATCH, unit=above, at=at)
    tell_desk(case, NEW_ON_DESK, gettext_noop("诉求%(number)s升级到您单位，请派单。"), at=at, actor=actor)
    tell_requester(case, PROGRESS, gettext_noop("您的诉求%(number)s已升级办理。"), at=at, actor=actor)
    return save_case(case, "desk", "lead", "handler")


@transaction.atomic
def withdraw_case(
    case: Case, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """The requester takes the request back 撤回, at any time before its end; units are told to stop.

    Cases merged into it go on: the eldest becomes their master.
    """
    case = lock_case(case, expected=expected)
    take_step(case, Step.WITHDRAW, actor=actor, at=at, text=reason)
    end_case(case, Ending.WITHDRAWN, actor=actor, at=at)
    hand_over_merged(case, actor=actor, at=at)
    return save_case(case, *ENDED_FIELDS)


@transaction.atomic
def merge_case(
    case: Case, *, into: Case, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """End a duplicate and let its requester follow the master 合并; a person decides, nothing merges itself.

    Both requesters are told, unless the item masks them. Whatever was merged into `case` follows.
    Refused: `cases.merge_ring`, `cases.master_ended`, `cases.text_missing`.
    """
    check_text(reason, gettext_noop("请写明为什么是同一件事。"))
    case, master = lock_pair(case, into, expected=expected)
    if not master.is_open:
        said = gettext_noop("要并入的那件已经办结。请选择还在办理的一件，或不合并。")
        raise Refused("cases.master_ended", said)
    shown = "" if is_masked(case, master) else master.number
    take_step(case, Step.MERGE, actor=actor, at=at, is_public=False, text=reason, into=master.number)
    tell(case, Happening.MERGED_IN, actor=actor, at=at, is_public=True, master=shown)
    for other in merged_into(case):
        other.master = master
        save_case(other, "master")
    case.master = master
    end_case(case, Ending.MERGED, actor=actor, at=at)
    tell(master, Happening.MERGED_IN, actor=actor, at=at, is_public=bool(shown))
    said = gettext_noop("您的诉求%(number)s与另一件合并办理。")
    tell_requester(case, PROGRESS, said, at=at, actor=actor)
    if shown:
        tell_requester(master, PROGRESS, said, at=at, actor=actor)
    save_case(master)
    return save_case(case, *ENDED_FIELDS, "master")


@transaction.atomic
def split_case(
    case: Case, *, reason: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Undo a merge 分离: the case waits at the master's desk to be dispatched.

    Refused: `cases.not_merged`, `cases.text_missing`.
    """
    case = lock_case(case, expected=expected)
    check_text(reason, gettext_noop("请写明为什么不是同一件事。"))
    if case.ending != Ending.MERGED or case.master is None:
        raise Refused("cases.not_merged", gettext_noop("这件诉求没有并入别的诉求。请刷新页面。"))
    tell(case, Happening.NOTED, actor=actor, at=at, text=reason)
    return release(case, actor=actor, at=at, was=case.master)


def check_reason(reason: str, known: tuple[tuple[str, str], ...]) -> None:
    """Refused when the item does not name this reason."""
    if reason not in dict(known):
        raise Refused("cases.unknown_reason", gettext_noop("请从列表里选择一个理由。"))


def check_text(text: str, said: str) -> None:
    """Refused with `said` when nothing was written."""
    if not text.strip():
        raise Refused("cases.text_missing", said)


def _check_open(case: Case) -> None:
    if not case.is_open:
        raise Refused("cases.ended", gettext_noop("这件诉求已经办结。如需再办，请由诉求人重启。"))


def _check_lead(case: Case, lead: Unit, mode: str, mandate: str) -> None:
    check_active(lead)
    has_it = own_unit(case, lead)
    if has_it is not None and has_it.part == OrderPart.LEAD:
        said = gettext_noop("%(unit)s已经是这件诉求的主办单位。要催办请用催办，要换单位请另选。")
        raise Refused("cases.has_it_already", Message(said, {"unit": lead.name}))
    if mode == OrderMode.INFORM:
        said = gettext_noop("告知只让对方知道，不能作为主办。请选择交办、商请或转送。")
        raise Refused("cases.inform_is_no_lead", said)
    if mode == OrderMode.ASSIGN and not mandate.strip():
        _check_below(case, lead)


def _check_below(case: Case, unit: Unit) -> None:
    if not may_assign(case.desk, unit):
        said = gettext_noop(
            "%(unit)s不是%(desk)s的下级，不能交办。请改用商请并起草商请函，或转送；有领导小组授权的，写明依据。"
        )
        words = {"unit": unit.name, "desk": case.desk.name}
        raise Refused("cases.cannot_assign_beside", Message(said, words))


def check_active(unit: Unit) -> None:
    """Refused when the unit no longer works."""
    if not unit.is_active:
        said = gettext_noop("%(unit)s已停用，不能派单。请另选单位。")
        raise Refused("cases.unit_closed", Message(said, {"unit": unit.name}))


def _words(instruction: str, mandate: str) -> str:
    return f"{mandate}：{instruction}"[:500] if mandate else instruction[:500]
