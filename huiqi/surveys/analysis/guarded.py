"""What stays hidden in all tables of a survey together, not in each by itself. Pure.

Whoever runs a survey sees the answers to a question alone, by prefecture, by county, by every other question.
These tables share their margins, so a cell hidden in one may follow from two others by subtraction. Here the
margins are settled once for the whole survey and hold in every table:

- of a question alone (`alone`), which of its answers are hidden; who did not answer is told, n is known;
- of counties, within their prefecture, whose own figures are settled first;
- of a table, only then (`suppression.linked`), with both margins as they are.

A question crossed with another is the same table whichever stands in the rows, so its cells are settled in
one order. Filters would open more ways to subtract; there are none.
"""

from dataclasses import dataclass

import numpy as np

from huiqi.surveys.analysis.arrays import Bools, Ints
from huiqi.surveys.analysis.codebook import Choice, Codebook, Kind
from huiqi.surveys.analysis.suppression import Hidden, linked
from huiqi.surveys.analysis.wave import Query, Wave

COUNTY, PREFECTURE = "county", "prefecture"
WITHIN = {COUNTY: (PREFECTURE, 4)}  # the first digits of a county's code are its prefecture's
UNKNOWN = Choice("-", "未答")


@dataclass(frozen=True)
class Column:
    """Codes of a single choice in which who did not answer is a code of its own, the last."""

    codes: Ints
    size: int
    has_missing: bool


def column(wave: Wave, name: str) -> Column:
    """The column, with who did not answer."""
    codes, count = wave.answers.single(name), len(wave.answers.codebook.column(name).choices)
    missing = codes < 0
    return Column(np.where(missing, count, codes), count + 1, bool(missing.any()))


def grouped(wave: Wave, query: Query) -> tuple[Ints, tuple[Choice, ...]]:
    """The group of every respondent and the groups, with one for who did not say."""
    if not query.by:
        return np.zeros(wave.answers.count, dtype=np.int64), ()
    by = column(wave, query.by)
    choices = wave.answers.codebook.column(query.by).choices
    return by.codes, (*choices, UNKNOWN) if by.has_missing else choices


def mask_of(wave: Wave, query: Query) -> Hidden:
    """What to hide of a table; its rows are those of `grouped`, its totals those of the question alone."""
    if query.where:
        raise ValueError("tables with filters are not linked")
    found = _several(wave, query) if _is_several(wave, query.question) else _single(wave, query)
    count = len(grouped(wave, query)[1]) or 1
    return Hidden(found.cells[:count], found.rows[:count], found.columns)


def alone(wave: Wave, name: str) -> Bools:
    """Which answers of a question are hidden when it stands alone; who did not answer is the last, shown."""
    its = column(wave, name)
    counts = np.bincount(its.codes, minlength=its.size)
    blocks = _blocks(wave.answers.codebook, name, its.size)
    if blocks is None:
        return _line(counts, wave.least, has_blank=True)
    above = alone(wave, WITHIN[name][0])
    mask = np.zeros(its.size, dtype=bool)
    for parent, members in blocks:
        if len(members) == 1:
            mask[members] = above[parent]
        else:
            mask[members] = _line(counts[members], wave.least, is_total_hidden=bool(above[parent]))
    return mask


def _line(counts: Ints, least: int, *, has_blank: bool = False, is_total_hidden: bool = False) -> Bools:
    """What to hide of a line with its total, all of which is settled already."""
    free = np.ones(len(counts), dtype=bool)
    if has_blank:
        free[-1] = False
    mask = free & (counts > 0) & (counts < least)
    while _gives_away(counts, mask, least, is_total_hidden):
        rest = np.flatnonzero(free & ~mask)
        if not len(rest):
            break
        somebody = rest[counts[rest] > 0]
        at = somebody[np.argmin(counts[somebody])] if len(somebody) else rest[0]
        mask[at] = True
    return mask


def _gives_away(counts: Ints, mask: Bools, least: int, is_total_hidden: bool) -> bool:
    if is_total_hidden:
        return not mask.any() and bool(counts.any())
    return bool(mask.any()) and (int(mask.sum()) == 1 or int(counts[mask].sum()) < least)


def _blocks(codebook: Codebook, name: str, size: int) -> list[tuple[int, Ints]] | None:
    """For each group above, its place and the places of its members; None where there is nothing above."""
    above, digits = WITHIN.get(name, ("", 0))
    names = {one.name for one in codebook.strata}
    if above not in names or name not in names:
        return None
    parents = {choice.name: at for at, choice in enumerate(codebook.column(above).choices)}
    last = len(parents)
    of_member = [parents.get(choice.name[:digits], last) for choice in codebook.column(name).choices]
    placed = np.array([*of_member, last])[:size]
    return [(at, np.flatnonzero(placed == at)) for at in range(last + 1) if (placed == at).any()]


