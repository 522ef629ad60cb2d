"""Judging one firm: the editions of a day are chosen once, compiled once, and applied to many facts."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from huiqi.rules import derivations, editions, emit_python
from huiqi.rules.catalogue import Facts, Value
from huiqi.rules.comparisons import Phrases
from huiqi.rules.derivations import Derivation
from huiqi.rules.emit_python import FALSE, TRUE, UNKNOWN, Emitter
from huiqi.rules.evaluate import Evaluation
from huiqi.rules.explain import Explanation, Telling, explain
from huiqi.rules.nearest import NearMiss, near_miss
from huiqi.rules.plan import Plan, Verdict
from huiqi.rules.policy import Group, Leaf, Policy, leaves
from huiqi.rules.programs import Program
from huiqi.rules.rulebook import Rulebook

STATUSES = {FALSE: "ineligible", UNKNOWN: "unknown", TRUE: "eligible"}
NOT_IN_FORCE, DRAFT = "not_in_force", "draft"


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
        self._worded: dict[str, Phrases] = {}
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

    # ---------------------------------------------------------------- explanations

    def explain(self, facts: Facts, policy_id: str) -> Explanation:
        """One verdict with its tree, what to ask, and what single change would help."""
        return self._explained(self.verdict(facts, policy_id), Telling(facts))

    def explain_all(self, facts: Facts) -> list[Explanation]:
        """The explanations of all policies, in the order of the rulebook."""
        told = Telling(facts)
        return [self._explained(verdict, told) for verdict in self.verdicts(facts)]

    def _explained(self, verdict: Verdict, told: Telling) -> Explanation:
        plan = self.plans[verdict.policy]

        def near() -> NearMiss | None:
            program = self.program((plan,))
            return near_miss(
                plan, verdict, told.facts, lambda facts: program(facts.row)[0][0] == TRUE, self.on
            )

        return explain(plan, verdict, self._phrases(plan), told, near)

    def _phrases(self, plan: Plan) -> Phrases:
        phrases = self._worded.get(plan.policy.id)
        if phrases is None:
            phrases = self._worded[plan.policy.id] = Phrases(self.rulebook.catalogue, plan.binding)
        return phrases

    def derive(self, facts: Facts, fact_id: str) -> Value | None:
        """A fact as given, else as derived, else None; enumerations and dates as parse gives them."""
        return self.rulebook.catalogue.facts[fact_id].from_cell(Evaluation(facts).fact(fact_id))

    def explain_derivation(self, facts: Facts, fact_id: str) -> Derivation:
        """How a derived fact came about: the row taken, and what the next better row lacked."""
        return derivations.explain_derivation(facts, fact_id, Telling(facts).line)
