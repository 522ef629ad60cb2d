"""The numbers of figures.py as tables: by unit, topic, county, channel, month; days; hot topics."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain
from typing import Any

from django.db.models import Count, F, Q

from huiqi.accounts.models import Unit
from huiqi.cases.models import Case
from huiqi.cases.queries.figure_counts import ALL, By, Key, counted, listed
from huiqi.cases.queries.figure_rows import REPEATED, Rows, Span, steps, stored_rows
from huiqi.cases.queries.figures import COUNTED, NUMBERS, REST, Account, Base, Number
from huiqi.cases.queries.office_time import office_hours
from huiqi.cases.queries.rows import item_names
from huiqi.cases.workflow import Channel
from huiqi.core.language import month_words
from huiqi.core.messages import gettext_noop
from huiqi.reference.queries import code_tables

# A cell with fewer than this says who it was; outside the office it is hidden.
SMALLEST = 5
_TENTH = Decimal("0.1")
WEEK = timedelta(days=7)


BY_WORDS: Mapping[By, str] = {
    By.UNIT: gettext_noop("单位"),
    By.TOPIC: gettext_noop("主题"),
    By.COUNTY: gettext_noop("县市区"),
    By.CHANNEL: gettext_noop("渠道"),
    By.MONTH: gettext_noop("月份"),
}


def percent_of(counted: int, of: int) -> Decimal | None:
    """In percent, to a tenth, half up; None of nothing."""
    return (Decimal(100 * counted) / of).quantize(_TENTH, ROUND_HALF_UP) if of else None


@dataclass(frozen=True)
class Share:
    """A number as it was announced: numerator and denominator, without its other parts."""

    number: Number
    counted: int
    of: int

    @property
    def percent(self) -> Decimal | None:
        """As of a Tally."""
        return percent_of(self.counted, self.of) if self.number.counted else None


@dataclass(frozen=True)
class Tally:
    """A number with its parts: how many rows fell into each; the last is the rest."""

    number: Number
    parts: tuple[int, ...]

    @property
    def rows(self) -> int:
        """All rows, also those left out: what the parts add up to."""
        return sum(self.parts)

    @property
    def of(self) -> int:
        """The denominator: rows not left out."""
        return sum(self.parts[len(self.number.left_out) :])

    @property
    def counted(self) -> int:
        """The numerator; of a plain count all rows."""
        return self.parts[-2] if self.number.counted else self.rows

    @property
    def percent(self) -> Decimal | None:
        """Numerator of denominator in percent, to a tenth, half up; None for a count or of nothing."""
        return percent_of(self.counted, self.of) if self.number.counted else None

    def lines(self) -> list[tuple[str, str, int]]:
        """(part's name, its words, rows) for the numerator, the rest and every part left out."""
        number = self.number
        found = [(part.name, part.label, count) for part, count in self._left_out()]
        if number.counted is None:
            return found
        own = [(COUNTED, number.counted.label, self.counted), (REST, number.rest, self.parts[-1])]
        return own + found

    def _left_out(self) -> Iterable[tuple[Any, int]]:
        return zip(self.number.left_out, self.parts, strict=False)


def tallies(
    names: Iterable[str], account: Account, by: By | None = None, rows: Rows | None = None
) -> dict[str, dict[Key, Tally]]:
    """These numbers by the keys of a table (`ALL` without one); `rows` when they have been read already."""
    wanted = list(names)
    rows = rows or rows_for(wanted, account)
    bases: dict[Base, list[Number]] = defaultdict(list)
    for name in wanted:
        bases[NUMBERS[name].base].append(NUMBERS[name])
    found: dict[str, dict[Key, Tally]] = {}
    for base, numbers in bases.items():
        found |= _of_base(base, numbers, account, by, rows)
    return found


def rows_for(names: Iterable[str], account: Account, *, with_days: bool = False) -> Rows:
    """The rows that numbers of an account rest on."""
    return stored_rows(spans_of(names, account, with_days=with_days))


def spans_of(names: Iterable[str], account: Account, *, with_days: bool = False) -> dict[Base, Span]:
    """Of which bases and of what time: for a page that reads rows once for several tables."""
    bases = [*(NUMBERS[name].base for name in names), *([Base.DAYS] if with_days else [])]
    return dict.fromkeys(bases, (account.start, account.end))


def _of_base(
    base: Base, numbers: Sequence[Number], account: Account, by: By | None, rows: Rows
) -> dict[str, dict[Key, Tally]]:
    has_repeats = any(number.id == REPEATED for number in numbers)
    keys, rows_counted = counted(base, account, by, rows, has_repeats=has_repeats)
    counts = list(rows_counted)
    weights, found = steps(base), {}
    for number in numbers:
        weight, size = weights[number.id]
        parts = [[0] * size for _key in keys]
        for key, value, count in counts:
            parts[key][value // weight % size] += count
        found[number.id] = {
            key: Tally(number, tuple(places)) for key, places in zip(keys, parts, strict=True) if any(places)
        }
    return found


def month_starts(account: Account) -> tuple[datetime, ...]:
    """The first instants of the account's months; the account begins with a month."""
    found, moment = [], account.start
    while moment < account.end:
        found.append(moment)
        moment = (moment + timedelta(days=32)).replace(day=1)
    return tuple(found)


def total(name: str, tables: Mapping[str, Mapping[Key, Tally]]) -> Tally:
    """A number in all, from any table of it: every row lies under exactly one key."""
    number = NUMBERS[name]
    parts = [0] * (len(number.parts) + 1)
    for tally in tables[name].values():
        parts = [have + more for have, more in zip(parts, tally.parts, strict=True)]
    return Tally(number, tuple(parts))


# --- names of keys ------------------------------------------------------------------------------------


def key_names(by: By, keys: Iterable[Key], account: Account) -> dict[Key, str]:
    """The keys of a table in words; at most one query."""
    keys = list(keys)
    if by is By.UNIT:
        units = Unit.objects.filter(pk__in=[key[0] for key in keys if key[0]]).order_by("pk")
        names = dict(units.values_list("pk", "name"))
        return {key: names.get(key[0], "") for key in keys}
    if by is By.TOPIC:
        items = item_names()
        return {key: _topic_name(items.get(key[0]), key) for key in keys}
    if by is By.MONTH:
        starts = month_starts(account)
        return {key: month_words(starts[key[0]].date()) for key in keys}
    if by is By.COUNTY:
        counties = county_names(key[0] for key in keys)
        return {key: counties[key[0]] for key in keys}
    return {key: str(Channel(key[0]).label) for key in keys}


def county_names(codes: Iterable[str]) -> dict[str, str]:
    """浏阳市 of 430181, "" of what is none; one query for all."""
    known = code_tables().divisions
    return {code: known[code].name if code in known else "" for code in codes}


def _topic_name(item: Any, key: Key) -> str:
    if item is None:
        return "·".join(key)
    return f"{item.title}·{item.topics.get(key[1], key[1])}"


# --- days ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Days:
    """How long handling took, in working days to a tenth (nearest rank: a value that really occurred)."""

    count: int
    median: Decimal | None
    p90: Decimal | None


NO_DAYS = Days(0, None, None)


def days(account: Account, by: By | None = None, rows: Rows | None = None) -> dict[Key, Days]:
    """Median and 90th percentile of the working days of handling, by key and, under `ALL`, in all."""
    rows = rows or rows_for([], account, with_days=True)
    day = office_hours().length
    minutes = listed(Base.DAYS, account, by, rows)
    for some in minutes.values():
        some.sort()
    found = {key: _days(some, day) for key, some in minutes.items()}
    if minutes:  # sorted lists one after another are soon sorted
        found[ALL] = _days(sorted(chain.from_iterable(minutes.values())), day)
    return found


def _days(minutes: list[int], day: int) -> Days:
    return Days(len(minutes), _rank(minutes, 50, day), _rank(minutes, 90, day))


def _rank(minutes: list[int], percent: int, day: int) -> Decimal:
    """The smallest value that so many percent of the rows do not exceed."""
    place = -(-len(minutes) * percent // 100) - 1
    return (Decimal(minutes[place]) / day).quantize(_TENTH, ROUND_HALF_UP)


# --- hot topics ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hot:
    """A topic in the last seven days and in the seven before."""

    key: Key
    name: str
    now: int
    before: int

    @property
    def growth(self) -> Decimal | None:
        """In percent; None when there were too few before to compare."""
        if self.before < SMALLEST:
            return None
        return (Decimal(100 * (self.now - self.before)) / self.before).quantize(Decimal(1), ROUND_HALF_UP)


def hot_topics(account: Account, most: int = 10) -> list[Hot]:
    """Topics by how many were opened in the seven days before the account's instant, with the week before."""
    since = account.at - WEEK
    rows = Case.objects.order_by().filter(
        account.cases(), opened_at__gte=since - WEEK, opened_at__lt=account.at
    )
    counts = rows.values_list("item", "topic").annotate(
        now=Count("pk", filter=Q(opened_at__gte=since)), before=Count("pk", filter=Q(opened_at__lt=since))
    )
    found = [(tuple(row[:2]), row[2], row[3]) for row in counts if row[2]]
    found.sort(key=lambda row: (-row[1], row[2], row[0]))
    names = key_names(By.TOPIC, [row[0] for row in found[:most]], account)
    return [Hot(key, names[key], now, before) for key, now, before in found[:most]]


# --- shortages ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shortage:
    """Shortages of one kind in one county: how many are open, past their term, new in a week, solved."""

    topic: str
    county: str
    open: int
    late: int
    new: int
    solved: int


SHORTAGE_ITEM = "shortage"


def shortages(account: Account) -> list[Shortage]:
    """The shortage board: open ones now; those solved (by the requester's word) since the account's start."""
    rows = Case.objects.order_by().filter(account.cases(), item=SHORTAGE_ITEM)
    live = rows.filter(Q(ended_at=None) | Q(ended_at__gte=account.start, word="solved"))
    is_open = Q(ended_at=None)
    counts = live.values_list("topic", "prefecture").annotate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_at__lt=account.at, is_paused=False)),
        new=Count("pk", filter=Q(opened_at__gte=account.at - WEEK)),
        solved=Count("pk", filter=Q(ended_at__isnull=False)),
    )
    found = [Shortage(*row) for row in counts]
    return sorted(found, key=lambda row: (-row.open, -row.late, row.topic, row.county))


def open_shortages(account: Account, topic: str, county: str) -> Any:
    """The open cases behind a cell of the board."""
    rows = Case.objects.open().filter(account.cases(), item=SHORTAGE_ITEM, topic=topic, prefecture=county)
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


# --- small counts -------------------------------------------------------------------------------------


def hide_small(counts: Mapping[Key, int]) -> frozenset[Key]:
    """Which cells of a column to hide: those of 1 to 4, and when that is only one, the next smallest too,
    so that it cannot be had by taking the others from the total."""
    small = {key for key, count in counts.items() if 0 < count < SMALLEST}
    others = sorted((count, key) for key, count in counts.items() if count >= SMALLEST)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return frozenset(small)