def _is_several(wave: Wave, name: str) -> bool:
    return wave.answers.codebook.column(name).kind is Kind.MULTIPLE


def _counted(groups: Column, codes: Ints, size: int) -> Ints:
    both = np.bincount(groups.codes * size + codes, minlength=groups.size * size)
    return both.reshape(groups.size, size)


def _single(wave: Wave, query: Query) -> Hidden:
    answers, totals = column(wave, query.question), alone(wave, query.question)
    if not query.by:
        return Hidden(totals[None, :-1], np.zeros(1, dtype=bool), totals[:-1])
    groups, rows = column(wave, query.by), alone(wave, query.by)
    counts = _counted(groups, answers.codes, answers.size)
    exempt = np.zeros(counts.shape, dtype=bool)
    exempt[:, -1] = True
    blocks = _blocks(wave.answers.codebook, query.by, groups.size)
    if blocks is not None:
        above = _whole_single(wave, Query(query.question, by=WITHIN[query.by][0]))
        cells = _in_blocks(blocks, counts, (rows, above), exempt, wave.least)
    else:
        cells = _settled(wave, query, counts, (rows, totals), exempt)
    return Hidden(cells[:, :-1], rows, totals[:-1])


def _whole_single(wave: Wave, query: Query) -> Bools:
    """The mask with the column of who did not answer."""
    answers, totals = column(wave, query.question), alone(wave, query.question)
    groups, rows = column(wave, query.by), alone(wave, query.by)
    counts = _counted(groups, answers.codes, answers.size)
    exempt = np.zeros(counts.shape, dtype=bool)
    exempt[:, -1] = True
    return _settled(wave, query, counts, (rows, totals), exempt)


def _settled(wave: Wave, query: Query, counts: Ints, margins: tuple[Bools, Bools], exempt: Bools) -> Bools:
    """The same cells whichever of two questions stands in the rows."""
    rows, columns = margins
    asked = {question.name for question in wave.answers.codebook.questions}
    if query.by in asked:
        exempt = exempt.copy()
        exempt[-1] = True
    if query.by in asked and query.by > query.question:
        turned = linked(counts.T, columns, rows, least=wave.least, exempt=exempt.T)
        return turned.T
    return linked(counts, rows, columns, least=wave.least, exempt=exempt)


def _in_blocks(
    blocks: list[tuple[int, Ints]], counts: Ints, margins: tuple[Bools, Bools], exempt: Bools, least: int
) -> Bools:
    """Each group above is a table of its own, whose totals stand in the table of the groups above."""
    rows, above = margins
    cells = np.zeros(counts.shape, dtype=bool)
    for parent, members in blocks:
        if len(members) == 1:
            cells[members] = above[parent]
            continue
        cells[members] = linked(
            counts[members], rows[members], above[parent], least=least, exempt=exempt[members]
        )
    return cells


def _several(wave: Wave, query: Query) -> Hidden:
    """Each answer is a table of yes and no, with one base for all."""
    bits = wave.answers.bits[query.question]
    count = len(wave.answers.codebook.column(query.question).choices)
    yes = [np.where(bits < 0, 2, (bits >> at) & 1) for at in range(count)]
    totals = np.array([bool(_line(_two(one), wave.least).any()) for one in yes])
    if not query.by:
        return Hidden(totals[None, :], np.zeros(1, dtype=bool), totals)
    groups = column(wave, query.by)
    blocks = _blocks(wave.answers.codebook, query.by, groups.size)
    tables, rows = [_counted(groups, one, 3)[:, :2] for one in yes], alone(wave, query.by)
    if blocks is None:
        return Hidden(_of_several(tables, rows, totals, wave.least), rows, totals)
    upper = WITHIN[query.by][0]
    over = [_counted(column(wave, upper), one, 3)[:, :2] for one in yes]
    above = _of_several(over, alone(wave, upper), totals, wave.least)
    cells = np.zeros((len(rows), len(tables)), dtype=bool)
    for parent, members in blocks:
        if len(members) == 1:
            cells[members] = above[parent]
            continue
        within = [each[members] for each in tables]
        cells[members] = _of_several(within, rows[members], above[parent], wave.least)
    return Hidden(cells, rows, totals)


def _two(codes: Ints) -> Ints:
    return np.bincount(codes, minlength=3)[:2]


def _of_several(tables: list[Ints], rows: Bools, totals: Bools, least: int) -> Bools:
    """The cells of each answer, given the groups whose number is hidden."""
    forced = np.column_stack([rows, rows])
    cells = [
        linked(each, rows, np.array([total, total]), least=least, cells=forced).any(axis=1)
        for each, total in zip(tables, totals, strict=True)
    ]
    return np.stack(cells, axis=1)
