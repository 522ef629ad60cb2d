"""Publishing a batch piece by piece, and ending listings: every way into and out of the register's facts.

A batch is published in pieces of one transaction each; a stop between any two of them leaves a batch that
is "正在发布", and publishing again goes on from there. Only the last piece makes it published.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.commands.statements import (
    Said,
    file_statements,
    open_filing,
    retract_statements,
)
from huiqi.enterprises.models import Filing, SourceKind, Standing, Statement
from huiqi.enterprises.queries.statements import catalogue
from huiqi.lists.chain import Act, Place, take, take_batch
from huiqi.lists.commands.batches import end_of_validity, locked_batch, publisher_desk
from huiqi.lists.commands.entries import write_step
from huiqi.lists.commands.telling import settle_batch
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import BatchFiling, BatchState, Entry, EntryState, ListBatch, Step
from huiqi.lists.models.batches import IN_FORCE
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.membership import members_on
from huiqi.lists.queries.offices import Desk
from huiqi.lists.queries.readiness import UNDECIDED, publication_obstacles

PIECE = 200
REPLACED = gettext_noop("由新名单代替")
DROPPED = gettext_noop("本批发布时尚未办结")
# A statement is read anew this long before it goes stale, so that a day without the timer loses nothing.
AHEAD = timedelta(days=7)


@transaction.atomic
def begin_publication(  # noqa: PLR0913  each is a fact about the act
    batch: ListBatch,
    *,
    actor: User,
    on: date,
    today: date,
    at: datetime,
    expected: int | None = None,
    drop_undecided: bool = False,
    **fields: Any,
) -> ListBatch:
    """Freeze the batch for publication; `fields` may set document, issuer, valid_from, valid_to, is_whole.

    Refused: no document number, a notice that is missing or not over, open objections, firms nobody decided
    on (unless `drop_undecided`), lines of an import that nobody matched are no hindrance.
    """
    desk = publisher_desk(actor, today)
    row = locked_batch(batch, expected)
    if row.state == BatchState.PUBLISHING:
        return row
    for name in ("document", "issuer", "valid_from", "valid_to", "is_whole"):
        if name in fields:
            setattr(row, name, fields[name])
    kind = kind_called(row.kind)
    _check_ready(row, kind, on)
    state = take_batch("publish", row.state, row.get_state_display())
    _drop_undecided(row, drop_undecided, actor, desk, at)
    row.state, row.published_on = state, on
    row.valid_from = row.valid_from or on
    row.valid_to = row.valid_to or _last_day(kind, row.valid_from)
    _check_dates(row)
    row.save_version(
        expected=row.version,
        fields="state published_on valid_from valid_to document issuer is_whole".split(),
    )
    audit.record("list_batch.publication_begun", row, actor=actor, on_behalf=desk.absent)
    return row


def _check_ready(row: ListBatch, kind: ListKind, on: date) -> None:
    if not row.document.strip():
        missing = gettext_noop("还没有文号。请先在本单位 OA 发文，再把文号填到这里。")
        raise Refused("lists.no_document", missing)
    for obstacle in publication_obstacles(row, kind, on):
        raise obstacle


def _drop_undecided(row: ListBatch, drop: bool, actor: User, desk: Desk, at: datetime) -> None:
    entries = Entry.objects.select_for_update(of=("self",)).filter(batch=row, state__in=UNDECIDED)
    waiting = list(entries.order_by("pk"))
    if waiting and not drop:
        said = gettext_noop("还有%(count)s家没有办完。确定不列入本批的，请勾选后再发布。")
        raise Refused("lists.undecided", Message(said, {"count": len(waiting)}))
    for entry in waiting:
        entry.state = EntryState.REJECTED
        entry.save_version(expected=entry.version, fields=["state"])
        write_step(entry, Act.REJECT, entry.level, desk, actor=actor, at=at, reason=DROPPED)


def _last_day(kind: ListKind, since: date) -> date | None:
    if kind.validity.months is not None:
        return end_of_validity(since, kind.validity.months)
    return kind.validity.until


def _check_dates(row: ListBatch) -> None:
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise Refused("lists.bad_dates", gettext_noop("有效期在生效日之前就结束了，请核对日期。"))


def publish_pieces(batch: ListBatch, *, actor: User, on: date, at: datetime) -> Iterator[tuple[int, int]]:
    """Write what is left of a publication, one transaction a piece; yields how many of how many are done."""
    while True:
        done, total, finished = _publish_piece(batch, actor, on, at)
        yield done, total
        if finished:
            return


def publish_batch(batch: ListBatch, *, actor: User, on: date, at: datetime) -> ListBatch:
    """Publish to the end at once, for batches of some hundred firms; a long one goes through a job."""
    for _progress in publish_pieces(batch, actor=actor, on=on, at=at):
        pass
    return ListBatch.objects.get(pk=batch.pk)


@transaction.atomic
def _publish_piece(batch: ListBatch, actor: User, on: date, at: datetime) -> tuple[int, int, bool]:
    """One piece: some of this batch's firms, then some of those it replaces, then the end."""
    row = locked_batch(batch)
    entries = Entry.objects.filter(batch=row)
    total = entries.filter(state__in=[EntryState.ACCEPTED, EntryState.PUBLISHED]).count()
    if row.state in IN_FORCE:  # somebody else went on with it and is done
        return total, total, True
    if row.state != BatchState.PUBLISHING:
        raise Refused("lists.not_publishing", gettext_noop("这一批名单没有在发布，请刷新后再看。"))
    kind = kind_called(row.kind)
    piece = list(
        entries.filter(state=EntryState.ACCEPTED).select_for_update(of=("self",)).order_by("pk")[:PIECE]
    )
    if piece:
        _list_firms(row, kind, piece, actor, on, at)
        return entries.filter(state=EntryState.PUBLISHED).count(), total, False
    replaced = list(_replaced(row)[:PIECE]) if row.is_whole else []
    if replaced:
        _replace(row, kind, replaced, actor, on, at)
        return total, total, False
    row.state, row.published_at = take_batch("finish", row.state, row.get_state_display()), at
    row.save_version(expected=row.version, fields=["state", "published_at"])
    audit.record("list_batch.published", row, actor=actor, count=total)
    settle_batch(row, at=at)
    return total, total, True


