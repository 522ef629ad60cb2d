"""Writes on rounds: forming, meeting, notice, countersignature, funding, publication."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.grants.commands.moving import lock_application, lock_call, noted, save, take, tell
from huiqi.grants.models import Application, Call, Objection, Paper, PaperKind, Round
from huiqi.grants.queries.rounds import total_of
from huiqi.grants.workflow import ROUND, RoundState, State
from huiqi.reference.working_days import Basis, due
from huiqi.workflow.machine import IllegalStep

_PAPER_STEPS = {
    PaperKind.MEETING: "meet",
    PaperKind.COUNTERSIGN: "countersign",
    PaperKind.FUNDING: "fund",
}


def lock_round(round_: Round, expected: int | None = None) -> Round:
    """The round, locked, after its call; VersionConflict when somebody was quicker."""
    row = Round.objects.select_for_update(of=("self",)).select_related("call__unit").get(pk=round_.pk)
    if expected is not None and row.version != expected:
        raise VersionConflict()
    return row


def step(row: Round, name: str, *fields: str) -> None:
    """Take a step and write it; Refused `grants.round_not_now`."""
    try:
        row.state = ROUND.take(name, row.state)
    except IllegalStep as error:
        said = Message(
            gettext_noop("这个拨付批次现在是“%(state)s”，不能这样办。"), {"state": row.get_state_display()}
        )
        raise Refused("grants.round_not_now", said) from error
    row.save_version(expected=row.version, fields=["state", *fields])


@transaction.atomic
def form_round(
    call: Call, applications: Sequence[Application], *, title: str, actor: User, at: datetime
) -> Round:
    """Put checked applications together for one meeting.

    Refused: `grants.nobody_ready`, `grants.other_call`, `grants.not_now`.
    """
    call = lock_call(call)
    if not applications:
        raise Refused("grants.nobody_ready", gettext_noop("没有已复核的申报。请先复核。"))
    row = Round.objects.create(call=call, title=title, made_by=actor, made_at=at)
    for each in sorted(applications, key=lambda one: one.pk):
        application = lock_application(each)
        if application.call_id != call.pk:
            raise Refused("grants.other_call", gettext_noop("一个拨付批次只能有同一申报批次的申报。"))
        take(application, "list")
        application.round = row
        save(application, "round")
        noted(application, "grant.agreed", actor=actor, round=row.public_id)
    audit.record("grant_round.formed", row, actor=actor, count=len(applications), fen=total_of(row))
    tell(row, "form", at=at, by=actor)
    return row


@transaction.atomic
def leave_out(application: Application, *, actor: User, at: datetime, reason: str) -> Application:
    """Take one out of a round that no meeting has decided yet; it stays agreed and waits for another."""
    assert application.round is not None
    lock_call(application.call)
    round_ = lock_round(application.round)
    if round_.state != RoundState.FORMING:
        raise Refused("grants.round_not_now", gettext_noop("会议已定的批次不能再移出企业。"))
    row = lock_application(application)
    take(row, "unlist")
    row.round = None
    save(row, "round")
    tell(row, "unlist", at=at, by=actor, text=reason, is_internal=True)
    noted(row, "grant.sent_back", actor=actor, round=round_.public_id)
    return row


@transaction.atomic
def record_paper(  # noqa: PLR0913  each is a fact about the paper
    round_: Round,
    kind: str,
    *,
    number: str,
    on: date,
    fen: int,
    scan: Attachment,
    actor: User,
    at: datetime,
    wall: datetime,
    expected: int | None = None,
) -> Paper:
    """A document moves the round on: minutes of the meeting, the finance department's countersignature, the
    document that assigns the funds. Its number is typed from the paper and its scan kept.

    Refused: `grants.paper_differs` when its sum is not the sum of the round; `grants.round_not_now`.
    """
    lock_call(round_.call)
    row = lock_round(round_, expected)
    total = total_of(row)
    if fen != total:
        said = gettext_noop("文件上的金额%(fen)s和批次合计%(total)s不一致。请核对文件或批次。")
        raise Refused("grants.paper_differs", Message(said, {"fen": Sum(fen), "total": Sum(total)}))
    name = _PAPER_STEPS[PaperKind(kind)]
    step(row, name)
    paper = Paper.objects.create(
        round=row, kind=kind, number=number, on=on, fen=fen, recorded_by=actor, recorded_at=at
    )
    attach(scan, owner=paper, actor=actor, at=wall)
    tell(row, name, at=at, by=actor, text=number)
    audit.record("grant_round.moved", row, actor=actor, step=name, fen=fen)
    return paper


@transaction.atomic
def open_notice(round_: Round, *, actor: User, on: date, at: datetime) -> Round:
    """Show names and amounts to everybody for the working days of the call, from the day after."""
    lock_call(round_.call)
    row = lock_round(round_)
    term = due(on, row.call.notice_days, Basis(on, region=row.call.unit.region))
    row.notice_from, row.notice_until = on, term.due
    step(row, "open_notice", "notice_from", "notice_until")
    tell(row, "open_notice", at=at, by=actor)
    audit.record("grant_round.moved", row, actor=actor, step="open_notice")
    return row


@transaction.atomic
def close_notice(round_: Round, *, actor: User, on: date, at: datetime) -> Round:
    """End the notice. Refused: `grants.notice_runs`, `grants.objections_open`, `grants.round_empty`."""
    lock_call(round_.call)
    row = lock_round(round_)
    if row.notice_until is None or on <= row.notice_until:
        raise Refused("grants.notice_runs", gettext_noop("公示期还没有满。"))
    if row.objections.filter(state=Objection.State.OPEN).exists():
        raise Refused("grants.objections_open", gettext_noop("还有没有答复的异议，请先答复。"))
    if not row.applications.filter(state=State.LISTED).exists():
        raise Refused("grants.round_empty", gettext_noop("批次里已没有企业，不用再往下办。"))
    step(row, "close_notice")
    tell(row, "close_notice", at=at, by=actor)
    audit.record("grant_round.moved", row, actor=actor, step="close_notice")
    return row


@transaction.atomic
def publish_result(round_: Round, *, actor: User, at: datetime) -> Round:
    """Show what was paid to everybody for good. Refused: `grants.not_paid_out` before the end."""
    row = lock_round(round_)
    if row.state != RoundState.DONE:
        raise Refused("grants.not_paid_out", gettext_noop("全部拨付到账后才公开结果。"))
    row.published_at = at
    row.save_version(expected=row.version, fields=["published_at"])
    tell(row, "publish", at=at, by=actor)
    audit.record("grant_round.published", row, actor=actor)
    return row
