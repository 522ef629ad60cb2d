"""Statements as resolution sees them, and what follows from them for one firm on a date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone

from huiqi.enterprises.catalogue import from_cell
from huiqi.enterprises.models import Enterprise, Statement
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
SIZE_INPUTS = ("gb4754", "employees", "revenue", "assets")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def catalogue() -> Catalogue:
    """The site's fact catalogue."""
    return rulebook().catalogue


def stated_of(enterprise_ids: Iterable[int]) -> dict[int, dict[str, list[Stated]]]:
    """For each firm its statements by fact, those of the rows merged into it included."""
    ids = list(enterprise_ids)
    kept_as = dict(Enterprise.objects.filter(merged_into__in=ids).values_list("pk", "merged_into_id"))
    found: dict[int, dict[str, list[Stated]]] = {pk: defaultdict(list) for pk in ids}
    rows = Statement.objects.filter(enterprise__in=[*ids, *kept_as]).order_by("pk")
    for row in rows.values_list(*COLUMNS).iterator(chunk_size=5000):
        stated = _stated(row)
        found[kept_as.get(row[1], row[1])][stated.fact].append(stated)
    return found


def _stated(row: tuple) -> Stated:  # type: ignore[type-arg]
    pk, _firm, fact, period, number, text, as_of, recorded_at, expires_on, standing, retracted_at = row
    return Stated(
        id=pk,
        fact=fact,
        period=period,
        cell=text if number is None else number,
        as_of=as_of,
        recorded_on=timezone.localdate(recorded_at),
        standing=standing,
        expires_on=expires_on,
        retracted_on=timezone.localdate(retracted_at) if retracted_at else None,
        order=(recorded_at - _EPOCH) // timedelta(microseconds=1),
    )


def resolve_all(
    by_fact: ByFact, on: date, known_on: date | None, facts: Catalogue | None = None
) -> dict[str, Resolved]:
    """The statement that counts for each fact; `known_on` None takes all that is recorded."""
    known = facts or catalogue()
    known_until = known_on or FOREVER
    resolved: dict[str, Resolved] = {}
    for fact_id, statements in by_fact.items():
        fact = known.facts.get(fact_id)
        if fact is None or not fact.kept:
            continue
        found = resolve(fact, statements, on, known_until)
        if found is not None:
            resolved[fact_id] = found
    return resolved


@dataclass(frozen=True)
class Known:
    """What is known of a firm on a date: the facts for the engine, and the statement behind each."""

    facts: Facts
    resolved: Mapping[str, Resolved]


def known_of(by_fact: ByFact, on: date, known_on: date | None = None) -> Known:
    """Facts with their standings. The size class is derived where nobody settled it."""
    book = catalogue()
    resolved = resolve_all(by_fact, on, known_on, book)
    values: dict[str, Value] = {}
    standings: dict[str, str] = {}
    for fact_id, found in resolved.items():
        if found.stated.cell is not None:
            values[fact_id] = from_cell(book.facts[fact_id], found.stated.cell)
            standings[fact_id] = found.stated.standing
    return Known(book.facts_of(values, standings), resolved)


def facts_on(enterprise: Enterprise, on: date, known_on: date | None = None) -> Known:
    """What is known of one firm on `on`, as far as recorded by `known_on` (default: all that is recorded)."""
    return known_of(stated_of([enterprise.pk])[enterprise.pk], on, known_on)


@lru_cache(maxsize=4)
def _classifier(book: Catalogue) -> SizeClassifier:
    return SizeClassifier(book)


def size_class_of(resolved: Mapping[str, Resolved]) -> str | None:
    """The size class settled by a statement, else derived from the figures, else None (unknown)."""
    settled = resolved.get("size_class")
    if settled is not None:
        return str(settled.stated.cell)
    cells = {name: resolved[name].stated.cell if name in resolved else None for name in SIZE_INPUTS}
    if cells["gb4754"] is None:
        return None
    figures = Figures(
        str(cells["gb4754"]),
        *(None if cells[name] is None else int(cells[name]) for name in SIZE_INPUTS[1:]),  # type: ignore[arg-type]
    )
    return _classifier(catalogue()).decide(figures)
