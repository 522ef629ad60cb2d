"""Counting the narrow rows of figures: those of an account, by unit, topic, county, channel or month."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache, partial
from itertools import compress, repeat
from operator import add, and_
from typing import Any

from huiqi.accounts.scope import Scope
from huiqi.cases.queries.figure_rows import REPEATED, Piece, Rows, micros, month_of, parted, places_of, steps
from huiqi.cases.queries.figures import REPEAT_WITHIN, Account, Base, Number
from huiqi.cases.queries.repeats import repeats


class By(StrEnum):
    """By what a table has its rows."""

    UNIT = "unit"
    TOPIC = "topic"
    COUNTY = "county"
    CHANNEL = "channel"
    MONTH = "month"


Key = tuple[Any, ...]
_Test = tuple[str, Callable[[Any], bool]]
ALL: Key = ()
# By which column a table goes, and what of its value is the key.
_KEYS: Mapping[By, tuple[str, Callable[[Any, Account], Key]]] = {
    By.UNIT: ("unit", lambda unit, _account: (unit,)),
    By.TOPIC: ("topic", lambda topic, _account: parted(topic)),
    By.COUNTY: ("place", lambda place, _account: parted(place)[:1]),
    By.CHANNEL: ("channel", lambda channel, _account: (channel,)),
    By.MONTH: ("month", lambda month, account: (month - month_of(account.start),)),
}
# By which column of the rows an account is narrowed, and what of its value is compared.
_ONLY: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "item": ("topic", lambda topic: parted(topic)[0]),
    "topic": ("topic", lambda topic: parted(topic)[1]),
    "prefecture": ("place", lambda place: parted(place)[0]),
    "channel": ("channel", lambda channel: channel),
}


class _Keys:
    """The keys of a table, numbered as they come: counting goes over small numbers, not over tuples."""

    def __init__(self, account: Account, by: By | None) -> None:
        self._account = account
        self._by = by
        self._places: dict[Key, int] = {ALL: 0} if by is None else {}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def of(self, piece: Piece, step: int = 1) -> Iterator[int]:
        """The number of each row's key, times `step`."""
        if self._by is None:
            return repeat(0)
        column, key = _KEYS[self._by]
        places = self._places
        table = [
            step * places.setdefault(key(value, self._account), len(places))
            for value in piece.packed.values[column]
        ]
        return map(table.__getitem__, piece.packed.columns[column])


def counted(
    base: Base, account: Account, by: By | None, rows: Rows, *, has_repeats: bool = False
) -> tuple[list[Key], Iterator[tuple[int, int, int]]]:
    """The keys that occur, and the (number of a key, value, rows) that do."""
    found: Counter[int] = Counter()
    keys, tests, size = _Keys(account, by), _tests(account), places_of(base)
    for piece, values in _valued(base, account, rows, has_repeats=has_repeats):
        # One number for key and value: a pair a row would cost twice as much.
        found.update(_chosen(map(add, keys.of(piece, size), values), piece, tests))
    return list(keys), ((*divmod(code, size), count) for code, count in found.items())


def listed(base: Base, account: Account, by: By | None, rows: Rows) -> Mapping[Key, list[int]]:
    """The values of the rows of each key."""
    found: dict[int, list[int]] = defaultdict(list)
    keys, tests = _Keys(account, by), _tests(account)
    for piece in rows[base]:
        values = piece.packed.columns["value"]
        for key, value in _chosen(zip(keys.of(piece), values, strict=False), piece, tests):
            found[key].append(value)
    named = list(keys)
    return {named[key]: values for key, values in found.items()}


def cases_in(number: Number, part: str, account: Account, rows: Rows) -> list[int]:
    """The cases of one part of a number (a part's name, `rest`, or "" for all rows), the latest first."""
    names = [each.name for each in number.parts]
    place = names.index(part) if part in names else len(names)
    weight, size = steps(number.base)[number.id]
    found: set[int] = set()
    tests = _tests(account)
    for piece, values in _valued(number.base, account, rows, has_repeats=number.id == REPEATED):
        cases = piece.packed.columns["case"]
        pairs = _chosen(zip(cases, values, strict=True), piece, tests)
        found.update(
            piece.first + case for case, value in pairs if not part or value // weight % size == place
        )
    return sorted(found, reverse=True)


def _valued(base: Base, account: Account, rows: Rows, *, has_repeats: bool) -> Iterator[tuple[Piece, Any]]:
    """The pieces of a base with their values as things stand at the account's instant."""
    pieces = rows[base]
    if has_repeats:
        first = month_of(account.start - REPEAT_WITHIN)
        pieces = [piece for piece in pieces if max(piece.packed.values["month"], default=0) >= first]
        for piece, repeated in zip(pieces, repeats(pieces), strict=True):
            values = piece.packed.columns["value"][:]
            for row in repeated:
                values[row] = 0  # counted: the first place of the only number that varies
            yield piece, values
        return
    now = micros(account.at)
    for piece in pieces:
        values, extra = piece.packed.columns["value"], piece.packed.extra
        if "due" in extra:
            early = [
                (row, value)
                for row, due, value in zip(extra["running"], extra["due"], extra["early"], strict=True)
                if due > now
            ]
            if early:
                changed = list(values)
                for row, value in early:
                    changed[row] = value
                values = changed  # type: ignore[assignment]
        yield piece, values


def _chosen(pairs: Iterator[Any], piece: Piece, tests: list[_Test]) -> Iterator[Any]:
    """Those of a piece's rows that are the account's."""
    selectors: list[Iterator[int]] = []
    for column, test in tests:
        allowed = bytes(map(test, piece.packed.values[column]))
        if 1 not in allowed:
            return iter(())
        if 0 in allowed:
            selectors.append(map(allowed.__getitem__, piece.packed.columns[column]))
    if piece.kept is not None:
        selectors.append(map(piece.kept.__getitem__, piece.packed.columns["case"]))
    if not selectors:
        return pairs
    chosen = selectors[0]
    for selector in selectors[1:]:
        chosen = map(and_, chosen, selector)
    return compress(pairs, chosen)


def _tests(account: Account) -> list[_Test]:
    """What makes a row one of the account's: by column, whether a value of it will do."""
    first, end = month_of(account.start), month_of(account.end)
    found: list[_Test] = [("month", lambda month: first <= month < end)]
    if not account.scope.is_whole:
        # Every piece asks of the same places.
        found.append(("place", cache(partial(_lies_in, account.scope))))
    for name, wanted in account.only:
        column, value_of = _ONLY[name]
        found.append((column, partial(_is, value_of, wanted)))
    return found


def _lies_in(scope: Scope, place: str) -> bool:
    county, park = parted(place)
    return scope.admits(county, int(park) if park else None)


def _is(value_of: Callable[[Any], Any], wanted: Any, value: Any) -> bool:
    return bool(value_of(value) == wanted)
