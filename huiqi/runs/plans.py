"""What a policy is judged by on a day, as one digest: the same digest means the same verdicts."""

import hashlib
from collections.abc import Iterator
from typing import Any

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.judge import Judge
from huiqi.rules.plan import Plan
from huiqi.rules.policy import Group, Leaf


def editions_of(judge: Judge) -> dict[str, Any]:
    """The policies of a judge in their order, each with its edition, what settles it, and its digest."""
    return {
        "order": list(judge.plans),
        "plans": {name: _told(plan, judge.rulebook.catalogue) for name, plan in judge.plans.items()},
    }


def _told(plan: Plan, catalogue: Catalogue) -> dict[str, Any]:
    digest = hashlib.sha256()
    for part in _parts(plan, catalogue):
        digest.update(part.encode() + b"\0")
    edition = plan.edition.id if plan.edition else None
    benefit = plan.edition.benefit if plan.edition else plan.policy.benefit
    return {"edition": edition, "status": plan.status, "nature": benefit.nature, "digest": digest.hexdigest()}


def _parts(plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    yield plan.policy.id
    yield str(plan.status)
    if plan.edition is None:
        return
    yield plan.edition.id
    yield repr(sorted(plan.binding.items()))
    yield from _tree(plan.edition.conditions)
    yield repr(plan.edition.benefit.ir)
    for name in sorted(_derived(plan, catalogue)):
        yield f"{name}={catalogue.facts[name].derivation!r}"


def _tree(node: Group | Leaf) -> Iterator[str]:
    if isinstance(node, Leaf):
        yield f"{node.id}:{node.judgement}:{node.ir!r}"
        return
    yield f"{node.kind}("
    for child in node.children:
        yield from _tree(child)
    yield ")"


def _derived(plan: Plan, catalogue: Catalogue) -> set[str]:
    found: set[str] = set()
    pending = [name for node in plan.nodes for name in ir.fact_names(node)]
    while pending:
        name = pending.pop()
        derivation = catalogue.facts[name].derivation
        if derivation is not None and name not in found:
            found.add(name)
            pending += ir.fact_names(derivation)
    return found