def _filing(row: ListBatch, actor: User | None, at: datetime) -> Filing:
    filing = open_filing(
        SourceKind.LIST,
        actor=actor,
        at=at,
        issuer=row.issuer[:80],
        document=row.document,
        purpose=row.title[:120],
    )
    BatchFiling.objects.create(batch=row, filing=filing)
    return filing


def _list_firms(
    row: ListBatch, kind: ListKind, piece: Sequence[Entry], actor: User, on: date, at: datetime
) -> None:
    since = row.valid_from or on
    if kind.proves:
        said = [
            Said(entry.enterprise_id, fact, True, since, expires_on=row.valid_to)
            for entry in piece
            for fact in kind.proves
        ]
        file_statements(said, filing=_filing(row, actor, at), standing=Standing.LISTED, on=on)
    for entry in piece:
        entry.state, entry.stated_at, entry.read_on = EntryState.PUBLISHED, at, since
        entry.valid_from, entry.valid_to, entry.published_on = since, row.valid_to, row.published_on
        entry.version += 1
    Entry.objects.bulk_update(
        piece, ["state", "stated_at", "read_on", "valid_from", "valid_to", "published_on", "version"]
    )
    numbers = _last_numbers(piece)
    Step.objects.bulk_create(
        Step(
            entry=entry,
            number=numbers[entry.pk] + 1,
            act=Act.PUBLISH,
            state=entry.state,
            level=entry.level,
            unit=row.unit,
            actor=actor,
            at=at,
        )
        for entry in piece
    )


