"""A worked example for a policy: one of its own cases, reckoned step by step.

The cases are those a jurist reads beside the policy, so the page never shows an example nobody checked.
"""

from dataclasses import dataclass
from datetime import date

from huiqi.policies.queries import amounts
from huiqi.policies.queries.fact_words import fact_label, fact_value, labels_of
from huiqi.policies.queries.figures import figure_texts, figure_values
from huiqi.reference.judging import judge, parse_facts, rulebook
from huiqi.rules import editions, ir
from huiqi.rules.catalogue import Facts
from huiqi.rules.evaluate import Evaluation
from huiqi.rules.ir import Node
from huiqi.rules.policy import Edition, ExpectedCase, Policy


@dataclass(frozen=True)
class Example:
    """A firm of the example, the formula in words and in its figures, and what comes out (fen or None)."""

    name: str
    on: date
    known_on: date | None
    facts: list[tuple[str, str]]
    formula: str
    reckoning: str
    amount_fen: int | None


def worked_example(policy: Policy, edition: Edition) -> Example | None:
    """The first eligible case judged by this edition, one with an amount if there is any."""
    fitting = [
        case for case in policy.cases if case.expect == "eligible" and _edition_of(policy, case) is edition
    ]
    chosen = max(fitting, key=_plainness, default=None)
    return _example(chosen, edition) if chosen else None


def _plainness(case: ExpectedCase) -> int:
    """How readable a case's amount is: the zeros at its end. Boundary cases have crooked ones, or none."""
    digits = str(case.amount_fen or "")
    return len(digits) - len(digits.rstrip("0")) if digits else 0


def _edition_of(policy: Policy, case: ExpectedCase) -> Edition | None:
    return editions.choose(policy, case.on, case.known_on or case.on)


def _example(case: ExpectedCase, edition: Edition) -> Example:
    facts = parse_facts(case.facts)
    formula = reckoning = ""
    if edition.benefit.ir is not None and case.amount_fen is not None:
        known_on = case.known_on or case.on
        labels = labels_of(rulebook().catalogue.facts)
        named = amounts.named(labels, figure_texts(edition, case.on, known_on))
        filled = amounts.with_values(
            _values(facts, edition, case), figure_values(edition, case.on, known_on), labels
        )
        formula = amounts.words(edition.benefit.ir, named)
        binding = editions.bind(edition, case.on, known_on)
        reckoning = amounts.words(_branch_taken(edition.benefit.ir, Evaluation(facts, binding)), filled)
    return Example(case.name, case.on, case.known_on, shown_facts(facts), formula, reckoning, case.amount_fen)


def _branch_taken(node: Node, evaluation: Evaluation) -> Node:
    """The result a formula by cases comes down to for this firm; other formulas as they are."""
    if not isinstance(node, ir.Case):
        return node
    for when, then in node.branches:
        truth = evaluation.truth(when)
        if truth is None:
            return node
        if truth:
            return _branch_taken(then, evaluation)
    return node if node.otherwise is None else _branch_taken(node.otherwise, evaluation)


def shown_facts(facts: Facts) -> list[tuple[str, str]]:
    """Label and value of every fact given, in the catalogue's order."""
    catalogue = facts.catalogue
    return [
        (fact_label(catalogue.facts[fact_id]), fact_value(catalogue.facts[fact_id], facts.values[fact_id]))
        for fact_id in catalogue.in_order(set(facts.values))
    ]


def _values(facts: Facts, edition: Edition, case: ExpectedCase) -> dict[str, str]:
    """The values the formula needs, derived where they were not given."""
    values = {}
    for fact_id in ir.fact_names(edition.benefit.ir) if edition.benefit.ir is not None else ():
        value = facts.get(fact_id)
        if value is None and facts.catalogue.facts[fact_id].derived:
            value = judge(case.on, case.known_on).derive(facts, fact_id)
        if value is not None:
            values[fact_id] = fact_value(facts.catalogue.facts[fact_id], value)
    return values
