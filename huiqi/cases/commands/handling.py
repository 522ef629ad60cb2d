"""The acts of units that handle: sign, send back, call, answer; and words between office and requester."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.cases.commands.desk import check_reason, check_text, give_supplement
from huiqi.cases.commands.ending import check_proof
from huiqi.cases.commands.moving import lock_case, save_case, take_step, tell
from huiqi.cases.commands.ordering import begin_handling, close_order, lead_order, lock_order, open_orders
from huiqi.cases.commands.telling import (
    tell_desk,
    tell_order,
    tell_people,
    tell_requester,
    tell_reviewers,
    tell_supervisors,
)
from huiqi.cases.commands.timing import reckoning_of, start_clock, stop_clocks
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case, Order, OrderMode, OrderPart, OrderState
from huiqi.cases.notices import ORDER_RETURNED, ORDER_SENT, PROGRESS, SUPERVISED, TO_REVIEW
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.workflow import PROPOSABLE, Stage, State, Step
from huiqi.core.errors import Refused
from huiqi.core.messages import Listed, Message, gettext_noop
from huiqi.messages.commands.notices import settle_about
from huiqi.workflow.terms import Limit, Term, reckon

# The third return goes to a meeting of the desk with the units (facts on 派单争议 decided by the desk; the
# number three is the county practice named in the task of this system).
BOUNCES_TO_MEETING = 3
# Facts on returns: one to two working days; the stricter.
_RETURN_WITHIN = Limit(1)


@transaction.atomic
def sign_order(order: Order, *, actor: User | None, at: datetime, expected: int | None = None) -> Order:
    """Confirm receipt 签收: the unit's term to handle begins, the lead's also to call the requester."""
    case, order = lock_order(order, expected=expected)
    if order.state != OrderState.SENT:
        raise Refused("cases.signed_already", gettext_noop("这份派单已经签收。请直接办理。"))
    if order.part == OrderPart.LEAD:
        take_step(case, Step.SIGN, actor=actor, at=at, unit=order.unit)
    else:
        tell(case, Step.SIGN, actor=actor, at=at, unit=order.unit, is_public=True, part=order.part)
    order.state, order.signed_at = OrderState.SIGNED, at
    order.save(update_fields=["state", "signed_at"])
    stop_clocks(case, Stage.SIGN, at=at, order=order)
    settle_about([order], ORDER_SENT, at=at)
    begin_handling(order, at=at)
    save_case(case)
    return order


@transaction.atomic
def take_on(order: Order, *, actor: User, at: datetime, expected: int | None = None) -> Order:
    """Become the order's handler 认领. Refused when a colleague is: `cases.taken_on`."""
    case, order = lock_order(order, expected=expected)
    if order.handler is not None and order.handler != actor:
        said = gettext_noop("%(name)s已经认领。需要换人请由认领人转交。")
        raise Refused("cases.taken_on", Message(said, {"name": order.handler.name}))
    _set_handler(case, order, actor)
    tell(case, Happening.TAKEN_ON, actor=actor, at=at, unit=order.unit)
    save_case(case, "handler")
    return order


@transaction.atomic
def hand_on(
    order: Order, *, colleague: User, actor: User | None, at: datetime, expected: int | None = None
) -> Order:
    """Give the order to a colleague of the unit. Refused: `cases.no_colleague`."""
    case, order = lock_order(order, expected=expected)
    units = units_with(colleague, Power.HANDLE_CASES, timezone.localdate(at))
    if not colleague.is_active or order.unit_id not in units:
        said = gettext_noop("%(name)s不能办理%(unit)s的诉求。请选择本单位有办理权限的同事。")
        words = {"name": colleague.name, "unit": order.unit.name}
        raise Refused("cases.no_colleague", Message(said, words))
    _set_handler(case, order, colleague)
    tell(case, Happening.HANDED_ON, actor=actor, at=at, unit=order.unit, to=colleague.public_id)
    said = gettext_noop("诉求%(number)s转交给您办理。")
    settle_about([order], ORDER_SENT, at=at)
    tell_people([colleague], case, ORDER_SENT, said, at=at, actor=actor, about=order)
    save_case(case, "handler")
    return order


