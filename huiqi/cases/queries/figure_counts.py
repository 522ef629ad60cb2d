"""Counting the narrow rows of figures: those of an account, by unit, topic, county, channel or month."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from itertools import compress, repeat
from operator import and_
from typing import Any

from huiqi.cases.queries.figure_rows import REPEATED, Piece, Rows, micros, month_of, steps
from huiqi.cases.queries.figures import Account, Base, Number
from huiqi.cases.queries.repeats import repeats


class By(StrEnum):
    """By what a table has its rows."""

    UNIT = "unit"
    TOPIC = "topic"
    COUNTY = "county"
    CHANNEL = "channel"
    MONTH = "month"


Key = tuple[Any, ...]
ALL: Key = ()
# By which column a table goes, and what of its value is the key.
_KEYS: Mapping[By, tuple[str, Callable[[Any, Account], Key]]] = {
    By.UNIT: ("unit", lambda unit, _account: (unit,)),
    By.TOPIC: ("topic", lambda topic, _account: tuple(topic)),
    By.COUNTY: ("place", lambda place, _account: (place[0],)),
    By.CHANNEL: ("channel", lambda channel, _account: (channel,)),
    By.MONTH: ("month", lambda month, account: (month - month_of(account.start),)),
}
# By which column of the rows an account is narrowed, and what of its value is compared.
_ONLY: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "item": ("topic", lambda topic: topic[0]),
    "topic": ("topic", lambda topic: topic[1]),
    "prefecture": ("place", lambda place: place[0]),
    "channel": ("channel", lambda channel: channel),
}


def counted(
    base: Base, account: Account, by: By | None, rows: Rows, *, has_repeats: bool = False
) -> Mapping[tuple[Key, int], int]:
    """How many rows there are of each key and value."""
    found: Counter[tuple[Key, int]] = Counter()
    for piece, values in _valued(base, account, rows, has_repeats=has_repeats):
        found.update(_chosen(zip(_keys(piece, account, by), values, strict=False), piece, account))
    return found


def listed(base: Base, account: Account, by: By | None, rows: Rows) -> Mapping[Key, list[int]]:
    """The values of the rows of each key."""
    found: dict[Key, list[int]] = defaultdict(list)
    for piece in rows[base]:
        values = piece.packed.columns["value"]
        for key, value in _chosen(zip(_keys(piece, account, by), values, strict=False), piece, account):
            found[key].append(value)
    return found


def cases_in(number: Number, part: str, account: Account, rows: Rows) -> list[int]:
    """The cases of one part of a number (a part's name, `rest`, or "" for all rows), the latest first."""
    names = [each.name for each in number.parts]
    place = names.index(part) if part in names else len(names)
    weight, size = steps(number.base)[number.id]
    found: set[int] = set()
    for piece, values in _valued(number.base, account, rows, has_repeats=number.id == REPEATED):
        cases = piece.packed.columns["case"]
        pairs = _chosen(zip(cases, values, strict=True), piece, account)
        found.update(
            piece.first + case for case, value in pairs if not part or value // weight % size == place
        )
    return sorted(found, reverse=True)


def _keys(piece: Piece, account: Account, by: By | None) -> Iterator[Key]:
    if by is None:
        return repeat(ALL)
    column, key = _KEYS[by]
    table = [key(value, account) for value in piece.packed.values[column]]
    return map(table.__getitem__, piece.packed.columns[column])


def _valued(base: Base, account: Account, rows: Rows, *, has_repeats: bool) -> Iterator[tuple[Piece, Any]]:
    """The pieces of a base with their values as things stand at the account's instant."""
    pieces = rows[base]
    if has_repeats:
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


def _chosen(pairs: Iterator[Any], piece: Piece, account: Account) -> Iterator[Any]:
    """Those of a piece's rows that are the account's."""
    selectors: list[Iterator[int]] = []
    for column, test in _tests(account):
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


def _tests(account: Account) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    first, end = month_of(account.start), month_of(account.end)
    yield "month", lambda month: first <= month < end
    yield "place", lambda place: account.scope.admits(*place)
    for name, wanted in account.only:
        column, value_of = _ONLY[name]
        yield column, partial(_is, value_of, wanted)


def _is(value_of: Callable[[Any], Any], wanted: Any, value: Any) -> bool:
    return bool(value_of(value) == wanted)
