"""The full trace of a result as plain values, for objections: what was stated, which law, which outcome."""

from typing import Any

from huiqi.policies.queries.check import Standing
from huiqi.rules.explain import Node


def trace_of(standing: Standing) -> dict[str, Any]:
    """Everything needed to run the judgement again and compare: facts, date, each policy's tree."""
    return {
        "check": standing.check.short_number,
        "judged_on": standing.on.isoformat(),
        "facts": {name: value for name, value in standing.values.items() if value is not None},
        "not_known": sorted(name for name, value in standing.values.items() if value is None),
        "policies": [
            {
                "policy": one.policy,
                "edition": one.edition,
                "status": one.status,
                "assurance": one.assurance,
                "amount_fen": one.amount_fen,
                "nature": one.nature,
                "conditions": _node(one.tree),
                "ask_for": list(one.ask_for),
            }
            for one in standing.explanations
        ],
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "result": node.result,
        "text": node.text,
        "article": node.article,
        "compared": [[one.value_text, one.requirement_text] for one in node.comparisons],
        "children": [_node(child) for child in node.children],
    }
