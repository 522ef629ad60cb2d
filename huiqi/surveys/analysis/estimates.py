"""Weighted shares, means and totals with what makes them honest: n, effective n, an interval. Pure.

Variances are those of Taylor linearisation for a stratified sample of firms, with the finite population
correction of each stratum (Cochran, Sampling Techniques, 3rd ed. 1977, 5A; the default of R's survey). What
raking gains is left out, so intervals err on the wide side. A stratum with one respondent is centred at the
mean of all (R: survey.lonely.psu = "adjust"). Groups are domains: respondents outside count as nought.
Intervals of shares are Wilson's (JASA 22, 1927) with the effective n that the variance implies: they stay
within 0 and 1 and are right for small shares. Means and totals take the normal interval.
"""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from huiqi.surveys.analysis.arrays import Bools, Floats, Ints, counted, divided, summed
from huiqi.surveys.analysis.sampling import Sampling

CONFIDENCE = 0.95  # as the briefs of the statistics offices give it
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
MOST_PAIRS = 500_000  # of stratum and group, counted in a plain table; beyond, only those that occur


@dataclass(frozen=True)
class Shares:
    """Shares of answers (columns) within groups (rows). NaN where a group is empty or no interval is due.

    `n` are respondents, `base` those of the group with an answer, `weighted` what they stand for,
    `effective` the group's n after weighting (Kish), `variance` that of each share.
    """

    n: Ints
    base: Ints
    weighted: Floats
    share: Floats
    low: Floats
    high: Floats
    effective: Floats
    variance: Floats


@dataclass(frozen=True)
class Means:
    """A mean or total for each group, in the unit of the values."""

    n: Ints
    value: Floats
    low: Floats
    high: Floats
    effective: Floats
    variance: Floats


@dataclass(frozen=True)
class Tally:
    """Respondents counted once by stratum, group and answer; every figure of a table follows from these.

    A row for each pair of stratum and group that occurs: respondents, sum of weights, sum of their squares.
    """

    sampling: Sampling
    groups: int
    stratum: Ints
    group: Ints
    n: Ints
    weights: Floats
    squares: Floats

    def merged(self) -> "Tally":
        """The same with all groups as one."""
        return replace(self, groups=1, group=np.zeros_like(self.group))

    def to_groups(self, values: Floats) -> Floats:
        """Sums of a row's values to its group, column by column."""
        columns = range(values.shape[1])
        return np.stack([summed(self.group, values[:, at], self.groups) for at in columns], axis=1)

    def variance(self, total: Floats, squares: Floats) -> Floats:
        """Of each group's sums, from the sums and sums of squares of the linearised values in each row.

        Rows of one stratum and one group are one part of the stratum; the others of the stratum are nought.
        """
        stratum_n, correction = _strata(self.sampling)
        key = self.group * len(stratum_n) + self.stratum
        present, at = np.unique(key, return_inverse=True)
        wide, size = total.shape[1], len(present)
        total = np.stack([summed(at, total[:, column], size) for column in range(wide)], axis=1)
        squares = np.stack([summed(at, squares[:, column], size) for column in range(wide)], axis=1)
        stratum, group = present % len(stratum_n), present // len(stratum_n)
        n = stratum_n[stratum][:, None]
        several = n > 1
        spread = np.maximum(squares - np.where(several, total**2 / n, 0.0), 0.0)
        within = spread * divided(n, n - 1, 1.0) * correction[stratum][:, None]
        return np.stack([summed(group, within[:, column], self.groups) for column in range(wide)], axis=1)


def _strata(sampling: Sampling) -> tuple[Floats, Floats]:
    """Respondents of each stratum, and what is left of it: the finite population correction."""
    if sampling.stratum is None:
        return np.array([float(len(sampling.weights))]), np.ones(1)
    stratum_n = np.bincount(sampling.stratum).astype(np.float64)
    if sampling.population is None:
        return stratum_n, np.ones_like(stratum_n)
    sampled = divided(stratum_n, sampling.population[: len(stratum_n)], 1.0)
    return stratum_n, np.clip(1.0 - sampled, 0.0, 1.0)


def _rows(sampling: Sampling, rows: Ints, groups: int, valid: Bools) -> tuple[Ints, Ints]:
    """The row each respondent is counted in (one past the last: none), and the pair each row stands for."""
    key = rows if sampling.stratum is None else sampling.stratum * groups + rows
    strata = 1 if sampling.stratum is None else int(sampling.stratum.max(initial=0)) + 1
    if strata * groups <= MOST_PAIRS:
        return np.where(valid, key, strata * groups), np.arange(strata * groups)
    pairs, at = np.unique(key[valid], return_inverse=True)
    place = np.full(len(rows), len(pairs))
    place[valid] = at
    return place, pairs


