"""Whoever sees all tables of a survey learns no small figure from any of them together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.surveys.analysis.arrays import MISSING
from huiqi.surveys.analysis.codebook import Choice, Kind, Question
from huiqi.surveys.analysis.guarded import alone, column, mask_of
from huiqi.surveys.analysis.measures import Index, index_of
from huiqi.surveys.analysis.tables import combined, table
from huiqi.surveys.analysis.tests.make import change, make_wave, several, single, spread
from huiqi.surveys.analysis.wave import Query

pytestmark = pytest.mark.pure
LEAST = 10
CITY = Question("prefecture", "市州", Kind.SINGLE, (Choice("4301", "甲市"), Choice("4302", "乙市")))
PLACE = Question(
    "county",
    "区县",
    Kind.SINGLE,
    tuple(Choice(f"{city}{at:02}", f"{city}{at}") for city in ("4301", "4302") for at in range(3)),
)
STATUS = single("status", "已复工", "部分复工", "未复工")
CASH = single("cash", "一个月", "三个月", "半年")
WANT = several("want", "减税", "融资", "房租")
TABLES = (
    ("status", ""),
    ("status", "prefecture"),
    ("status", "county"),
    ("status", "cash"),
    ("cash", "status"),
    ("cash", ""),
    ("cash", "county"),
)


def drawn(seed):
    """A survey of a few hundred firms in which some answers and some counties are rare."""
    dice = np.random.default_rng(seed)
    size = int(dice.integers(20, 400))
    county = np.minimum((dice.pareto(0.8, size) * 1.2).astype(int), 5)
    rare = [0.55, 0.35, 0.07, 0.03]
    columns = {
        CITY: county // 3,
        PLACE: county,
        STATUS: dice.choice([0, 1, 2, MISSING], size, p=rare),
        CASH: dice.choice([1, 0, 2, MISSING], size, p=rare),
        WANT: np.where(dice.random(size) < 0.1, MISSING, dice.choice(8, size, p=[0.3, 0.3, *[0.4 / 6] * 6])),
    }
    return make_wave(columns, strata=(CITY, PLACE), least=LEAST)


def known(wave):
    """Equations a reader has: sums over cells (county × status × cash, missing included) that he was told.

    He knows n, who left a question blank, and every figure shown.
    """
    place, status, cash = (column(wave, name) for name in ("county", "status", "cash"))
    shape = (7, 4, 4)
    cells = np.zeros(shape)
    np.add.at(cells, (place.codes, status.codes, cash.codes), 1)
    told = [np.ones(shape)]
    axes = {"status": 1, "cash": 2}
    for name, by in TABLES:
        result = table(wave, Query(name, by=by), is_linked=True)
        for at, line in enumerate(result.lines or (result.total,)):
            for answer, figure in enumerate(line.figures):
                if figure.n is not None:
                    told.append(chosen(shape, axes[name], answer, by, at))
            if line.base is not None:
                told.append(sum(chosen(shape, axes[name], answer, by, at) for answer in range(3)))
    return cells, told


def chosen(shape, axis, answer, by, at):
    picked = np.zeros(shape)
    index = [slice(None)] * 3
    index[axis] = answer
    if by == "prefecture":
        index[0] = slice(3 * at, 3 * at + 3)
    elif by:
        index[{"county": 0, "status": 1, "cash": 2}[by]] = at
    picked[tuple(index)] = 1
    return picked


def follows(told, wanted):
    """Whether a sum of cells is a combination of the sums told."""
    rows = np.array([one.ravel() for one in told])
    solved = np.linalg.lstsq(rows.T, wanted.ravel(), rcond=None)[0]
    return np.allclose(rows.T @ solved, wanted.ravel(), atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_no_small_figure_follows_from_all_tables_together(seed):
    wave = drawn(seed)
    cells, told = known(wave)
    axes = {"status": 1, "cash": 2}
    for name, by in TABLES:
        if not by:
            continue
        places = {"county": 6, "prefecture": 2}.get(by, 3)
        for at in range(places):
            for answer in range(3):
                wanted = chosen(cells.shape, axes[name], answer, by, at)
                if 0 < (cells * wanted).sum() < LEAST:
                    assert not follows(told, wanted), (name, by, at, answer)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_no_small_figure_is_shown_of_several_answers(seed):
    wave = drawn(seed)
    for by in ("", "prefecture", "county", "cash"):
        result = table(wave, Query("want", by=by), is_linked=True)
        for line in (*result.lines, result.total):
            for figure in line.figures:
                assert figure.n is None or figure.n == 0 or figure.n >= LEAST
                assert figure.n is None or line.base is None or not 0 < line.base - figure.n < LEAST


def test_a_table_and_the_same_turned_round_hide_the_same_cells():
    for seed in range(40):
        wave = drawn(seed)
        one = mask_of(wave, Query("status", by="cash")).cells[:3, :3]
        other = mask_of(wave, Query("cash", by="status")).cells[:3, :3]
        assert np.array_equal(one, other.T)


def test_a_hidden_county_does_not_follow_from_its_prefecture():
    counties = spread(40, 40, 4, 30, 30, 30)
    wave = make_wave({CITY: [at // 3 for at in counties], PLACE: counties}, strata=(CITY, PLACE), least=LEAST)
    assert not alone(wave, "prefecture").any()
    assert alone(wave, "county")[:6].tolist() == [True, False, True, False, False, False]


def test_an_index_is_hidden_where_it_would_tell_a_hidden_answer():
    orders = change("orders")
    wave = make_wave({orders: spread(5, 40, 55, 20)}, least=LEAST)
    assert table(wave, Query("orders"), is_linked=True).total.figures[0].is_hidden
    assert index_of(wave, Query("orders"), Index.DIFFUSION, is_linked=True).total.value is None
    assert index_of(wave, Query("orders"), Index.DIFFUSION).total.value is not None


def test_a_sum_is_hidden_that_holds_one_hidden_answer_and_not_the_other():
    wave = make_wave({STATUS: spread(5, 60, 12)}, least=LEAST)
    assert combined(wave, Query("status"), ["status0", "status1"]).is_hidden
    assert not combined(wave, Query("status"), ["status0", "status2"]).is_hidden


def test_the_totals_of_every_table_are_those_of_the_question_alone():
    for seed in range(20):
        wave = drawn(seed)
        plain = table(wave, Query("status"), is_linked=True).total
        for by in ("county", "prefecture", "cash"):
            total = table(wave, Query("status", by=by), is_linked=True).total
            assert [figure.n for figure in total.figures] == [figure.n for figure in plain.figures]
            assert total.base == plain.base
