"""Weighted shares, means and totals with what makes them honest: n, effective n, an interval. Pure.

Variances are those of Taylor linearisation for a stratified sample of firms, with the finite population
correction of each stratum (Cochran, Sampling Techniques, 3rd ed. 1977, 5A; the default of R's survey). What
raking gains is left out, so intervals err on the wide side. A stratum with one respondent is centred at the
mean of all (R: survey.lonely.psu = "adjust"). Groups are domains: respondents outside count as nought.
Intervals of shares are Wilson's (JASA 22, 1927) with the effective n that the variance implies: they stay
within 0 and 1 and are right for small shares. Means and totals take the normal interval.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from huiqi.surveys.analysis.arrays import Bools, Floats, Ints, counted, divided, summed
from huiqi.surveys.analysis.sampling import Sampling

CONFIDENCE = 0.95  # as the briefs of the statistics offices give it
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


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
class _Pairs:
    """The combinations of stratum and group that occur, and where each respondent of a group falls."""

    at: Ints
    valid: Bools
    group: Ints
    correction: Floats
    stratum_n: Floats

    @property
    def count(self) -> int:
        return len(self.group)

    def sums(self, values: Floats) -> Floats:
        return summed(self.at, values, self.count)

    def variance(self, total: Floats, squares: Floats, groups: int) -> Floats:
        """Of each group's sum, from the sums and sums of squares of its linearised values by stratum."""
        n = self.stratum_n
        several = n > 1
        spread = squares - np.where(several, total**2 / n, 0.0)
        scale = divided(n, n - 1, 1.0)
        within = np.maximum(spread, 0.0) * scale * self.correction
        return summed(self.group, within, groups)


def _pairs(sampling: Sampling, valid: Bools, rows: Ints, groups: int) -> _Pairs:
    stratum = sampling.stratum if sampling.stratum is not None else np.zeros(len(rows), dtype=np.int64)
    stratum_n = np.bincount(stratum).astype(np.float64)
    correction = np.ones_like(stratum_n)
    if sampling.population is not None:
        population = sampling.population[: len(stratum_n)]
        sampled = divided(stratum_n, population, 1.0)
        correction = np.clip(1.0 - sampled, 0.0, 1.0)
    combined = (stratum * groups + rows)[valid]
    present = np.flatnonzero(counted(combined, 1))
    place = np.zeros(int(present.max(initial=0)) + 1, dtype=np.int64)
    place[present] = np.arange(len(present))
    of_stratum = present // groups
    return _Pairs(place[combined], valid, present % groups, correction[of_stratum], stratum_n[of_stratum])


def shares(sampling: Sampling, rows: Ints, groups: int, columns: Ints, answers: int) -> Shares:
    """Shares of each answer within each group; a negative code in either column leaves the firm out."""
    valid = (rows >= 0) & (columns >= 0)
    row, column, weight = rows[valid], columns[valid], sampling.weights[valid]
    cell = row * answers + column
    shape = (groups, answers)
    n = counted(cell, groups * answers).reshape(shape)
    weighted = summed(cell, weight, groups * answers).reshape(shape)
    total = weighted.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weighted / total[:, None]
    squares = summed(row, weight**2, groups)
    effective = divided(total**2, squares)
    base = n.sum(axis=1)
    variance = np.full(shape, np.nan)
    low, high = variance.copy(), variance.copy()
    if sampling.is_inferential and len(row):
        pairs = _pairs(sampling, valid, rows, groups)
        variance = _share_variance(pairs, (column, weight), share, total)
        low, high = _intervals(share, variance, _spare(sampling, base, total, effective))
    return Shares(n, base, weighted, share, low, high, effective, variance)


def _share_variance(pairs: _Pairs, answered: tuple[Ints, Floats], share: Floats, total: Floats) -> Floats:
    column, weight = answered
    groups, answers = share.shape
    size = pairs.count * answers
    cell = pairs.at * answers + column
    sums = summed(cell, weight, size).reshape(-1, answers)
    squares = summed(cell, weight**2, size).reshape(-1, answers)
    group_share, group_total = share[pairs.group], total[pairs.group][:, None]
    linear = (sums - group_share * sums.sum(axis=1, keepdims=True)) / group_total
    quadratic = (1 - 2 * group_share) * squares + group_share**2 * squares.sum(axis=1, keepdims=True)
    quadratic /= group_total**2
    parts = [pairs.variance(linear[:, at], quadratic[:, at], groups) for at in range(answers)]
    return np.stack(parts, axis=1)


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


def means(sampling: Sampling, rows: Ints, groups: int, values: Floats) -> Means:
    """The weighted mean of the values within each group; NaN values leave the firm out."""
    valid = (rows >= 0) & ~np.isnan(values)
    row, value, weight = rows[valid], values[valid], sampling.weights[valid]
    n = counted(row, groups)
    total = summed(row, weight, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = summed(row, weight * value, groups) / total
    squares = summed(row, weight**2, groups)
    effective = divided(total**2, squares)
    variance = np.full(groups, np.nan)
    if sampling.is_inferential and len(row):
        pairs = _pairs(sampling, valid, rows, groups)
        linear = weight * (value - mean[row]) / total[row]
        variance = pairs.variance(pairs.sums(linear), pairs.sums(linear**2), groups)
    return _with_interval(n, mean, variance, effective)


def totals(sampling: Sampling, rows: Ints, groups: int, values: Floats) -> Means:
    """The weighted sum of the values within each group: an estimate for all firms of the frame."""
    valid = (rows >= 0) & ~np.isnan(values)
    row, value, weight = rows[valid], values[valid], sampling.weights[valid]
    n = counted(row, groups)
    total = summed(row, weight * value, groups)
    weights = summed(row, weight, groups)
    squares = summed(row, weight**2, groups)
    effective = divided(weights**2, squares)
    variance = np.full(groups, np.nan)
    if sampling.is_inferential and len(row):
        pairs = _pairs(sampling, valid, rows, groups)
        linear = weight * value
        variance = pairs.variance(pairs.sums(linear), pairs.sums(linear**2), groups)
    return _with_interval(n, total, variance, effective)


def _with_interval(n: Ints, value: Floats, variance: Floats, effective: Floats) -> Means:
    half = Z * np.sqrt(variance)
    empty = n == 0
    value = np.where(empty, np.nan, value)
    return Means(n, value, value - half, value + half, effective, variance)
