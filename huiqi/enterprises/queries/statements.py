"""Statements as resolution sees them, and what follows from them for one firm on a date."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

from huiqi.enterprises.catalogue import SIZE_CLASS, SIZE_INPUTS, columns, from_cell, is_statable
from huiqi.enterprises.models import Enterprise, Merging, Statement
from huiqi.enterprises.resolution import FOREVER, Resolved, Stated, resolve
from huiqi.reference.judging import rulebook
from huiqi.reference.size_class import Figures, SizeClassifier
from huiqi.rules.catalogue import Catalogue, Facts, Value

COLUMNS = (
    "id",
    "enterprise_id",
    "fact",
    "period",
    "number",
    "text",
    "as_of",
    "recorded_at",
    "expires_on",
    "standing",
    "retracted_at",
)
ByFact = Mapping[str, list[Stated]]


def catalogue() -> Catalogue:
    """The site's fact catalogue."""
    return rulebook().catalogue


def stated_of(
    enterprise_ids: Iterable[int], facts: Collection[str] | None = None
) -> dict[int, dict[str, list[Stated]]]:
    """For each firm its statements by fact in the order of recording, of these facts only when given.

    Those of the rows merged into it today are among them.
    """
    ids = list(enterprise_ids)
    kept_as = dict(Enterprise.objects.filter(merged_into__in=ids).values_list("pk", "merged_into_id"))
    return _gather(ids, kept_as, facts)


def rows_known_as(enterprise: Enterprise, known_on: date | None) -> list[int]:
    """Keys of the rows that stood for this firm at the end of `known_on` (default: today), its own first."""
    if known_on is None:
        return [enterprise.pk, *enterprise.merged.order_by("pk").values_list("pk", flat=True)]
    end = day_end(known_on)
    mergings = Merging.objects.filter(merged_at__lt=end).exclude(undone_at__lt=end).order_by("pk")
    found, latest = [enterprise.pk], [enterprise.pk]
    while latest:  # a row may have been merged that had others merged into it
        latest = list(mergings.filter(kept__in=latest).values_list("dropped_id", flat=True))
        found += latest
    return found


def day_end(day: date) -> datetime:
    """The first instant after a day of the site's time zone."""
    last = datetime.combine(day, time.max, timezone.get_default_timezone())
    return last + timedelta(microseconds=1)


def _gather(
    ids: Sequence[int], kept_as: Mapping[int, int], facts: Collection[str] | None = None
) -> dict[int, dict[str, list[Stated]]]:
    found: dict[int, dict[str, list[Stated]]] = {pk: defaultdict(list) for pk in ids}
    rows = Statement.objects.filter(enterprise__in=[*ids, *kept_as]).order_by("pk")
    if facts is not None:
        rows = rows.filter(fact__in=facts)
    for row in rows.values_list(*COLUMNS).iterator(chunk_size=5000):
        stated = as_stated(row)
        found[kept_as.get(row[1], row[1])][stated.fact].append(stated)
    return found


def as_stated(row: tuple) -> Stated:  # type: ignore[type-arg]
    """A row of COLUMNS as resolution sees it."""
    pk, _firm, fact, period, number, text, as_of, recorded_at, expires_on, standing, retracted_at = row
    return Stated(
        id=pk,
        fact=fact,
        period=period,
        cell=text if number is None else number,
        as_of=as_of,
        recorded_on=_day(recorded_at),
        standing=standing,
        expires_on=expires_on,
        retracted_on=timezone.localdate(retracted_at) if retracted_at else None,
    )


@lru_cache(maxsize=8192)
def _day(instant: datetime) -> date:
    """The day of an instant of recording, which thousands of statements share."""
    return timezone.localdate(instant)


@dataclass(frozen=True, slots=True)
class ProjectedRow:
    """The columns of one firm as they stand in the database."""

    pk: int
    public_id: str
    columns: Mapping[str, object]
    on: date | None
    until: date | None


def projected_rows(enterprise_ids: Sequence[int]) -> list[ProjectedRow]:
    """The current columns of these firms."""
    names = [fact.id for fact in columns(catalogue())]
    rows = Enterprise.objects.filter(pk__in=enterprise_ids).order_by("pk")
    found = rows.values_list("pk", "public_id", "current_on", "current_until", *names)
    return [
        ProjectedRow(pk, public_id, dict(zip(names, cells, strict=True)), on, until)
        for pk, public_id, on, until, *cells in found
    ]


def resolve_all(
    by_fact: ByFact, on: date, known_on: date | None, facts: Catalogue | None = None
) -> dict[str, Resolved]:
    """The statement that counts for each fact; `known_on` None takes all that is recorded."""
    known = (facts or catalogue()).facts
    resolved: dict[str, Resolved] = {}
    for fact_id, statements in by_fact.items():
        fact = known.get(fact_id)
        found = resolve(fact, statements, on, known_on or FOREVER) if fact and is_statable(fact) else None
        if found is not None:
            resolved[fact_id] = found
    return resolved


@dataclass(frozen=True)
class Known:
    """What is known of a firm on a date: the facts for the engine, and the statement behind each."""

    facts: Facts
    resolved: Mapping[str, Resolved]


def known_of(by_fact: ByFact, on: date, known_on: date | None = None) -> Known:
    """Facts with their standings. The size class is there when it is settled, else rules derive it."""
    book = catalogue()
    resolved = resolve_all(by_fact, on, known_on, book)
    if SIZE_CLASS in resolved and not is_size_settled(resolved) and _derived_size(resolved) is not None:
        resolved.pop(SIZE_CLASS)
    values: dict[str, Value] = {}
    standings: dict[str, str] = {}
    for fact_id, found in resolved.items():
        if found.stated.cell is not None:
            values[fact_id] = from_cell(book.facts[fact_id], found.stated.cell)
            standings[fact_id] = found.stated.standing
    return Known(book.facts_of(values, standings), resolved)


def facts_on(enterprise: Enterprise, on: date, known_on: date | None = None) -> Known:
    """What is known of one firm on `on`, as far as recorded by `known_on` (default: all that is recorded)."""
    first, *merged = rows_known_as(enterprise, known_on)
    by_fact = _gather([first], dict.fromkeys(merged, first))[first]
    return known_of(by_fact, on, known_on)


@lru_cache(maxsize=4)
def _classifier(book: Catalogue) -> SizeClassifier:
    return SizeClassifier(book)


def size_class_of(resolved: Mapping[str, Resolved]) -> str | None:
    """The size class an office settled, else derived from the figures, else as claimed, else None."""
    stated = resolved.get(SIZE_CLASS)
    derived = None if is_size_settled(resolved) else _derived_size(resolved)
    return derived if derived is not None or stated is None else str(stated.stated.cell)


def is_size_settled(resolved: Mapping[str, Resolved]) -> bool:
    """Whether an office or a list says the class; a firm's own word does not displace its figures."""
    return SIZE_CLASS in resolved and resolved[SIZE_CLASS].stated.standing != "claimed"


def size_figures(resolved: Mapping[str, Resolved]) -> Figures | None:
    """What the class is derived from; None without an industry."""
    cells = {name: resolved[name].stated.cell if name in resolved else None for name in SIZE_INPUTS}
    if cells["gb4754"] is None:
        return None
    numbers = (cells[name] for name in SIZE_INPUTS[1:])
    return Figures(str(cells["gb4754"]), *(None if cell is None else int(cell) for cell in numbers))


def _derived_size(resolved: Mapping[str, Resolved]) -> str | None:
    figures = size_figures(resolved)
    return None if figures is None else _classifier(catalogue()).decide(figures)
