"""A schematic map: a tile for each county, in its prefecture, where the prefecture lies. Pure.

Boundaries drawn on a map that is handed on need an approval number 审图号; tiles draw none, name every county
and give each the same room, however small it is.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from huiqi.reference.models import Division
from huiqi.reference.queries import Tables

STEPS = 5
COLUMNS = 4
_AUTONOMOUS = re.compile("(?:土家族|苗族|侗族|瑶族)*自治县$")
_FOUR = 4
# Where Hunan's prefectures lie to each other, column and row from the north-west; others follow by code.
_PLACES = {
    "4308": (0, 0), "4307": (1, 0), "4309": (2, 0), "4306": (3, 0),
    "4331": (0, 1), "4313": (1, 1), "4303": (2, 1), "4301": (3, 1),
    "4312": (0, 2), "4305": (1, 2), "4304": (2, 2), "4302": (3, 2),
    "4311": (1, 3), "4310": (2, 3),
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """A county: 0 nothing there, -1 hidden, else how dark, from 1 to STEPS."""

    code: str
    name: str
    text: str
    n: str
    step: int


@dataclass(frozen=True)
class Block:
    """A prefecture and where it stands, counted from 1."""

    name: str
    tiles: tuple[Tile, ...]
    column: int
    row: int


def counties_of(tables: Tables) -> list[Division]:
    """Those of today, in the order of their codes."""
    rows = [one for one in tables.divisions.values() if one.valid_to is None]
    return sorted((one for one in rows if one.level == Division.Level.COUNTY), key=lambda one: one.code)


def blocks_of(
    counties: Iterable[Division], tables: Tables, tile: Callable[[Division], Tile]
) -> tuple[Block, ...]:
    """The counties' tiles by prefecture, each block in its place."""
    tiles: dict[str, list[Tile]] = {}
    for county in counties:
        tiles.setdefault(county.code[:_FOUR], []).append(tile(county))
    names = {code: row.name for code, row in tables.divisions.items() if row.level != Division.Level.COUNTY}
    return tuple(
        _block(code, names.get(f"{code}00", code), group, place)
        for place, (code, group) in enumerate(sorted(tiles.items()))
    )


def even_steps(most: int) -> list[tuple[int, int]]:
    """At most STEPS ranges of a round width, from 1 to the most."""
    if most == 0:
        return []
    width = -(-most // STEPS)
    scale = 10 ** max(len(str(width)) - 2, 0)
    width = -(-width // scale) * scale
    return [(width * at + 1, width * (at + 1)) for at in range(STEPS) if width * at < most]


def step_of(count: int, steps: Sequence[tuple[int, int]]) -> int:
    """Which of the ranges a number lies in, counted from 1; 0 for none."""
    return next((at for at, (low, high) in enumerate(steps, 1) if low <= count <= high), 0)


def short_name(name: str) -> str:
    """芷江侗族自治县 is called 芷江; four characters stay as they are."""
    if len(name) <= _FOUR:
        return name
    found = _AUTONOMOUS.search(name)
    return name[: found.start()] if found and found.start() > 1 else name[:_FOUR]


def _block(code: str, name: str, tiles: Sequence[Tile], place: int) -> Block:
    column, row = _PLACES.get(code, (place % COLUMNS, place // COLUMNS + (4 if code[:2] == "43" else 0)))
    return Block(name, tuple(tiles), column + 1, row + 1)
