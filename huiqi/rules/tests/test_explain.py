"""Explanations: results, figures against requirements, what to ask, assurance, parts and hints."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huiqi.rules import wording
from huiqi.rules.explain import Explanation, Node
from huiqi.rules.tests.make import make_judge

SIZE = "all:\n- {id: size, text: 中小微企业, expr: \"size_class in ('medium', 'small', 'micro')\"}"


def explained(tmp_path: Path, given: dict[str, Any], standing: Any = "claimed", **parts: str) -> Explanation:
    judge = make_judge(tmp_path, **parts)
    return judge.explain(judge.rulebook.catalogue.parse(given, standing), "refund")


def comparison(node: Node, index: int = 0) -> tuple[str, str, bool | None]:
    found = node.comparisons[index]
    return found.value_text, found.requirement_text, found.result


def leaf(expr: str) -> str:
    return f'all:\n- {{id: a, text: 甲, expr: "{expr}"}}'


def test_the_tree_carries_results_texts_and_articles(tmp_path: Path) -> None:
    tree = explained(tmp_path, {"months": 11}).tree
    assert (tree.id, tree.kind, tree.result) == ("conditions", "all", False)
    paid, honest = tree.children
    assert (paid.id, paid.kind, paid.result, paid.text) == ("paid", "leaf", False, "缴费满12个月")
    assert (honest.result, honest.article) == (None, "第三条")


@pytest.mark.parametrize(
    ("expr", "given", "value", "requirement", "result"),
    [
        ("layoff_rate <= 0.055", {"layoff_rate": "0.061"}, "裁员率 6.1%", "不高于 5.5%", False),
        ("layoff_rate <= 0.055", {}, "裁员率 未填", "不高于 5.5%", None),
        ("months >= months_min", {"months": 24}, "缴费月数 24个月", "不低于 12个月", True),
        ("months_min <= months", {"months": 24}, "缴费月数 24个月", "不低于 12个月", True),
        ("not (revenue < 400000000)", {"revenue": 500000000}, "营业收入 500万元", "不低于 400万元", True),
        ("revenue between 100000000 and 400000000", {}, "营业收入 未填", "在 100万元 至 400万元 之间", None),
        ("size_class in ('small', 'micro')", {"size_class": "large"},
         "划型结果 大型", "属于 小型、微型", False),
        ("size_class not in ('large')", {"size_class": "large"}, "划型结果 大型", "不属于 大型", False),
        ("size_class <> 'large'", {"size_class": "small"}, "划型结果 小型", "不为 大型", True),
        ("not dishonest", {"dishonest": False}, "严重失信 否", "为 否", True),
        ("consent", {"consent": False}, "职工协商一致 否", "为 是", False),
        ("apply_date <= DATE '2020-06-30'", {}, "申请日期 未填", "不晚于 2020年6月30日", None),
        ("gb4754 between '1300' and '4399'", {"gb4754": "C3411"},
         "行业代码 3411", "在 1300 至 4399 之间", True),
        ("gb4754 = '7291'", {"gb4754": "3411"}, "行业代码 3411", "为 7291", False),
        ("apply_date < due_date", {"apply_date": "2020-03-01"},
         "申请日期 2020年3月1日", "早于 到期日（未填）", None),
        ("premium > revenue * share", {"revenue": 200, "premium": 200},
         "上年度保费 2元", "高于 营业收入×50%（1元）", True),
        ("revenue - premium >= 0", {"revenue": 200, "premium": 100},
         "营业收入－上年度保费 1元", "不低于 0元", True),
        ("layoff_rate is not null", {}, "裁员率 未填", "须填写", False),
    ],
)  # fmt: skip
def test_a_comparison_reads_naturally(
    tmp_path: Path, expr: str, given: dict[str, Any], value: str, requirement: str, result: bool | None
) -> None:
    tree = explained(tmp_path, given, conditions=leaf(expr)).tree
    assert comparison(tree.children[0]) == (value, requirement, result)


def test_only_the_branch_taken_of_a_case_is_compared(tmp_path: Path) -> None:
    expr = "case when consent then employees >= 20 else employees >= 300 end"
    taken = explained(tmp_path, {"consent": False, "employees": 100}, conditions=leaf(expr)).tree.children[0]
    assert comparison(taken) == ("从业人员 100人", "不低于 300人", False)
    waiting = explained(tmp_path, {"employees": 100}, conditions=leaf(expr)).tree.children[0]
    assert comparison(waiting) == ("职工协商一致 未填", "为 是", None)


def test_an_open_figure_is_said_to_be_open(tmp_path: Path) -> None:
    parameters = (
        "months_min: {value: null, unit: month, confidence: GAP, source: s}\n"
        "scheme: {value: null, unit: bool, confidence: GAP, source: s}"
    )
    conditions = "all:\n- {id: a, text: 甲, expr: months >= months_min}\n- {id: b, text: 乙, expr: scheme}"
    found = explained(
        tmp_path, {"months": 3}, conditions=conditions, parameters=parameters, benefit="{nature: rule}"
    )
    assert comparison(found.tree.children[0]) == ("缴费月数 3个月", "不低于 标准待主管部门明确", None)
    assert comparison(found.tree.children[1]) == ("标准待主管部门明确", "为 是", None)
    assert found.ask_for == ()


# ---------------------------------------------------------------- what to ask

ANY = """
all:
- {id: paid, text: 缴费, expr: months >= months_min}
- any:
  - {id: tiny, text: 小微, expr: employees <= 30}
  - {id: certified, text: 认定, expr: certified or consent}