def _made(sampling: Sampling, groups: int, pairs: Ints, sums: tuple[Ints, Floats, Floats]) -> Tally:
    """A tally of the rows in which somebody is counted."""
    n, weights, squares = sums
    present = n.any(axis=1)
    pairs = pairs[present]
    return Tally(
        sampling, groups, pairs // groups, pairs % groups, n[present], weights[present], squares[present]
    )


def tally(sampling: Sampling, rows: Ints, groups: int, columns: Ints, answers: int) -> Tally:
    """Count answers within groups; a negative code in either column leaves the firm out."""
    at, pairs = _rows(sampling, rows, groups, (rows >= 0) & (columns >= 0))
    size = len(pairs)
    cell = at * answers + np.where(at == size, 0, columns)
    shape, last = (size, answers), size * answers
    weights = sampling.weights
    sums = (
        counted(cell, last + 1)[:last].reshape(shape),
        summed(cell, weights, last + 1)[:last].reshape(shape),
        summed(cell, weights * weights, last + 1)[:last].reshape(shape),
    )
    return _made(sampling, groups, pairs, sums)


def tallies_of_several(
    sampling: Sampling, rows: Ints, groups: int, bits: Ints, choices: int
) -> tuple[Tally, ...]:
    """For each of several choices a tally of who did not choose it (0) and who did (1)."""
    at, pairs = _rows(sampling, rows, groups, (rows >= 0) & (bits >= 0))
    size, weights = len(pairs), sampling.weights
    squares = weights * weights

    def sums(who: Ints | slice) -> tuple[Ints, Floats, Floats]:
        places = at[who]
        return (
            counted(places, size + 1)[:size],
            summed(places, weights[who], size + 1)[:size],
            summed(places, squares[who], size + 1)[:size],
        )

    every = sums(slice(None))
    found = []
    for choice in range(choices):
        yes = sums(np.flatnonzero((bits & (1 << choice) != 0) & (bits >= 0)))
        n, weight, square = (np.stack([e - y, y], axis=1) for e, y in zip(every, yes, strict=True))
        found.append(_made(sampling, groups, pairs, (n, weight, square)))
    return tuple(found)


def shares(sampling: Sampling, rows: Ints, groups: int, columns: Ints, answers: int) -> Shares:
    """Shares of each answer within each group; a negative code in either column leaves the firm out."""
    return shares_of(tally(sampling, rows, groups, columns, answers))


def shares_of(counts: Tally) -> Shares:
    """The shares that a tally holds."""
    weighted = counts.to_groups(counts.weights)
    n = counts.to_groups(counts.n.astype(np.float64)).astype(np.int64)
    total = weighted.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weighted / total[:, None]
    squares = counts.to_groups(counts.squares).sum(axis=1)
    effective = divided(total**2, squares)
    base = n.sum(axis=1)
    variance = np.full(n.shape, np.nan)
    low, high = variance.copy(), variance.copy()
    if counts.sampling.is_inferential and len(counts.n):
        variance = _share_variance(counts, share, total)
        low, high = _intervals(share, variance, _spare(counts.sampling, base, total, effective))
    return Shares(n, base, weighted, share, low, high, effective, variance)


def _share_variance(counts: Tally, share: Floats, total: Floats) -> Floats:
    group_share, group_total = share[counts.group], total[counts.group][:, None]
    weights, squares = counts.weights, counts.squares
    linear = (weights - group_share * weights.sum(axis=1, keepdims=True)) / group_total
    quadratic = (1 - 2 * group_share) * squares + group_share**2 * squares.sum(axis=1, keepdims=True)
    # The stratum's row was linearised with its own group's share, so rows add up within a group.
    return counts.variance(linear, quadratic / group_total**2)


def _spare(sampling: Sampling, base: Ints, total: Floats, effective: Floats) -> Floats:
    """The effective n where the variance is nought because all said the same: Kish's, corrected."""
    if sampling.population is None:
        return effective
    left = np.clip(1 - divided(base.astype(np.float64), total), 0.0, 1.0)
    left[left < 1e-9] = 0.0  # the sum of the weights is a rounding away from the count: everybody answered
    return divided(effective, left, np.inf)


