"""What stands in the form of a scenario: figures and conditions of the copy, old beside new, and faults."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huiqi.reference.judging import rulebook
from huiqi.rules.policy import DatedValue, Policy
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries.sources import variant
from huiqi.whatif.values import STEPPED, UNITS, show_value
from huiqi.whatif.variants import Built, Changes, leaf_nodes


@dataclass(frozen=True)
class Figure:
    """A figure of the copy, or one the scenario added, with the value of the day and its source."""

    id: str
    text: str
    unit: str
    unit_text: Any
    old: Any
    source: str
    new: Any
    is_added: bool = False

    @property
    def old_text(self) -> str:
        return show_value(self.unit, self.old)

    @property
    def new_text(self) -> str:
        return show_value(self.unit, self.new)

    @property
    def is_changed(self) -> bool:
        return self.is_added or self.old_text != self.new_text


@dataclass(frozen=True)
class Condition:
    """A condition of the copy as its author wrote it, and as the scenario has it."""

    id: str
    text: str
    article: str
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


def base_policy(scenario: Scenario) -> Policy | None:
    """The copied edition as a policy; None when today's catalogue no longer reads it."""
    return variant(scenario, Changes()).policy


def figures_of(scenario: Scenario, changes: Changes) -> list[Figure]:
    """Every figure of the copy, then those the scenario added."""
    policy = base_policy(scenario)
    found = []
    for name, one in (policy.editions[0].parameters if policy else {}).items():
        entry: DatedValue | None = one.at(scenario.on, scenario.on)
        old = entry.value if entry else None
        new = changes.parameters.get(name, old)
        source = entry.source if entry else one.source
        found.append(Figure(name, one.text or name, one.unit, UNITS.get(one.unit, ""), old, source, new))
    for added in changes.added:
        unit = UNITS.get(added.unit, "")
        found.append(Figure(added.id, added.text, added.unit, unit, None, "", added.value, is_added=True))
    return found


def stepped(figures: Sequence[Figure]) -> list[Figure]:
    """Those a curve can be drawn over: with a value, in whole steps."""
    return [one for one in figures if one.unit in STEPPED and one.new is not None]


def conditions_of(scenario: Scenario, changes: Changes) -> list[Condition]:
    """Every condition of the copy in reading order."""
    return [
        Condition(
            str(leaf["id"]),
            str(leaf["text"]),
            str(leaf.get("article") or ""),
            _text(leaf["expr"]),
            changes.conditions.get(str(leaf["id"]), _text(leaf["expr"])),
        )
        for leaf in leaf_nodes(scenario.content["conditions"])
    ]


def _text(expr: object) -> str:
    return str(expr).lower() if isinstance(expr, bool) else str(expr)


def amount_of(scenario: Scenario) -> str:
    """The formula of the copy, "" when the benefit is no sum."""
    return str(scenario.content["benefit"].get("amount") or "")


def checked(scenario: Scenario, changes: Changes) -> Built:
    """The scenario as the rulebook would read it."""
    return variant(scenario, changes)


def facts_offered(scenario: Scenario) -> list[tuple[str, str]]:
    """Names of facts that the copy's conditions rest on, with their labels, for whoever writes one."""
    policy = base_policy(scenario)
    facts = rulebook().catalogue.facts
    if policy is None:
        return []
    from_text = " ".join(_text(leaf["expr"]) for leaf in leaf_nodes(scenario.content["conditions"]))
    common = ("employees", "revenue", "assets", "size_class", "prefecture", "gb4754")
    return [(name, facts[name].label) for name in facts if name in common or name in from_text.split()]
