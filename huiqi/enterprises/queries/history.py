"""What was known of a firm on any day as far as anybody knew on any other, and who said it: for pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.enterprises.catalogue import SIZE_CLASS, from_cell, is_statable
from huiqi.enterprises.models import Enterprise, SourceKind, Standing, Statement
from huiqi.enterprises.queries.statements import (
    COLUMNS,
    as_stated,
    catalogue,
    known_of,
    rows_known_as,
    size_class_of,
)
from huiqi.enterprises.resolution import (
    FOREVER,
    Resolved,
    Stated,
    fresh_until,
    is_of_period,
    is_standing,
    resolve,
    strength,
)
from huiqi.rules.catalogue import Fact, Facts, Value

# What a statement is to the answer on a day.
COUNTS, WEAKER, STALE, LATER, OTHER_PERIOD, RETRACTED = (
    "counts",
    "weaker",
    "stale",
    "later",
    "other_period",
    "retracted",
)


@dataclass(frozen=True)
class View:
    """Whose history is looked at, for which day, as known at the end of which."""

    firm: int
    on: date
    known_on: date


@dataclass(frozen=True)
class Entry:
    """One statement, in words. `value` None: whoever stated the fact no longer does.

    `state`: counts; weaker (another prevails); stale (too old, or expired); later (speaks of a later day);
    other_period; retracted. As known on a day: what was taken back later stands.
    """

    statement: Statement
    fact: Fact
    value: Value | None
    fresh_until: date
    state: str
    came_with: str = ""  # name of the merged row under which it was stated

    @property
    def shown(self) -> str:
        """The value as a Chinese reader expects it."""
        return self.fact.format(self.value)

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return {
            COUNTS: _("采用"),
            WEAKER: _("另有更可信或更新的"),
            STALE: _("已过期"),
            LATER: _("尚未开始"),
            OTHER_PERIOD: _("不是所问年度"),
            RETRACTED: _("已撤回"),
        }[self.state]

    @property
    def period(self) -> str:
        return self.statement.period

    @property
    def as_of(self) -> date:
        return self.statement.as_of

    @property
    def recorded_at(self) -> datetime:
        return self.statement.recorded_at

    @property
    def expires_on(self) -> date | None:
        return self.statement.expires_on

    @property
    def standing(self) -> str:
        return self.statement.standing

    @property
    def standing_label(self) -> str:
        return str(Standing(self.standing).label)

    @property
    def source(self) -> str:
        return self.statement.filing.source

    @property
    def source_label(self) -> str:
        return str(SourceKind(self.source).label)

    @property
    def issuer(self) -> str:
        return self.statement.filing.issuer

    @property
    def document(self) -> str:
        return self.statement.filing.document

    @property
    def purpose(self) -> str:
        return self.statement.filing.purpose

    @property
    def actor(self) -> str:
        """Who entered it, "" when a program did."""
        person = self.statement.filing.actor
        return person.name if person else ""

    @property
    def retracted_at(self) -> datetime | None:
        return self.statement.retracted_at if self.state == RETRACTED else None

    @property
    def retracted_by(self) -> str:
        filing = self.statement.retracted_by if self.state == RETRACTED else None
        return filing.actor.name if filing and filing.actor else ""

    @property
    def retraction_document(self) -> str:
        filing = self.statement.retracted_by if self.state == RETRACTED else None
        return filing.document or filing.purpose if filing else ""


@dataclass(frozen=True)
class Line:
    """One fact on the page: the statement that counts, or the best of those that no longer do.

    `rival`: another that would count by itself and says something else.
    """

    fact: Fact
    entry: Entry | None
    until: date | None = None
    stale: Entry | None = None
    entries: int = 0
    derived: str = ""
    rival: Entry | None = None

    @property
    def shown(self) -> str:
        """The value, stated or derived; 未填 when unknown."""
        if self.entry is not None:
            return self.entry.shown
        return self.derived or self.fact.format(None)


@dataclass(frozen=True)
class KnownOn:
    """All that was known of a firm on a day, in the catalogue's order; facts nobody spoke of are left out."""

    on: date
    known_on: date | None
    facts: Facts
    resolved: dict[str, Resolved]
    lines: tuple[Line, ...]

    def line(self, fact_id: str) -> Line | None:
        """The line of one fact, None when nobody ever stated it."""
        return next((line for line in self.lines if line.fact.id == fact_id), None)


def known_on(enterprise: Enterprise, on: date, known_on: date | None = None) -> KnownOn:
    """What is known of the firm on `on`, as far as recorded by the end of `known_on` (default: to this day).

    Two queries, whatever the firm has.
    """
    by_fact: dict[str, list[tuple[Statement, Stated]]] = {}
    for pair in _recorded(_statements(enterprise, known_on), known_on):
        by_fact.setdefault(pair[1].fact, []).append(pair)
    stated = {fact_id: [one for _row, one in pairs] for fact_id, pairs in by_fact.items()}
    known = known_of(stated, on, known_on)
    lines = [
        _line(fact, by_fact[fact.id], View(enterprise.pk, on, known_on or FOREVER))
        for fact in catalogue().facts.values()
        if fact.id in by_fact and is_statable(fact)
    ]
    return KnownOn(
        on, known_on, known.facts, dict(known.resolved), _with_size_class(lines, dict(known.resolved))
    )