def _intervals(share: Floats, variance: Floats, spare: Floats) -> tuple[Floats, Floats]:
    spread = share * (1 - share)
    tiny = variance <= spread * 1e-15
    n = np.divide(spread, variance, out=np.full_like(share, np.inf), where=~tiny)
    same = spread <= 1e-15
    n = np.where(same, np.broadcast_to(spare[:, None], share.shape), n)
    return wilson(share, n)


def wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Wilson's interval of a share seen among `n` (may be a fraction, or infinite: the share itself)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = 1 / (1 + Z**2 / n)
        centre = (share + Z**2 / (2 * n)) * scale
        half = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) * scale
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)


def margin_as_if_random(share: float, n: int) -> float:
    """Half the width of the 95 % interval that a simple random sample of `n` would have had.

    For a self-selected survey it is a figure to compare sizes by, never a statement about all firms.
    """
    return Z * math.sqrt(share * (1 - share) / n)


@dataclass(frozen=True)
class Moments:
    """Numbers summed once by stratum and group, measured from `centre`; means and totals follow."""

    counts: Tally
    centre: float
    values: Floats
    squared: Floats
    crossed: Floats

    def merged(self) -> "Moments":
        """The same with all groups as one."""
        return replace(self, counts=self.counts.merged())


def moments(sampling: Sampling, rows: Ints, groups: int, values: Floats, centre: float = 0.0) -> Moments:
    """Sum the numbers within groups; NaN leaves the firm out. A centre near the mean keeps digits."""
    at, pairs = _rows(sampling, rows, groups, (rows >= 0) & ~np.isnan(values))
    size, weights = len(pairs), sampling.weights
    apart = np.where(at == size, 0.0, values - centre)
    squares = weights * weights

    def sums(weighted: Floats) -> Floats:
        return summed(at, weighted, size + 1)[:size][:, None]

    n = counted(at, size + 1)[:size][:, None]
    present = n.any(axis=1)
    counts = _made(sampling, groups, pairs, (n, sums(weights), sums(squares)))
    parts = (weights * apart, squares * apart * apart, squares * apart)
    values_, squared, crossed = (sums(part)[present] for part in parts)
    return Moments(counts, centre, values_, squared, crossed)


def means(sampling: Sampling, rows: Ints, groups: int, values: Floats) -> Means:
    """The weighted mean of the values within each group; NaN values leave the firm out."""
    return means_of(centred(sampling, rows, groups, values))


def centred(sampling: Sampling, rows: Ints, groups: int, values: Floats) -> Moments:
    """Moments around the plain mean of all values."""
    known = values[~np.isnan(values)]
    return moments(sampling, rows, groups, values, float(known.mean()) if len(known) else 0.0)


def means_of(summed_up: Moments) -> Means:
    """The mean of each group."""
    counts = summed_up.counts
    total = counts.to_groups(counts.weights)[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = counts.to_groups(summed_up.values)[:, 0] / total
    variance = np.full(counts.groups, np.nan)
    if counts.sampling.is_inferential and len(counts.n):
        at, whole = mean[counts.group][:, None], total[counts.group][:, None]
        linear = (summed_up.values - at * counts.weights) / whole
        quadratic = (summed_up.squared - 2 * at * summed_up.crossed + at**2 * counts.squares) / whole**2
        variance = counts.variance(linear, quadratic)[:, 0]
    return _with_interval(counts, mean + summed_up.centre, variance)


def totals(sampling: Sampling, rows: Ints, groups: int, values: Floats) -> Means:
    """The weighted sum of the values within each group: an estimate for all firms of the frame."""
    return totals_of(moments(sampling, rows, groups, values))


def totals_of(summed_up: Moments) -> Means:
    """The total of each group, of moments around nought."""
    counts = summed_up.counts
    variance = np.full(counts.groups, np.nan)
    if counts.sampling.is_inferential and len(counts.n):
        variance = counts.variance(summed_up.values, summed_up.squared)[:, 0]
    return _with_interval(counts, counts.to_groups(summed_up.values)[:, 0], variance)


def _with_interval(counts: Tally, value: Floats, variance: Floats) -> Means:
    n = counts.to_groups(counts.n.astype(np.float64))[:, 0].astype(np.int64)
    total, squares = counts.to_groups(counts.weights)[:, 0], counts.to_groups(counts.squares)[:, 0]
    half = Z * np.sqrt(variance)
    value = np.where(n == 0, np.nan, value)
    return Means(n, value, value - half, value + half, divided(total**2, squares), variance)
