from dataclasses import replace

import numpy as np
import pytest

from huiqi.core.errors import Refused
from huiqi.surveys.analysis.sampling import unweighted
from huiqi.surveys.analysis.tables import table
from huiqi.surveys.analysis.tests.make import SECTION, make_wave, single, spread
from huiqi.surveys.analysis.trends import linked, panel_change, trend
from huiqi.surveys.analysis.wave import Query

pytestmark = pytest.mark.pure
STATUS = single("status", "已复工", "未复工")
SHUT = Query("status")


def wave(codes, name, units=None, **more):
    made = make_wave({STATUS: codes}, name=name, **more)
    known = None if units is None else np.asarray(units)
    return replace(made, answers=replace(made.answers, units=known))


def test_waves_that_asked_something_else_are_refused():
    other = make_wave({single("status", "已复工", "停业"): [0, 1]}, name="第2轮")
    with pytest.raises(Refused, match="“第1期”与“第2轮”的题目或选项不同"):
        trend([wave([0, 1], "第1期"), other], SHUT, "status0")


def test_a_trend_gives_each_wave_its_n_and_the_change_its_interval():
    first, second = trend([wave(spread(30, 70), "第1期"), wave(spread(60, 40), "第2轮")], SHUT, "status0")
    assert (first.base, first.figure.share, first.change) == (100, 0.3, None)
    assert second.change.value == pytest.approx(0.3)
    half = 1.959964 * (0.3 * 0.7 / 99 + 0.6 * 0.4 / 99) ** 0.5
    assert second.change.low == pytest.approx(0.3 - half) and second.change.is_clear


def test_a_small_change_is_not_clear():
    _, second = trend([wave(spread(30, 70), "第1期"), wave(spread(33, 67), "第2轮")], SHUT, "status0")
    assert second.change.is_clear is False


def test_waves_of_volunteers_change_without_an_interval():
    waves = [wave(spread(3, 7), name, sampling=unweighted(10)) for name in ("第1期", "第2轮")]
    assert trend(waves, SHUT, "status0")[1].change.is_clear is None


def test_a_hidden_figure_has_no_change():
    waves = [wave(spread(95, 5), "第1期", least=10), wave(spread(50, 50), "第2轮", least=10)]
    assert trend(waves, SHUT, "status1")[1].change is None


def test_anonymous_waves_cannot_be_linked():
    with pytest.raises(Refused, match="没有企业标识"):
        linked(wave([0], "第1期"), wave([0], "第2轮"), "status")


def test_too_few_firms_in_both_waves_are_refused():
    with pytest.raises(Refused, match="不足1家"):
        linked(wave([0], "第1期", [1]), wave([0], "第2轮", [2]), "status")


def test_linked_waves_show_who_moved_where():
    first = wave([1, 1, 0, 0], "第1期", [11, 12, 13, 99])
    second = wave([0, 1, 0, 1], "第2轮", [13, 12, 11, 50])
    moved = table(linked(first, second, "status"), Query("status", by="before_status"))
    assert [figure.n for figure in moved.line("status1").figures] == [1, 1]
    assert [figure.n for figure in moved.line("status0").figures] == [1, 0]
    assert moved.total.base == 3


def test_the_same_firms_compared_with_themselves_are_known_better():
    before, after = np.array(spread(60, 140)), np.array(spread(80, 120))
    first, second = wave(before, "第1期", range(200)), wave(after, "第2轮", range(200))
    change, n = panel_change(first, second, SHUT, "status0")
    across = trend([first, second], SHUT, "status0")[1].change
    assert n == 200 and change.value == pytest.approx(0.1) == across.value
    assert change.high - change.low < (across.high - across.low) / 2


def test_a_group_is_followed_by_its_name():
    waves = [
        make_wave({SECTION: [0, 0, 1, 1], STATUS: codes}, strata=(SECTION,), name=name)
        for name, codes in (("第1期", [0, 1, 1, 1]), ("第2轮", [0, 0, 1, 1]))
    ]
    points = trend(waves, Query("status", by="section"), "status0", "section0")
    assert [point.figure.share for point in points] == [0.5, 1.0] and points[0].base == 2
