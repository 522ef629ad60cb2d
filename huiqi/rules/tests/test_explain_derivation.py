"""How a derived fact came about, in words."""

from pathlib import Path
from typing import Any

import pytest

from huiqi.rules.derivations import Derivation
from huiqi.rules.tests.make import make_judge


def derived(tmp_path: Path, given: dict[str, Any], fact: str = "size_class") -> Derivation:
    judge = make_judge(tmp_path)
    return judge.explain_derivation(judge.rulebook.catalogue.parse(given), fact)


def test_a_fact_that_is_not_derived_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        derived(tmp_path, {}, "employees")


def test_what_was_given_is_not_explained_away(tmp_path: Path) -> None:
    found = derived(tmp_path, {"size_class": "large", "gb4754": "3411"})
    assert (found.value, found.given, found.comparisons) == ("large", True, ())


def test_the_row_taken_and_what_the_better_one_lacked(tmp_path: Path) -> None:
    found = derived(tmp_path, {"gb4754": "C3411", "employees": 120, "revenue": 6_000_000_000})
    assert (found.value, found.value_text, found.row) == ("small", "小型", 2)
    assert [(c.value_text, c.requirement_text) for c in found.comparisons] == [
        ("划型行业组 2", "等于 2"),
        ("从业人员 120人", "不低于 20人"),
        ("营业收入 6,000万元", "不低于 300万元"),
    ]
    assert found.next_better is not None
    assert found.next_better.value == "medium"
    assert [c.requirement_text for c in found.next_better.failed] == ["不低于 300人"]


def test_the_best_class_has_nothing_above_it(tmp_path: Path) -> None:
    assert derived(tmp_path, {"gb4754": "7320", "employees": 300}).next_better is None


def test_a_row_of_another_industry_is_no_better_row(tmp_path: Path) -> None:
    found = derived(tmp_path, {"gb4754": "7320", "employees": 5})
    assert found.next_better is not None and found.next_better.value == "small"
    assert [c.value_text for c in found.next_better.failed] == ["从业人员 5人"]


def test_outside_every_row_nothing_was_lacking(tmp_path: Path) -> None:
    found = derived(tmp_path, {"gb4754": "8300"})
    assert (found.value, found.row, found.next_better) == ("unclassified", None, None)


def test_while_it_cannot_be_told_the_missing_facts_are_named(tmp_path: Path) -> None:
    found = derived(tmp_path, {"gb4754": "3411", "employees": 50})
    assert (found.value, found.value_text, found.ask_for) == (None, "未填", ("revenue",))
    assert found.comparisons[-1].result is None


def test_a_formula_gives_its_value(tmp_path: Path) -> None:
    given = {"insured_jan": 200, "insured_dec": 189, "insured_avg": "200", "claimants": 15}
    assert derived(tmp_path, given, "layoff_rate").value_text == "5.5%"
