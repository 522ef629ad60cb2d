"""The nearest lawful change: one actionable fact, judged again, never of the past."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huiqi.rules.judge import Judge
from huiqi.rules.nearest import NearMiss, may_change
from huiqi.rules.rulebook import load_rulebook
from huiqi.rules.tests.make import FACTS, policy_text, write_rulebook

ROOT = Path(__file__).resolve().parents[3]
DONE = "{nature: rule}"


def near(
    tmp_path: Path,
    given: dict[str, Any],
    *exprs: str,
    on: date = date(2020, 3, 1),
    catalogue: str = FACTS,
    **parts: str,
) -> NearMiss | None:
    leaves = "".join(f'\n- {{id: c{i}, text: 甲, expr: "{expr}"}}' for i, expr in enumerate(exprs))
    policy = policy_text(conditions=f"all:{leaves}", benefit=DONE, **parts)
    judge = Judge(load_rulebook(write_rulebook(tmp_path, {"refund": policy}, facts=catalogue)), on)
    facts = judge.rulebook.catalogue.parse(given)
    found = judge.explain(facts, "refund").near_miss
    if found is not None:
        assert judge.verdict(facts, "refund").status == "ineligible"
        changed = facts.with_value(found.fact_id, found.value)
        assert judge.verdict(changed, "refund").status == "eligible"
    return found


def test_a_fact_that_cannot_be_changed_is_never_proposed(tmp_path: Path) -> None:
    assert near(tmp_path, {"employees": 19}, "employees >= 20") is None
    assert near(tmp_path, {"dishonest": True}, "not dishonest") is None


def test_a_figure_of_the_year_before_is_never_proposed(tmp_path: Path) -> None:
    assert near(tmp_path, {"past_share": "0.1"}, "past_share >= 0.15") is None


SUM = (
    "\n- {id: rent_waived, label: 减免的租金, type: int, unit: fen, min: 0, max: 1000000, "
    "sensitivity: business, stated_by: firm, actionable: true, period: year}\n"
)


@pytest.mark.parametrize(
    "expr",
    [
        "rent_waived > 0",
        "rent_waived >= 1",
        "rent_waived <> 0",
        "0 < rent_waived",
        "rent_waived * new_hire_share > 0",
        "rent_waived > 0 and rent_waived <= premium",
        "rent_waived between 1 and premium",
    ],
)
def test_a_token_sum_is_never_proposed(tmp_path: Path, expr: str) -> None:
    given = {"rent_waived": 0, "premium": 5000, "new_hire_share": "0.5"}
    assert near(tmp_path, given, expr, catalogue=FACTS + SUM) is None


def test_a_share_that_need_only_be_some_share_is_never_proposed(tmp_path: Path) -> None:
    assert near(tmp_path, {"new_hire_share": "0"}, "new_hire_share > 0") is None


def test_a_sum_of_real_weight_is_proposed(tmp_path: Path) -> None:
    found = near(tmp_path, {"rent_waived": 0}, "rent_waived >= 100000", catalogue=FACTS + SUM)
    assert found is not None and found.needed_text == "1,000元"


def test_what_an_officer_certifies_of_the_epidemic_is_never_proposed() -> None:
    facts = load_rulebook(ROOT / "rulebook").catalogue.facts
    certified = ("loan_use_epidemic", "epidemic_supply_category", "evidence")
    assert [name for name in certified if may_change(facts[name])] == []


def test_two_failing_facts_are_no_near_miss(tmp_path: Path) -> None:
    assert near(tmp_path, {"consent": False, "guarantor": "none"}, "consent", "guarantor = 'state'") is None
    assert near(tmp_path, {"consent": False, "employees": 1}, "consent", "employees >= 20") is None


def test_an_unknown_condition_beside_it_is_no_near_miss(tmp_path: Path) -> None:
    assert near(tmp_path, {"consent": False}, "consent", "certified") is None


def test_an_eligible_or_unknown_firm_has_no_near_miss(tmp_path: Path) -> None:
    assert near(tmp_path, {"consent": True}, "consent") is None
    assert near(tmp_path, {}, "consent") is None


def test_a_yes_that_would_suffice_is_told(tmp_path: Path) -> None:
    found = near(tmp_path, {"consent": False, "employees": 30}, "consent", "employees >= 20")
    assert found is not None
    assert (found.fact_id, found.current_text, found.needed_text) == ("consent", "否", "是")
    assert found.sentence == "若‘职工协商一致’为是，则初步符合，以认定机关为准"


def test_a_choice_that_would_suffice_is_told(tmp_path: Path) -> None:
    found = near(tmp_path, {"guarantor": "none"}, "guarantor in ('state')")
    assert found is not None and found.sentence == "若‘担保机构’为政府性担保，则初步符合，以认定机关为准"


@pytest.mark.parametrize(
    ("expr", "given", "needed"),
    [
        ("new_hire_share >= 0.15", {"new_hire_share": "0.1"}, "15%"),
        ("new_hire_share > 0.15", {"new_hire_share": "0.1"}, "15.01%"),
        ("new_hire_share < 0.15", {"new_hire_share": "0.2"}, "14.99%"),
        ("new_hire_share * 2 >= 0.15", {"new_hire_share": "0"}, "7.5%"),
        ("new_hire_share between 0.15 and 0.2", {"new_hire_share": "0.5"}, "20%"),
        ("new_hire_share in (0.15, 0.3)", {"new_hire_share": "0.16"}, "15%"),
        (
            "new_hire_share >= case when employees > 100 then 0.08 else 0.15 end",
            {"new_hire_share": "0.05", "employees": 200},
            "8%",
        ),
        ("apply_date <= due_date", {"apply_date": "2020-05-03", "due_date": "2020-05-01"}, "2020年5月1日"),
        (
            "apply_date + 30 > due_date",
            {"apply_date": "2020-03-01", "due_date": "2020-05-01"},
            "2020年4月2日",
        ),
    ],
)
def test_a_figure_is_moved_just_as_far_as_needed(
    tmp_path: Path, expr: str, given: dict[str, Any], needed: str
) -> None:
    found = near(tmp_path, given, expr)
    assert found is not None and found.needed_text == needed


def test_no_day_gone_by_is_proposed(tmp_path: Path) -> None:
    given = {"apply_date": "2020-03-01", "due_date": "2020-02-20"}
    assert near(tmp_path, given, "apply_date <= due_date") is None


def test_the_last_day_of_the_calendar_is_no_obstacle(tmp_path: Path) -> None:
    given = {"apply_date": "9999-12-31", "due_date": "2020-05-01"}
    found = near(
        tmp_path, given, "apply_date <= due_date", catalogue=FACTS.replace("2050-12-31", "9999-12-31")
    )
    assert found is not None and found.needed_text == "2020年5月1日"


def test_a_figure_out_of_its_bounds_is_not_proposed(tmp_path: Path) -> None:
    assert near(tmp_path, {"new_hire_share": "0.5"}, "new_hire_share >= 1.5") is None


@pytest.mark.parametrize("deadline", ["{text: 过期, on: 2020-02-29}", "{text: 到期日前, expr: due_date}"])
def test_nothing_is_proposed_after_the_deadline(tmp_path: Path, deadline: str) -> None:
    given = {"consent": False, "due_date": "2020-02-29"}
    assert near(tmp_path, given, "consent", deadline=deadline) is None
    assert near(tmp_path, given, "consent", on=date(2020, 2, 29), deadline=deadline) is not None


def test_nothing_is_proposed_when_the_edition_has_ended(tmp_path: Path) -> None:
    assert near(tmp_path, {"consent": False}, "consent", on=date(2021, 1, 1)) is None


def test_of_several_changes_a_yes_comes_before_a_figure(tmp_path: Path) -> None:
    given = {"consent": False, "new_hire_share": "0.1"}
    found = near(tmp_path, given, "consent or new_hire_share >= 0.15")
    assert found is not None and found.fact_id == "consent"