"""


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, ("employees", "consent", "certified", "months")),
        ({"months": 11}, ()),  # already ineligible
        ({"employees": 30}, ("months",)),  # the other way in no longer matters
        ({"employees": 31, "months": 12}, ("consent", "certified")),
        ({"employees": 31, "months": 12, "consent": False}, ("certified",)),
        ({"employees": 31, "months": 12, "consent": True}, ("premium",)),  # eligible: only the amount is open
        ({"employees": 31, "months": 12, "consent": True, "premium": 1}, ()),
    ],
)
def test_only_what_can_still_change_the_answer_is_asked(
    tmp_path: Path, given: dict[str, Any], asked: tuple[str, ...]
) -> None:
    assert explained(tmp_path, given, conditions=ANY).ask_for == asked


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, ("gb4754", "employees", "revenue")),
        ({"gb4754": "7320"}, ("employees",)),
        ({"gb4754": "3411"}, ("employees", "revenue")),
        ({"gb4754": "3411", "employees": 500}, ("revenue",)),
        ({"gb4754": "3411", "employees": 5}, ()),
        ({"employees": 5, "revenue": 5}, ("gb4754",)),
        ({"size_class": "small"}, ()),
    ],
)
def test_of_a_derived_fact_what_its_way_needs_is_asked(
    tmp_path: Path, given: dict[str, Any], asked: tuple[str, ...]
) -> None:
    assert explained(tmp_path, given, conditions=SIZE, benefit="{nature: rule}").ask_for == asked


def test_while_a_case_is_undecided_every_open_branch_is_asked_for(tmp_path: Path) -> None:
    expr = "case when consent then employees >= 20 else months >= 3 end"
    assert explained(tmp_path, {}, conditions=leaf(expr)).ask_for == ("employees", "consent", "months")
    assert explained(tmp_path, {"consent": True}, conditions=leaf(expr)).ask_for == ("employees",)
    assert explained(tmp_path, {"consent": False}, conditions=leaf(expr)).ask_for == ("months",)


def test_nothing_is_asked_when_division_by_zero_is_the_reason(tmp_path: Path) -> None:
    given = {"insured_jan": 5, "insured_dec": 5, "insured_avg": 0, "claimants": 0}
    found = explained(tmp_path, given, conditions=leaf("layoff_rate <= 0.055"))
    assert (found.status, found.ask_for) == ("unknown", ())


def test_nothing_is_asked_for_an_amount_that_waits_for_an_open_figure(tmp_path: Path) -> None:
    """Whatever the firm tells, premium × an unpublished share stays unknown."""
    open_share = "share: {value: null, unit: ratio, confidence: GAP, source: s}"
    benefit = "{nature: cash, amount: premium * share}"
    conditions = leaf("consent")
    found = explained(
        tmp_path, {"consent": True}, conditions=conditions, parameters=open_share, benefit=benefit
    )
    assert (found.status, found.amount_fen, found.ask_for) == ("eligible", None, ())
    published = open_share.replace("null", '"0.5"').replace("GAP", "VERIFIED")
    found = explained(
        tmp_path, {"consent": True}, conditions=conditions, parameters=published, benefit=benefit
    )
    assert found.ask_for == ("premium",)


# ---------------------------------------------------------------- assurance


@pytest.mark.parametrize(
    ("given", "standing", "assurance"),
    [
        ({}, "claimed", None),
        ({"months": 12, "dishonest": False}, "claimed", "claimed"),
        ({"months": 12, "dishonest": False}, "listed", "listed"),
        ({"months": 12, "dishonest": False}, {"months": "confirmed", "dishonest": "listed"}, "confirmed"),
        (
            {"months": 12, "dishonest": False, "premium": 1},
            {"months": "listed", "dishonest": "listed"},
            "claimed",
        ),
        (
            {"months": 11, "dishonest": True},
            {"dishonest": "listed"},
            "listed",
        ),  # one settled refusal suffices
    ],
)
def test_a_verdict_is_as_sure_as_the_weakest_fact_it_rests_on(
    tmp_path: Path, given: dict[str, Any], standing: Any, assurance: str | None
) -> None:
    assert explained(tmp_path, given, standing).assurance == assurance


def test_a_derived_fact_is_as_sure_as_what_it_was_derived_from(tmp_path: Path) -> None:
    given = {"gb4754": "7320", "employees": 50}
    found = explained(tmp_path, given, {"gb4754": "listed"}, conditions=SIZE, benefit="{nature: rule}")
    assert found.assurance == "claimed"


def test_what_rests_on_no_fact_is_settled(tmp_path: Path) -> None:
    found = explained(tmp_path, {}, conditions="all: []", benefit="{nature: service}")
    assert (found.status, found.assurance) == ("eligible", "listed")


# ---------------------------------------------------------------- parts, hints, not in force


def test_parts_and_alternatives_are_computed_but_not_added(tmp_path: Path) -> None:
    benefit = """