def fact_history(enterprise: Enterprise, fact_id: str, on: date, known_on: date | None = None) -> list[Entry]:
    """Everything said about one fact of the firm, as it looked at the end of `known_on`; newest first."""
    fact = catalogue().facts.get(fact_id)
    if fact is None:
        return []
    rows = _statements(enterprise, known_on).filter(fact=fact_id)
    pairs = _recorded(rows, known_on)
    found = _entries(fact, pairs, View(enterprise.pk, on, known_on or FOREVER))
    return sorted(found, key=_order, reverse=True)


def _order(entry: Entry) -> tuple[date, int]:
    """As resolution orders: by day, within it by writing."""
    return timezone.localdate(entry.recorded_at), entry.statement.pk


def _statements(enterprise: Enterprise, known_on: date | None) -> QuerySet[Statement]:
    rows = Statement.objects.filter(enterprise__in=rows_known_as(enterprise, known_on)).order_by("pk")
    return rows.select_related("enterprise", "filing__actor", "retracted_by__actor").only(
        *COLUMNS, "enterprise__name", "filing", "retracted_by", *_of("filing"), *_of("retracted_by")
    )


def _of(filing: str) -> tuple[str, ...]:
    return tuple(f"{filing}__{name}" for name in ("source", "issuer", "document", "purpose", "actor__name"))


def _recorded(rows: Iterable[Statement], known_on: date | None) -> list[tuple[Statement, Stated]]:
    pairs = [(row, as_stated(tuple(getattr(row, name) for name in COLUMNS))) for row in rows]
    return [pair for pair in pairs if pair[1].recorded_on <= (known_on or FOREVER)]


def _line(fact: Fact, pairs: Sequence[tuple[Statement, Stated]], view: View) -> Line:
    entries = _entries(fact, pairs, view)
    counting = next((entry for entry in entries if entry.state == COUNTS), None)
    resolved = resolve(fact, [one for _row, one in pairs], view.on, view.known_on)
    past = [entry for entry in entries if entry.state in (STALE, OTHER_PERIOD) and entry.value is not None]
    stale = max(past, key=lambda entry: (entry.as_of, entry.statement.pk), default=None)
    return Line(
        fact,
        counting if resolved else None,
        resolved.until if resolved else None,
        None if resolved else stale,
        len(entries),
        rival=_rival(entries, counting) if resolved else None,
    )


def _rival(entries: Sequence[Entry], counting: Entry | None) -> Entry | None:
    other = [
        entry
        for entry in entries
        if entry.state == WEAKER and counting is not None and entry.value not in (None, counting.value)
    ]
    # What an older statement of the same standing said was not contradicted, it was overtaken.
    other = [entry for entry in other if counting and entry.as_of >= counting.as_of]
    return max(other, key=lambda entry: (entry.as_of, entry.statement.pk), default=None)


def _entries(fact: Fact, pairs: Sequence[tuple[Statement, Stated]], view: View) -> list[Entry]:
    states = {one.id: _state(fact, one, view) for _row, one in pairs}
    bearing = [one for _row, one in pairs if states[one.id] == WEAKER]
    if bearing:
        states[max(bearing, key=strength).id] = COUNTS
    return [
        Entry(
            row,
            fact,
            None if one.cell is None else from_cell(fact, one.cell),
            fresh_until(fact, one),
            states[one.id],
            "" if row.enterprise_id == view.firm else row.enterprise.name,
        )
        for row, one in pairs
    ]


def _state(fact: Fact, one: Stated, view: View) -> str:
    """What a statement is on a day, before one of the bearing ones is found to prevail."""
    if not is_standing(one, view.known_on):
        return RETRACTED
    if one.as_of > view.on:
        return LATER
    if not is_of_period(fact, one, view.on):
        return OTHER_PERIOD
    return STALE if fresh_until(fact, one) < view.on else WEAKER


def _with_size_class(lines: list[Line], resolved: dict[str, Resolved]) -> tuple[Line, ...]:
    """The size class is shown also when nobody stated it, or when figures speak against a mere claim."""
    fact = catalogue().facts[SIZE_CLASS]
    found = size_class_of(resolved)
    if found is None or SIZE_CLASS in resolved:
        return tuple(lines)
    at = next((place for place, line in enumerate(lines) if line.fact.id == SIZE_CLASS), None)
    if at is not None:
        lines[at] = replace(lines[at], entry=None, until=None, derived=fact.format(found))
        return tuple(lines)
    order = catalogue().slots
    made = [*lines, Line(fact, None, derived=fact.format(found))]
    return tuple(sorted(made, key=lambda line: order[line.fact.id]))
