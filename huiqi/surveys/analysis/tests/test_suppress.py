import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from huiqi.surveys.analysis.suppression import Hidden, hidden
from huiqi.surveys.analysis.tables import hidden_of_several
from tests.harness.examples import thorough

pytestmark = pytest.mark.pure


def whole(counts, mask, has_column_totals):
    """The table with its totals and what is hidden, as a reader has it."""
    table = np.column_stack([counts, counts.sum(axis=1)])
    marks = np.column_stack([mask.cells, mask.rows])
    if has_column_totals:
        table = np.vstack([table, table.sum(axis=0)])
        marks = np.vstack([marks, np.append(mask.columns, mask.whole)])
    return table, marks


def determined(table, marks, has_column_totals):
    """The hidden cells that follow from the shown ones by linear algebra, whatever chain leads there."""
    places = [tuple(place) for place in np.argwhere(marks)]
    height, width = table.shape
    lines = [[(row, column) for column in range(width)] for row in range(height)]
    if has_column_totals:
        lines += [[(row, column) for row in range(height)] for column in range(width)]
    equations = np.zeros((len(lines), len(places)))
    for number, line in enumerate(lines):
        for place in line:
            if marks[place]:
                sign = -1 if place == line[-1] else 1
                equations[number, places.index(place)] = sign
    if not places:
        return []
    _, values, right = np.linalg.svd(equations)
    rank = int((values > 1e-9).sum())
    free = right[rank:]
    return [place for number, place in enumerate(places) if np.abs(free[:, number]).max(initial=0) < 1e-9]


def given_away(table, marks, has_column_totals, least):
    """Lines in which subtraction yields fewer firms than may be shown."""
    lines = [(table[row], marks[row]) for row in range(len(table))]
    if has_column_totals:
        lines += [(table[:, column], marks[:, column]) for column in range(table.shape[1])]
    return [
        counts.tolist()
        for counts, mask in lines
        if mask[:-1].any() and not mask[-1] and counts[:-1][mask[:-1]].sum() < least
    ]


TABLES = st.tuples(st.integers(1, 6), st.integers(2, 6)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.one_of(st.integers(0, 12), st.integers(0, 300)))
)


@thorough(400, deadline=None)
@given(TABLES, st.booleans(), st.integers(2, 12))
def test_no_hidden_figure_follows_from_the_shown_ones(counts, has_column_totals, least):
    mask = hidden(counts, has_column_totals=has_column_totals, least=least)
    table, marks = whole(counts, mask, has_column_totals)
    assert not ((table > 0) & (table < least) & ~marks).any(), "a small figure is shown"
    assert determined(table, marks, has_column_totals) == []
    assert given_away(table, marks, has_column_totals, least) == []


@thorough(200, deadline=None)
@given(TABLES, st.integers(2, 12), st.integers(0, 40))
def test_no_hidden_figure_of_several_answers_follows_from_those_who_did_not_choose_it(counts, least, more):
    base = counts.max(axis=1) + more
    mask = hidden_of_several(counts, base, has_groups=len(counts) > 1, least=least)
    for at in range(counts.shape[1]):
        both = np.column_stack([counts[:, at], base - counts[:, at]])
        pair = Hidden(np.column_stack([mask.cells[:, at]] * 2), mask.rows, mask.columns[[at, at]], mask.whole)
        table, marks = whole(both, pair, len(counts) > 1)
        assert not ((table > 0) & (table < least) & ~marks).any(), "a small figure, or who did not choose it"
        assert determined(table, marks, len(counts) > 1) == []


def test_nothing_is_hidden_of_a_table_of_large_cells():
    assert not hidden(np.array([[40, 60], [70, 30]]), has_column_totals=True).cells.any()


def test_a_small_cell_takes_the_smallest_other_with_it():
    mask = hidden(np.array([[500, 400, 90, 5]]), has_column_totals=False)
    assert mask.cells.tolist() == [[False, False, True, True]] and not mask.rows.any()


def test_two_small_cells_that_together_stay_small_take_a_third():
    mask = hidden(np.array([[500, 90, 3, 2]]), has_column_totals=False)
    assert mask.cells.tolist() == [[False, True, True, True]]


def test_in_a_two_way_table_a_small_cell_takes_three_others():
    mask = hidden(np.array([[5, 40, 60], [50, 30, 80], [90, 70, 95]]), has_column_totals=True)
    assert mask.cells.tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_a_group_that_is_too_small_is_hidden_whole_and_another_with_it():
    mask = hidden(np.array([[3, 0], [40, 60], [200, 300]]), has_column_totals=True)
    assert mask.rows.tolist() == [True, True, False] and mask.cells[:2].all()


def test_a_nought_is_shown():
    mask = hidden(np.array([[500, 0, 90]]), has_column_totals=False)
    assert not mask.cells.any()


def test_everything_is_hidden_of_a_survey_that_is_too_small():
    mask = hidden(np.array([[3, 4]]), has_column_totals=False)
    assert mask.cells.all() and mask.rows.all()
