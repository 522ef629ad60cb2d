"""What a handler asks and somebody else at the desk grants: more time, a pause, an exclusion."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.desk import check_text
from huiqi.cases.commands.moving import lock_case, save_case, take_step, tell
from huiqi.cases.commands.ordering import lock_order
from huiqi.cases.commands.telling import tell_people, tell_requester, tell_reviewers
from huiqi.cases.commands.timing import end_of, move_clock, pause_clocks, reckoning_of, resume_clocks
from huiqi.cases.happenings import Happening
from huiqi.cases.models import (
    Approval,
    ApprovalKind,
    ApprovalState,
    Case,
    Clock,
    MoveReason,
    Order,
    OrderPart,
)
from huiqi.cases.notices import DECIDED, PROGRESS, TO_DECIDE
from huiqi.cases.queries.clock_lines import scale_of, term_of
from huiqi.cases.subscriptions import LAWFUL_ENDS
from huiqi.cases.workflow import PauseReason, Stage, Step, take
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.messages.commands.notices import settle_about


@transaction.atomic
def ask_extension(  # noqa: PLR0913  what is asked
    order: Order,
    *,
    amount: int,
    reason: str,
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Approval:
    """Ask for more time 延期, before the term is over and once a round.

    `amount` is in the unit of the clock, at most the term itself: no rule names a ceiling, doubling is ours.
    Refused: `cases.no_term`, `cases.too_late_to_extend`, `cases.extended_already`, `cases.amount_wrong`,
    `cases.asked_already`, `cases.text_missing`, `cases.beyond_the_law` when the law has a last day for the
    matter and the extension would pass it.
    """
    case, order = lock_order(order, expected=expected)
    clock = _handling_clock(case, order)
    if reckoning_of(clock, case, at).is_late:
        said = gettext_noop("延期要在到期前申请，现在已经过期。请尽快答复，并在答复中说明原因。")
        raise Refused("cases.too_late_to_extend", said)
    if clock.extensions:
        said = gettext_noop("本轮办理已经延期过一次。请按期答复；确有客观障碍的，可申请暂缓办理。")
        raise Refused("cases.extended_already", said)
    if not 1 <= amount <= clock.limit_amount:
        said = gettext_noop("延长的时间要在1到%(most)s之间。")
        raise Refused("cases.amount_wrong", Message(said, {"most": clock.limit_amount}))
    _check_lawful(case, _end_with(clock, case, amount, at))
    asked = Approval(kind=ApprovalKind.EXTENSION, order=order, unit=order.unit, amount=amount, reason=reason)
    return _ask(case, asked, actor, at)


@transaction.atomic
def ask_suspension(  # noqa: PLR0913  what is asked
    order: Order,
    *,
    review_on: date,
    reason: str,
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Approval:
    """Ask to let the case rest 暂缓办理 until a day on which it is looked at again.

    Refused: `cases.lead_only`, `cases.review_day_wrong`, `cases.cannot_suspend`, `cases.asked_already`.
    """
    case, order = lock_order(order, expected=expected)
    if order.part != OrderPart.LEAD:
        raise Refused("cases.lead_only", gettext_noop("暂缓办理由主办单位申请。请与主办单位商量。"))
    take(Step.SUSPEND, case.state)
    if review_on <= timezone.localdate(at):
        said = gettext_noop("复查日期要在今天之后。请改填。")
        raise Refused("cases.review_day_wrong", said)
    _check_lawful(case, at + timedelta(days=(review_on - timezone.localdate(at)).days))
    asked = Approval(
        kind=ApprovalKind.SUSPENSION, order=order, unit=order.unit, review_on=review_on, reason=reason
    )
    return _ask(case, asked, actor, at)


@transaction.atomic
def ask_exclusion(
    case: Case, *, reason: str, actor: User, at: datetime, expected: int | None = None
) -> Approval:
    """Ask to leave an ended case out of the rates 申诉剔除; lists and figures then say so.

    Refused: `cases.not_ended`, `cases.excluded_already`, `cases.asked_already`, `cases.text_missing`.
    """
    case = lock_case(case, expected=expected)
    if case.is_open:
        raise Refused("cases.not_ended", gettext_noop("申诉剔除在办结之后进行。请先办结。"))
    if case.excluded_at is not None:
        raise Refused("cases.excluded_already", gettext_noop("这件诉求已经剔除，不用再申请。"))
    unit = actor.unit or case.lead or case.desk
    return _ask(case, Approval(kind=ApprovalKind.EXCLUSION, unit=unit, reason=reason), actor, at)


@transaction.atomic
def decide_approval(
    approval: Approval,
    *,
    granted: bool,
    decision: str = "",
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Approval:
    """Grant or decline, by somebody else than who asked.

    An extension granted after the term's end counts from the term all the same: it was asked in time.
    Refused: `cases.decided_already`, `cases.own_question`, `cases.text_missing` without words for a no.
    """
    case = lock_case(approval.case, expected=expected)
    approval = Approval.objects.select_related("order", "asked_by", "unit").get(pk=approval.pk)
    approval.case = case
    _check_decidable(approval, actor, granted=granted, decision=decision)
    approval.state = ApprovalState.GRANTED if granted else ApprovalState.REFUSED
    approval.decision, approval.decided_by, approval.decided_at = decision[:500], actor, at
    approval.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    settle_about([approval], at=at)
    tell(
        case,
        Happening.APPROVAL_DECIDED,
        actor=actor,
        at=at,
        text=decision,
        asked=approval.kind,
        granted=granted,
    )
    if granted:
        _GRANTED[ApprovalKind(approval.kind)](case, approval, actor, at)
    said = gettext_noop("诉求%(number)s的申请有了审批结果。")
    tell_people([approval.asked_by], case, DECIDED, said, at=at, actor=actor)
    save_case(case, "excluded_at")
    return approval


def _check_decidable(approval: Approval, actor: User, *, granted: bool, decision: str) -> None:
    if approval.state != ApprovalState.WAITING:
        raise Refused("cases.decided_already", gettext_noop("这份申请已经审批或撤回。请刷新页面。"))
    if approval.asked_by_id == actor.pk:
        said = gettext_noop("不能审批自己的申请。请由受理单位的其他人或上一级单位审批。")
        raise Refused("cases.own_question", said)
    if not granted:
        check_text(decision, gettext_noop("请写明不同意的理由，申请人会看到。"))


@transaction.atomic
def withdraw_approval(approval: Approval, *, actor: User, at: datetime) -> Approval:
    """Take an own question back while nobody has decided. Refused: `cases.not_own_question`."""
    case = lock_case(approval.case)
    approval = Approval.objects.get(pk=approval.pk)
    if approval.asked_by_id != actor.pk:
        raise Refused("cases.not_own_question", gettext_noop("只有申请人可以撤回申请。"))
    if approval.state != ApprovalState.WAITING:
        raise Refused("cases.decided_already", gettext_noop("这份申请已经审批或撤回。请刷新页面。"))
    approval.state, approval.decided_at = ApprovalState.WITHDRAWN, at
    approval.save(update_fields=["state", "decided_at"])
    settle_about([approval], at=at)
    tell(case, Happening.APPROVAL_WITHDRAWN, actor=actor, at=at, asked=approval.kind)
    save_case(case)
    return approval


@transaction.atomic
def resume_case(case: Case, *, actor: User | None, at: datetime, expected: int | None = None) -> Case:
    """Take up again what was resting: by the lead or the desk, or when the day of review has come."""
    case = lock_case(case, expected=expected)
    take_step(case, Step.RESUME, actor=actor, at=at)
    resume_clocks(case, at=at)
    tell_requester(case, PROGRESS, gettext_noop("您的诉求%(number)s恢复办理。"), at=at, actor=actor)
    return save_case(case)


def _extend(case: Case, approval: Approval, actor: User, at: datetime) -> None:
    clock = _handling_clock(case, _order_of(approval))
    _check_lawful(case, _end_with(clock, case, approval.amount or 0, at))
    clock.extensions = [*clock.extensions, approval.amount]
    move_clock(clock, case, reason=MoveReason.EXTENSION, at=at, words=approval.reason)
    # Without the handler's reason, which is for colleagues; the page says how much and until when.
    amount, unit = approval.amount, clock.limit_unit
    tell(case, Happening.CLOCK_MOVED, actor=actor, at=at, is_public=True, amount=amount, counted_in=unit)
    said = gettext_noop("您的诉求%(number)s经批准延期办理。")
    tell_requester(case, PROGRESS, said, at=at, actor=actor)


def _end_with(clock: Clock, case: Case, amount: int, at: datetime) -> datetime:
    term = term_of(clock)
    return end_of(replace(term, extensions=(*term.extensions, amount)), scale_of(clock, case), at)


def _check_lawful(case: Case, ends: datetime) -> None:
    rule = LAWFUL_ENDS.get(case.edition.definition.kind)
    said = rule(case, ends) if rule is not None else None
    if said is not None:
        raise Refused("cases.beyond_the_law", said)


def _suspend(case: Case, approval: Approval, actor: User, at: datetime) -> None:
    until = approval.review_on.isoformat() if approval.review_on else ""
    take_step(case, Step.SUSPEND, actor=actor, at=at, review_on=until)
    pause_clocks(case, PauseReason.SUSPENDED, at=at)
    said = gettext_noop("您的诉求%(number)s暂缓办理，请查看复查日期。")
    tell_requester(case, PROGRESS, said, at=at, actor=actor)


def _exclude(case: Case, approval: Approval, actor: User, at: datetime) -> None:
    case.excluded_at = at
    tell(case, Happening.EXCLUDED, actor=actor, at=at, unit=approval.unit)


def _order_of(approval: Approval) -> Order:
    if approval.order is None:
        raise ValueError("an extension is asked for an order")
    return approval.order


_GRANTED: Mapping[ApprovalKind, Callable[[Case, Approval, User, datetime], None]] = {
    ApprovalKind.EXTENSION: _extend,
    ApprovalKind.SUSPENSION: _suspend,
    ApprovalKind.EXCLUSION: _exclude,
}


def _handling_clock(case: Case, order: Order) -> Clock:
    clock = case.clocks.running().filter(order=order, stage=Stage.HANDLE).prefetch_related("pauses").first()
    if clock is None:
        raise Refused("cases.no_term", gettext_noop("这份派单没有正在计时的办理期限。请先签收。"))
    return clock


def _ask(case: Case, approval: Approval, actor: User, at: datetime) -> Approval:
    check_text(approval.reason, gettext_noop("请写明理由。"))
    if case.approvals.filter(kind=approval.kind, state=ApprovalState.WAITING).exists():
        said = gettext_noop("已有一份同样的申请待审批。请等待审批结果，或先撤回那一份。")
        raise Refused("cases.asked_already", said)
    approval.case, approval.asked_by, approval.asked_at = case, actor, at
    approval.reason = approval.reason[:500]
    approval.save(force_insert=True)
    tell(
        case,
        Happening.APPROVAL_ASKED,
        actor=actor,
        at=at,
        unit=approval.unit,
        text=approval.reason,
        asked=approval.kind,
        amount=approval.amount,
        review_on=approval.review_on.isoformat() if approval.review_on else "",
    )
    said = gettext_noop("诉求%(number)s有申请待审批。")
    tell_reviewers(case, TO_DECIDE, said, at=at, actor=actor, about=approval)
    save_case(case)
    return approval
