"""Running a batch: making it, its dates and document number, its way to the notice and to its end."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.chain import take_batch
from huiqi.lists.commands.telling import settle_batch, tell_of_collecting
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch, Secrecy
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.notices import extended_end, notice_due
from huiqi.lists.queries.offices import Desk, province_desk
from huiqi.lists.queries.readiness import notice_obstacles

# From the widest to the narrowest circle; a batch may be kept closer than its kind, never wider.
_CLOSENESS = (Secrecy.PUBLIC, Secrecy.INTERNAL, Secrecy.COMPARTMENT)
EDITABLE = frozenset(
    {"title", "issuer", "document", "secrecy", "collect_until", "valid_from", "valid_to", "is_whole"}
)


def publisher_desk(actor: User, today: date) -> Desk:
    """The actor's desk at the province with the power to run batches, or Refused (`lists.not_publisher`)."""
    desk = province_desk(actor, Power.PUBLISH_LISTS, today)
    if desk is None:
        raise Refused("lists.not_publisher", gettext_noop("名单批次由省级承办单位办理，您可以推荐企业。"))
    return desk


def locked_batch(batch: ListBatch, expected: int | None = None) -> ListBatch:
    """The batch's row, locked; VersionConflict when somebody saved it after `expected` was shown."""
    row = ListBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if expected is not None and row.version != expected:
        raise VersionConflict()
    return row


@transaction.atomic
def create_batch(kind_id: str, *, actor: User, today: date, at: datetime, **fields: Any) -> ListBatch:
    """A new batch of a kind, in draft. `fields` are those of EDITABLE."""
    desk, kind = publisher_desk(actor, today), kind_called(kind_id)
    fields.setdefault("issuer", kind.issuer)
    fields["secrecy"] = _close_enough(fields.get("secrecy") or kind.secrecy, kind.secrecy)
    batch = ListBatch.objects.create(
        kind=kind.id,
        unit=desk.unit,
        is_import=kind.is_import,
        notice_days=kind.notice.working_days if kind.notice else None,
        created_by=actor,
        created_at=at,
        **fields,
    )
    audit.record("list_batch.created", batch, actor=actor, on_behalf=desk.absent, kind=kind.id)
    return batch


def _close_enough(wanted: str, least: str) -> str:
    if _CLOSENESS.index(Secrecy(wanted)) < _CLOSENESS.index(Secrecy(least)):
        wider = gettext_noop("知悉范围不能比这种名单规定的“%(least)s”更宽。")
        raise Refused("lists.too_open", Message(wider, {"least": str(Secrecy(least).label)}))
    return wanted


@transaction.atomic
def change_batch(batch: ListBatch, *, actor: User, today: date, expected: int, **fields: Any) -> ListBatch:
    """Change title, document number, dates or circle of a batch that is not yet published."""
    desk = publisher_desk(actor, today)
    row = locked_batch(batch, expected)
    if row.state in (BatchState.PUBLISHING, BatchState.PUBLISHED, BatchState.CLOSED):
        raise Refused(
            "lists.published_batch", gettext_noop("名单已经发布，不能再改。有错请移出企业或另发一批。")
        )
    if set(fields) - EDITABLE:
        raise ValueError(fields)
    if "secrecy" in fields:
        _close_enough(fields["secrecy"], kind_called(row.kind).secrecy)
    if fields.get("secrecy", row.secrecy) != Secrecy.PUBLIC and row.state == BatchState.NOTICING:
        raise Refused("lists.noticed_batch", gettext_noop("正在公示，不能改为不公开。请先撤回公示。"))
    for name, value in fields.items():
        setattr(row, name, value)
    row.save_version(expected=row.version, fields=sorted(fields))
    audit.record(
        "list_batch.changed", row, actor=actor, on_behalf=desk.absent, fields=",".join(sorted(fields))
    )
    return row


