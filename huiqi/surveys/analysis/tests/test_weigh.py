import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.response import Axis, Outcome, adjust, outcomes
from huiqi.surveys.analysis.sampling import Basis, Step, designed
from huiqi.surveys.analysis.tests.make import COUNTY, SECTION

pytestmark = pytest.mark.pure
DONE, REFUSED, CLOSED = Outcome.ANSWERED, Outcome.REFUSED, Outcome.CLOSED


def test_more_invitations_than_firms_are_refused():
    with pytest.raises(Refused, match="甲"):
        designed(np.array([0, 0, 0]), [2], ["甲"], Basis.SAMPLE)


def test_a_design_weight_is_the_frame_over_the_sample():
    sampling = designed(np.array([0, 0, 1]), [10, 7], ["甲", "乙"], Basis.SAMPLE)
    assert sampling.weights.tolist() == [5, 5, 7]
    assert sampling.steps == (Step.DESIGN,)


def test_a_stratum_nobody_was_drawn_from_is_told():
    sampling = designed(np.array([0]), [10, 7], ["甲", "乙"], Basis.SAMPLE)
    assert "7家" in str(sampling.words[0]) and "乙" in str(sampling.words[0])


def test_nobody_answered_is_refused():
    sampling = designed(np.array([0]), [1], ["甲"], Basis.SAMPLE)
    with pytest.raises(Refused, match="没有一家企业作答"):
        adjust(sampling, np.array([REFUSED]), [Axis(SECTION, np.array([0]))])


def invited(outcome, section, county):
    """A sample of one stratum where every firm stands for ten."""
    outcome = np.array(outcome)
    sampling = designed(np.zeros(len(outcome), dtype=np.int64), [10 * len(outcome)], ["全部"], Basis.SAMPLE)
    return sampling, outcome, [Axis(SECTION, np.array(section)), Axis(COUNTY, np.array(county))]


def test_those_who_answered_make_up_for_those_who_did_not_in_their_cell():
    outcome = [DONE] * 2 + [REFUSED] * 2 + [DONE] * 4
    sampling, outcome, axes = invited(outcome, [0] * 4 + [1] * 4, [0] * 8)
    adjusted, responded = adjust(sampling, outcome, axes, least=2)
    assert responded.sum() == 6
    assert adjusted.weights.tolist() == [20, 20, 10, 10, 10, 10]
    assert adjusted.steps == (Step.DESIGN, Step.RESPONSE)
    assert len(adjusted.stratum) == 6


def test_closed_firms_keep_their_share_of_the_frame():
    sampling, outcome, axes = invited([DONE, CLOSED, REFUSED, REFUSED], [0] * 4, [0] * 4)
    adjusted, _ = adjust(sampling, outcome, axes, least=1)
    assert adjusted.weights.tolist() == [20]  # and twenty firms are closed


def test_thin_cells_are_merged_with_neighbours_first_and_it_is_said():
    outcome = [DONE, REFUSED] * 2 + [DONE] * 3
    sampling, outcome, axes = invited(outcome, [0, 0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0, 0])
    adjusted, _ = adjust(sampling, outcome, axes, least=2)
    assert adjusted.weights.tolist() == [20, 20, 10, 10, 10]
    assert [str(word) for word in adjusted.words] == [
        "应答不足2家的类别已合并计算无应答调整：制造业·甲县、制造业·乙县。"
    ]


def test_an_unknown_class_is_a_class_of_its_own():
    sampling, outcome, axes = invited([DONE] * 4, [0, 0, -1, -1], [0] * 4)
    adjusted, _ = adjust(sampling, outcome, axes, least=2)
    assert adjusted.weights.tolist() == [10] * 4


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_adjusted_weights_add_up_to_the_frame_when_no_firm_is_closed(seed, least):
    dice = np.random.default_rng(seed)
    outcome = dice.choice([DONE, Outcome.PARTIAL, REFUSED, Outcome.UNREACHABLE], 120)
    outcome[0] = DONE
    sampling, outcome, axes = invited(outcome, dice.integers(-1, 3, 120), dice.integers(0, 4, 120))
    adjusted, responded = adjust(sampling, outcome, axes, least=least)
    assert adjusted.weights.sum() == pytest.approx(1200)
    assert len(adjusted.weights) == responded.sum()
    assert (adjusted.weights >= 10 - 1e-9).all()


def test_the_rate_of_response_leaves_out_only_firms_known_to_be_closed():
    counted = outcomes(np.array([0] * 30 + [1] * 10 + [2] * 20 + [3] * 30 + [4] * 10))
    assert (counted.responded, counted.eligible) == (40, 90)
    assert counted.rate == pytest.approx(4 / 9)
    assert outcomes(np.array([4])).rate is None
