"""The English texts of the check: refused when they name what does not exist; figures in English words."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation

from huiqi.policies import answers
from huiqi.policies.answers import AnswerError
from huiqi.policies.queries import wording
from huiqi.policies.queries.english_book import load_english
from huiqi.policies.queries.fact_words import fact_value, in_words, value_words, worded_answer
from huiqi.reference import judging
from huiqi.rules.problems import RulebookError

FACTS = judging.rulebook().catalogue.facts


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("facts: {no_such_fact: {label: x}}", "no_such_fact"),
        ("inputs: {no_such_fact: {prompt: x}}", "no_such_fact"),
        ("facts: {employees: {name: x}}", "name"),
        ("inputs: {employees: {label: x}}", "label"),
        ("questions: {basics: {text: x}}", "text"),
        ("facts: {org_type: {values: {club: x}}}", "club"),
        ("- a list", "键值"),
        ("facts: [", "questions.en.yaml"),
    ],
)
def test_a_file_of_english_texts_with_a_slip_is_refused(tmp_path, text, said):
    path = tmp_path / "questions.en.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError, match=said):
        load_english(path, judging.rulebook().catalogue)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (128_000_000, "fen", "CNY 1,280,000"),
        (Fraction(100, 3), "fen", "CNY about 0.333333"),
        (Fraction(11, 200), "ratio", "5.5%"),
        (1, "month", "1 month"),
        (24, "month", "24 months"),
        (Fraction(1, 2), "month", "0.5 months"),
        (1200, "person", "1,200 people"),
        (365, "none", "365"),
        (True, "none", "Yes"),
        (date(2020, 2, 9), "day", "9 February 2020"),
    ],
)
def test_values_are_said_in_english(english, value, unit, said):
    assert value_words(value, unit) == said


def test_answers_are_said_back_in_english(english):
    assert in_words(FACTS["revenue"], 128_000_000) == "CNY 1,280,000"
    assert in_words(FACTS["loan_rate"], "0.055") == "5.5%"
    assert in_words(FACTS["vat_status"], "small_scale") == "Small-scale taxpayer"
    assert in_words(FACTS["on_cloud"], False) == "No"
    assert in_words(FACTS["revenue"], None) == "Not sure"
    assert fact_value(FACTS["revenue"], None) == "Not given"


@pytest.mark.parametrize(
    ("fact", "text", "said"),
    [
        ("employees", "x", "You entered 'x'"),
        ("employees", "3000001", "3,000,000 people or less"),
        ("revenue", "-1", "CNY 0 or more"),
        ("loan_rate", "30", "You entered 30%"),
        ("loan_rate", "百", "Enter a percentage"),
        ("on_cloud", "maybe", "Select 'Yes'"),
        ("apply_date", "2020-02-30", "has only 29 days"),
    ],
)
def test_what_cannot_be_read_is_refused_in_english(english, fact, text, said):
    with pytest.raises(AnswerError) as error:
        answers.read(FACTS[fact], text)
    assert said in worded_answer(error.value.said)


def test_every_owner_of_a_fact_has_english_words(english):
    assert [fact.owner for fact in FACTS.values() if not wording.owner(fact.owner).isascii()] == []
