"""Facts in and explanations out as JSON."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from huiqi.rules.exchange import explanation_to_json, load_facts_json
from huiqi.rules.problems import FactsError
from huiqi.rules.tests.make import make_judge


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "3", '"x"', "null", '{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}',
        '{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 2}}', '{"a": ' + "9" * 100 + "}",
         '{"a": 0.' + "1" * 100 + "}",
        "[" * 100_000, '{"a": 1}{', "{'a': 1}", '{"a": 01}', '{"a": 1,}', '{"a": "\x01"}', "x" * 1_000_001,
    ],
    ids=range(20),
)  # fmt: skip
def test_what_is_no_plain_object_is_refused(text: str) -> None:
    with pytest.raises(FactsError) as refusal:
        load_facts_json(text)
    assert refusal.value.problems[0].remedy


def test_numbers_stay_exact() -> None:
    loaded = load_facts_json('\ufeff{"loan_rate": 0.1, "revenue": 9007199254740993, "x": 1e-3, "y": null}')
    assert loaded == {
        "loan_rate": Decimal("0.1"),
        "revenue": 9007199254740993,
        "x": Decimal("0.001"),
        "y": None,
    }


def test_an_explanation_has_exactly_the_keys_of_the_contract(tmp_path: Path) -> None:
    judge = make_judge(tmp_path)
    facts = judge.rulebook.catalogue.parse({"months": 12, "dishonest": False, "premium": 3})
    made = json.loads(json.dumps(explanation_to_json(judge.explain(facts, "refund"))))
    assert made == {
        "policy": "refund",
        "edition": "2020",
        "status": "eligible",
        "assurance": "claimed",
        "amount_fen": 2,
        "nature": "cash",
        "conditions": {
            "id": "conditions",
            "kind": "all",
            "result": True,
            "text": "以下条件须全部满足",
            "article": None,
            "children": [
                {"id": "paid", "kind": "leaf", "result": True, "text":
                 "缴费满12个月", "article": None, "children": []},
                {"id": "honest", "kind": "leaf", "result": True, "text":
                 "未列入严重失信名单", "article": "第三条",
                 "children": []},
            ],
        },
        "ask_for": [],
    }  # fmt: skip


def test_the_amount_is_null_unless_eligible(tmp_path: Path) -> None:
    judge = make_judge(tmp_path)
    facts = judge.rulebook.catalogue.parse({"months": 1, "premium": 3})
    assert explanation_to_json(judge.explain(facts, "refund"))["amount_fen"] is None
