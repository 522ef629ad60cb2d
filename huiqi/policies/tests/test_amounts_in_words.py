"""Formulas in words, and worked examples that come out as the engine says."""

from datetime import date
from fractions import Fraction

import pytest

from huiqi.policies.queries import amounts
from huiqi.policies.queries.contract import exact, ratio_text
from huiqi.policies.queries.examples import worked_example
from huiqi.policies.queries.figures import ratio_words
from huiqi.reference.judging import judge, parse_facts, rulebook
from huiqi.rules.expressions import Scope, parse

NAMES = {"loan_principal": "本金", "loan_days": "天数", "loan_rate": "利率", "loan_due_date": "到期日"}


def words(text):
    scope = Scope(rulebook().catalogue.types)
    return amounts.words(parse(text, scope), amounts.named(NAMES, {}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loan_principal * loan_rate", "本金 × 利率"),
        (
            "loan_principal * loan_rate * least(loan_days, 365) / 365",
            "本金 × 利率 × （天数、365中较小的） ÷ 365",
        ),
        ("loan_principal * (loan_rate - 0.01)", "本金 × （利率 － 0.01）"),
        ("loan_principal - (loan_principal - loan_principal)", "本金 － （本金 － 本金）"),
        ("loan_principal - loan_principal - loan_principal", "本金 － 本金 － 本金"),
        ("-loan_principal", "－本金"),
        (
            "case when loan_due_date > DATE '2020-01-25' then loan_principal else 0 end",
            "到期日大于2020年1月25日的，为本金；其他情况，为0",
        ),
    ],
)
def test_a_formula_reads_as_a_person_would_write_it(text, said):
    assert words(text) == said


@pytest.mark.parametrize("policy", list(rulebook().policies.values()), ids=lambda policy: policy.id)
def test_every_amount_can_be_said_and_leaves_no_english_name(policy):
    labels = {fact.id: fact.label for fact in rulebook().catalogue.facts.values()}
    for edition in policy.editions:
        if edition.benefit.ir is None:
            continue
        params = {one.id: one.text or one.id for one in edition.parameters.values()}
        said = amounts.words(edition.benefit.ir, amounts.named(labels, params))
        assert "_" not in said


@pytest.mark.parametrize("policy", list(rulebook().policies.values()), ids=lambda policy: policy.id)
def test_a_worked_example_is_one_of_the_policy_s_own_cases(policy):
    for edition in policy.editions:
        example = worked_example(policy, edition)
        if example is None:
            continue
        case = next(case for case in policy.cases if case.name == example.name and case.on == example.on)
        verdict = judge(case.on, case.known_on).verdict(parse_facts(case.facts), policy.id)
        assert (verdict.status, verdict.amount_fen) == ("eligible", example.amount_fen)
        assert verdict.edition == edition.id


def test_an_example_by_cases_shows_only_the_branch_that_holds():
    policy = rulebook().policies["startup-guarantee-loan"]
    example = worked_example(policy, policy.editions[-1])
    assert "其他情况" in example.formula
    assert "其他情况" not in example.reckoning


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        ("0.0005", "万分之五"),
        ("0.055", "5.5%"),
        ("0", "0%"),
        ("1", "100%"),
        ("0.00025", "0.025%"),
    ],
)
def test_ratios_read_as_the_law_writes_them(ratio, said):
    assert ratio_words(Fraction(ratio)) == said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(11, 200), "0.055"), (Fraction(1, 3), "1/3"), (Fraction(-1, 8), "-0.125"), (Fraction(5), 5),
        (7, 7), (None, None), (date(2020, 3, 1), "2020-03-01"),
    ],
)  # fmt: skip
def test_machines_get_exact_numbers(value, text):
    assert exact(value) == text


def test_a_ratio_text_is_read_back_as_the_same_ratio():
    for ratio in (Fraction(1, 7), Fraction(3, 1000), Fraction(12345, 64), Fraction(-9, 40)):
        assert Fraction(ratio_text(ratio)) == ratio
