"""A clock on a page: icon, line, and why, unfolded without script; and the end of a case in lists."""

import pytest
from django.template import Context, Template
from django.utils import translation

from huiqi.cases.commands.desk import ask_supplement
from huiqi.cases.models import Case
from huiqi.cases.queries.clock_lines import clock_lines, due_words, nearest, with_due_unit
from huiqi.cases.tests.make import CONTENT, at, make_case, make_edition, make_officer
from huiqi.cases.workflow import Stage, State

pytestmark = pytest.mark.django_db
PAGE = Template("{% load case_clock %}{% case_clock line %}")


def show(case, now):
    return PAGE.render(Context({"line": nearest(clock_lines(case, now))}))


def test_the_line_has_an_icon_and_words_and_unfolds_without_script():
    html = show(make_case(state=State.HANDLING), at("2020-03-05", "14:30"))
    assert html.startswith("<details") and "<summary>" in html and "#hourglass" in html
    assert "还剩3小时（3月5日17:30前）" in html
    assert "3月2日10:00收到，从第二天起算，共3个工作日" in html
    assert "浏阳市工信局" in html
    assert "onclick" not in html and "style=" not in html


def test_running_clocks_stand_before_stopped_ones_and_references_are_no_head_line():
    officer = make_officer("liuyang")
    case = make_case(state=State.HANDLING, officer=officer)
    lines = clock_lines(case, at("2020-03-03"))
    assert [line.stage for line in lines][:2] == [Stage.CONTACT, Stage.HANDLE]
    assert [line.is_running for line in lines] == sorted((line.is_running for line in lines), reverse=True)
    assert str(lines[-1].words.line).startswith("按时完成：用时")


def test_a_page_of_clocks_asks_three_queries_however_many_there_are(assert_queries):
    case = make_case(state=State.CALLING_BACK)
    with assert_queries(3):
        assert len(clock_lines(case, at("2020-03-03"))) >= 5


def test_another_language_gets_no_half_chinese_sentence_by_mistake():
    case = make_case(state=State.HANDLING)
    with translation.override("en"):
        assert "{" not in show(case, at("2020-03-05")) and "%(" not in show(case, at("2020-03-05"))


def test_a_row_of_a_list_says_the_end_with_the_unit_of_its_clock():
    accept = [{**row, "amount": 6, "unit": "hours"} for row in CONTENT["limits"] if row["stage"] == "accept"]
    make_edition(limits=accept)
    make_case(when=at("2020-01-24", "22:00"))
    case = with_due_unit(Case.objects.all()).get()
    found = due_words(case, at("2020-01-25", "02:30"))
    assert (found.tone, str(found.words)) == ("near", "还剩1小时30分钟")
    assert str(due_words(case, at("2020-01-25", "06:00")).words) == "已逾期2小时"


def test_a_case_that_stands_still_has_no_end_to_show():
    officer = make_officer("liuyang")
    case = make_case(officer=officer)
    ask_supplement(case, text="请补执照。", actor=officer, at=at())
    Case.objects.filter(pk=case.pk).update(is_paused=True)
    assert due_words(Case.objects.get(pk=case.pk), at()) is None
