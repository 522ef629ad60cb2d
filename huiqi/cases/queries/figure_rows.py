"""What figures count, a narrow row each: read from cases, orders and clocks, or from the blocks they were
packed in (models/figure_blocks.py), with the cases that changed since read anew.

A row says of which case, month, unit, place, topic and channel it is and into which part of every number of
its base it falls. The database answers that with the conditions of figures.py, whether a block is made or a
changed case is read: there is no second definition.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone

from huiqi.cases.models import CASES_PER_BLOCK, Case, FigureBlock, FigureChange
from huiqi.cases.packed import ORDER, Packed, load, pack
from huiqi.cases.queries.figures import (
    NUMBERS,
    REPEAT_WITHIN,
    Base,
    Number,
    moment_of,
    place_of,
    rows_of,
    to_case,
    unit_of,
)

# A running clock's row has two answers: before its term ends, and after. The conditions know no other moment.
_LONG_AGO, _AT_LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCKS = (Base.CONTACT, Base.SIGN, Base.HANDLE)
# Whether a case is a repeat depends on other cases, so it is not kept but found among the rows (repeats.py).
REPEATED = "repeated"
_CHUNK = 2000  # SQLite takes no more than 32,766 values in a statement


# --- what a row counts ---------------------------------------------------------------------------------


def numbers_of(base: Base) -> list[Number]:
    """The numbers that count a base's rows, in a fixed order."""
    return [number for number in NUMBERS.values() if number.base is base]


def steps(base: Base) -> dict[str, tuple[int, int]]:
    """How the places of a row in all numbers make one whole number: (weight, how many places) by number."""
    found, weight = {}, 1
    for number in numbers_of(base):
        size = len(number.parts) + 1
        found[number.id] = (weight, size)
        weight *= size
    return found


def places_of(base: Base) -> int:
    """How many whole numbers `steps` can make: every value of the base is less."""
    size = 1
    for _weight, places in steps(base).values():
        size *= places
    return size


def paired(first: str, second: str | int | None) -> str:
    """Two codes as one text: a block has thousands, and tuples would wake the collector of garbage."""
    return f"{first}\t{'' if second is None else second}"


def parted(text: str) -> tuple[str, str]:
    """The two codes of such a text."""
    first, _tab, second = text.partition("\t")
    return first, second


def micros(moment: datetime) -> int:
    """Microseconds since 1970: what databases keep of an instant."""
    return (moment - _EPOCH) // _MICROSECOND


def month_of(moment: datetime) -> int:
    """The month here as a number that grows by one a month."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return 12 * local.year + local.month - 1


def rules() -> str:
    """A digest of everything kept rows rest on besides the rows: other definitions are another digest."""
    said: list[Any] = [ORDER, CASES_PER_BLOCK, settings.TIME_ZONE]
    for number in NUMBERS.values():
        said += [number.id, number.base, [(part.name, str(part.when)) for part in number.parts]]
    said += [str(rows_of(base).values("pk").query) for base in Base]
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


# --- read from the cases -------------------------------------------------------------------------------


def read_rows(base: Base, cases: Mapping[str, Any], when: Q, first: int = 0) -> Packed:
    """The rows of a base of the `cases` (look-ups of their row numbers) that also meet `when`."""
    case = to_case(base)
    own = "pk" if not case else "case_id"
    numbers = [number for number in numbers_of(base) if number.id != REPEATED]
    rows = rows_of(base).filter(when, **{f"{own}__{look}": value for look, value in cases.items()})
    places: list[Any] = [place_of(number, _AT_LAST) for number in numbers]
    before: list[Any] = [place_of(number, _LONG_AGO) for number in numbers] if base in _CLOCKS else []
    asked = [own, moment_of(base), unit_of(base), *(f"{case}{name}" for name in _OF_CASE), *_MORE[base]]
    rows = rows.annotate(**{f"place_{n}": place for n, place in enumerate([*places, *before])})
    answers = [f"place_{n}" for n in range(len(places) + len(before))]
    weights = [steps(base)[number.id][0] for number in numbers]
    reader = _Reader(base, first, weights)
    for row in rows.values_list(*asked, *answers).order_by("pk"):
        reader.take(row)
    return pack(reader.rows, reader.extra)


_OF_CASE = ("prefecture", "park_id", "item", "topic", "channel")
_MORE: Mapping[Base, tuple[str, ...]] = {
    **dict.fromkeys(Base, ()),
    Base.OPENED: ("credit_code", "phone_index"),
    Base.DAYS: ("used_minutes",),
}


@dataclass
class _Reader:
    """Turns the database's rows into narrow ones."""

    base: Base
    first: int
    weights: list[int]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    extra: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {Base.OPENED: ("when", "by_code", "by_phone")}
        clocks = ("running", "due", "early")
        self.extra = {name: [] for name in names.get(self.base, clocks if self.base in _CLOCKS else ())}

    def take(self, row: tuple[Any, ...]) -> None:
        """One row of the query in `read_rows`."""
        case, moment, unit, county, park, item, topic, channel, *rest = row
        value = self._value(moment, (item, topic), rest)
        self.rows.append(
            (
                case - self.first,
                value,
                month_of(moment),
                unit,
                paired(county, park),
                paired(item, topic),
                channel,
            )
        )

    def _value(self, moment: datetime, topic: tuple[str, str], rest: list[Any]) -> int:
        if self.base is Base.DAYS:
            return int(rest[0])
        if self.base is Base.OPENED:
            self._requester(moment, topic, rest[:2])
            # `received` has one place, `repeated` the place of the rest until the rows are compared.
            return steps(self.base)[REPEATED][0]
        count = len(self.weights)
        value = self._sum(rest[:count])
        if self.base in _CLOCKS and (early := self._sum(rest[count:])) != value:
            self.extra["running"].append(len(self.rows))
            self.extra["due"].append(micros(moment))
            self.extra["early"].append(early)
        return value

    def _sum(self, places: list[int]) -> int:
        return sum(place * weight for place, weight in zip(places, self.weights, strict=True))

    def _requester(self, moment: datetime, topic: tuple[str, str], known: list[str]) -> None:
        self.extra["when"].append(micros(moment))
        for name, who in zip(("by_code", "by_phone"), known, strict=True):
            self.extra[name].append(_same(name, who, topic))