def list_late(row: ListBatch, entry: Entry, *, actor: User, on: date, at: datetime) -> None:
    """List a firm that was matched after its batch was published; the batch is locked by the caller."""
    _list_firms(row, kind_called(row.kind), [entry], actor, on, at)


def _last_numbers(piece: Sequence[Entry]) -> dict[int, int]:
    numbers = {entry.pk: 0 for entry in piece}
    for pk, number in (
        Step.objects.filter(entry__in=piece).order_by("number").values_list("entry_id", "number")
    ):
        numbers[pk] = number
    return numbers


def _replaced(row: ListBatch) -> QuerySet[Entry]:
    """Members by earlier batches of the kind, whom a whole list replaces."""
    earlier = ListBatch.objects.published().filter(kind=row.kind).exclude(pk=row.pk)
    found = Entry.objects.filter(batch__in=earlier, state=EntryState.PUBLISHED, ended_on=None)
    return found.select_for_update(of=("self",)).select_related("batch").order_by("pk")


def _replace(
    row: ListBatch, kind: ListKind, replaced: Sequence[Entry], actor: User, on: date, at: datetime
) -> None:
    since = row.valid_from or on
    firms = [entry.enterprise_id for entry in replaced]
    staying = set(
        Entry.objects.filter(batch=row, enterprise__in=firms)
        .order_by("pk")
        .values_list("enterprise", flat=True)
    )
    filing = _filing(row, actor, at)
    leaving = [entry for entry in replaced if entry.enterprise_id not in staying]
    _end_statements(leaving, kind, since, filing, on)
    for entry in replaced:
        _mark_removed(entry, since, on, REPLACED, at)
        write_step(entry, Act.REMOVE, entry.level, None, actor=actor, at=at, reason=REPLACED)


# --- the end of a listing -------------------------------------------------------------------------


@transaction.atomic
def remove_entry(  # noqa: PLR0913  each is a fact about the act
    entry: Entry,
    *,
    reason: str,
    removed_on: date,
    actor: User,
    on: date,
    today: date,
    at: datetime,
    expected: int | None = None,
) -> Entry:
    """Take a firm off a published list from a day on; the register says so unless another batch has it.

    Refused: `lists.needs_reason`, `lists.bad_removal_day` (before its first day, or in the future).
    """
    desk = publisher_desk(actor, today)
    if not reason.strip():
        raise Refused("lists.needs_reason", gettext_noop("移出名单要写明原因。"))
    row = locked_batch(entry.batch)
    kept = Entry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if expected is not None and kept.version != expected:
        raise Refused("core.version_conflict", gettext_noop("这条记录刚被别人修改过，请核对后再保存。"))
    take(Act.REMOVE, Place(kept.state, kept.level, kept.origin), ("province",), row.state)
    if not (kept.valid_from or removed_on) <= removed_on <= on:
        raise Refused("lists.bad_removal_day", gettext_noop("移出日应在列入日之后，且不晚于今天。"))
    _mark_removed(kept, removed_on, on, reason, at)
    kind = kind_called(row.kind)
    if not members_on(kind.id, removed_on).filter(enterprise=kept.enterprise_id).exists():
        _end_statements([kept], kind, removed_on, _filing(row, actor, at), on)
    write_step(kept, Act.REMOVE, kept.level, desk, actor=actor, at=at, reason=reason)
    audit.record("list_entry.removed", kept, actor=actor, on_behalf=desk.absent, batch=row.public_id)
    return kept


def _mark_removed(entry: Entry, removed_on: date, on: date, reason: str, at: datetime) -> None:
    entry.state, entry.removed_on, entry.removed_known_on = EntryState.REMOVED, removed_on, on
    entry.removal_reason, entry.ended_on = reason[:300], removed_on
    fields = ["state", "removed_on", "removed_known_on", "removal_reason", "ended_on"]
    entry.save_version(expected=entry.version, fields=fields)


