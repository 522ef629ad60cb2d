"""Means, totals and indices of a wave, for all firms and by groups. Nothing without its n. Pure.

- Diffusion index: per cent "up" plus half of per cent "the same"; 50 is neutral. So the purchasing managers'
  index is made (国家统计局: 采购经理调查; delivery times and costs count the other way round).
- Boom index 景气指数: (per cent good - per cent bad) + 100, from 0 to 200; 100 is neutral (国家统计局,
  企业景气调查).
- Sentiment index, from -1 (large negative effect) over 0 (little or none) to +1 (large positive): the Overall
  Sentiment Index of the US Census Bureau's Small Business Pulse Survey (2020-2022). Its steps lie halfway
  between: a codebook gives -1, -0.5, 0, 0.5, 1.

Answers outside the scale ("don't know") take no part and are not in the n.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import Bools, Floats, Ints, counted, summed
from huiqi.surveys.analysis.codebook import Choice, Direction, Question
from huiqi.surveys.analysis.estimates import Means, Moments, centred, means_of, moments, totals_of
from huiqi.surveys.analysis.guarded import grouped, mask_of
from huiqi.surveys.analysis.suppression import hidden
from huiqi.surveys.analysis.tables import ALL, number_or_none
from huiqi.surveys.analysis.wave import Query, Source, Wave

# The p % rule (Hundepool and others, Statistical Disclosure Control, 2012, 4.2.2): the second largest firm
# must not be able to reckon the largest one's figure to within ten per cent.
CLOSEST_GUESS = 0.10

_NO_SCALE = gettext_noop("“%(question)s”的选项没有标明%(scale)s，不能计算这种指数。请在问卷中标明。")
_DIRECTIONS = gettext_noop("上升、持平、下降")
_SCORES = gettext_noop("从很大负面到很大正面的分值")
_HIDDEN = gettext_noop("少于%(least)d家、或一家占比过大的组不显示；为免推算，另有一组一并隐藏。")
_OUTSIDE = gettext_noop("另有%(count)d家未答或选“不清楚”，不计入。")


class Index(StrEnum):
    """The indices by name."""

    DIFFUSION = "diffusion"
    BOOM = "boom"
    SENTIMENT = "sentiment"


_POINTS: dict[Index, dict[Direction, float]] = {
    Index.DIFFUSION: {Direction.UP: 100.0, Direction.SAME: 50.0, Direction.DOWN: 0.0},
    Index.BOOM: {Direction.UP: 200.0, Direction.SAME: 100.0, Direction.DOWN: 0.0},
}
_TURNED = {Direction.UP: Direction.DOWN, Direction.SAME: Direction.SAME, Direction.DOWN: Direction.UP}
_RANGE = {Index.DIFFUSION: (0.0, 100.0), Index.BOOM: (0.0, 200.0), Index.SENTIMENT: (-1.0, 1.0)}
NEUTRAL = {Index.DIFFUSION: 50.0, Index.BOOM: 100.0, Index.SENTIMENT: 0.0}


@dataclass(frozen=True)
class Measure:
    """A value of one group with its n and interval; None where hidden, empty or without inference."""

    group: Choice
    n: int | None
    effective: float | None
    value: float | None
    low: float | None = None
    high: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Measures:
    """A value for each group and for all; `unit` is that of the values."""

    source: Source
    question: Question
    unit: str
    lines: tuple[Measure, ...]
    total: Measure
    notes: tuple[Message, ...]

    def line(self, group: str) -> Measure:
        """The value of a group by its name; KeyError when there is none."""
        for line in self.lines:
            if line.group.name == group:
                return line
        raise KeyError(group)


def mean_of(wave: Wave, query: Query, *, is_linked: bool = False) -> Measures:
    """The weighted mean of the numbers given. `is_linked`: with a line of who named no group."""
    how = (wave.answers.number(query.question), means_of)
    return _measures(wave, query, "mean", how, is_linked=is_linked)


def total_of(wave: Wave, query: Query) -> Measures:
    """The numbers given, added up to all firms the respondents stand for."""
    return _measures(wave, query, "total", (wave.answers.number(query.question), totals_of))


def index_of(wave: Wave, query: Query, index: Index, *, is_linked: bool = False) -> Measures:
    """An index of a question of single choice; refuses one whose choices are not on the index's scale.

    `is_linked`: the table of the question is seen too. The index is one more equation between its cells, so
    it is hidden where any of them is.
    """
    question = wave.answers.codebook.column(query.question)
    points = np.array([*points_of(question, index), np.nan])  # the last one is for no answer
    values = points[wave.answers.single(query.question)]
    return _measures(wave, query, index.value, (values, means_of), _RANGE[index], is_linked=is_linked)


def points_of(question: Question, index: Index) -> list[float]:
    """What each choice counts in an index; NaN for a choice outside its scale."""
    if index is Index.SENTIMENT:
        points = [np.nan if choice.score is None else choice.score for choice in question.choices]
    else:
        table = _POINTS[index]
        directions = [_directed(choice, question.is_inverse) for choice in question.choices]
        points = [np.nan if direction is None else table[direction] for direction in directions]
    if all(np.isnan(point) for point in points):
        scale = Message(_SCORES if index is Index.SENTIMENT else _DIRECTIONS)
        told = {"question": question.label, "scale": scale}
        raise Refused("surveys.no_scale", Message(_NO_SCALE, told))
    return points


def _directed(choice: Choice, is_inverse: bool) -> Direction | None:
    if choice.direction is None:
        return None
    return _TURNED[choice.direction] if is_inverse else choice.direction


_Estimator = Callable[[Moments], Means]


def _measures(
    wave: Wave,
    query: Query,
    measure: str,
    how: tuple[Floats, _Estimator],
    limits: tuple[float, float] = (-np.inf, np.inf),
    *,
    is_linked: bool = False,
) -> Measures:
    values, estimate = how
    question = wave.answers.codebook.column(query.question)
    groups, count, choices = _groups(wave, query, is_linked)
    collect = moments if estimate is totals_of else centred
    summed_up = collect(wave.sampling, groups, count, values)
    within, whole = estimate(summed_up), estimate(summed_up.merged())
    dominated = np.zeros(count, dtype=bool) if measure in _RANGE else _dominated(groups, count, values)
    mask = hidden(within.n[None, :], has_column_totals=False, least=wave.least, cells=dominated[None, :])
    is_table = is_linked and measure in _RANGE
    gone = mask.cells[0] | _of_table(wave, query, count) if is_table else mask.cells[0]
    lines = tuple(_line(group, within, at, bool(gone[at]), limits) for at, group in enumerate(choices))
    is_hidden = bool(mask.rows[0]) or (not query.by and bool(gone[0]))
    is_hidden = is_hidden or (is_table and bool(mask_of(wave, Query(query.question)).cells.any()))
    total = _line(ALL, whole, 0, is_hidden, limits)
    outside = int(((groups >= 0) & np.isnan(values)).sum())
    notes = _notes(wave, bool(gone.any()), outside)
    source = wave.source(query, measure, total.n or 0)
    return Measures(source, question, question.unit, lines, total, notes)


def _groups(wave: Wave, query: Query, is_linked: bool) -> tuple[Ints, int, tuple[Choice, ...]]:
    if is_linked:
        codes, choices = grouped(wave, query)
        return codes, len(choices) or 1, choices
    codes, count = wave.groups(query)
    return codes, count, wave.answers.codebook.column(query.by).choices if query.by else ()


def _of_table(wave: Wave, query: Query, count: int) -> Bools:
    mask = mask_of(wave, query)
    found: Bools = (mask.cells.any(axis=1) | mask.rows)[:count]
    return found


def _dominated(groups: Ints, count: int, values: Floats) -> Bools:
    """Groups in which the second largest firm could reckon the largest one's figure too closely."""
    valid = (groups >= 0) & ~np.isnan(values)
    size, group = np.abs(values[valid]), groups[valid]
    whole = summed(group, size, count)
    first = np.zeros(count)
    np.maximum.at(first, group, size)
    largest = np.flatnonzero(size >= first[group])
    size[largest[np.unique(group[largest], return_index=True)[1]]] = 0.0
    second = np.zeros(count)
    np.maximum.at(second, group, size)
    rest = whole - first - second
    several = counted(group, count) > 0
    return several & (rest < CLOSEST_GUESS * first)


def _line(group: Choice, reckoned: Means, at: int, is_hidden: bool, limits: tuple[float, float]) -> Measure:
    if is_hidden:
        return Measure(group, None, None, None)
    return Measure(
        group,
        int(reckoned.n[at]),
        float(reckoned.effective[at]),
        number_or_none(reckoned.value[at]),
        number_or_none(np.maximum(reckoned.low[at], limits[0])),
        number_or_none(np.minimum(reckoned.high[at], limits[1])),
        number_or_none(np.sqrt(reckoned.variance[at])),
    )


def _notes(wave: Wave, is_hidden: bool, outside: int) -> tuple[Message, ...]:
    notes = list(wave.sampling.words)
    if outside >= wave.least:
        notes.append(Message(_OUTSIDE, {"count": outside}))
    if is_hidden:
        notes.append(Message(_HIDDEN, {"least": wave.least}))
    return tuple(notes)
