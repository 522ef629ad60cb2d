"""The smallest change of one fact a firm may still lawfully change that would make a policy fit.

Only facts the catalogue marks as actionable are tried, never one of a period gone by, never a figure
that must merely be more than zero (a token sum would be coached), and every candidate is judged
again before it is told.
"""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from huiqi.rules import ir
from huiqi.rules.catalogue import Catalogue, Fact, Facts, Value
from huiqi.rules.evaluate import Evaluation
from huiqi.rules.ir import Node
from huiqi.rules.plan import Plan, Verdict
from huiqi.rules.policy import Leaf

PAST_PERIODS = frozenset({"prev_year"})
# The engine knows the conditions only; whether the firm gets it is for the deciding authority.
SENTENCE = "若‘{label}’{verb}{needed}，则初步符合，以认定机关为准"


class NearMiss(NamedTuple):
    """One change that was judged and found to suffice."""

    fact_id: str
    current_text: str
    needed_text: str
    sentence: str
    value: Value


class Candidate(NamedTuple):
    cost: tuple[int, Fraction]  # kind of change (switch, choice, figure), then its relative size
    fact: Fact
    value: Value


def near_miss(
    plan: Plan, verdict: Verdict, facts: Facts, eligible: Callable[[Facts], bool], on: date
) -> NearMiss | None:
    """The smallest single change after which `eligible` holds, or None.

    Nothing is proposed once the policy's deadline has passed.
    """
    if plan.edition is None or _is_late(plan, facts, on):
        return None
    failed = set(verdict.failed)
    leaves = [leaf for leaf in plan.leaves if leaf.id in failed]
    for candidate in sorted(_candidates(plan, facts, leaves, on), key=lambda candidate: candidate.cost):
        if eligible(facts.with_value(candidate.fact.id, candidate.value)):
            return _told(candidate, facts)
    return None


def _is_late(plan: Plan, facts: Facts, on: date) -> bool:
    deadline = plan.policy.deadline
    if deadline is None:
        return False
    if deadline.on is not None and deadline.on < on:
        return True
    if deadline.ir is None:
        return False
    day = Evaluation(facts, plan.binding).value(deadline.ir)
    return isinstance(day, int) and day < on.toordinal()


def _told(candidate: Candidate, facts: Facts) -> NearMiss:
    fact = candidate.fact
    current, needed = fact.format(facts.get(fact.id)), fact.format(candidate.value)
    verb = "为" if fact.type in ("bool", "enum") else "改为"
    sentence = SENTENCE.format(label=fact.label, verb=verb, needed=needed)
    return NearMiss(fact.id, current, needed, sentence, candidate.value)


def _candidates(plan: Plan, facts: Facts, failed: list[Leaf], on: date) -> Iterator[Candidate]:
    catalogue = facts.catalogue
    named = {name for leaf in failed for name in plan.names[leaf.id]}
    names = {base for name in named for base in catalogue.base_of[name]}
    changeable = [name for name in names if name in facts.values and may_change(catalogue.facts[name])]
    for name in catalogue.in_order(changeable):
        fact = catalogue.facts[name]
        if not _wants_any_at_all(plan, facts, fact, failed):
            yield from _changes(plan, facts, fact, on)


def _wants_any_at_all(plan: Plan, facts: Facts, fact: Fact, failed: list[Leaf]) -> bool:
    """Whether a failed condition asks of the figure no more than that it be above zero.

    Such a threshold is met by one fen; to tell it would coach a sham.
    """
    if fact.type not in ("int", "ratio"):
        return False
    evaluation = Evaluation(facts, plan.binding)
    nodes = _with_derivations(facts.catalogue, [leaf.ir for leaf in failed])
    for left, right in _pairs(nodes):
        for side, other in ((left, right), (right, left)):
            if fact.id in ir.fact_names(side) and _is_next_to_nothing(fact, evaluation, other):
                return True
    return False


def _is_next_to_nothing(fact: Fact, evaluation: Evaluation, threshold: Node) -> bool:
    """Whether the threshold is zero, or the single unit of a whole number."""
    if ir.fact_names(threshold):
        return False
    value = evaluation.value(threshold)
    if value is None or isinstance(value, str):
        return False
    return value == 0 or (fact.type == "int" and value == 1)


