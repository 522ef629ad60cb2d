"""What programs get: the shapes the command line and the API share (the command line contract).

Money is integer fen, dates are ISO, ratios are exact text such as "0.055" or "11/200".
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from huiqi.policies.queries.verification import Counts
from huiqi.rules.catalogue import Catalogue, Fact
from huiqi.rules.explain import Explanation, Node

Json = dict[str, Any]


def verdict_json(explanation: Explanation) -> Json:
    """One policy's verdict with its tree of conditions; `amount_fen` is null unless eligible."""
    eligible = explanation.status == "eligible"
    return {
        "policy": explanation.policy,
        "edition": explanation.edition,
        "status": explanation.status,
        "assurance": explanation.assurance,
        "amount_fen": explanation.amount_fen if eligible else None,
        "nature": explanation.nature,
        "conditions": node_json(explanation.tree) if explanation.tree else None,
        "ask_for": list(explanation.ask_for),
    }


def node_json(node: Node) -> Json:
    """A condition and all below it."""
    return {**condition_json(node), "children": [node_json(child) for child in node.children]}


def condition_json(node: Node) -> Json:
    """A condition alone."""
    return {
        "id": node.id,
        "kind": node.kind,
        "result": node.result,
        "text": node.text,
        "article": node.article,
    }


def facts_json(catalogue: Catalogue) -> list[Json]:
    """The catalogue of facts in its order."""
    return [fact_json(fact) for fact in catalogue.facts.values()]


def fact_json(fact: Fact) -> Json:
    """One fact; bounds are real values, null where there is none."""
    return {
        "id": fact.id,
        "type": fact.type,
        "unit": fact.unit,
        "scale": fact.scale,
        "min": exact(fact.min),
        "max": exact(fact.max),
        "derived": fact.derived,
    }


def exact(value: object) -> int | str | None:
    """A number as an integer where whole, else as exact text; a date as ISO text."""
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()
    number = Fraction(str(value)) if not isinstance(value, Fraction) else value
    return int(number) if number.denominator == 1 else ratio_text(number)


def ratio_text(value: Fraction) -> str:
    """`0.055` when the decimal ends, else `11/200`-like."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = f"{abs(value.numerator * 10**places // value.denominator):0{places + 1}d}"
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def counts_json(found: Counts, failed: int) -> dict[str, int]:
    """The summary of a check of the rulebook."""
    return {
        "policies": found.policies,
        "live": found.live,
        "draft": found.draft,
        "editions": found.editions,
        "cases": found.cases,
        "failed": failed,
    }


def verdicts_json(explanations: Iterable[Explanation]) -> list[Json]:
    """All verdicts in the order given."""
    return [verdict_json(explanation) for explanation in explanations]
