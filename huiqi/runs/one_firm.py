"""What a run would say of single firms, without columns: the same verdicts, and the same marks beside them.

Pure of Django. A property test holds it to a whole run (tests/test_rejudge_firms.py).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from huiqi.rules.catalogue import Catalogue, Value
from huiqi.rules.judge import Judge
from huiqi.rules.nearest import may_change
from huiqi.rules.plan import Plan, Verdict
from huiqi.rules.policy import Group, Leaf

# One policy of one firm in the order of pieces.VERDICTS.
Row = list[Any]
STATUS, AMOUNT, FAILED, LACKING, CLAIMED, LISTED, NEAR = range(7)


def bases_of(catalogue: Catalogue, plan: Plan) -> set[str]:
    """The facts a policy's conditions name, and those they are derived from."""
    names = {name for leaf in plan.leaves for name in plan.names[leaf.id]}
    return names | {base for name in names for base in catalogue.base_of[name]}


def is_changeable(catalogue: Catalogue, plan: Plan, leaf: Leaf) -> bool:
    """Whether a condition rests on something the firm may still lawfully change."""
    if leaf.judgement:
        return False
    bases = {base for name in plan.names[leaf.id] for base in catalogue.base_of[name]}
    return any(may_change(catalogue.facts[base]) for base in bases)


class OneFirm:
    """A judge over rows of a snapshot, with what lists say laid over them."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.catalogue = judge, judge.rulebook.catalogue
        self.bases = {name: bases_of(self.catalogue, plan) for name, plan in judge.plans.items()}
        self.changeable = {
            name: {leaf.id for leaf in plan.leaves if is_changeable(self.catalogue, plan, leaf)}
            for name, plan in judge.plans.items()
        }

    def rows(self, cells: Mapping[str, Any]) -> list[Row]:
        """For each policy of the judge what a row of a run's verdicts holds."""
        facts = self.catalogue.facts
        values = {
            name: self._value(name, cell)
            for name, cell in cells.items()
            if name in facts and cell is not None
        }
        claimed, listed = set(cells["claimed"] or ()), set(cells["listed"] or ())
        verdicts = self.judge.verdicts(self.catalogue.facts_of(values, {}))
        kept = values.keys() | {name for name in cells if name in facts}
        return [self._row(verdict, values.keys(), kept, claimed, listed) for verdict in verdicts]

    def _value(self, name: str, cell: Any) -> Value:
        fact = self.catalogue.facts[name]
        return Fraction(cell, fact.scale) if fact.type == "ratio" else cell

    def _row(self, verdict: Verdict, known: Any, kept: Any, claimed: set[str], listed: set[str]) -> Row:
        plan = self.judge.plans[verdict.policy]
        made: Row = [verdict.status, verdict.amount_fen, list(verdict.failed), list(verdict.unknown)]
        if plan.status is not None:
            return [*made, False, False, False]
        bases = self.bases[verdict.policy] & kept
        own = not bases.isdisjoint(claimed)
        by_list = not own and all(name in listed or name not in known for name in bases)
        return [*made, own, by_list, self._near(plan, verdict)]

    def _near(self, plan: Plan, verdict: Verdict) -> bool:
        if plan.edition is None or verdict.status != "ineligible":
            return False
        stands = {*verdict.unknown, *(set(verdict.failed) - self.changeable[plan.policy.id])}
        return _holds(plan.edition.conditions, stands)


def _holds(node: Group | Leaf, without: set[str]) -> bool:
    """Whether conditions hold when all leaves but these do."""
    if isinstance(node, Leaf):
        return node.id not in without
    parts = (_holds(child, without) for child in node.children)
    return all(parts) if node.kind == "all" else any(parts)
