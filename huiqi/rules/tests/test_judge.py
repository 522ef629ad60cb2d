"""Verdicts: which edition counts, which figures, and what is exact."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from huiqi.rules.judge import Judge
from huiqi.rules.rulebook import load_rulebook
from huiqi.rules.tests.make import make_judge, make_rulebook, policy_text, write_rulebook

GOOD = {"months": 12, "dishonest": False, "premium": 8640001}


def judged(judge: Judge, **facts: object) -> tuple[str, int | None]:
    verdict = judge.verdict(judge.rulebook.catalogue.parse(facts), "refund")
    return verdict.status, verdict.amount_fen


def test_unknown_never_grants_and_false_beats_unknown(tmp_path: Path) -> None:
    judge = make_judge(tmp_path)
    assert judged(judge) == ("unknown", None)
    assert judged(judge, months=11) == ("ineligible", None)
    assert judged(judge, months=12) == ("unknown", None)


def test_an_eligible_firm_gets_its_amount_rounded_half_up(tmp_path: Path) -> None:
    assert judged(make_judge(tmp_path), **GOOD) == ("eligible", 4320001)


def test_eligible_without_the_figure_of_the_amount_has_no_amount(tmp_path: Path) -> None:
    assert judged(make_judge(tmp_path), months=12, dishonest=False) == ("eligible", None)


def test_an_open_figure_of_the_amount_leaves_the_status(tmp_path: Path) -> None:
    parameters = (
        "months_min: {value: 12, unit: month, confidence: KNOWN, source: s}\n"
        "share: {value: null, unit: ratio, confidence: GAP, source: s}"
    )
    assert judged(make_judge(tmp_path, parameters=parameters), **GOOD) == ("eligible", None)


def test_an_open_figure_of_a_condition_leaves_it_unknown(tmp_path: Path) -> None:
    parameters = (
        "months_min: {value: null, unit: month, confidence: GAP, source: s}\n"
        'share: {value: "0.5", unit: ratio, confidence: KNOWN, source: s}'
    )
    judge = make_judge(tmp_path, parameters=parameters)
    assert judged(judge, **GOOD) == ("unknown", None)
    assert judged(judge, **GOOD | {"dishonest": True}) == ("ineligible", None)


def test_failed_and_unknown_leaves_are_named(tmp_path: Path) -> None:
    judge = make_judge(tmp_path)
    (verdict,) = judge.verdicts(judge.rulebook.catalogue.parse({"months": 3}))
    assert (verdict.failed, verdict.unknown) == (("paid",), ("honest",))
    assert (verdict.policy, verdict.edition, verdict.nature) == ("refund", "2020", "cash")
    assert verdict == judge.verdict(judge.rulebook.catalogue.parse({"months": 3}), "refund")
    assert verdict != judge.verdict(judge.rulebook.catalogue.parse({"months": 30}), "refund")


def test_a_policy_without_conditions_fits_everyone(tmp_path: Path) -> None:
    judge = make_judge(tmp_path, conditions="all: []", benefit="{nature: service}")
    assert judged(judge) == ("eligible", None)


def test_a_draft_is_not_judged(tmp_path: Path) -> None:
    assert judged(make_judge(tmp_path, standing="draft"), **GOOD) == ("draft", None)


def test_an_open_policy_is_judged_like_a_live_one(tmp_path: Path) -> None:
    assert judged(make_judge(tmp_path, standing="open"), **GOOD) == ("eligible", 4320001)


def test_verdicts_keep_the_order_of_the_rulebook(tmp_path: Path) -> None:
    late = policy_text("b", editions='- {id: "1", from: 2030-01-01}')
    write_rulebook(tmp_path, {"c": policy_text("c"), "b": late, "a": policy_text("a")})
    rulebook = load_rulebook(tmp_path)
    verdicts = Judge(rulebook, date(2020, 3, 1)).verdicts(rulebook.catalogue.parse(GOOD))
    assert [(v.policy, v.status) for v in verdicts] == [
        ("a", "eligible"),
        ("b", "not_in_force"),
        ("c", "eligible"),
    ]


# ---------------------------------------------------------------- editions

TWO = """
- {id: "old", known_on: 2020-02-05, from: 2020-01-01, to: 2020-06-30, supersedes: null}
- {id: "new", known_on: 2020-04-10, from: 2020-01-01, to: 2020-12-31, supersedes: "old"}
"""
CLOSING = """
- {id: "open", known_on: 2020-02-15, from: 2020-02-17, to: null, supersedes: null}
- {id: "closed", known_on: 2020-04-28, from: 2020-02-17, to: 2020-05-05, supersedes: "open"}
"""
AMENDED = """
- {id: "728", known_on: 2020-07-05, from: 2020-09-01, to: 2025-05-31, supersedes: null}
- {id: "802", known_on: 2025-03-24, from: 2025-06-01, to: null, supersedes: "728"}
"""
STANDING = '- {id: "always", known_on: null, from: null, to: null}'
UNDATED = '- {id: "year", known_on: null, from: 2020-01-01, to: 2020-12-31}'


@pytest.mark.parametrize(
    ("editions", "on", "known_on", "edition"),
    [
        (TWO, "2020-02-04", None, None),  # not known yet
        (TWO, "2020-02-05", None, "old"),
        (TWO, "2020-01-01", "2020-02-05", "old"),
        (TWO, "2019-12-31", "2020-02-05", None),
        (TWO, "2020-04-09", None, "old"),
        (TWO, "2020-04-10", None, "new"),
        (TWO, "2020-03-01", "2020-04-10", "new"),  # later knowledge of the same day
        (TWO, "2020-07-01", "2020-03-01", None),  # as known in March it ended in June
        (TWO, "2020-12-31", None, "new"),
        (TWO, "2021-01-01", None, None),
        (CLOSING, "2020-06-01", "2020-03-01", "open"),
        (CLOSING, "2020-06-01", None, None),  # the closed edition took the place of the open one
        (CLOSING, "2020-05-05", None, "closed"),
        (AMENDED, "2025-05-31", None, "728"),  # amended, but not in effect before June
        (AMENDED, "2025-06-01", None, "802"),
        (AMENDED, "2021-01-01", "2026-01-01", "728"),
        (STANDING, "1999-01-01", None, "always"),
        (STANDING, "2099-01-01", None, "always"),
        (UNDATED, "2019-12-31", None, None),
        (UNDATED, "2020-01-01", None, "year"),
    ],
)
def test_the_edition_of_the_day_as_known_counts(
    tmp_path: Path, editions: str, on: str, known_on: str | None, edition: str | None
) -> None:
    known = date.fromisoformat(known_on) if known_on else None
    judge = make_judge(tmp_path, date.fromisoformat(on), known, editions=editions)
    verdict = judge.verdict(judge.rulebook.catalogue.parse({}), "refund")
    assert verdict.edition == edition
    assert (verdict.status == "not_in_force") is (edition is None)


DATED = """
share: {value: "0.5", unit: ratio, confidence: KNOWN, source: s}
months_min:
  unit: month
  dated:
  - {from: 2020-01-01, value: 12, confidence: VERIFIED, source: 一}
  - {from: 2020-04-01, known_on: 2020-05-01, value: 6, confidence: KNOWN, source: 二}
