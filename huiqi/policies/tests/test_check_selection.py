"""Which question comes next: deterministic, never useless, better than a fixed order."""

import sys
from fractions import Fraction

import pytest
from django.conf import settings

from huiqi.policies import selection
from huiqi.policies.questions import Question
from huiqi.policies.selection import WEIGHT_AMOUNT, Need

FIRST = Question("first", "甲", ("a",), first=True)
TWO = Question("two", "乙", ("b", "c"))
THREE = Question("three", "丙", ("d",))
QUESTIONS = (FIRST, TWO, THREE)


def need(*facts, weight=Fraction(1)):
    return Need("x", frozenset(facts), weight)


def test_the_first_question_comes_first_even_when_nothing_needs_it():
    assert selection.choose_next(QUESTIONS, [], [], [need("d")]) == "first"


def test_a_question_nothing_open_needs_is_never_asked():
    assert selection.choose_next(QUESTIONS, ["first"], ["a"], [need("d")]) == "three"
    assert selection.choose_next(QUESTIONS, ["first"], ["a"], []) is None
    assert selection.choose_next(QUESTIONS, ["first"], ["a"], [need("certificate")]) is None


def test_nothing_declined_is_asked_again():
    assert selection.choose_next(QUESTIONS, ["first"], ["d"], [need("d")]) is None


def test_a_policy_that_needs_one_question_counts_more_than_one_that_needs_two():
    scores = selection.scores(QUESTIONS, [need("b", "d"), need("d")], [])
    assert scores == {"two": Fraction(1, 2), "three": Fraction(3, 2)}


def test_what_only_an_authority_can_certify_stands_for_one_more_question():
    assert selection.scores(QUESTIONS, [need("d", "certificate")], []) == {"three": Fraction(1, 2)}


def test_amounts_count_less_than_verdicts():
    scores = selection.scores(QUESTIONS, [need("b"), need("d", weight=WEIGHT_AMOUNT)], [])
    assert scores["two"] > scores["three"]


def test_ties_go_by_the_order_of_the_rulebook():
    assert selection.choose_next(QUESTIONS, ["first"], [], [need("b"), need("d")]) == "two"


@pytest.mark.slow
def test_the_adaptive_order_settles_more_policies_than_a_fixed_one():
    sys.path.insert(0, str(settings.ROOT / "benchmarks"))
    import question_order  # noqa: PLC0415  a benchmark is no package of the product

    found = question_order.measure(200, 7)
    means = found["mean_settled"]
    assert means["adaptive"][-1] > means["fixed_useful"][-1] >= means["fixed"][-1]
    assert means["adaptive"][4] > means["fixed_useful"][4]
