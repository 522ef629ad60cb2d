"""The rulebook's own examples, and the rulebook of this repository."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiqi.rules.cases import run_cases
from huiqi.rules.documents import read_document
from huiqi.rules.rulebook import load_rulebook
from huiqi.rules.tests.make import make_rulebook

RULEBOOK = Path(__file__).resolve().parents[3] / "rulebook"
GOOD = "{months: 12, dishonest: false, premium: 101}"


def case(**parts: str) -> str:
    fields = {
        "name": "例",
        "facts": GOOD,
        "on": "2020-03-01",
        "expect": "eligible",
        "amount_fen": "51",
    } | parts
    return "cases:\n- {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (case(expect="ineligible", amount_fen="null"), "应为不符合，实为符合"),
        (case(amount_fen="50"), "金额应为50分，实为51分"),
        (case(amount_fen="null"), "金额应为无金额，实为51分"),
        (case(facts="{months: 11}"), "不通过：缴费满12个月（paid）"),
        (case(facts="{months: 12}"), "缺数据：未列入严重失信名单（honest）"),
        (case(on="2021-01-01"), "没有在施行期内的版本"),
        (case(facts="{months: 11}", expect="ineligible", amount_fen="null", failed="[]"),
         "不通过的条件应为 无，实为 paid"),
        (
            case(facts="{months: 11}", expect="ineligible", amount_fen="null", unknown="[paid]"),
            "缺数据的条件应为 paid，实为 honest",
        ),
    ],
)  # fmt: skip
def test_a_case_that_comes_out_otherwise_says_why(tmp_path: Path, text: str, word: str) -> None:
    report = run_cases(make_rulebook(tmp_path, cases=text))
    (failure,) = report.failures
    assert word in failure.text
    assert failure.text.startswith("refund「例」（cases.yaml 第2行）")


@pytest.mark.parametrize(
    "text",
    [
        case(),
        case(on="2021-01-01", expect="not_in_force", amount_fen="null"),
        case(
            facts="{months: 11}", expect="ineligible", amount_fen="null", failed="[paid]", unknown="[honest]"
        ),
        case(on="2020-01-15", known_on="2020-03-01"),
    ],
)
def test_a_case_that_comes_out_as_expected_is_counted(tmp_path: Path, text: str) -> None:
    report = run_cases(make_rulebook(tmp_path, cases=text), only=["refund"])
    assert (report.total, report.failed) == (1, 0)


def test_every_case_of_the_rulebook_comes_out_as_its_jurist_expects() -> None:
    report = run_cases(load_rulebook(RULEBOOK))
    assert report.total >= 185
    assert [failure.text for failure in report.failures] == []


MARK = re.compile(r"KNOWN|VERIFIED|BENCHMARK|PARTIAL|\bGAP\b")


def shown_texts(value: object, key: str = "") -> Iterator[str]:
    """Every text of a read file but the confidence marks themselves."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from shown_texts(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from shown_texts(child, key)
    elif isinstance(value, str) and not key.endswith("confidence"):
        yield value


def test_no_text_people_read_carries_a_raw_mark_of_confidence() -> None:
    paths = sorted(RULEBOOK.rglob("*.yaml"))
    assert len(paths) > 100
    for path in paths:
        document, problems = read_document(path, path.name)
        assert document is not None, problems
        assert [text for text in shown_texts(document.plain) if MARK.search(text)] == [], path


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ui-job-retention-refund", "ui-refund-distressed"),
        ("property-landuse-tax-hardship-hunan", "landlord-tax-relief-hunan"),
        ("public-transport-living-services-vat-exempt", "vat-small-scale-1pct"),
    ],
)
def test_policies_whose_texts_exclude_each_other_do_so_for_programs(one: str, other: str) -> None:
    policies = load_rulebook(RULEBOOK).policies
    assert other in policies[one].benefit.excludes_policies
    assert one in policies[other].benefit.excludes_policies
