"""Why a verdict came out as it did: results and figures of every condition, what to ask, what would help."""

from collections.abc import Callable
from typing import NamedTuple

from huiqi.rules.catalogue import STANDINGS, Facts
from huiqi.rules.comparisons import Phrases, compared
from huiqi.rules.evaluate import BEST, NOTHING, Evaluation, conjunction, disjunction
from huiqi.rules.nearest import NearMiss
from huiqi.rules.plan import Plan, Verdict
from huiqi.rules.policy import Benefit, Edition, Group, Leaf
from huiqi.rules.tree import Node as Node


class PartAmount(NamedTuple):
    """A component or alternative of the benefit, in fen; None when it rests on something unknown."""

    id: str
    text: str
    amount_fen: int | None
    alternative: bool


class Explanation(NamedTuple):
    """A verdict with all that a person needs to understand it.

    `assurance` is the weakest standing (listed, confirmed, claimed) of the facts it rests on, listed
    when it rests on none, None when no edition is in force. `ask_for` are facts that could still
    change the status, or the amount of an eligible verdict, in the order of the catalogue.
    """

    policy: str
    edition: str | None
    status: str
    assurance: str | None
    amount_fen: int | None
    nature: str
    tree: Node
    ask_for: tuple[str, ...]
    near_miss: NearMiss | None
    parts: tuple[PartAmount, ...]
    hints: tuple[Node, ...]
    failed: tuple[str, ...]
    unknown: tuple[str, ...]


class Telling:
    """A firm's facts in words (label and value), each worded once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.evaluation = Evaluation(facts)
        self._lines: dict[str, str] = {}

    def line(self, fact_id: str) -> str:
        """A fact with its value, e.g. 裁员率 6.1% or 裁员率 未填."""
        text = self._lines.get(fact_id)
        if text is None:
            fact = self.facts.catalogue.facts[fact_id]
            value = self.facts.values.get(fact_id)
            if value is None:
                value = fact.from_cell(self.evaluation.fact(fact_id))
            text = self._lines[fact_id] = f"{fact.label} {fact.format(value)}"
        return text


class Explainer:
    """Builds the tree of one policy for one firm."""

    def __init__(self, evaluation: Evaluation, phrases: Phrases, told: Telling, verdict: Verdict) -> None:
        self.evaluation, self.phrases, self.line, self.results = (
            evaluation,
            phrases,
            told.line,
            verdict.results,
        )

    def tree(self, node: Group | Leaf) -> Node:
        if isinstance(node, Leaf):
            return self.leaf(node)
        children = tuple(self.tree(child) for child in node.children)
        results = [child.result for child in children]
        result = conjunction(list(results)) if node.kind == "all" else disjunction(list(results))
        return Node(node.id, node.kind, result, node.text, node.article, False, children, ())

    def leaf(self, leaf: Leaf) -> Node:
        result = self.results[leaf.id]
        comparisons = compared(self.evaluation, self.phrases, leaf.ir, result, self.line)
        return Node(leaf.id, "leaf", result, leaf.text, leaf.article, leaf.judgement, (), comparisons)

    def hint(self, leaf: Leaf) -> Node:
        """A condition that decides nothing; the verdict did not look at it."""
        self.results[leaf.id] = self.evaluation.truth(leaf.ir)
        return self.leaf(leaf)

    def missing(self, node: Group | Leaf, seen: Node) -> set[str]:
        """Facts that may still change the result of a condition that is unknown."""
        if seen.result is not None:
            return set()
        if isinstance(node, Leaf):
            if self.phrases.is_flat(node.ir):
                return self.evaluation.missing_facts(self.phrases.fact_names(node.ir))
            return self.evaluation.missing(node.ir)
        pairs = zip(node.children, seen.children, strict=True)
        return {name for child, child_seen in pairs for name in self.missing(child, child_seen)}

    def rank(self, node: Group | Leaf, seen: Node) -> int:
        """The weakest standing the result rests on, along its best supported way."""
        if isinstance(node, Leaf):
            return self.evaluation.rank(self.phrases.fact_names(node.ir))
        pairs = list(zip(node.children, seen.children, strict=True))
        decisive = node.kind == "any"
        if seen.result is decisive:
            return max(self.rank(child, s) for child, s in pairs if s.result is decisive)
        return min((self.rank(child, s) for child, s in pairs), default=NOTHING)

    def parts(self, benefit: Benefit) -> tuple[PartAmount, ...]:
        amount = self.evaluation.amount
        own = [PartAmount(part.id, part.text, amount(part.ir), False) for part in benefit.parts]
        others = [PartAmount(part.id, part.text, amount(part.ir), True) for part in benefit.alternatives]
        return (*own, *others)

    def asked(self, edition: Edition, tree: Node, verdict: Verdict) -> tuple[str, ...]:
        """Facts that could still change the status, or the amount of an eligible verdict."""
        names = self.missing(edition.conditions, tree)
        amount = edition.benefit.ir
        if verdict.status == "eligible" and verdict.amount_fen is None and amount is not None:
            names |= self.evaluation.missing(amount)
        return self.evaluation.catalogue.in_order(names)

    def assurance(self, edition: Edition, tree: Node, verdict: Verdict) -> str | None:
        """The weakest standing it rests on; None while it is unknown and rests on nothing."""
        rank = self.rank(edition.conditions, tree)
        amount = edition.benefit.ir
        if verdict.amount_fen is not None and amount is not None:
            rank = min(rank, self.evaluation.rank(self.phrases.fact_names(amount)))
        if rank > BEST:
            return None if verdict.status == "unknown" else STANDINGS[BEST]
        return STANDINGS[rank]


def explain(
    plan: Plan, verdict: Verdict, phrases: Phrases, told: Telling, near: Callable[[], NearMiss | None]
) -> Explanation:
    """The full explanation of one verdict; `near` is asked only for an ineligible one."""
    found = _found(plan, verdict, phrases, told, near)
    return Explanation(
        verdict.policy,
        verdict.edition,
        verdict.status,
        found.assurance,
        verdict.amount_fen,
        verdict.nature,
        found.tree,
        found.ask_for,
        found.near_miss,
        found.parts,
        found.hints,
        verdict.failed,
        verdict.unknown,
    )


class _Found(NamedTuple):
    tree: Node
    assurance: str | None = None
    ask_for: tuple[str, ...] = ()
    near_miss: NearMiss | None = None
    parts: tuple[PartAmount, ...] = ()
    hints: tuple[Node, ...] = ()


def _found(
    plan: Plan, verdict: Verdict, phrases: Phrases, told: Telling, near: Callable[[], NearMiss | None]
) -> _Found:
    edition = plan.edition
    if edition is None or plan.status is not None:
        return _Found(plan.unjudged)
    evaluation = Evaluation(told.facts, plan.binding, told.evaluation)
    explainer = Explainer(evaluation, phrases, told, verdict)
    tree = explainer.tree(edition.conditions)
    return _Found(
        tree,
        explainer.assurance(edition, tree, verdict),
        explainer.asked(edition, tree, verdict),
        near() if verdict.status == "ineligible" else None,
        explainer.parts(edition.benefit) if verdict.status == "eligible" else (),
        tuple(explainer.hint(leaf) for leaf in edition.optional),
    )
