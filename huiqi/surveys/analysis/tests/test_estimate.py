import numpy as np
import pytest

from huiqi.surveys.analysis import estimates
from huiqi.surveys.analysis.estimates import (
    Z,
    centred,
    margin_as_if_random,
    means,
    means_of,
    shares,
    shares_of,
    tallies_of_several,
    tally,
    totals,
    wilson,
)
from huiqi.surveys.analysis.sampling import Basis, Sampling, Step, designed, kish, unweighted
from huiqi.surveys.analysis.tests import reference as ref

pytestmark = pytest.mark.pure
ALL = np.zeros(300, dtype=np.int64)


def close(value, wanted):
    assert value == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize(("estimate", "wanted"), [(means, ref.MEAN_X), (totals, ref.TOTAL_X)])
def test_means_and_totals_and_their_errors_are_those_of_a_second_library(estimate, wanted):
    whole = estimate(ref.SAMPLING, ALL, 1, ref.X)
    close((whole.value[0], whole.variance[0] ** 0.5), wanted[0])
    parts = estimate(ref.SAMPLING, ref.REGION, 3, ref.X)
    for at in range(3):
        close((parts.value[at], parts.variance[at] ** 0.5), wanted[at + 1])


def test_shares_and_their_errors_are_those_of_a_second_library():
    whole = shares(ref.SAMPLING, ALL, 1, ref.Y, 3)
    parts = shares(ref.SAMPLING, ref.REGION, 3, ref.Y, 3)
    for answer in range(3):
        close((whole.share[0, answer], whole.variance[0, answer] ** 0.5), ref.SHARE_Y[0][answer])
        for at in range(3):
            close((parts.share[at, answer], parts.variance[at, answer] ** 0.5), ref.SHARE_Y[at + 1][answer])


def test_all_firms_follow_from_the_counts_of_groups():
    merged = shares_of(tally(ref.SAMPLING, ref.REGION, 3, ref.Y, 3).merged())
    for answer in range(3):
        close((merged.share[0, answer], merged.variance[0, answer] ** 0.5), ref.SHARE_Y[0][answer])
    mean = means_of(centred(ref.SAMPLING, ref.REGION, 3, ref.X).merged())
    close((mean.value[0], mean.variance[0] ** 0.5), ref.MEAN_X[0])


def test_several_choices_are_questions_of_yes_and_no():
    bits = np.where(ref.Y == 2, -1, ref.Y * 2 + 1)
    both = tallies_of_several(ref.SAMPLING, ref.REGION, 3, bits, 2)
    alone = shares(ref.SAMPLING, ref.REGION, 3, np.where(ref.Y == 2, -1, ref.Y), 2)
    found = shares_of(both[1])
    for name in ("n", "base", "share", "low", "high", "variance", "effective"):
        np.testing.assert_allclose(getattr(found, name), getattr(alone, name), err_msg=name)
    assert shares_of(both[0]).share[:, 1].tolist() == [1.0] * 3


def test_many_strata_and_groups_are_counted_alike(monkeypatch):
    plain = shares(ref.SAMPLING, ref.REGION, 3, ref.Y, 3)
    monkeypatch.setattr(estimates, "MOST_PAIRS", 1)
    sparse = shares(ref.SAMPLING, ref.REGION, 3, ref.Y, 3)
    np.testing.assert_allclose(sparse.variance, plain.variance)
    np.testing.assert_array_equal(sparse.n, plain.n)


def test_a_third_of_995_firms_is_known_to_2_9_points_had_they_been_drawn_at_random():
    """Facts of the survey of 995 firms of February 2020: 34 % had cash for a month."""
    assert round(100 * margin_as_if_random(0.34, 995), 1) == 2.9
    low, high = wilson(np.array([0.34]), np.array([995.0]))
    assert 100 * (high[0] - low[0]) / 2 == pytest.approx(2.94, abs=0.01)


