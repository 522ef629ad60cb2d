import pytest

from huiqi.surveys.analysis.headlines import (
    at_most,
    change_said,
    headlines,
    index_said,
    most_said,
    several_said,
    widest_gap,
)
from huiqi.surveys.analysis.measures import Index, index_of
from huiqi.surveys.analysis.sampling import Basis, unweighted
from huiqi.surveys.analysis.tables import table
from huiqi.surveys.analysis.tests import published as pub
from huiqi.surveys.analysis.tests.make import SECTION, change, make_wave, several, single, spread
from huiqi.surveys.analysis.trends import trend
from huiqi.surveys.analysis.wave import Query, Wave

pytestmark = pytest.mark.pure
STATUS = single("status", "已复工", "未复工", label="复工状态")
WANT = several("want", "减税", "融资", "房租", "用工")
ORDERS = change("orders")


def test_a_hidden_table_says_nothing():
    wave = make_wave({STATUS: [0, 1]}, least=10)
    assert most_said(table(wave, Query("status"))) is None
    assert headlines(wave, ["status"]) == ()


def test_volunteers_are_counted_and_never_called_all_firms():
    answers = pub.survey_of_995()
    wave = Wave("2020年2月", answers, unweighted(answers.count))
    said = most_said(table(wave, Query("cash_months"))).said
    assert str(said) == (
        "“账上现金可维持”：选“1个月内”的企业最多，占34.0%（作答994家，自愿填写，不代表全部企业）。"
    )
    assert str(at_most(wave, Query("cash_months")).said).startswith(
        "“账上现金可维持”：67.1%的企业在“2个月”及以下"
    )


def test_a_sample_gives_interval_n_and_effective_n():
    wave = make_wave({STATUS: spread(340, 660)})
    assert str(most_said(table(wave, Query("status"))).said) == (
        "“复工状态”：选“未复工”的企业最多，占66.0%（95%置信区间63.0%–68.9%，n=1000，有效样本1000）。"
    )


def test_several_answers_are_told_by_the_first_three():
    wave = make_wave({WANT: [0b0111] * 30 + [0b0011] * 20 + [0b0001] * 10 + [0] * 40})
    assert str(several_said(table(wave, Query("want"))).said) == (
        "“want”（可多选）：前三项是减税（60.0%）、融资（50.0%）、房租（30.0%）（n=100）。"
    )


def test_a_gap_is_told_only_when_the_intervals_part():
    def gap(*counts):
        codes = [code for group in counts for code in spread(*group)]
        sections = spread(*(sum(group) for group in counts))
        wave = make_wave({SECTION: sections, STATUS: codes}, strata=(SECTION,))
        return widest_gap(table(wave, Query("status", by="section")))

    assert gap((52, 48), (50, 50)) is None
    assert str(gap((90, 10), (60, 40), (20, 80)).said) == (
        "“复工状态”选“已复工”的比例，制造业最高（90.0%，n=100），住宿和餐饮业最低（20.0%，n=100）。"
    )


def test_volunteers_give_no_gap():
    wave = make_wave(
        {SECTION: spread(50, 50), STATUS: spread(50, 50)}, strata=(SECTION,), sampling=unweighted(100)
    )
    assert widest_gap(table(wave, Query("status", by="section"))) is None


@pytest.mark.parametrize(
    ("counts", "words"),
    [((70, 20, 10), "高于50的中性值"), ((10, 20, 70), "低于50的中性值"), ((30, 40, 31), "没有明显差别")],
)
def test_an_index_is_above_or_below_neutral_only_beyond_its_interval(counts, words):
    result = index_of(make_wave({ORDERS: spread(*counts)}), Query("orders"), Index.DIFFUSION)
    assert words in str(index_said(result).said)


@pytest.mark.parametrize(
    ("basis", "words"), [(Basis.SAMPLE, "变化超出抽样误差"), (Basis.OPEN_LINK, "可能来自作答企业不同")]
)
def test_a_change_is_told_with_what_is_known_of_it(basis, words):
    waves = [
        make_wave({STATUS: spread(*counts)}, name=name, sampling=unweighted(100, basis))
        for name, counts in (("第1期", (30, 70)), ("第2轮", (60, 40)))
    ]
    before, after = trend(waves, Query("status"), "status0")
    said = str(change_said(STATUS, "status0", before, after).said)
    assert said.startswith("“复工状态”选“已复工”的比例由30.0%升至60.0%（第1期至第2轮") and words in said


def test_every_headline_carries_the_query_that_made_it():
    wave = make_wave({SECTION: spread(60, 60), STATUS: spread(60, 60), WANT: [1] * 120}, strata=(SECTION,))
    found = headlines(wave, ["status", "want"], by=["section"])
    assert all(each.source.told()["n"] > 0 for each in found)
    assert {(each.source.query.question, each.source.query.by) for each in found} == {
        ("status", ""),
        ("status", "section"),
        ("want", ""),
    }