@transaction.atomic
def send_back(  # noqa: PLR0913  what a return says
    order: Order,
    *,
    reason: str,
    text: str,
    proposed_unit: Unit | None = None,
    actor: User | None,
    at: datetime,
    expected: int | None = None,
) -> Order:
    """Return an order that is not the unit's 退回, within the term to sign, saying whose it is.

    The desk dispatches anew, also to the same unit; until there is another lead, this one stays named as
    the first to answer for it 首接负责. Refused: `cases.signed_already`, `cases.too_late_to_return`,
    `cases.unknown_reason`, `cases.text_missing`.
    """
    case, order = lock_order(order, expected=expected)
    check_reason(reason, case.edition.definition.return_reasons)
    check_text(text, gettext_noop("请写明退回的依据，例如职责分工的规定。"))
    _check_returnable(case, order, at)
    details: dict[str, Any] = {"reason": reason, "part": order.part, "proposed": _id_of(proposed_unit)}
    if order.part == OrderPart.LEAD:
        details["is_public"] = False
        take_step(case, Step.SEND_BACK, actor=actor, at=at, unit=order.unit, text=text, **details)
        case.bounces += 1
        case.handler = None
        start_clock(case, Stage.DISPATCH, unit=case.desk, at=at)
    else:
        tell(case, Step.SEND_BACK, actor=actor, at=at, unit=order.unit, text=text, **details)
    _keep_return(order, reason, text, proposed_unit, at)
    said = gettext_noop("诉求%(number)s的派单被退回，请重新派单。")
    tell_desk(case, ORDER_RETURNED, said, at=at, actor=actor)
    if order.part == OrderPart.LEAD and case.bounces >= BOUNCES_TO_MEETING:
        _call_meeting(case, at)
    save_case(case, "bounces", "handler")
    return order


def _check_returnable(case: Case, order: Order, at: datetime) -> None:
    if order.state != OrderState.SENT:
        said = gettext_noop("已经签收的派单不能退回。确实不归您单位的，请与派单单位商量改派。")
        raise Refused("cases.signed_already", said)
    if _is_sign_over(case, order, at):
        said = gettext_noop("已过签收期限，不能自行退回。请先签收，并与派单单位商量改派。")
        raise Refused("cases.too_late_to_return", said)


def _is_sign_over(case: Case, order: Order, at: datetime) -> bool:
    """Whether the term to sign is over; a working day where the item gives none. Who was only asked may
    decline as long as it has not signed."""
    clock = case.clocks.running().filter(order=order, stage=Stage.SIGN).first()
    if clock is not None:
        return reckoning_of(clock, case, at).is_late
    scale = office_time(timezone.localdate(at), case.prefecture)
    is_ordered = order.mode == OrderMode.ASSIGN
    return is_ordered and reckon(Term(order.sent_at, _RETURN_WITHIN), scale, at).is_late


def _keep_return(order: Order, reason: str, text: str, proposed: Unit | None, at: datetime) -> None:
    order.return_reason, order.return_text = reason, text[:500]
    order.proposed_unit, order.returned_at = proposed, at
    order.state = OrderState.RETURNED
    fields = ["state", "return_reason", "return_text", "proposed_unit", "returned_at"]
    order.save(update_fields=fields)
    close_order(order, OrderState.RETURNED, at=at)


def _call_meeting(case: Case, at: datetime) -> None:
    tell(case, Happening.MEETING, actor=None, at=at, unit=case.desk, bounces=case.bounces)
    said = gettext_noop("诉求%(number)s多次被退回，请提交会商，确定主办单位。")
    tell_supervisors(case, SUPERVISED, said, at=at, actor=None)


@transaction.atomic
def record_contact(  # noqa: PLR0913  what was heard, and for whom
    order: Order,
    *,
    note: str,
    on_behalf: Unit | None = None,
    actor: User | None,
    at: datetime,
    expected: int | None = None,
) -> Order:
    """The requester was called 首次联系; later calls are told too, the first one counts."""
    case, order = lock_order(order, expected=expected)
    check_text(note, gettext_noop("请写下联系的情况：何时、怎么联系、诉求人说了什么。"))
    if order.part != OrderPart.LEAD or order.state != OrderState.SIGNED:
        said = gettext_noop("首次联系由主办单位签收后进行。请先签收。")
        raise Refused("cases.not_signed", said)
    how: dict[str, Any] = {"text": note, "is_public": False, "on_behalf": on_behalf}
    take_step(case, Step.CONTACT, actor=actor, at=at, unit=order.unit, **how)
    if order.contacted_at is None:
        order.contacted_at = at
        order.save(update_fields=["contacted_at"])
        stop_clocks(case, Stage.CONTACT, at=at, order=order)
    _claim_if_free(case, order, actor)
    save_case(case, "handler")
    return order


