"""Taking in a list that another authority published: lines find their firms, the rest waits for a person."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.lists.chain import Act
from huiqi.lists.commands.batches import locked_batch, publisher_desk
from huiqi.lists.commands.publication import list_late
from huiqi.lists.models import BatchState, Entry, ImportLine, ListBatch, Step
from huiqi.lists.models.batches import IN_FORCE
from huiqi.lists.queries.matching import match
from huiqi.lists.tables import Line

PIECE = 500


@transaction.atomic
def take_in_lines(
    batch: ListBatch, lines: Sequence[Line], *, actor: User, today: date, at: datetime
) -> tuple[int, int, int]:
    """Record the lines of a published list; the same file again changes nothing.

    Returns how many firms were added, how many were there already, how many lines wait for a person.
    """
    desk = publisher_desk(actor, today)
    row = _open_import(batch)
    matched = match(lines)
    firms = {one.enterprise_id for one in matched if one.enterprise_id is not None}
    there = set(Entry.objects.filter(batch=row).order_by("pk").values_list("enterprise", flat=True))
    new = sorted(firms - there)
    for start in range(0, len(new), PIECE):
        _add(row, new[start : start + PIECE], actor, at)
    waiting = [one for one in matched if one.enterprise_id is None]
    ImportLine.objects.bulk_create(
        (
            ImportLine(
                batch=row,
                row=one.line.row,
                name=one.line.name,
                credit_code=one.line.credit_code,
                problem=one.problem,
            )
            for one in waiting
        ),
        ignore_conflicts=True,
        batch_size=PIECE,
    )
    audit.record(
        "list_batch.taken_in", row, actor=actor, on_behalf=desk.absent, added=len(new), waiting=len(waiting)
    )
    return len(new), len(firms & there), len(waiting)


def _open_import(batch: ListBatch) -> ListBatch:
    row = locked_batch(batch)
    if not row.is_import:
        raise Refused("lists.not_import", gettext_noop("这是本单位的名单，企业要逐级推荐，不能直接导入。"))
    if row.state not in (BatchState.DRAFTING, BatchState.COLLECTING):
        raise Refused(
            "lists.published_batch", gettext_noop("名单已经发布，不能再改。有错请移出企业或另发一批。")
        )
    if row.state == BatchState.DRAFTING:
        row.state = BatchState.COLLECTING
        row.save_version(expected=row.version, fields=["state"])
    return row


def _add(row: ListBatch, firms: Sequence[int], actor: User, at: datetime) -> None:
    entries = [
        Entry(
            batch=row,
            enterprise_id=pk,
            door=Entry.Door.IMPORT,
            state="accepted",
            level="province",
            origin="province",
            created_at=at,
        )
        for pk in firms
    ]
    Entry.objects.bulk_create(entries)
    Step.objects.bulk_create(
        Step(
            entry=entry,
            number=1,
            act=Act.IMPORT,
            state=entry.state,
            level=entry.level,
            unit=row.unit,
            actor=actor,
            at=at,
        )
        for entry in entries
    )


def _join(row: ListBatch, enterprise: Enterprise, actor: User, on: date, at: datetime) -> None:
    """Onto the batch; listed at once when the batch is published already."""
    if row.state == BatchState.PUBLISHING:
        raise Refused("lists.publishing", gettext_noop("名单正在发布，请等发布完再匹配。"))
    _add(row, [enterprise.pk], actor, at)
    if row.state in IN_FORCE:
        late = Entry.objects.select_for_update(of=("self",)).get(batch=row, enterprise=enterprise)
        list_late(row, late, actor=actor, on=on, at=at)


@transaction.atomic
def match_line(  # noqa: PLR0913  each is a fact about the act
    line: ImportLine,
    enterprise: Enterprise | None,
    *,
    actor: User,
    on: date,
    today: date,
    at: datetime,
) -> ImportLine:
    """A person says which firm a line means, or (None) that it is none of ours."""
    publisher_desk(actor, today)
    row = locked_batch(line.batch)
    kept = ImportLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if kept.state != ImportLine.State.OPEN:
        raise Refused("lists.line_decided", gettext_noop("这一行已经处理过，请刷新后再看。"))
    kept.state = ImportLine.State.MATCHED if enterprise else ImportLine.State.DISMISSED
    kept.enterprise, kept.decided_by, kept.decided_at = enterprise, actor, at
    kept.save(update_fields=["state", "enterprise", "decided_by", "decided_at"])
    if enterprise is not None and not Entry.objects.filter(batch=row, enterprise=enterprise).exists():
        _join(row, enterprise, actor, on, at)
    audit.record("list_line.decided", kept, actor=actor, matched=enterprise is not None)
    return kept
