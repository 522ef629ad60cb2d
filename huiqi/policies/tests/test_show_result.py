"""How the result words dates and ended policies, and what of a firm stays in memory after the page."""

import gc
import weakref
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from huiqi.core import clock
from huiqi.policies.queries import result
from huiqi.policies.queries.check import Standing, open_sheet
from huiqi.policies.queries.condition_lines import Line, Pair
from huiqi.policies.queries.fact_words import unit_word
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.queries.result import result_of
from huiqi.policies.tests.make import make_check
from huiqi.policies.views import result_parts
from huiqi.reference import judging

pytestmark = pytest.mark.django_db

FIRM = {
    "gb4754": "1789",
    "org_type": "enterprise",
    "province": "430000",
    "employees": 45,
    "revenue": 10**9,
}
FIGURES = {"loan_due_date": "2020-04-17", "cash_balance": 1_234_567_89}


def standing_on(on: date) -> Standing:
    check, _ = make_check(**FIRM)
    return Standing(check, open_sheet(check), FIGURES, on, question_book())


def test_a_date_has_no_unit_and_a_number_of_days_has_one():
    facts = judging.rulebook().catalogue.facts
    dates = [fact for fact in facts.values() if fact.type == "date"]
    assert dates and {unit_word(fact) for fact in dates} == {""}
    days = [fact for fact in facts.values() if fact.unit == "day" and fact.type == "int"]
    assert days and {unit_word(fact) for fact in days} == {"天"}


def test_a_policy_of_past_events_says_that_they_may_still_be_filed_for():
    rows = result_of(standing_on(date(2023, 3, 1))).groups["not_in_force"]
    hint = "仍可能在申报时办理，以认定机关为准"
    ended = [row for row in rows if row.later_reason.startswith("已于")]
    assert {row.policy.governed_by for row in ended if hint not in row.later_reason} >= {"application_date"}
    donation = next(row for row in ended if row.policy.governed_by == "donation_date")
    assert donation.later_reason.endswith("此前发生的（按捐赠日期）仍可能在申报时办理，以认定机关为准。")
    not_begun = [row for row in result_of(standing_on(date(2020, 1, 1))).rows if row.group == "not_in_force"]
    assert not_begun and all(hint not in row.later_reason for row in not_begun)


def test_every_row_names_the_date_it_is_judged_by(client):
    _, token = make_check(**FIRM)
    text = client.get(reverse("policies:check_result", args=[token])).content.decode()
    assert "按税款所属期判断" in text and "按申请日期判断" in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_of_a_firm_outlives_its_page(language):
    with translation.override(language):
        standing = standing_on(clock.today())
        shown = result_of(standing)
        rows = [weakref.ref(row) for row in shown.rows]
        result_parts._remembered._texts.clear()
        groups = result_parts.shown_groups(shown, result_parts.Link("t", "c", keeps_figures=False))
        assert sum(map(len, groups.values())) == len(rows)
    del standing, shown, groups
    gc.collect()
    assert [row for row in rows if row() is not None] == []
    kept = "".join(f"{key}{text}" for key, text in result_parts._remembered._texts.items())
    assert "政策" in kept
    figures = ("123.456789", "1234567", "2020-04-17", "2020年4月17日")
    assert [figure for figure in figures if figure in kept] == []


def test_figures_in_the_condition_table_are_not_remembered():
    def lines(figure: str) -> list[Line]:
        return [Line(0, False, "条件", (Pair(f"裁员 {figure}", f"不高于 {figure}"),), True, "", False)]

    result_parts.condition_table(lines("1人"), False)
    before = result_parts.escaped.cache_info().currsize
    assert "不高于 2人" in result_parts.condition_table(lines("2人"), False)
    assert result_parts.escaped.cache_info().currsize == before


def test_a_day_that_a_person_typed_is_not_remembered():
    standing = standing_on(date(2020, 3, 1))
    typed = next(
        policy
        for policy in judging.rulebook().policies.values()
        if policy.deadline and policy.deadline.expr == "loan_due_date"
    )
    result._working_days.cache_clear()
    note = result.deadline_of(typed, standing)
    assert note is not None and note.left == "还剩34个工作日"
    assert result._working_days.cache_info().currsize == 0


def test_the_memory_of_texts_forgets_what_was_unused_longest():
    memory, drawn = result_parts._Remembered(2), []

    def text(name: str) -> str:
        return memory.get((name,), lambda: drawn.append(name) or name)

    for name in ["a", "b", "a", "c", "a", "b"]:
        assert text(name) == name
    assert drawn == ["a", "b", "c", "b"]
