"""The full trace of a result as plain values, for objections: what was stated, which law, which outcome."""

from typing import Any

from django.conf import settings

from huiqi.policies.queries.check import Standing
from huiqi.policies.queries.contract import condition_json, verdict_json
from huiqi.reference.judging import rulebook_fingerprint
from huiqi.rules.explain import Node


def trace_of(standing: Standing) -> dict[str, Any]:
    """Everything needed to run the judgement again and compare: facts, date, each policy's tree."""
    return {
        "check": standing.check.short_number,
        "judged_on": standing.on.isoformat(),
        "known_on": standing.on.isoformat(),
        "release": settings.HUIQI_RELEASE,
        "rulebook_sha256": rulebook_fingerprint(),
        "facts": {name: value for name, value in standing.values.items() if value is not None},
        "not_known": sorted(name for name, value in standing.values.items() if value is None),
        "policies": [{**verdict_json(one), "conditions": _node(one.tree)} for one in standing.explanations],
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        **condition_json(node),
        "compared": [[one.value_text, one.requirement_text] for one in node.comparisons],
        "children": [_node(child) for child in node.children],
    }
