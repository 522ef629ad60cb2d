"""Reading what people type: money, counts, percentages, dates, and what looks like a slip."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.policies import answers
from huiqi.policies.answers import AnswerError
from huiqi.policies.queries.fact_words import in_words
from huiqi.reference import judging

FACTS = judging.rulebook().catalogue.facts


@pytest.mark.parametrize(
    ("fact", "text", "unit", "value"),
    [
        ("revenue", "128", "wan", 128_000_000),
        ("revenue", "128", "yuan", 12_800),
        ("revenue", "１２８万元", "yuan", 128_000_000),
        ("revenue", "1,280,000.50元", "wan", 128_000_050),
        ("taxable_income", "-3", "wan", -3_000_000),
        ("employees", "３５人", "", 35),
        ("employees", " 1 200 ", "", 1200),
        ("insured_months_paid", "24个月", "", 24),
        ("loan_rate", "4.785", "", "0.04785"),
        ("loan_rate", "4.785%", "", "0.04785"),
        ("loan_rate", "４．５％", "", "0.045"),
        ("insured_avg", "41.25", "", "41.25"),
        ("tax_headcount", "48", "", "48"),
        ("loan_due_date", "2020-2-9", "", "2020-02-09"),
        ("loan_due_date", "2020年2月9日", "", "2020-02-09"),
        ("loan_due_date", "20200209", "", "2020-02-09"),
        ("vat_status", "small_scale", "", "small_scale"),
        ("on_cloud", "yes", "", True),
        ("on_cloud", "no", "", False),
        ("on_cloud", "unknown", "", None),
        ("employees", "  ", "", None),
    ],
)
def test_what_people_write_is_understood(fact, text, unit, value):
    assert answers.read(FACTS[fact], text, unit or "wan") == value


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("employees", "三十五人"),
        ("employees", "35.5"),
        ("employees", "-1"),
        ("employees", "3000001"),
        ("revenue", "很多"),
        ("revenue", "0.001元"),
        ("revenue", "-1元"),
        ("loan_rate", "4.7851234"),
        ("loan_rate", "30"),
        ("loan_rate", "百分之五"),
        ("loan_due_date", "2020-02-30"),
        ("loan_due_date", "1999-12-31"),
        ("vat_status", "大户"),
        ("on_cloud", "maybe"),
        ("gb4754", "11"),
        ("employees", "1" * 41),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(fact, text):
    with pytest.raises(AnswerError) as refusal:
        answers.read(FACTS[fact], text)
    assert str(refusal.value).endswith("。")


@given(
    fact=st.sampled_from(sorted(FACTS)), text=st.text(max_size=60), unit=st.sampled_from(["wan", "yuan", "x"])
)
def test_any_text_is_either_read_into_a_valid_value_or_refused(fact, text, unit):
    try:
        value = answers.read(FACTS[fact], text, unit)
    except AnswerError:
        return
    judging.parse_facts({fact: value})


@given(fact=st.sampled_from(sorted(FACTS)), number=st.integers(0, 10**9))
def test_a_value_put_back_into_its_form_reads_the_same(fact, number):
    kind = answers.kind_of(FACTS[fact])
    if kind in {"money", "code"}:
        return
    try:
        value = answers.read(FACTS[fact], str(number % 400))
    except AnswerError:
        return
    assert answers.read(FACTS[fact], answers.typed(FACTS[fact], value)) == value


def test_figures_are_said_back_in_both_units():
    assert in_words(FACTS["revenue"], 128_000_000) == "128万元（1,280,000元）"
    assert in_words(FACTS["revenue"], 30_000) == "300元"
    assert in_words(FACTS["loan_rate"], "0.055") == "5.5%"
    assert in_words(FACTS["loan_due_date"], "2020-02-09") == "2020年2月9日"
    assert in_words(FACTS["revenue"], None) == "不清楚"


@pytest.mark.parametrize(
    ("new", "before", "doubtful"),
    [
        ({"revenue": 1_280_000_000, "employees": 45}, {}, False),
        ({"revenue": 9_000 * 45, "employees": 45}, {}, True),
        ({"revenue": 10_000 * 45, "employees": 45}, {}, False),
        ({"revenue": 10_000_000_001 * 45, "employees": 45}, {}, True),
        ({"employees": 45}, {"revenue": 100}, True),
        ({"revenue": 3_000_000}, {"revenue": 30_000_000_000}, True),
        ({"revenue": 3_000_000}, {"revenue": 6_000_000}, False),
        ({"revenue": 0, "employees": 0}, {"revenue": 5}, False),
    ],
)
def test_only_hardly_possible_figures_are_doubted(new, before, doubtful):
    assert bool(answers.doubts(FACTS, new, before)) is doubtful


@pytest.mark.parametrize(
    ("text", "asked"), [("0.03", True), ("0.055", True), ("0.03%", False), ("3", False), ("0.5", False)]
)
def test_a_fraction_typed_as_a_percentage_is_asked_about(text, asked):
    assert bool(answers.small_percent(replace(FACTS["vat_levy_rate"], scale=1_000_000), text)) is asked
