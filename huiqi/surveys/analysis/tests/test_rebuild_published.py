"""The tables published in February 2020 come out again, to the last place."""

import pytest

from huiqi.surveys.analysis.sampling import unweighted
from huiqi.surveys.analysis.tables import combined, table
from huiqi.surveys.analysis.tests import published as pub
from huiqi.surveys.analysis.wave import Query, Wave

pytestmark = pytest.mark.pure


def online():
    answers = pub.survey_of_995()
    return Wave("2020年2月", answers, unweighted(answers.count))


@pytest.mark.parametrize(
    ("name", "shares"),
    [("cash_months", pub.CASH), ("rev_2020", pub.REVENUE), ("response", pub.RESPONSE)],
)
def test_the_tables_of_995_firms_are_rebuilt(name, shares):
    result = table(online(), Query(name))
    assert result.total.base == pub.ANSWERED
    assert [round(100 * figure.share, 2) for figure in result.total.figures] == list(shares.values())
    assert sum(figure.n for figure in result.total.figures) == pub.ANSWERED


def test_994_is_the_only_base_with_whole_numbers_behind_every_published_percentage():
    shares = [share for asked in (pub.CASH, pub.REVENUE, pub.RESPONSE) for share in asked.values()]
    fitting = [
        n
        for n in range(500, 1988)
        if all(round(100 * round(n * share / 100) / n, 2) == share for share in shares)
    ]
    assert fitting == [pub.ANSWERED]


def test_cash_for_two_and_three_months_at_most_adds_up_as_published():
    names = [choice.name for choice in pub.CASH_MONTHS.choices]
    assert round(100 * combined(online(), Query("cash_months"), names[:2]).share, 1) == 67.1
    assert round(100 * combined(online(), Query("cash_months"), names[:3]).share, 2) == 85.01


def test_revenue_down_by_a_fifth_or_more_adds_up_as_published():
    names = [choice.name for choice in pub.REVENUE_2020.choices]
    assert round(100 * combined(online(), Query("rev_2020"), names[:2]).share, 2) == 58.05


def test_an_online_survey_gets_no_interval_but_the_words_for_it():
    result = table(online(), Query("cash_months"))
    assert all(figure.low is None and figure.high is None for figure in result.total.figures)
    assert any("不是随机样本" in str(note) for note in result.notes)
    assert result.source.told()["n"] == pub.ANSWERED


def local(least):
    answers = pub.survey_of_102()
    return Wave("2020年2月", answers, unweighted(answers.count), least)


def test_the_counts_of_102_firms_are_rebuilt():
    industries = table(local(1), Query("industry")).total
    assert [figure.n for figure in industries.figures] == list(pub.INDUSTRY.values())
    assert industries.base == 102
    status = table(local(1), Query("status")).total
    assert [figure.n for figure in status.figures] == list(pub.STATUS.values())


def test_with_small_figures_hidden_the_102_firms_show_only_what_holds_ten():
    result = table(local(10), Query("industry"))
    shown = {
        choice.label: figure.n
        for choice, figure in zip(result.answers, result.total.figures, strict=True)
        if not figure.is_hidden
    }
    assert shown == {"工业": 22, "软件": 19, "农业": 17, "其他": 23}
    assert any("少于10家的数字不显示" in str(note) for note in result.notes)


def test_by_industry_no_status_of_a_single_firm_is_shown():
    result = table(local(10), Query("status", by="industry"))
    assert result.line("industry7").base is None and result.line("industry8").base is None
    for line in result.lines:
        assert all(figure.is_hidden or figure.n == 0 or figure.n >= 10 for figure in line.figures)