@transaction.atomic
def step_batch(  # noqa: PLR0913  each is a fact about the step
    batch: ListBatch, step: str, *, actor: User, today: date, at: datetime, expected: int | None = None
) -> ListBatch:
    """Take one of the plain steps: open, review, reopen, withdraw_notice.

    When it is collecting (again), the recommending offices are told.
    """
    desk = publisher_desk(actor, today)
    row = locked_batch(batch, expected)
    row.state = take_batch(step, row.state, row.get_state_display())
    fields = ["state"]
    if step == "withdraw_notice":
        if Entry.objects.filter(batch=row, state=EntryState.OBJECTED).exists():
            raise Refused("lists.open_objections", gettext_noop("还有异议没有处理，请先处理异议再撤回公示。"))
        row.notice_from = row.notice_until = None
        fields += ["notice_from", "notice_until"]
    row.save_version(expected=row.version, fields=fields)
    audit.record(f"list_batch.{step}", row, actor=actor, on_behalf=desk.absent)
    settle_batch(row, at=at)
    if row.state == BatchState.COLLECTING and not row.is_import:
        tell_of_collecting(row, actor=actor, today=today, at=at)
    return row


@transaction.atomic
def start_notice(  # noqa: PLR0913  each is a fact about the notice
    batch: ListBatch, *, days: int, actor: User, on: date, today: date, expected: int | None = None
) -> ListBatch:
    """Put the accepted firms on public notice for `days` working days, counted from the day after `on`."""
    desk = publisher_desk(actor, today)
    row = locked_batch(batch, expected)
    if not 1 <= days <= 60:
        raise Refused("lists.notice_days", gettext_noop("公示期应在1至60个工作日之间。"))
    state = take_batch("notice", row.state, row.get_state_display())
    for obstacle in notice_obstacles(row, kind_called(row.kind)):
        raise obstacle
    row.state = state
    row.notice_days, row.notice_from = days, on
    row.notice_until = notice_due(row, on).due
    row.save_version(expected=row.version, fields=["state", "notice_days", "notice_from", "notice_until"])
    audit.record("list_batch.noticed", row, actor=actor, on_behalf=desk.absent, days=days)
    return row


def extend_notice(row: ListBatch, *, on: date, actor: User) -> None:
    """A firm joined while the others were on notice: the notice lasts its whole length from now on.

    For the command that accepted the firm; the batch is locked already.
    """
    row.notice_until = extended_end(row, on)
    row.save_version(expected=row.version, fields=["notice_until"])
    audit.record("list_batch.notice_extended", row, actor=actor)


@transaction.atomic
def close_batch(
    batch: ListBatch, *, actor: User, on: date, today: date, ends_on: date | None = None
) -> ListBatch:
    """End the work on a published batch; `ends_on` also ends the listings that have no end yet."""
    desk = publisher_desk(actor, today)
    row = locked_batch(batch)
    row.state, row.closed_on = take_batch("close", row.state, row.get_state_display()), on
    fields = ["state", "closed_on"]
    if ends_on is not None:
        _end_listings(row, ends_on)
        row.valid_to = ends_on
        fields.append("valid_to")
    row.save_version(expected=row.version, fields=fields)
    audit.record("list_batch.closed", row, actor=actor, on_behalf=desk.absent)
    return row


def _end_listings(row: ListBatch, ends_on: date) -> None:
    if row.valid_from is None or ends_on < row.valid_from or (row.valid_to and ends_on > row.valid_to):
        raise Refused("lists.bad_end", gettext_noop("结束日应在生效日之后，且不晚于原定的有效期。"))
    open_ended = Entry.objects.filter(batch=row, state=EntryState.PUBLISHED, valid_from__lte=ends_on)
    open_ended.filter(valid_to=None).update(valid_to=ends_on)
    open_ended.filter(valid_to__gt=ends_on).update(valid_to=ends_on)


def end_of_validity(since: date, months: int) -> date:
    """The last day of so many months from `since`: 2020-03-01 and 12 months end on 2021-02-28."""
    month = since.month - 1 + months
    year, month = since.year + month // 12, month % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month, min(since.day, last)) - timedelta(days=1 if since.day <= last else 0)