@transaction.atomic
def answer_order(  # noqa: PLR0913  what an answer says
    order: Order,
    *,
    text: str,
    proposed_ending: str = "",
    on_behalf: Unit | None = None,
    actor: User | None,
    at: datetime,
    expected: int | None = None,
) -> Order:
    """Answer an order: the lead's answer goes to review, a co-handler's to the lead. `on_behalf`: the unit
    for which the desk enters it (commands.on_behalf).

    Refused for the lead: `cases.not_contacted`, `cases.co_orders_open`, `cases.no_such_ending`,
    `cases.proof_missing`; for both `cases.not_signed`, `cases.text_missing`.
    """
    case, order = lock_order(order, expected=expected)
    check_text(text, gettext_noop("请写下答复内容。"))
    if order.state != OrderState.SIGNED:
        raise Refused("cases.not_signed", gettext_noop("还没有签收。请先签收，再答复。"))
    _claim_if_free(case, order, actor)
    if order.part == OrderPart.LEAD:
        _check_answerable(case, order, proposed_ending)
        said: dict[str, Any] = {"is_public": False, "on_behalf": on_behalf, "proposed": proposed_ending}
        take_step(case, Step.ANSWER, actor=actor, at=at, unit=order.unit, **said)
        # The case's own `answer` is what the requester reads: it is set when this one is approved.
        case.proposed_ending, case.answered_at = proposed_ending, at
    else:
        how: dict[str, Any] = {"text": text, "on_behalf": on_behalf}
        tell(case, Happening.CO_ANSWERED, actor=actor, at=at, unit=order.unit, **how)
    order.answer, order.answered_at = text, at
    order.save(update_fields=["answer", "answered_at"])
    close_order(order, OrderState.ANSWERED, at=at)
    if order.part == OrderPart.LEAD:
        start_clock(case, Stage.REVIEW, unit=case.desk, at=at)
        waits = gettext_noop("诉求%(number)s的答复待审核。")
        tell_reviewers(case, TO_REVIEW, waits, at=at, actor=actor)
    else:
        _tell_lead(case, at, actor)
    save_case(case, "proposed_ending", "answered_at", "handler")
    return order


def _check_answerable(case: Case, order: Order, ending: str) -> None:
    if ending not in PROPOSABLE:
        raise Refused("cases.no_such_ending", gettext_noop("请选择拟办结方式。"))
    if order.contacted_at is None:
        said = gettext_noop("还没有联系过诉求人。请先联系，并记录首次联系，再答复。")
        raise Refused("cases.not_contacted", said)
    waiting = [each for each in open_orders(case, OrderPart.CO) if each.mode != OrderMode.INFORM]
    if waiting:
        said = gettext_noop("协办单位还没有答复：%(units)s。请等待、催办，或请派单单位取消协办。")
        units = Listed(each.unit.name for each in waiting)
        raise Refused("cases.co_orders_open", Message(said, {"units": units}))
    check_proof(case, ending)


def _tell_lead(case: Case, at: datetime, actor: User | None) -> None:
    lead = lead_order(case)
    if lead is not None and lead.is_open:
        lead.case = case
        tell_order(lead, PROGRESS, gettext_noop("诉求%(number)s的协办单位已答复。"), at=at, actor=actor)


@transaction.atomic
def note_case(
    case: Case, *, text: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Write a note for colleagues; the requester never sees it."""
    case = lock_case(case, expected=expected)
    check_text(text, gettext_noop("请写下备注内容。"))
    tell(case, Happening.NOTED, actor=actor, at=at, text=text)
    return save_case(case)


@transaction.atomic
def message_requester(
    case: Case, *, text: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """Write to the requester; it stands on the timeline that the requester reads."""
    case = lock_case(case, expected=expected)
    check_text(text, gettext_noop("请写下要告诉诉求人的话。"))
    tell(case, Happening.MESSAGED, actor=actor, at=at, text=text, is_public=True, to="requester")
    tell_requester(case, PROGRESS, gettext_noop("您的诉求%(number)s有新的留言。"), at=at, actor=actor)
    return save_case(case)


@transaction.atomic
def write_to_office(
    case: Case, *, text: str, actor: User | None, at: datetime, expected: int | None = None
) -> Case:
    """A word from the requester, through whatever door. While we wait for one it is the supplement, so
    that no channel forgets to let the clocks run again."""
    case = lock_case(case, expected=expected)
    if case.state == State.SUPPLEMENTING:
        return give_supplement(case, text=text, actor=actor, at=at)
    check_text(text, gettext_noop("请写下要告诉办理单位的话。"))
    tell(case, Happening.MESSAGED, actor=actor, at=at, text=text, is_public=True, to="office")
    said = gettext_noop("诉求%(number)s的诉求人有新的留言。")
    lead = lead_order(case)
    if lead is not None and lead.is_open:
        lead.case = case
        tell_order(lead, PROGRESS, said, at=at, actor=actor)
    else:
        tell_desk(case, PROGRESS, said, at=at, actor=actor)
    return save_case(case)


def _set_handler(case: Case, order: Order, person: User) -> None:
    order.handler = person
    order.save(update_fields=["handler"])
    if order.part == OrderPart.LEAD:
        case.handler = person


def _claim_if_free(case: Case, order: Order, actor: User | None) -> None:
    if order.handler is None and actor is not None and actor.unit_id == order.unit_id:
        _set_handler(case, order, actor)


def _id_of(unit: Unit | None) -> str:
    return unit.public_id if unit else ""
