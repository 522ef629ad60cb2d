import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.raking import Margin, rake, raked
from huiqi.surveys.analysis.sampling import Basis, Step, unweighted
from huiqi.surveys.analysis.tests import reference as ref
from huiqi.surveys.analysis.tests.make import SECTION, single

pytestmark = pytest.mark.pure
SIZE = single("size", "大型", "中型", "小型", "微型", label="规模")
WITHOUT_BOUND = float("inf")


def code(refused):
    return refused.value.code


def test_a_class_without_a_respondent_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        rake(np.ones(3), [Margin(SECTION, np.array([0, 0, 1]), [10, 10, 5])])
    assert code(refused) == "surveys.margin_unanswered"
    assert "住宿和餐饮业" in refused.value.message and "催收" in refused.value.message


def test_a_class_that_the_register_does_not_have_is_refused():
    with pytest.raises(Refused) as refused:
        rake(np.ones(3), [Margin(SECTION, np.array([0, 1, 2]), [10, 10, 0])])
    assert code(refused) == "surveys.margin_not_in_frame"


def test_a_respondent_of_unknown_class_is_refused():
    with pytest.raises(Refused) as refused:
        rake(np.ones(3), [Margin(SECTION, np.array([0, 1, -1]), [10, 10, 0])])
    assert code(refused) == "surveys.margin_unknown"


def test_margins_of_two_frames_are_refused():
    codes = np.array([0, 1, 2])
    with pytest.raises(Refused) as refused:
        rake(np.ones(3), [Margin(SECTION, codes, [10, 10, 10]), Margin(SIZE, codes, [10, 10, 11, 0])])
    assert code(refused) == "surveys.margins_apart"


def test_raked_weights_are_those_of_a_second_library():
    margins = [Margin(SECTION, ref.REGION, ref.REGION_TOTALS), Margin(SIZE, ref.SIZE, ref.SIZE_TOTALS)]
    done = rake(ref.SAMPLING.weights, margins, most_times_mean=WITHOUT_BOUND)
    assert done.is_converged and done.cut == 0
    assert done.weights[:8] == pytest.approx(ref.RAKED, rel=1e-5)
    assert done.weights.max() == pytest.approx(ref.RAKED_MOST, rel=1e-5)
    assert (done.weights**2).sum() == pytest.approx(ref.RAKED_SQUARES, rel=1e-5)


def by_calibration(weights, columns, totals):
    """A second way to the same weights: solve the calibration equations with the exponential distance.

    Deville and Särndal, JASA 87, 1992: w = d exp(x'lambda) with sum w x = totals, here by Newton's method.
    """
    parts = [np.eye(len(wanted))[codes] for codes, wanted in zip(columns, totals, strict=True)]
    design = np.column_stack([parts[0], *(part[:, 1:] for part in parts[1:])])
    wanted = np.concatenate([totals[0], *(total[1:] for total in totals[1:])])

    def apart(multipliers):
        return (design.T @ (weights * np.exp(design @ multipliers)) - wanted) / wanted.sum()

    solved = root(apart, np.zeros(len(wanted)), tol=1e-13)
    assert solved.success, solved.message
    return weights * np.exp(design @ solved.x)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_raked_weights_add_up_to_the_margins_and_solve_the_calibration_equations(seed):
    dice = np.random.default_rng(seed)
    section = np.concatenate([np.arange(3), dice.integers(0, 3, 200)])
    size = np.concatenate([np.arange(3), dice.integers(0, 4, 200)])
    size[0] = 3
    weights = dice.uniform(1, 4, len(section))
    totals = [dice.uniform(50, 200, 3), dice.uniform(50, 200, 4)]
    totals[1] *= totals[0].sum() / totals[1].sum()
    margins = [Margin(SECTION, section, totals[0]), Margin(SIZE, size, totals[1])]
    done = rake(weights, margins, most_times_mean=WITHOUT_BOUND)
    assert done.is_converged
    assert np.bincount(section, weights=done.weights) == pytest.approx(totals[0], rel=2e-6)
    assert np.bincount(size, weights=done.weights) == pytest.approx(totals[1], rel=2e-6)
    scaled = weights * totals[0].sum() / weights.sum()
    assert done.weights == pytest.approx(by_calibration(scaled, [section, size], totals), rel=1e-4)


def test_no_weight_exceeds_the_bound_and_what_was_cut_is_told():
    section = np.repeat([0, 1, 2], [60, 36, 4])
    done = rake(np.ones(100), [Margin(SECTION, section, [40, 30, 30])])
    assert done.weights.max() == pytest.approx(5.0)
    assert done.cut == 4 and not done.is_converged
    assert "没有完全收敛" in str(done.words[0]) and "4家企业的权重超过平均值的5倍" in str(done.words[1])


def test_the_bound_and_the_margins_hold_together_where_they_can():
    section = np.repeat([0, 1], 50)
    weights = np.concatenate([np.ones(49), [400.0], np.ones(50)])
    done = rake(weights, [Margin(SECTION, section, [50, 50, 0])])
    assert done.is_converged and done.weights.max() <= 5.0 + 1e-9 and done.cut == 1
    assert done.effective_after > done.effective_before


def test_raking_is_a_step_that_the_sampling_remembers():
    sampling, _ = raked(unweighted(3, Basis.SAMPLE), [Margin(SECTION, np.array([0, 1, 2]), [5, 6, 7])])
    assert sampling.steps == (Step.RAKED,)
    assert sampling.weights.tolist() == [5, 6, 7]
    assert "行业" in str(sampling.words[0])
