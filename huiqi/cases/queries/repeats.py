"""Which cases repeat an earlier one of the same requester, item and topic, by all rows and not a scope's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from huiqi.cases.queries.figure_rows import Piece
from huiqi.cases.queries.figures import REPEAT_WITHIN

_WITHIN = int(REPEAT_WITHIN.total_seconds()) * 1_000_000


def repeats(pieces: Sequence[Piece]) -> list[set[int]]:
    """For every piece of opened cases the rows that are repeats, whether by code or by telephone.

    A repeat has an earlier one, not at the same instant, and not more than REPEAT_WITHIN before.
    """
    found: list[set[int]] = [set() for _piece in pieces]
    for name in ("by_code", "by_phone"):
        for piece, row in _repeated([_keys(piece, name) for piece in pieces], pieces):
            found[piece].add(row)
    return found


def _keys(piece: Piece, name: str) -> Sequence[int]:
    """The requesters of a piece's rows; 0 for those unknown and for cases that are read elsewhere."""
    keys = piece.packed.extra[name]
    if piece.kept is None:
        return keys
    holds = map(piece.kept.__getitem__, piece.packed.columns["case"])
    return [key if hold else 0 for key, hold in zip(keys, holds, strict=True)]


def _repeated(columns: Sequence[Sequence[int]], pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    counts = Counter(chain.from_iterable(columns))
    del counts[0]
    several = {key for key, count in counts.items() if count > 1}
    asked: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for place, (column, piece) in enumerate(zip(columns, pieces, strict=True)):
        for row, key in enumerate(column):
            if key in several:
                asked[key].append((piece.packed.extra["when"][row], place, row))
    for rows in asked.values():
        yield from _later(sorted(rows))


def _later(rows: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Those of one requester, in order of time, that come soon enough after an earlier one."""
    earlier: int | None = None
    instant: int | None = None
    for when, place, row in rows:
        if when != instant:
            earlier, instant = instant, when
        if earlier is not None and when - earlier <= _WITHIN:
            yield place, row
