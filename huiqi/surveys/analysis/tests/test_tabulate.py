import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.arrays import MISSING
from huiqi.surveys.analysis.codebook import Kind, Question
from huiqi.surveys.analysis.sampling import Basis, Sampling
from huiqi.surveys.analysis.tables import combined, table
from huiqi.surveys.analysis.tests.make import COUNTY, SECTION, change, make_wave, several, single, spread
from huiqi.surveys.analysis.wave import Percent, Query

pytestmark = pytest.mark.pure
STATUS = single("status", "已复工", "未复工")
WANT = several("want", "减税", "融资", "房租")


def weighted(*weights):
    return Sampling(Basis.SAMPLE, np.array(weights, dtype=float))


def test_a_question_without_choices_is_refused():
    staff = Question("staff", "职工人数", Kind.INTEGER)
    with pytest.raises(Refused, match="不是选择题"):
        table(make_wave({staff: [1.0]}), Query("staff"))


def test_an_unknown_question_is_refused():
    with pytest.raises(Refused, match="没有名为“nothing”的题目"):
        table(make_wave({STATUS: [0]}), Query("nothing"))


def test_columns_of_several_answers_are_refused():
    with pytest.raises(Refused, match="只按行"):
        table(make_wave({WANT: [1]}), Query("want", percent=Percent.COLUMN))


def test_shares_are_weighted_and_counts_are_not():
    wave = make_wave({STATUS: [0, 0, 1]}, sampling=weighted(1, 2, 7))
    open_, shut = table(wave, Query("status")).total.figures
    assert (open_.n, open_.firms, open_.share) == (2, 3.0, 0.3)
    assert (shut.n, shut.firms, shut.share) == (1, 7.0, 0.7)


def test_who_did_not_answer_is_told_and_not_in_the_base():
    result = table(make_wave({STATUS: [0, 1, MISSING, MISSING]}), Query("status"))
    assert result.total.base == 2 and "另有2家未答本题，不计入。" in [str(note) for note in result.notes]


def test_rows_and_columns_of_a_cross_table():
    wave = make_wave({SECTION: [0, 0, 0, 1, 1], STATUS: [0, 0, 1, 0, 1]}, strata=(SECTION,))
    rows = table(wave, Query("status", by="section"))
    assert [figure.share for figure in rows.line("section0").figures] == pytest.approx([2 / 3, 1 / 3])
    assert [figure.share for figure in rows.total.figures] == pytest.approx([0.6, 0.4])
    columns = table(wave, Query("status", by="section", percent=Percent.COLUMN))
    assert [line.figures[0].share for line in columns.lines] == pytest.approx([2 / 3, 1 / 3, 0])
    assert columns.total.figures[0].share == pytest.approx(1.0)
    assert columns.line("section0").figures[0].n == 2


def test_several_answers_are_of_those_who_answered_even_with_none_of_them():
    wave = make_wave({WANT: [0b011, 0b001, 0, MISSING]})
    result = table(wave, Query("want"))
    assert result.total.base == 3
    assert [figure.n for figure in result.total.figures] == [2, 1, 0]
    assert [figure.share for figure in result.total.figures] == pytest.approx([2 / 3, 1 / 3, 0])
    assert any("可超过100%" in str(note) for note in result.notes)


def test_a_filter_keeps_the_firms_that_fit_and_stands_in_the_source():
    wave = make_wave({SECTION: [0, 0, 1], STATUS: [0, 1, 1]}, strata=(SECTION,))
    query = Query("status", where=(("section", ("section0",)),))
    result = table(wave, query)
    assert [figure.n for figure in result.total.figures] == [1, 1]
    assert result.source.told() == {
        "wave": "第1期",
        "measure": "share",
        "question": "status",
        "by": "",
        "where": {"section": ["section0"]},
        "percent": "row",
        "weights": [],
        "basis": "sample",
        "n": 2,
    }


def test_any_of_some_answers_is_hidden_when_the_rest_would_be_small():
    wave = make_wave({STATUS: spread(95, 5)}, least=10)
    assert combined(wave, Query("status"), ["status0"]).is_hidden
    assert combined(make_wave({STATUS: spread(50, 50)}, least=10), Query("status"), ["status0"]).n == 50
    several_ = make_wave({WANT: [0b011] * 20 + [0] * 20}, least=10)
    assert combined(several_, Query("want"), ["want0", "want2"]).n == 20


def test_the_counties_of_a_map_are_lines_by_code():
    wave = make_wave({COUNTY: spread(30, 20, 3, 40), STATUS: [0, 1, 1] * 31}, strata=(COUNTY,), least=5)
    result = table(wave, Query("status", by="county"))
    shown = {line.group.name: line.base for line in result.lines}
    assert shown == {"county0": 30, "county1": None, "county2": None, "county3": 40}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_shares_have_counts_behind_them_and_add_up(seed, least):
    dice = np.random.default_rng(seed)
    size = int(dice.integers(1, 300))
    columns = {COUNTY: dice.integers(-1, 4, size), SECTION: dice.integers(-1, 3, size)}
    wave = make_wave(columns, strata=(COUNTY,), least=least)
    result = table(wave, Query("section", by="county"))
    for line in (*result.lines, result.total):
        for figure in line.figures:
            if figure.is_hidden or not line.base:
                continue
            assert figure.share == pytest.approx(figure.n / line.base)
            assert figure.n == 0 or figure.n >= least
        if line.base and not any(figure.is_hidden for figure in line.figures):
            assert sum(figure.n for figure in line.figures) == line.base


def test_a_question_of_change_has_its_choices_in_order():
    assert [choice.name for choice in change("orders").choices] == ["up", "same", "down", "dont_know"]