def may_change(fact: Fact) -> bool:
    """Whether a firm can still lawfully change the fact, and it is none of the past."""
    return fact.actionable and fact.period not in PAST_PERIODS


def _with_derivations(catalogue: Catalogue, nodes: list[Node]) -> list[Node]:
    """The expressions and those of the derived facts they name."""
    found, pending, seen = list(nodes), list(nodes), set[str]()
    while pending:
        for name in ir.fact_names(pending.pop()):
            derivation = catalogue.facts[name].derivation
            if derivation is not None and name not in seen:
                seen.add(name)
                found.append(derivation)
                pending.append(derivation)
    return found


def _changes(plan: Plan, facts: Facts, fact: Fact, on: date) -> Iterator[Candidate]:
    current = facts.values[fact.id]
    if fact.type == "bool":
        yield Candidate((0, Fraction(0)), fact, not current)
    elif fact.type == "enum":
        for position, value in enumerate(fact.values):
            if value != current:
                yield Candidate((1, Fraction(position)), fact, value)
    elif fact.type != "code":
        yield from _figures(plan, facts, fact, on)


def _figures(plan: Plan, facts: Facts, fact: Fact, on: date) -> Iterator[Candidate]:
    """Values of a number or date at which some comparison of the policy turns; no day gone by."""
    nodes = _with_derivations(facts.catalogue, [leaf.ir for leaf in plan.leaves])
    current = _as_number(facts.values[fact.id])
    step = Fraction(1, fact.scale if fact.type == "ratio" else 1)
    low, high = _as_number(fact.min), _as_number(fact.max)
    if fact.type == "date":
        low = max(low, _as_number(on))
    tried: set[Fraction] = set()
    for root in _roots(plan, facts, fact, nodes, step):
        nearest = (floor(root / step) * step, ceil(root / step) * step, root)
        for value in {near + shift for near in nearest for shift in (-step, 0, step)}:
            whole = fact.type == "ratio" or value.denominator == 1
            if whole and value != current and low <= value <= high and value not in tried:
                tried.add(value)
                yield Candidate(
                    (2, abs(value - current) / max(abs(current), step)), fact, _as_value(fact, value)
                )


def _roots(plan: Plan, facts: Facts, fact: Fact, nodes: list[Node], step: Fraction) -> Iterator[Fraction]:
    """Where both sides of a comparison are equal, taking the difference as linear in the fact."""
    current = _as_number(facts.values[fact.id])
    here = Evaluation(facts, plan.binding)
    if fact.type == "date" and current == date.max.toordinal():
        step = -step  # there is no day after it
    there = Evaluation(facts.with_value(fact.id, _as_value(fact, current + step)), plan.binding)
    for left, right in _pairs(nodes):
        if fact.id not in (*ir.fact_names(left), *ir.fact_names(right)):
            continue
        now, then = _difference(here, left, right), _difference(there, left, right)
        if now is not None and then is not None and now != then:
            yield current - now * step / (then - now)


def _pairs(nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
    for part in (part for node in nodes for part in ir.walk(node)):
        match part:
            case ir.Compare(left=left, right=right):
                yield left, right
            case ir.Between(operand=operand, low=low, high=high):
                yield operand, low
                yield operand, high
            case ir.Membership(operand=operand, values=values):
                yield from ((operand, value) for value in values)


def _difference(evaluation: Evaluation, left: Node, right: Node) -> Fraction | None:
    a, b = evaluation.value(left), evaluation.value(right)
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return None
    return Fraction(a) - Fraction(b)


def _as_number(value: Value | None) -> Fraction:
    if isinstance(value, date):
        return Fraction(value.toordinal())
    if value is None or isinstance(value, str):
        raise TypeError(value)
    return Fraction(value)


def _as_value(fact: Fact, number: Fraction) -> Value:
    if fact.type == "date":
        return date.fromordinal(int(number))
    return int(number) if fact.type == "int" else number