def _end_statements(
    leaving: Sequence[Entry], kind: ListKind, first_out: date, filing: Filing, on: date
) -> None:
    """State the end of membership from `first_out`: False for what is nothing but membership.

    What membership merely proved is stated again with an end, since something else may prove it later.
    """
    if not leaving or not kind.proves:
        return
    firms = [entry.enterprise_id for entry in leaving]
    ours = BatchFiling.objects.filter(batch__kind=kind.id).order_by().values("filing")
    stated = list(
        Statement.objects.filter(
            enterprise__in=firms, fact__in=kind.proves, filing__in=ours, retracted_at=None, number=1
        ).order_by("pk")
    )
    last_day = first_out - timedelta(days=1)
    said = [Said(pk, fact, False, first_out) for pk in firms for fact in kind.feeds]
    said += [
        Said(one.enterprise_id, one.fact, True, one.as_of, expires_on=last_day)
        for one in stated
        if one.fact not in kind.feeds and one.as_of <= last_day
    ]
    over = [one for one in stated if one.fact not in kind.feeds or one.as_of >= first_out]
    retract_statements(over, filing=filing, on=on)
    file_statements(said, filing=filing, standing=Standing.LISTED, on=on)


# --- the daily reading ----------------------------------------------------------------------------


def read_lists(*, on: date, at: datetime) -> dict[str, int]:
    """State again what the office's own lists still say before it goes stale, and the ends that have come.

    The catalogue reads lists by the day (按日读名单): a statement is fresh for so many days only. Lists of
    other authorities are not read again, they must be taken in anew. Repeating it changes nothing.
    """
    counts = {"confirmed": 0, "ended": 0}
    for batch in ListBatch.objects.published().order_by("pk"):
        kind = kind_called(batch.kind)
        if not kind.proves:
            continue
        while ended := _read_ends(batch, kind, on, at):
            counts["ended"] += ended
        while not batch.is_import and (confirmed := _read_members(batch, kind, on, at)):
            counts["confirmed"] += confirmed
    return counts


@transaction.atomic
def _read_ends(batch: ListBatch, kind: ListKind, on: date, at: datetime) -> int:
    row = locked_batch(batch)
    over = Entry.objects.filter(batch=row, state=EntryState.PUBLISHED, ended_on=None, valid_to__lt=on)
    piece = list(over.select_for_update(of=("self",)).order_by("valid_to", "pk")[:PIECE])
    if not piece:
        return 0
    first_out = (piece[0].valid_to or on) + timedelta(days=1)
    piece = [entry for entry in piece if entry.valid_to == piece[0].valid_to]
    firms = [entry.enterprise_id for entry in piece]
    members = members_on(kind.id, first_out).filter(enterprise__in=firms)
    staying = set(members.values_list("enterprise", flat=True))
    leaving = [entry for entry in piece if entry.enterprise_id not in staying]
    _end_statements(leaving, kind, first_out, _filing(row, None, at), on)
    Entry.objects.filter(pk__in=[entry.pk for entry in piece]).update(ended_on=first_out)
    return len(piece)


@transaction.atomic
def _read_members(batch: ListBatch, kind: ListKind, on: date, at: datetime) -> int:
    row = locked_batch(batch)
    due_before = on - _shortest_freshness(kind) + AHEAD
    members = Entry.objects.in_force_on(on).filter(batch=row, read_on__lte=due_before, read_on__lt=on)
    piece = list(members.select_for_update(of=("self",)).order_by("pk")[:PIECE])
    if not piece:
        return 0
    said = [
        Said(entry.enterprise_id, fact, True, on, expires_on=entry.valid_to)
        for entry in piece
        for fact in kind.proves
    ]
    file_statements(said, filing=_filing(row, None, at), standing=Standing.LISTED, on=on)
    Entry.objects.filter(pk__in=[entry.pk for entry in piece]).update(read_on=on)
    return len(piece)


def _shortest_freshness(kind: ListKind) -> timedelta:
    facts = catalogue().facts
    days = [fresh for name in kind.proves if (fresh := facts[name].fresh_days) is not None]
    return timedelta(days=min(days)) if days else timedelta(days=36_500)
