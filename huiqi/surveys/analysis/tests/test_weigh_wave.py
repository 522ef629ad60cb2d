"""The weights of a wave, step by step, in the order of its snapshot."""

import numpy as np
import pytest

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.codebook import Choice, Kind, Question
from huiqi.surveys.analysis.response import Axis, Outcome
from huiqi.surveys.analysis.sampling import Basis, unweighted
from huiqi.surveys.analysis.tests.make import make_answers, single, spread
from huiqi.surveys.analysis.weighing import Invited, Weighed, by_design, to_register

pytestmark = pytest.mark.pure
SIZE = single("size", "小型", "微型")
PLACE = Question(
    "place", "市州", Kind.SINGLE, (Choice("a", "甲"), Choice("b", "乙"), Choice("unknown", "不明"))
)


def invited(**changes):
    """Four of ten small firms and two of two hundred micro firms, keys 11 to 16."""
    stratum = np.array([0, 0, 0, 0, 1, 1])
    given = {
        "keys": np.arange(11, 17),
        "stratum": stratum,
        "frame": [10, 200],
        "labels": ["小型", "微型"],
        "outcome": np.full(6, int(Outcome.UNREACHABLE)),
        "axes": [Axis(SIZE, stratum)],
        "basis": Basis.SAMPLE,
    }
    return Invited(**{**given, **changes})


def test_an_answer_without_an_invitation_is_refused_in_words():
    with pytest.raises(Refused, match="有1份答卷没有对应的邀请"):
        by_design(invited(), np.array([11, 0]), is_adjusted=False)


def test_design_weights_stand_in_the_order_of_the_answers():
    done = by_design(invited(), np.array([16, 12, 11]), is_adjusted=False)
    assert done.sampling.weights.tolist() == [100.0, 2.5, 2.5]
    assert done.sampling.stratum.tolist() == [1, 0, 0]
    assert done.outcomes.responded == 3 and done.outcomes.rate == 0.5


def test_who_answered_makes_up_for_who_did_not():
    done = by_design(invited(), np.array([16, 12, 11]), is_adjusted=True)
    assert done.sampling.weights.sum() == pytest.approx(210)


def test_thin_classes_are_put_together_and_told():
    answers = make_answers({PLACE: spread(30, 3)}, strata=(PLACE,))
    done = to_register(Weighed(unweighted(33)), answers, {"place": {"a": 60, "b": 40}}, least=10)
    assert done.raking is None and "都不足" in str(done.sampling.notes[-1])
    kept = to_register(Weighed(unweighted(33)), answers, {"place": {"a": 60, "b": 40}}, least=0)
    assert kept.sampling.weights[:30].sum() == pytest.approx(60)
    assert kept.sampling.weights[30:].sum() == pytest.approx(40)


def test_a_class_nobody_answered_is_named_when_nothing_is_merged():
    answers = make_answers({PLACE: spread(30)}, strata=(PLACE,))
    with pytest.raises(Refused, match="没有企业作答，无法按登记库校准：乙"):
        to_register(Weighed(unweighted(30)), answers, {"place": {"a": 60, "b": 40}}, least=0)


def test_the_unknown_keep_their_share_of_the_answers():
    answers = make_answers({PLACE: spread(30, 10, 10)}, strata=(PLACE,))
    done = to_register(Weighed(unweighted(50)), answers, {"place": {"a": 60, "b": 40}}, least=0)
    sums = np.bincount(answers.codes["place"], weights=done.sampling.weights)
    assert sums.tolist() == pytest.approx([48, 32, 20])
    assert "10家作答企业的“市州”不明" in " ".join(str(note) for note in done.sampling.notes)


def test_the_diagnosis_has_range_effective_n_and_convergence():
    answers = make_answers({PLACE: spread(30, 10)}, strata=(PLACE,))
    told = to_register(Weighed(unweighted(40)), answers, {"place": {"a": 40, "b": 60}}, least=0).diagnosis()
    assert told["least"] == pytest.approx(40 / 30) and told["most"] == pytest.approx(6)
    assert told["effective"] < 40 < told["n"] + 1 and told["is_converged"] is True
