"""Reading given facts exactly, and every fault at once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from huiqi.rules.catalogue import Catalogue
from huiqi.rules.problems import FactsError
from huiqi.rules.tests.make import make_catalogue


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return make_catalogue(Path(tmp_path_factory.mktemp("facts")))


@pytest.mark.parametrize(
    ("fact", "given"),
    [
        ("employees", "120"), ("employees", 1.0), ("employees", Decimal("5")), ("employees", True),
        ("employees", -1), ("employees", 3_000_001), pytest.param("employees", 10**5000, id="huge"),
        ("employees", [1]),
        ("revenue", "1万"), ("revenue", 10**15 + 1),
        ("loan_rate", 0.05), ("loan_rate", "5%"), ("loan_rate", "1/0"), ("loan_rate", "0.2400001"),
        ("loan_rate", "1e-3"), ("loan_rate", "nan"), ("loan_rate", Decimal("NaN")), ("loan_rate", True),
        ("loan_rate", Decimal("Infinity")), ("loan_rate", Decimal("1E+999999999")), ("loan_rate", "9" * 100),
        ("loan_rate", " 0.05"), ("loan_rate", "0.05\n"), ("loan_rate", "٠.٥"), ("loan_rate", {}),
        ("due_date", "2020-2-9"), ("due_date", "2020年2月9日"), ("due_date", "2020-02-30"),
        ("due_date", "20200209"),
        ("due_date", datetime(2020, 2, 9, tzinfo=UTC)), ("due_date", "1999-12-31"), ("due_date", 20200209),

        ("consent", 1), ("consent", "true"), ("consent", "是"),
        ("size_class", "Small"), ("size_class", "小型"), ("size_class", 2), ("size_class", ""),
        ("gb4754", 3411), ("gb4754", "341"), ("gb4754", "34111"), ("gb4754", "c3411"), ("gb4754", "Ｃ3411"),
        ("gb4754", "３４１１"), ("gb4754", "B3411"), ("gb4754", "U3411"), ("gb4754", "3411 "),
        pytest.param("gb4754", "x" * 10**6, id="long"),
    ],
)  # fmt: skip
def test_a_wrong_value_names_fact_and_remedy(catalogue: Catalogue, fact: str, given: object) -> None:
    with pytest.raises(FactsError) as refusal:
        catalogue.parse({fact: given})
    (problem,) = refusal.value.problems
    assert problem.place == fact
    assert catalogue.facts[fact].label in problem.message
    assert problem.remedy
    assert len(str(problem)) < 300


def test_all_bad_facts_are_reported_together(catalogue: Catalogue) -> None:
    with pytest.raises(FactsError) as refusal:
        catalogue.parse({"employees": -5, "employes": 3, "consent": "yes", "revenue": 100, "\ud800": 1})
    assert [problem.place for problem in refusal.value.problems] == ["employees", "employes", "consent", "�"]
    assert "employees" in refusal.value.problems[1].remedy


def test_out_of_range_names_value_and_bounds(catalogue: Catalogue) -> None:
    with pytest.raises(FactsError) as refusal:
        catalogue.parse({"loan_rate": "5.5"})
    assert "550%超出范围" in str(refusal.value) and "在0%至24%之间" in str(refusal.value)


@pytest.mark.parametrize(
    ("fact", "given", "value"),
    [
        ("employees", 0, 0),
        ("employees", 3_000_000, 3_000_000),
        ("loan_rate", "0.055", Fraction(11, 200)),
        ("loan_rate", "11/200", Fraction(11, 200)),
        ("loan_rate", Decimal("0.055"), Fraction(11, 200)),
        ("loan_rate", 0, Fraction(0)),
        ("insured_avg", "1/3", Fraction(1, 3)),
        ("layoff_rate", "-0.1", Fraction(-1, 10)),
        ("due_date", "2020-02-29", date(2020, 2, 29)),
        ("due_date", date(2020, 2, 29), date(2020, 2, 29)),
        ("consent", False, False),
        ("size_class", "micro", "micro"),
        ("gb4754", "C3411", "3411"),
        ("gb4754", "3411", "3411"),
    ],
)
def test_values_are_read_exactly(catalogue: Catalogue, fact: str, given: object, value: object) -> None:
    facts = catalogue.parse({fact: given})
    assert facts.get(fact) == value
    assert type(facts.get(fact)) is type(value)


def test_null_and_absent_are_unknown(catalogue: Catalogue) -> None:
    assert catalogue.parse({"employees": None}).get("employees") is None
    assert catalogue.parse({"employees": None}).row == catalogue.parse({}).row


def test_a_changed_fact_leaves_the_old_facts_alone(catalogue: Catalogue) -> None:
    before = catalogue.parse({"employees": 5, "loan_rate": "0.1"})
    after = before.with_value("loan_rate", Fraction(1, 5)).with_value("employees", None)
    assert before.get("employees") == 5
    assert after.row == catalogue.parse({"loan_rate": "0.2"}).row


def test_standings_are_checked_and_default_to_claimed(catalogue: Catalogue) -> None:
    with pytest.raises(FactsError, match="可信程度"):
        catalogue.parse({"employees": 5}, standing="certain")
    assert catalogue.parse({"employees": 5}).standing("employees") == "claimed"
    assert (
        catalogue.parse({"employees": 5}, standing={"employees": "listed"}).standing("employees") == "listed"
    )


@pytest.mark.parametrize(
    ("fact", "given", "text"),
    [
        ("revenue", 128_000_000, "128万元"),
        ("revenue", 40_000_000_000, "4亿元"),
        ("revenue", 123_456, "1,234.56元"),
        ("revenue", 100_000_001, "1,000,000.01元"),
        ("loan_rate", "0.061", "6.1%"),
        ("insured_avg", "116.5", "116.5人"),
        ("layoff_rate", "1/3", "约33.333333%"),
        ("due_date", "2020-02-09", "2020年2月9日"),
        ("size_class", "medium", "中型"),
        ("consent", True, "是"),
        ("months", 24, "24个月"),
        ("gb4754", "C3411", "3411"),
    ],
)
def test_values_read_naturally_in_chinese(catalogue: Catalogue, fact: str, given: object, text: str) -> None:
    assert catalogue.facts[fact].format(catalogue.parse({fact: given}).get(fact)) == text


def test_what_is_unknown_reads_as_not_filled_in(catalogue: Catalogue) -> None:
    assert catalogue.facts["revenue"].format(None) == "未填"


def test_base_facts_of_a_derived_fact_are_known(catalogue: Catalogue) -> None:
    assert catalogue.base_of["size_class"] == {"gb4754", "employees", "revenue"}
    assert catalogue.derived_order.index("sme_group") < catalogue.derived_order.index("size_class")