"""


@pytest.mark.parametrize(
    ("on", "known_on", "enough"),
    [
        ("2020-03-31", None, False),
        ("2020-04-15", None, False),
        ("2020-05-01", None, True),
        ("2020-04-15", "2020-05-01", True),
        ("2020-03-31", "2020-05-01", False),
    ],
)
def test_a_dated_figure_counts_from_its_day_once_known(
    tmp_path: Path, on: str, known_on: str | None, enough: bool
) -> None:
    known = date.fromisoformat(known_on) if known_on else None
    judge = make_judge(
        tmp_path,
        date.fromisoformat(on),
        known,
        parameters=DATED,
        editions='- {id: "1", known_on: 2020-01-01, from: 2020-01-01}',
    )
    status = judged(judge, months=6, dishonest=False)[0]
    assert status == ("eligible" if enough else "ineligible")


def test_a_figure_not_in_force_yet_is_unknown(tmp_path: Path) -> None:
    parameters = (
        'share: {value: "0.5", unit: ratio, confidence: KNOWN, source: s}\n'
        "months_min: {unit: month, dated: [{from: 2020-06-01, value: 12, confidence: KNOWN, source: s}]}"
    )
    assert judged(make_judge(tmp_path, parameters=parameters), **GOOD)[0] == "unknown"


def test_programs_are_compiled_once_per_choice_of_editions(tmp_path: Path) -> None:
    rulebook = make_rulebook(tmp_path, editions=TWO)
    facts = rulebook.catalogue.parse(GOOD)
    for day in (1, 2, 3, 9):
        Judge(rulebook, date(2020, 4, day)).verdicts(facts)
    assert len(rulebook.programs) == 1
    Judge(rulebook, date(2020, 4, 10)).verdicts(facts)
    assert len(rulebook.programs) == 2


# ---------------------------------------------------------------- derived facts


def test_a_given_derived_fact_wins_over_its_derivation(tmp_path: Path) -> None:
    judge = make_judge(tmp_path, conditions="all:\n- {id: small, text: 小型, expr: size_class = 'small'}")
    figures = {"gb4754": "3411", "employees": 2000, "revenue": 10**12}
    assert judged(judge, **figures)[0] == "ineligible"
    assert judged(judge, **figures, size_class="small")[0] == "eligible"


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({"gb4754": "3411", "employees": 300, "revenue": 2_000_000_000}, "medium"),
        ({"gb4754": "3411", "employees": 299, "revenue": 2_000_000_000}, "small"),
        ({"gb4754": "3411", "employees": 19}, "micro"),
        ({"gb4754": "3411", "employees": 20}, None),
        ({"gb4754": "7320", "employees": 100}, "medium"),
        ({"gb4754": "8300"}, "unclassified"),
        ({}, None),
    ],
)
def test_derived_facts_are_computed_when_not_given(
    tmp_path: Path, given: dict[str, object], size: str | None
) -> None:
    judge = make_judge(tmp_path)
    assert judge.derive(judge.rulebook.catalogue.parse(given), "size_class") == size


def test_a_derived_ratio_is_an_exact_fraction(tmp_path: Path) -> None:
    judge = make_judge(tmp_path)
    given = {"insured_jan": 120, "insured_dec": 112, "insured_avg": "116", "claimants": 7}
    assert judge.derive(judge.rulebook.catalogue.parse(given), "layoff_rate") == Fraction(7, 116)
    nobody = judge.rulebook.catalogue.parse(given | {"insured_avg": 0})
    assert judge.derive(nobody, "layoff_rate") is None