nature: cash
amount: premium * share
parts: [{id: half, text: 一半, amount: premium / 2}]
alternatives: [{id: a, text: 甲案, amount: premium * 2}, {id: b, text: 乙案, amount: revenue}]
"""
    found = explained(tmp_path, {"months": 12, "dishonest": False, "premium": 101}, benefit=benefit)
    assert found.amount_fen == 51
    assert [(part.id, part.amount_fen, part.alternative) for part in found.parts] == [
        ("half", 51, False),
        ("a", 202, True),
        ("b", None, True),
    ]


def test_optional_conditions_are_hints_that_decide_nothing(tmp_path: Path) -> None:
    good = {"months": 12, "dishonest": False, "premium": 2, "consent": False}
    found = explained(tmp_path, good, optional="[{id: extra, text: 优先, expr: consent}]")
    assert found.status == "eligible"
    assert [(hint.id, hint.result) for hint in found.hints] == [("extra", False)]
    assert "extra" not in found.failed


def test_a_policy_not_in_force_still_shows_its_conditions(tmp_path: Path) -> None:
    found = explained(tmp_path, {"months": 12}, editions='- {id: "1", from: 2030-01-01}')
    assert (found.status, found.edition, found.assurance, found.ask_for) == ("not_in_force", None, None, ())
    assert [(child.id, child.result) for child in found.tree.children] == [("paid", None), ("honest", None)]


def test_all_explanations_agree_with_the_verdicts(tmp_path: Path) -> None:
    judge = make_judge(tmp_path, conditions=ANY)
    for given in ({}, {"months": 3}, {"months": 12, "employees": 3, "premium": 9}):
        facts = judge.rulebook.catalogue.parse(given)
        (verdict,), (found,) = judge.verdicts(facts), judge.explain_all(facts)
        assert found == judge.explain(facts, "refund")
        assert (found.status, found.amount_fen, found.failed, found.unknown) == (
            verdict.status,
            verdict.amount_fen,
            verdict.failed,
            verdict.unknown,
        )


@pytest.mark.parametrize("number", [-5, 0, 4_000_000, 10**30])
def test_a_day_no_calendar_has_is_worded_and_never_raises(number: int) -> None:
    assert wording.day_number(number) == "超出可表示的日期"
    assert wording.day_number(date(2020, 2, 9).toordinal()) == "2020年2月9日"
