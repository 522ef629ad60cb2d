"""Results of a survey on the map of tiles: the share of one answer in each county."""

from dataclasses import dataclass

from huiqi.reference.models import Division
from huiqi.reference.tiles import STEPS, Block, Tile, blocks_of, short_name
from huiqi.surveys.analysis.guarded import COUNTY
from huiqi.surveys.analysis.headlines import per_cent
from huiqi.surveys.analysis.tables import table
from huiqi.surveys.analysis.wave import Query
from huiqi.surveys.queries.results_pages import HIDDEN_MARK, Told, told
from huiqi.surveys.queries.results_strata import Strata
from huiqi.surveys.queries.results_wave import Opened


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

    def tile(county: Division) -> Tile:
        line = lines.get(county.code)
        return _tile(county, line, line.figures[at] if line else None, bounds)

    blocks = blocks_of(strata.counties(), strata.tables, tile)
    every = [one for block in blocks for one in block.tiles]
    return County(
        blocks,
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
    short = short_name(county.name)
    base = getattr(line, "base", 0)
    if line is None or base == 0:
        return Tile(county.code, short, "—", "0", 0)
    share = getattr(figure, "share", None)
    if base is None or share is None:
        return Tile(county.code, short, HIDDEN_MARK, HIDDEN_MARK, -1)
    step = next((at + 1 for at, (_low, high) in enumerate(bounds) if share < high), len(bounds))
    return Tile(county.code, short, f"{100 * share:.0f}%", f"{base:,}", step)
