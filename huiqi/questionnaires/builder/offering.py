"""What help one question offers: the rules of requests that ask for one of its answers. Pure.

A rule that asks for more than one answer stays as it is in the file; the builder carries it along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiqi.questionnaires.builder.conditions import condition_of, formula_of
from huiqi.questionnaires.builder.plan import Condition, Item, ItemKind, Part, Plan

# More offers to one question nobody reads.
MOST_OFFERS = 8


@dataclass(frozen=True)
class Offer:
    """Who answers `option` is offered a request: which item and topic, what it is called, what it says."""

    option: str
    item: str
    topic: str
    title: str
    text: str = ""


def answer_asked(row: Mapping[str, str], name: str) -> str:
    """The option of the question `name` a rule asks for; "" when it asks for something else or more."""
    condition = condition_of(row.get("when", ""))
    parts = condition.parts if condition else ()
    if len(parts) != 1 or parts[0].of != name or parts[0].how not in {"is", "has"}:
        return ""
    return parts[0].value


def offers_of(plan: Plan, name: str) -> list[Offer]:
    """The offers of a question, in the order of the file."""
    found = []
    for row in plan.requests:
        option = answer_asked(row, name)
        if option:
            told = {key: row.get(key, "") for key in ("item", "topic", "title", "text")}
            found.append(Offer(option, **told))
    return found


def with_offers(plan: Plan, item: Item, offers: Sequence[Offer]) -> Plan:
    """The plan with these offers of the question, each in the place of the one before; `attach` and `fields`
    of a rule stay while it is for the same item."""
    left = list(offers)
    rows: list[Mapping[str, str]] = []
    for row in plan.requests:
        if not answer_asked(row, item.name):
            rows.append(row)
        elif left:
            rows.append(_row(item, left.pop(0), row))
    rows += [_row(item, one, {}) for one in left]
    return plan.but(requests=tuple(rows))


def _row(item: Item, offer: Offer, before: Mapping[str, str]) -> Mapping[str, str]:
    how = "has" if item.kind is ItemKind.MANY else "is"
    when = formula_of(Condition(False, ((Part(item.name, how, offer.option),),)))
    kept = dict(before) if before.get("item") == offer.item else {}
    told = {"when": when, "item": offer.item, "topic": offer.topic, "title": offer.title, "text": offer.text}
    made = {**kept, **told}
    return {key: text for key, text in made.items() if text}
