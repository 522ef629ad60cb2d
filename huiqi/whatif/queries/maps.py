"""What a scenario changes in each county, on the map of tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huiqi.accounts.scope import Scope
from huiqi.core.money import FEN_PER_WAN
from huiqi.reference.models import Division
from huiqi.reference.queries import code_tables
from huiqi.reference.tiles import Block, Tile, blocks_of, counties_of, even_steps, short_name, step_of
from huiqi.whatif.queries.results import Line, signed

FIRMS, MONEY = "firms", "money"


@dataclass(frozen=True)
class ChangeTile(Tile):
    """A county; `is_less` when the scenario has less of it than the edition in force."""

    is_less: bool


@dataclass(frozen=True)
class Map:
    """Changes by county; the legend tells the range of each step, `unplaced` what has no county."""

    blocks: tuple[Block, ...]
    legend: tuple[tuple[int, str], ...]
    has_more: bool
    has_less: bool
    unplaced: str


def county_map(lines: Sequence[Line], scope: Scope, show: str) -> Map:
    """Tiles of the counties in which the scope has firms, darker where more changes."""
    changes = {line.code: _change(line, show) for line in lines}
    bounds = even_steps(max((abs(one) for one in changes.values()), default=0))
    tables = code_tables()
    counties = [one for one in counties_of(tables) if scope.is_whole or one.code in changes]
    by_code = {line.code: line for line in lines}

    def tile(county: Division) -> Tile:
        change, line = changes.get(county.code, 0), by_code.get(county.code)
        firms = f"{line.firms:,}" if line else "0"
        step = step_of(abs(change), bounds)
        return ChangeTile(county.code, short_name(county.name), _signed(change), firms, step, change < 0)

    values: list[Any] = [change for code, change in changes.items() if code]
    return Map(
        blocks_of(counties, tables, tile),
        tuple((at, f"{low:,}–{high:,}") for at, (low, high) in enumerate(bounds, 1)),
        any(one > 0 for one in values),
        any(one < 0 for one in values),
        _signed(changes[""]) if changes.get("") else "",
    )


def _change(line: Line, show: str) -> int:
    """The difference in firms, or in whole 万元, away from nought: a small change is no nought."""
    if show == FIRMS:
        return line.more_firms
    size = -(-abs(line.more_fen) // FEN_PER_WAN)
    return size if line.more_fen > 0 else -size


def _signed(change: int) -> str:
    return signed(change, f"{abs(change):,}") if change else "—"
