"""Why a verdict came out as it did: results and figures of every condition, what to ask, what would help."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from huiqi.rules.catalogue import STANDINGS, Facts
from huiqi.rules.comparisons import Comparison, Phrases, compared
from huiqi.rules.evaluate import Evaluation, conjunction, disjunction
from huiqi.rules.nearest import NearMiss
from huiqi.rules.plan import Plan, Verdict
from huiqi.rules.policy import Benefit, Edition, Group, Leaf

RANKS = {name: rank for rank, name in enumerate(STANDINGS)}


class Node(NamedTuple):
    """A condition or a group of conditions with its result for the firm."""

    id: str
    kind: Literal["all", "any", "leaf"]
    result: bool | None
    text: str
    article: str | None
    judgement: bool
    children: "tuple[Node, ...]"
    comparisons: tuple[Comparison, ...]


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


def unjudged(node: Group | Leaf) -> Node:
    """The conditions as text, for a policy that is not in force."""
    if isinstance(node, Leaf):
        return Node(node.id, "leaf", None, node.text, node.article, node.judgement, (), ())
    children = tuple(unjudged(child) for child in node.children)
    return Node(node.id, node.kind, None, node.text, node.article, False, children, ())


class Telling:
    """Values of a firm's facts in words, each worded once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.evaluation = Evaluation(facts)
        self._texts: dict[str, str] = {}

    def __call__(self, fact_id: str) -> str:
        text = self._texts.get(fact_id)
        if text is None:
            text = self._texts[fact_id] = self._worded(fact_id)
        return text

    def _worded(self, fact_id: str) -> str:
        fact = self.facts.catalogue.facts[fact_id]
        given = self.facts.values.get(fact_id)
        if given is not None:
            return fact.format(given)
        return fact.format(fact.from_cell(self.evaluation.fact(fact_id)))


class Explainer:
    """Builds the tree of one policy for one firm."""

    def __init__(self, evaluation: Evaluation, phrases: Phrases, told: Callable[[str], str]) -> None:
        self.evaluation, self.phrases, self.told = evaluation, phrases, told

    def tree(self, node: Group | Leaf) -> Node:
        if isinstance(node, Leaf):
            return self.leaf(node)
        children = tuple(self.tree(child) for child in node.children)
        results = [child.result for child in children]
        result = conjunction(list(results)) if node.kind == "all" else disjunction(list(results))
        return Node(node.id, node.kind, result, node.text, node.article, False, children, ())

    def leaf(self, leaf: Leaf) -> Node:
        comparisons = compared(self.evaluation, self.phrases, leaf.ir, self.told)
        result = self.evaluation.truth(leaf.ir)
        return Node(leaf.id, "leaf", result, leaf.text, leaf.article, leaf.judgement, (), comparisons)

    def missing(self, node: Group | Leaf, seen: Node) -> set[str]:
        """Facts that may still change the result of a condition that is unknown."""
        if seen.result is not None:
            return set()
        if isinstance(node, Leaf):
            return self.evaluation.missing(node.ir)
        pairs = zip(node.children, seen.children, strict=True)
        return {name for child, child_seen in pairs for name in self.missing(child, child_seen)}

    def rank(self, node: Group | Leaf, seen: Node) -> int:
        """The weakest standing the result rests on, along its best supported way."""
        if isinstance(node, Leaf):
            return self.weakest(self.evaluation.resting_on(node.ir))
        pairs = list(zip(node.children, seen.children, strict=True))
        decisive = node.kind == "any"
        if seen.result is decisive:
            return max(self.rank(child, s) for child, s in pairs if s.result is decisive)
        return min((self.rank(child, s) for child, s in pairs), default=RANKS["listed"])

    def weakest(self, names: set[str]) -> int:
        """The weakest standing among given facts; listed when there are none."""
        standing = self.evaluation.facts.standing
        return min((RANKS[standing(name)] for name in names), default=RANKS["listed"])

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

    def assurance(self, edition: Edition, tree: Node, verdict: Verdict) -> str:
        rank = self.rank(edition.conditions, tree)
        amount = edition.benefit.ir
        if verdict.amount_fen is not None and amount is not None:
            rank = min(rank, self.weakest(self.evaluation.resting_on(amount)))
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
        return _Found(unjudged(plan.policy.conditions))
    explainer = Explainer(Evaluation(told.facts, plan.binding, told.evaluation), phrases, told)
    tree = explainer.tree(edition.conditions)
    return _Found(
        tree,
        explainer.assurance(edition, tree, verdict),
        explainer.asked(edition, tree, verdict),
        near() if verdict.status == "ineligible" else None,
        explainer.parts(edition.benefit) if verdict.status == "eligible" else (),
        tuple(explainer.leaf(leaf) for leaf in edition.optional),
    )
