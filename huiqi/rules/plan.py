"""One policy on one day, and the verdict it gives: what emitted code, explanations and callers share."""

from dataclasses import dataclass
from functools import cached_property

from huiqi.rules import ir
from huiqi.rules.emit_python import FALSE, TRUE, UNKNOWN, Binding
from huiqi.rules.ir import Node
from huiqi.rules.policy import Edition, Leaf, Policy
from huiqi.rules.tree import Node as TreeNode
from huiqi.rules.tree import unjudged

RESULTS: dict[int, bool | None] = {FALSE: False, UNKNOWN: None, TRUE: True}


@dataclass(frozen=True)
class Plan:
    """One policy on the day: its edition in force, its figures, its leaves in reading order."""

    policy: Policy
    edition: Edition | None
    binding: Binding
    status: str | None  # settled without looking at the facts: not_in_force or draft
    leaves: tuple[Leaf, ...]

    @cached_property
    def leaf_ids(self) -> tuple[str, ...]:
        return tuple(leaf.id for leaf in self.leaves)

    @cached_property
    def unjudged(self) -> TreeNode:
        """The conditions as text, for a policy that is not in force."""
        return unjudged(self.policy.conditions)

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The facts each leaf names."""
        return {leaf.id: ir.fact_names(leaf.ir) for leaf in self.leaves}

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every expression the verdict rests on."""
        amount = self.edition.benefit.ir if self.edition else None
        conditions = tuple(leaf.ir for leaf in self.leaves)
        return conditions if amount is None else (*conditions, amount)


class Verdict:
    """What a policy means for a firm. `amount_fen` is in fen, None unless eligible and computable."""

    __slots__ = ("_plan", "_truths", "amount_fen", "status")

    def __init__(self, plan: Plan, status: str, amount_fen: int | None, truths: tuple[int, ...]) -> None:
        self._plan = plan
        self.status = status
        self.amount_fen = amount_fen
        self._truths = truths

    @property
    def policy(self) -> str:
        return self._plan.policy.id

    @property
    def edition(self) -> str | None:
        return self._plan.edition.id if self._plan.edition else None

    @property
    def nature(self) -> str:
        edition = self._plan.edition
        return edition.benefit.nature if edition else self._plan.policy.benefit.nature

    @property
    def failed(self) -> tuple[str, ...]:
        """Ids of the leaves that are false."""
        return self._leaves(FALSE)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Ids of the leaves that cannot be told."""
        return self._leaves(UNKNOWN)

    @property
    def truths(self) -> tuple[int, ...]:
        """0, 1 or 3 (false, unknown, true) per leaf in reading order; empty when not in force."""
        return self._truths

    @property
    def results(self) -> dict[str, bool | None]:
        """The result of every leaf by its id."""
        return {name: RESULTS[t] for name, t in zip(self._plan.leaf_ids, self._truths, strict=False)}

    def _leaves(self, truth: int) -> tuple[str, ...]:
        return tuple(name for name, t in zip(self._plan.leaf_ids, self._truths, strict=False) if t == truth)

    def _key(self) -> tuple[object, ...]:
        return (self.policy, self.edition, self.status, self.amount_fen, self._truths)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verdict) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Verdict({self.policy!r}, {self.edition!r}, {self.status!r}, {self.amount_fen!r})"
