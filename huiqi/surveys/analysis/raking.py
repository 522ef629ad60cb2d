"""Weights that add up to what the register counts: raking, with a bound on any one weight. Pure.

Iterative proportional fitting (Deming and Stephan, Ann. Math. Statist. 11, 1940): the weights are scaled to
one margin after another until all hold. A single firm may not come to speak for many: weights above
`MOST_TIMES_MEAN` times the mean are cut and the rest raked again, the way of the American National Election
Studies (DeBell and Krosnick, Computing Weights for ANES Survey Data, 2009, with the same bound of five).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import Floats, Ints
from huiqi.surveys.analysis.codebook import Question
from huiqi.surveys.analysis.sampling import Sampling, Step, kish, listed

MOST_TIMES_MEAN = 5.0
MOST_ROUNDS = 200
# Margins hold when none is off by more than a millionth of itself; far below a firm in a million firms.
TOLERANCE = 1e-6
# Margins taken from one register on one day count the same firms; more apart means two frames.
MOST_APART = 0.005

_NOBODY = gettext_noop(
    "“%(margin)s”中这些类别没有企业作答，无法按登记库校准：%(classes)s。请合并类别，或先向这些企业催收。"
)
_NOT_IN_FRAME = gettext_noop(
    "“%(margin)s”中这些类别有企业作答，登记库中却没有企业：%(classes)s。请核对登记库的日期。"
)
_UNKNOWN = gettext_noop("有%(count)d家作答企业的“%(margin)s”不明，无法校准。请先补全，或另设“不明”一类。")
_APART = gettext_noop(
    "各校准总数不一致：“%(first)s”合计%(one)d家，“%(second)s”合计%(other)d家。请用同一天的登记库。"
)
_DONE = gettext_noop("已按登记库的%(margins)s校准权重（%(rounds)d轮，最大偏差%(worst)s）。")
_NOT_DONE = gettext_noop(
    "按登记库的%(margins)s校准权重没有完全收敛（%(rounds)d轮后最大偏差%(worst)s）。请合并小类后重算。"
)
_CUT = gettext_noop("%(count)d家企业的权重超过平均值的%(times)s倍，已截到该值。")


@dataclass(frozen=True)
class Margin:
    """What the register counts by one column: a number of firms for each choice of the question.

    `codes` are the respondents'.
    """

    question: Question
    codes: Ints
    totals: Sequence[float]


@dataclass(frozen=True)
class Raking:
    """The weights and how well they came out. `worst` is the largest relative distance from a margin."""

    weights: Floats
    rounds: int
    is_converged: bool
    worst: float
    cut: int
    effective_before: float
    effective_after: float
    words: tuple[Message, ...]


def rake(weights: Floats, margins: Sequence[Margin], *, most_times_mean: float = MOST_TIMES_MEAN) -> Raking:
    """Scale weights so that they add up to every margin.

    `most_times_mean` bounds each weight (infinity: no bound). Refuses, in words, a class of a margin that
    nobody represents, one the register does not have, an unknown class, and margins of different totals.
    When the bound and the margins cannot both hold, the bound holds and the distance is told.
    """
    totals = _checked(margins)
    raked = weights * (totals[0].sum() / weights.sum())
    most = most_times_mean * float(raked.mean())
    rounds, worst = 0, np.inf
    while rounds < MOST_ROUNDS and worst > TOLERANCE:
        rounds += 1
        for margin, wanted in zip(margins, totals, strict=True):
            raked = raked * _factors(raked, margin.codes, wanted)[margin.codes]
        raked = np.minimum(raked, most)
        worst = max(_distance(raked, m.codes, wanted) for m, wanted in zip(margins, totals, strict=True))
    cut = int((raked >= most * (1 - 1e-12)).sum())
    words = _words(margins, rounds, worst, (cut, most_times_mean))
    return Raking(raked, rounds, worst <= TOLERANCE, worst, cut, kish(weights), kish(raked), words)


def raked(sampling: Sampling, margins: Sequence[Margin]) -> tuple[Sampling, Raking]:
    """A sampling with its weights raked, and the report."""
    done = rake(sampling.weights, margins)
    return sampling.weighted(done.weights, Step.RAKED, done.words), done


def _factors(weights: Floats, codes: Ints, wanted: Floats) -> Floats:
    have = np.bincount(codes, weights=weights, minlength=len(wanted))
    return np.divide(wanted, have, out=np.ones_like(wanted), where=have > 0)


def _distance(weights: Floats, codes: Ints, wanted: Floats) -> float:
    have = np.bincount(codes, weights=weights, minlength=len(wanted))
    apart = np.divide(np.abs(have - wanted), wanted, out=np.zeros_like(wanted), where=wanted > 0)
    return float(apart.max())


def _checked(margins: Sequence[Margin]) -> list[Floats]:
    """The totals of the margins, all with the sum of the first."""
    totals = [np.asarray(margin.totals, dtype=np.float64) for margin in margins]
    for margin, wanted in zip(margins, totals, strict=True):
        _check_classes(margin, wanted)
    first = totals[0].sum()
    for margin, wanted in zip(margins, totals, strict=True):
        if abs(wanted.sum() - first) > MOST_APART * first:
            told = {
                "first": margins[0].question.label,
                "one": round(first),
                "second": margin.question.label,
                "other": round(wanted.sum()),
            }
            raise Refused("surveys.margins_apart", Message(_APART, told))
    return [wanted * (first / wanted.sum()) for wanted in totals]


def _check_classes(margin: Margin, wanted: Floats) -> None:
    unknown = int((margin.codes < 0).sum())
    if unknown:
        told: dict[str, object] = {"margin": margin.question.label, "count": unknown}
        raise Refused("surveys.margin_unknown", Message(_UNKNOWN, told))
    counts = np.bincount(margin.codes, minlength=len(wanted))
    for is_wrong, code, template in (
        ((counts == 0) & (wanted > 0), "surveys.margin_unanswered", _NOBODY),
        ((counts > 0) & (wanted <= 0), "surveys.margin_not_in_frame", _NOT_IN_FRAME),
    ):
        if is_wrong.any():
            names = [margin.question.choices[at].label for at in np.flatnonzero(is_wrong)]
            told = {"margin": margin.question.label, "classes": listed(names)}
            raise Refused(code, Message(template, told))


def _words(
    margins: Sequence[Margin], rounds: int, worst: float, bound: tuple[int, float]
) -> tuple[Message, ...]:
    told = {
        "margins": "、".join(margin.question.label for margin in margins),
        "rounds": rounds,
        "worst": f"{worst:.2%}",
    }
    cut, times = bound
    done = Message(_DONE if worst <= TOLERANCE else _NOT_DONE, told)
    return (done, Message(_CUT, {"count": cut, "times": f"{times:g}"})) if cut else (done,)
