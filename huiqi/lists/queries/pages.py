"""What the pages of the lists show, each with a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch, Objection
from huiqi.lists.models.batches import ListBatchQuerySet
from huiqi.lists.models.entries import EntryQuerySet
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.offices import Desk, asks, desks_of, province_desk

WORKING = (BatchState.COLLECTING, BatchState.REVIEWING)
LATE = (*WORKING, BatchState.NOTICING)
OPEN = (EntryState.PROPOSED, EntryState.RETURNED, EntryState.RECOMMENDED)


@dataclass(frozen=True)
class EntryFilters:
    """The filters of a batch page, each empty when it does not matter."""

    state: str = ""
    county: str = ""
    words: str = ""
    mine: bool = False


def turn_of(desks: Sequence[Desk]) -> Q:
    """Entries whose next step is one of these desks' to take."""
    found = Q(pk__in=[])
    for desk in desks:
        found |= Q(level=desk.level) & desk.scope.rows("enterprise__")
    return Q(state__in=OPEN) & found


def entries_of(batch: ListBatch, user: User, filters: EntryFilters, today: date) -> EntryQuerySet:
    """The entries of a batch the person sees, filtered, as the batch page lists them."""
    rows = Entry.objects.visible_to(user, today).filter(batch=batch)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.county:
        rows = rows.filter(
            enterprise__prefecture__startswith=filters.county.removesuffix("00").removesuffix("00")
        )
    if filters.words:
        rows = rows.filter(
            Q(enterprise__name__contains=filters.words) | Q(enterprise__credit_code=filters.words)
        )
    if filters.mine:
        rows = rows.filter(turn_of(desks_of(user, Power.RECOMMEND_FOR_LISTS, today)))
    return rows.select_related("enterprise").order_by("-score", "enterprise__prefecture", "pk")


def counts_by_state(batch: ListBatch, user: User, today: date) -> Mapping[str, int]:
    """How many entries the person sees in each state."""
    rows = Entry.objects.visible_to(user, today).filter(batch=batch).order_by()
    return dict(rows.values_list("state").annotate(count=Count("pk")))


def batches_of(
    user: User, today: date, *, kind: str = "", state: str = "", words: str = ""
) -> QuerySet[ListBatch]:
    """The batches the person may open, with how many firms each has in the person's scope."""
    mine = Entry.objects.visible_to(user, today).order_by()
    rows = ListBatch.objects.visible_to(user, today).select_related("unit")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(Q(title__contains=words) | Q(document__contains=words))
    seen = Count("entries", filter=Q(entries__in=mine.values("pk")))
    return rows.annotate(seen_count=seen).order_by("-created_at", "-pk")


@dataclass(frozen=True)
class DeskWork:
    """What waits for a person: batches with entries whose turn it is, batches that collect and ask the
    person's office (with how many firms of its region are on them), notices, objections."""

    waiting: tuple[tuple[ListBatch, int], ...]
    collecting: tuple[tuple[ListBatch, int], ...]
    ending_notices: tuple[ListBatch, ...]
    over_notices: tuple[ListBatch, ...]
    objections: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        some = self.waiting or self.collecting or self.ending_notices or self.over_notices
        return not (some or self.objections)


def desk_work(user: User, on: date, today: date) -> DeskWork:
    """The work of the lists that waits for this person on `on`."""
    desks = desks_of(user, Power.RECOMMEND_FOR_LISTS, today)
    seen = ListBatch.objects.visible_to(user, today)
    rows = Entry.objects.filter(turn_of(desks), batch__in=seen.filter(state__in=LATE).order_by().values("pk"))
    counts = dict(rows.order_by().values_list("batch").annotate(count=Count("pk")))
    batches = ListBatch.objects.filter(pk__in=counts).order_by("-created_at", "pk") if counts else ()
    publisher = province_desk(user, Power.PUBLISH_LISTS, today)
    noticing = (
        list(seen.filter(state=BatchState.NOTICING).order_by("notice_until", "pk")) if publisher else []
    )
    objections = (
        Objection.objects.filter(
            Q(state=Objection.State.OPEN)
            | Q(state=Objection.State.UNVERIFIED, batch__state=BatchState.NOTICING),
            batch__in=seen.order_by().values("pk"),
        ).count()
        if noticing
        else 0
    )
    return DeskWork(
        tuple((batch, counts[batch.pk]) for batch in batches),
        _collecting(user, desks, seen, today),
        tuple(batch for batch in noticing if batch.notice_until == on),
        tuple(batch for batch in noticing if batch.notice_until is not None and batch.notice_until < on),
        objections,
    )


def _collecting(
    user: User, desks: Sequence[Desk], seen: ListBatchQuerySet, today: date
) -> tuple[tuple[ListBatch, int], ...]:
    """Batches that ask an office of the person to recommend, the nearest end first."""
    if not desks:
        return ()
    book = kinds()
    rows = seen.filter(state=BatchState.COLLECTING, is_import=False)
    asking = [
        batch
        for batch in rows.order_by(F("collect_until").asc(nulls_last=True), "pk")
        if batch.kind in book and any(asks(book[batch.kind].chain, desk.unit) for desk in desks)
    ]
    if not asking:
        return ()
    mine = Entry.objects.visible_to(user, today).filter(batch__in=asking).order_by()
    counts = dict(mine.values_list("batch").annotate(count=Count("pk")))
    return tuple((batch, counts.get(batch.pk, 0)) for batch in asking)