def test_wilson_gives_the_interval_of_a_textbook():
    """Newcombe, Statistics in Medicine 17, 1998, table I: 81 of 263 (0.2553, 0.3662), 0 of 20 (0, 0.1611)."""
    low, high = wilson(np.array([81 / 263, 0.0]), np.array([263.0, 20.0]))
    assert np.round(low, 4).tolist() == [0.2553, 0.0]
    assert np.round(high, 4).tolist() == [0.3662, 0.1611]


def test_without_weights_the_effective_n_is_n_and_the_variance_the_plain_one():
    codes = np.repeat([0, 1], [30, 70])
    found = shares(unweighted(100, Basis.SAMPLE), np.zeros(100, dtype=np.int64), 1, codes, 2)
    assert found.effective[0] == pytest.approx(100)
    assert found.variance[0, 0] == pytest.approx(0.3 * 0.7 / 99)


def test_unequal_weights_cost_effective_n():
    assert kish(np.array([1.0, 1.0, 4.0])) == pytest.approx(36 / 18)


def test_an_open_link_gets_no_interval():
    found = shares(unweighted(10), np.zeros(10, dtype=np.int64), 1, np.repeat([0, 1], 5), 2)
    assert np.isnan(found.low).all() and np.isnan(found.high).all() and np.isnan(found.variance).all()
    assert "不能据此推断" in str(unweighted(10).words[0])


@pytest.mark.parametrize("answer", [[0, 1], [0, 0]])
def test_a_census_that_everybody_answered_knows_the_share(answer):
    sampling = designed(np.zeros(50, dtype=np.int64), [50], ["全部"], Basis.CENSUS)
    found = shares(sampling, np.zeros(50, dtype=np.int64), 1, np.repeat(answer, 25), 2)
    assert found.low == pytest.approx(found.share)
    assert found.high == pytest.approx(found.share)


def test_the_finite_population_narrows_the_interval():
    rows, codes = np.zeros(100, dtype=np.int64), np.repeat([0, 1], 50)
    stratum = np.zeros(100, dtype=np.int64)
    narrow = shares(designed(stratum, [110], ["层"], Basis.SAMPLE), rows, 1, codes, 2)
    wide = shares(designed(stratum, [10**6], ["层"], Basis.SAMPLE), rows, 1, codes, 2)
    assert narrow.variance[0, 0] / wide.variance[0, 0] == pytest.approx(10 / 110, rel=1e-3)


def test_where_all_said_the_same_the_interval_is_not_a_point():
    sampling = designed(np.zeros(20, dtype=np.int64), [10**6], ["层"], Basis.SAMPLE)
    found = shares(sampling, np.zeros(20, dtype=np.int64), 1, np.zeros(20, dtype=np.int64), 2)
    assert found.share[0, 0] == 1.0
    assert found.low[0, 0] == pytest.approx(1 - 0.1611, abs=1e-4)


def test_a_stratum_with_one_respondent_still_counts_in_the_variance():
    sampling = Sampling(Basis.SAMPLE, np.array([5.0, 5, 5, 20]), np.array([0, 0, 0, 1]), None, (Step.DESIGN,))
    found = shares(sampling, np.zeros(4, dtype=np.int64), 1, np.array([0, 1, 0, 1]), 2)
    alone = (20 * (0 - found.share[0, 0]) / 35) ** 2
    assert found.variance[0, 0] > alone > 0


def test_an_empty_group_has_no_share():
    found = shares(unweighted(4, Basis.SAMPLE), np.zeros(4, dtype=np.int64), 2, np.array([0, 1, 0, 1]), 2)
    assert found.base.tolist() == [4, 0] and np.isnan(found.share[1]).all()
    assert np.isnan(means(unweighted(4, Basis.SAMPLE), np.zeros(4, dtype=int), 2, np.ones(4)).value[1])


def test_the_interval_of_a_mean_is_the_normal_one():
    found = means(unweighted(4, Basis.SAMPLE), np.zeros(4, dtype=np.int64), 1, np.array([1.0, 2, 3, 4]))
    assert found.high[0] - found.value[0] == pytest.approx(Z * (5 / 3 / 4) ** 0.5)
