"""A schematic map: a tile for each county, in its prefecture, where the prefecture lies.

Boundaries drawn on a map that is handed on need an approval number 审图号; tiles draw none, name every county
and give each the same room, however small it is.
"""

import re
from dataclasses import dataclass

from huiqi.reference.models import Division
from huiqi.surveys.analysis.guarded import COUNTY
from huiqi.surveys.analysis.headlines import per_cent
from huiqi.surveys.analysis.tables import table
from huiqi.surveys.analysis.wave import Query
from huiqi.surveys.queries.results_pages import HIDDEN_MARK, Told, told
from huiqi.surveys.queries.results_strata import Strata
from huiqi.surveys.queries.results_wave import Opened

STEPS = 5
_AUTONOMOUS = re.compile("(?:土家族|苗族|侗族|瑶族)*自治县$")
COLUMNS = 4
# Where Hunan's prefectures lie to each other, column and row from the north-west; others follow by code.
_PLACES = {
    "4308": (0, 0), "4307": (1, 0), "4309": (2, 0), "4306": (3, 0),
    "4331": (0, 1), "4313": (1, 1), "4303": (2, 1), "4301": (3, 1),
    "4312": (0, 2), "4305": (1, 2), "4304": (2, 2), "4302": (3, 2),
    "4311": (1, 3), "4310": (2, 3),
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """A county: 0 nobody answered, -1 hidden, else how dark, from 1 to STEPS."""

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


@dataclass(frozen=True)
class County:
    """The map, its legend (from, to in per cent for each step), the query behind it."""

    blocks: tuple[Block, ...]
    legend: tuple[tuple[int, str], ...]
    source: Told
    notes: tuple[str, ...]
    shown: int
    hidden: int


def county_map(opened: Opened, name: str, answer: str) -> County:
    """The share of one answer in each county, only where it may be shown."""
    wave = opened.wave([name])
    result = table(wave, Query(name, by=COUNTY), is_linked=True)
    at = result.question.code_of(answer)
    lines = {line.group.name: line for line in result.lines}
    shares = [
        line.figures[at].share for line in result.lines if line.base and line.figures[at].share is not None
    ]
    bounds = _bounds([share for share in shares if share is not None])
    strata = Strata()
    tiles: dict[str, list[Tile]] = {}
    for county in strata.counties():
        line = lines.get(county.code)
        figure = line.figures[at] if line else None
        tiles.setdefault(county.code[:4], []).append(_tile(county, line, figure, bounds))
    names = {
        code: row.name for code, row in strata.tables.divisions.items() if row.level != Division.Level.COUNTY
    }
    every = [tile for group in tiles.values() for tile in group]
    return County(
        tuple(
            _block(code, names.get(f"{code}00", code), group, place)
            for place, (code, group) in enumerate(sorted(tiles.items()))
        ),
        tuple((step + 1, f"{per_cent(low)}–{per_cent(high)}") for step, (low, high) in enumerate(bounds)),
        told(opened.row, result.source, result.question, opened.codebook.column(COUNTY).label),
        tuple(str(note) for note in result.notes),
        sum(tile.step > 0 for tile in every),
        sum(tile.step < 0 for tile in every),
    )


def _bounds(shares: list[float]) -> list[tuple[float, float]]:
    """Even steps of whole ten per cent (or five) over what is shown, so that a legend can be read."""
    if not shares:
        return []
    low, high = min(shares), max(shares)
    width = next((w for w in (0.02, 0.05, 0.1) if int(low / w) * w + w * STEPS > high), 0.2)
    first = int(low / width) * width
    return [
        (first + width * step, min(first + width * (step + 1), 1.0))
        for step in range(STEPS)
        if first + width * step < 1.0
    ]


def _tile(county: Division, line: object, figure: object, bounds: list[tuple[float, float]]) -> Tile:
    short = county.name if len(county.name) <= 4 else _short(county.name)
    base = getattr(line, "base", 0)
    if line is None or base == 0:
        return Tile(county.code, short, "—", "0", 0)
    share = getattr(figure, "share", None)
    if base is None or share is None:
        return Tile(county.code, short, HIDDEN_MARK, HIDDEN_MARK, -1)
    step = next((at + 1 for at, (_low, high) in enumerate(bounds) if share < high), len(bounds))
    return Tile(county.code, short, f"{100 * share:.0f}%", f"{base:,}", step)


def _short(name: str) -> str:
    """芷江侗族自治县 is called 芷江."""
    found = _AUTONOMOUS.search(name)
    return name[: found.start()] if found and found.start() > 1 else name[:4]


def _block(code: str, name: str, tiles: list[Tile], place: int) -> Block:
    column, row = _PLACES.get(code, (place % COLUMNS, place // COLUMNS + (4 if code[:2] == "43" else 0)))
    return Block(name, tuple(tiles), column + 1, row + 1)