def _same(name: str, who: str, topic: tuple[str, str]) -> int:
    """One number for a requester with an item and topic; 0 when who it was is not known."""
    if not who:
        return 0
    text = "\0".join((name, who, *topic)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True) or 1


# --- read from the blocks ------------------------------------------------------------------------------


@dataclass
class Piece:
    """Rows of some cases; `kept` has a 0 for each case that is to be passed over (by its number in the
    piece), or is None when all hold."""

    packed: Packed
    first: int = 0
    kept: bytes | None = None


Rows = Mapping[Base, list[Piece]]
Span = tuple[datetime, datetime]


def stored_rows(wanted: Mapping[Base, Span]) -> Rows:
    """The rows of each base from an instant (in) to another (out), both beginnings of months, in a fixed
    number of queries; some more may come along. Of cases opened, also those of the days before, against
    which repeats are found.

    Changes are read before blocks and blocks before cases: whatever is written or packed meanwhile, every
    case is seen in one state.
    """
    changed = sorted(set(FigureChange.objects.order_by().values_list("case_id", flat=True)))
    last = Case.objects.aggregate(last=Max("pk"))["last"]
    spans = {base: _span(base, span) for base, span in wanted.items()}
    blocks = _Blocks(spans, changed)
    missing = [n for n in range(0 if last is None else last // CASES_PER_BLOCK + 1) if n not in blocks.whole]
    for base, (start, end) in spans.items():
        when = Q(**{f"{moment_of(base)}__gte": start, f"{moment_of(base)}__lt": end})
        for cases in _not_packed(changed, missing):
            blocks.pieces[base].append(Piece(read_rows(base, cases, when)))
    return blocks.pieces


def _span(base: Base, span: Span) -> Span:
    return (span[0] - REPEAT_WITHIN if base is Base.OPENED else span[0], span[1])


def _not_packed(changed: list[int], missing: list[int]) -> Iterator[Mapping[str, Any]]:
    """The cases to be read: those that changed, and those of no block, some at a time."""
    known = set(missing)
    apart = [case for case in changed if case // CASES_PER_BLOCK not in known]
    for begin in range(0, len(apart), _CHUNK):
        yield {"in": apart[begin : begin + _CHUNK]}
    for number in missing:
        yield cases_of(number)


def cases_of(number: int) -> Mapping[str, Any]:
    """The cases of a block, for `read_rows`."""
    first = number * CASES_PER_BLOCK
    return {"gte": first, "lt": first + CASES_PER_BLOCK}


def _meets(span: Span, first: int | None, last: int | None) -> bool:
    """Whether rows between these months can fall into the time."""
    if first is None or last is None:
        return False
    return first <= month_of(span[1] - _MICROSECOND) and last >= month_of(span[0])


class _Blocks:
    """The blocks of some bases; `whole` are the numbers under which every base is there."""

    def __init__(self, spans: Mapping[Base, Span], changed: list[int]) -> None:
        self.pieces: dict[Base, list[Piece]] = {base: [] for base in spans}
        self._gone: dict[int, list[int]] = {}
        for case in changed:
            self._gone.setdefault(case // CASES_PER_BLOCK, []).append(case % CASES_PER_BLOCK)
        heads = FigureBlock.objects.order_by("number").filter(rules=rules(), base__in=list(spans))
        found: dict[int, int] = {}
        asked = []
        for pk, number, base, first, last in heads.values_list(
            "pk", "number", "base", "first_month", "last_month"
        ):
            found[number] = found.get(number, 0) + 1
            if _meets(spans[Base(base)], first, last):
                asked.append(pk)
        self.whole = {number for number, count in found.items() if count == len(spans)}
        self._load(asked)

    def _load(self, asked: list[int]) -> None:
        blocks = FigureBlock.objects.order_by("number")
        for begin in range(0, len(asked), _CHUNK):
            some = blocks.filter(pk__in=asked[begin : begin + _CHUNK])
            for number, base, header, content in some.values_list("number", "base", "header", "content"):
                if number in self.whole:
                    piece = Piece(load(header, content), number * CASES_PER_BLOCK, self._kept(number))
                    self.pieces[Base(base)].append(piece)

    def _kept(self, number: int) -> bytes | None:
        gone = self._gone.get(number)
        if not gone:
            return None
        kept = bytearray(b"\1") * CASES_PER_BLOCK
        for case in gone:
            kept[case] = 0
        return bytes(kept)
