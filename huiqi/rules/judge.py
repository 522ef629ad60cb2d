"""Judging one firm: the editions of a day are chosen once, compiled once, and applied to many facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from huiqi.rules import editions, emit_python
from huiqi.rules.catalogue import Facts
from huiqi.rules.emit_python import FALSE, TRUE, UNKNOWN, Binding, Emitter
from huiqi.rules.ir import Node
from huiqi.rules.policy import Edition, Group, Leaf, Policy, leaves
from huiqi.rules.programs import Program
from huiqi.rules.rulebook import Rulebook

STATUSES = {FALSE: "ineligible", UNKNOWN: "unknown", TRUE: "eligible"}
RESULTS: dict[int, bool | None] = {FALSE: False, UNKNOWN: None, TRUE: True}
NOT_IN_FORCE, DRAFT = "not_in_force", "draft"


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


def write_program(rulebook: Rulebook, plans: Iterable[Plan]) -> tuple[list[str], dict[str, object]]:
    """The lines and constants of `judge(r)`, which gives one Outcome per plan."""
    plans = list(plans)
    catalogue = rulebook.catalogue
    emitter = Emitter(catalogue)
    needed = emit_python.needed_facts(catalogue, (node for plan in plans for node in plan.nodes))
    lines = emit_python.unpacking(catalogue, needed)
    for fact_id in catalogue.derived_order:
        derivation = catalogue.facts[fact_id].derivation
        if fact_id in needed and derivation is not None:
            lines += emitter.derived(fact_id, derivation)
    results: list[str] = []
    for index, plan in enumerate(plans):
        emitter.binding = plan.binding
        lines += _policy_lines(emitter, plan, index)
        names = "".join(f"c{index}_{i}, " for i in range(len(plan.leaves)))
        results.append(f"(s{index}, m{index}, ({names}))")
    lines.append(f"return ({', '.join(results)},)" if results else "return ()")
    return ["def judge(r):", *(f" {line}" for line in lines)], emitter.constants


def _policy_lines(emitter: Emitter, plan: Plan, index: int) -> list[str]:
    edition = plan.edition
    if edition is None:
        raise ValueError(plan.policy.id)
    names = {leaf.id: f"c{index}_{i}" for i, leaf in enumerate(plan.leaves)}
    lines = [f"{names[leaf.id]} = {emitter.truth(leaf.ir)}" for leaf in plan.leaves]
    lines.append(f"s{index} = {_tree(edition.conditions, names)}")
    amount = edition.benefit.ir
    money = "None" if amount is None else emitter.money(amount)
    lines.append(f"m{index} = {money} if s{index} == 3 else None" if money != "None" else f"m{index} = None")
    return lines


def _tree(node: Group | Leaf, names: dict[str, str]) -> str:
    if isinstance(node, Leaf):
        return names[node.id]
    parts = [_tree(child, names) for child in node.children]
    return emit_python.conjunction(parts) if node.kind == "all" else emit_python.disjunction(parts)


class Judge:
    """A rulebook on a day (`on`), as far as it was known on another (`known_on`, default the same).

    `only` limits it to some policies. Making a Judge is cheap when the same editions and figures
    were compiled before.
    """

    def __init__(
        self, rulebook: Rulebook, on: date, known_on: date | None = None, only: Iterable[str] | None = None
    ) -> None:
        self.rulebook = rulebook
        self.on = on
        self.known_on = known_on or on
        chosen = rulebook.policies.values() if only is None else [rulebook.policies[name] for name in only]
        self.plans = {policy.id: self._plan(policy) for policy in chosen}
        self._judged = tuple(plan for plan in self.plans.values() if plan.status is None)
        self._settled = {
            plan.policy.id: Verdict(plan, plan.status, None, ())
            for plan in self.plans.values()
            if plan.status
        }

    def _plan(self, policy: Policy) -> Plan:
        edition = editions.choose(policy, self.on, self.known_on)
        if edition is None:
            return Plan(policy, None, {}, NOT_IN_FORCE, ())
        status = DRAFT if policy.standing == "draft" else None
        binding = editions.bind(edition, self.on, self.known_on)
        return Plan(policy, edition, binding, status, tuple(leaves(edition.conditions)))

    def program(self, plans: tuple[Plan, ...]) -> Program:
        """The compiled function for these plans, from the cache where possible."""
        key = tuple(
            (plan.policy.id, plan.edition.id, tuple(plan.binding.items())) for plan in plans if plan.edition
        )

        def make() -> Program:
            lines, constants = write_program(self.rulebook, plans)
            return emit_python.compiled(lines, constants, "judge")  # type: ignore[return-value]

        return self.rulebook.programs.get(key, make)

    @cached_property
    def _whole(self) -> Program:
        return self.program(self._judged)

    def verdicts(self, facts: Facts) -> list[Verdict]:
        """One verdict per policy, in the order of the rulebook."""
        outcomes = self._whole(facts.row)
        made = [
            Verdict(plan, STATUSES[truth], amount, truths)
            for plan, (truth, amount, truths) in zip(self._judged, outcomes, strict=True)
        ]
        if not self._settled:
            return made
        by_id = self._settled | {
            plan.policy.id: verdict for plan, verdict in zip(self._judged, made, strict=True)
        }
        return [by_id[name] for name in self.plans]

    def verdict(self, facts: Facts, policy_id: str) -> Verdict:
        plan = self.plans[policy_id]
        if plan.status is not None:
            return self._settled[policy_id]
        ((truth, amount, truths),) = self.program((plan,))(facts.row)
        return Verdict(plan, STATUSES[truth], amount, truths)
