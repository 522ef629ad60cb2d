import numpy as np
import pytest

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.codebook import Choice, Kind, Question
from huiqi.surveys.analysis.measures import Index, index_of, mean_of, total_of
from huiqi.surveys.analysis.sampling import Basis, Sampling
from huiqi.surveys.analysis.tests.make import SECTION, change, make_wave, single, spread
from huiqi.surveys.analysis.wave import Query

pytestmark = pytest.mark.pure
ORDERS, COST = change("orders"), change("cost", is_inverse=True)
STAFF = Question("staff", "职工人数", Kind.INTEGER, unit="人")
OVERALL = Question(
    "overall",
    "总体影响",
    Kind.SINGLE,
    tuple(
        Choice(f"overall{at}", label, score=score)
        for at, (label, score) in enumerate(
            [("很大负面", -1.0), ("较大负面", -0.5), ("基本无", 0.0), ("较大正面", 0.5), ("很大正面", 1.0)]
        )
    ),
)


def test_an_index_needs_its_scale():
    status = single("status", "已复工", "未复工")
    with pytest.raises(Refused, match="没有标明上升、持平、下降"):
        index_of(make_wave({status: [0]}), Query("status"), Index.DIFFUSION)
    with pytest.raises(Refused, match="分值"):
        index_of(make_wave({ORDERS: [0]}), Query("orders"), Index.SENTIMENT)


def test_the_diffusion_index_is_up_and_half_of_the_same():
    wave = make_wave({ORDERS: spread(30, 40, 30, 25)})
    result = index_of(wave, Query("orders"), Index.DIFFUSION)
    assert result.total.value == pytest.approx(50) and result.total.n == 100
    assert "另有25家未答或选“不清楚”，不计入。" in [str(note) for note in result.notes]
    assert index_of(
        make_wave({ORDERS: spread(10, 30, 60)}), Query("orders"), Index.DIFFUSION
    ).total.value == (pytest.approx(25))


def test_where_more_is_worse_the_index_is_turned_round():
    wave = make_wave({COST: spread(60, 30, 10)})
    assert index_of(wave, Query("cost"), Index.DIFFUSION).total.value == pytest.approx(25)


def test_the_boom_index_runs_from_0_to_200():
    wave = make_wave({ORDERS: spread(20, 30, 50)})
    assert index_of(wave, Query("orders"), Index.BOOM).total.value == pytest.approx(70)
    assert index_of(make_wave({ORDERS: spread(5)}), Query("orders"), Index.BOOM).total.value == 200


def test_the_sentiment_index_runs_from_minus_1_to_plus_1():
    """Week 1 of the Pulse Survey: 51 % large, 39 % moderate negative, 2.5 % positive (here: moderately)."""
    wave = make_wave({OVERALL: spread(510, 390, 75, 25, 0)})
    assert index_of(wave, Query("overall"), Index.SENTIMENT).total.value == pytest.approx(-0.6925)


def test_an_index_has_an_interval_within_its_range():
    total = index_of(make_wave({ORDERS: spread(3, 0, 1)}), Query("orders"), Index.DIFFUSION).total
    assert total.low < 75 < total.high == 100


def test_means_and_totals_are_weighted():
    sampling = Sampling(Basis.SAMPLE, np.array([1.0, 3, 1, 1, 1]))
    wave = make_wave({STAFF: [10, 20, np.nan, 30, 20]}, sampling=sampling)
    assert mean_of(wave, Query("staff")).total.value == pytest.approx(120 / 6)
    total = total_of(wave, Query("staff"))
    assert total.total.value == pytest.approx(120) and total.total.n == 4 and total.unit == "人"


def test_a_group_ruled_by_one_firm_is_hidden_and_another_with_it():
    values = np.concatenate([np.full(20, 5.0), [10_000.0], np.full(19, 0.1), np.full(30, 7.0)])
    wave = make_wave({SECTION: spread(20, 20, 30), STAFF: values}, strata=(SECTION,), least=10)
    result = total_of(wave, Query("staff", by="section"))
    assert [line.n for line in result.lines] == [None, None, 30]


def test_groups_too_small_are_hidden_and_not_to_be_had_by_subtraction():
    wave = make_wave({SECTION: spread(4, 20, 30), ORDERS: [0] * 54}, strata=(SECTION,), least=10)
    result = index_of(wave, Query("orders", by="section"), Index.DIFFUSION)
    assert [line.n for line in result.lines] == [None, None, 30]
    assert result.total.n == 54
    assert any("不显示" in str(note) for note in result.notes)
