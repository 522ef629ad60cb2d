"""A policy with changed figures and conditions, read by the rulebook's own reader. Pure of Django.

A scenario holds two things as data: the content of the edition it was copied from, and its changes. Together
they make a document like the rulebook's policy.yaml, so that whatever the rulebook refuses is refused here in
the same words. Every field of the form is a line of that document, by which a problem finds its field.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from huiqi.rules.catalogue import Catalogue
from huiqi.rules.documents import Entry
from huiqi.rules.policy import Edition, Policy
from huiqi.rules.policy_file import read_policy
from huiqi.rules.problems import Problem
from huiqi.rules.sections import Report

ASSUMED = "测算假设，没有文件依据"
OVERRIDES = ("conditions", "optional", "benefit")
MOST_ADDED = 5
ADDED_ID = "added_"
_LINE = re.compile(r"第([0-9]+)行")


@dataclass(frozen=True)
class AddedFigure:
    """A figure the copied edition does not have, for conditions to name."""

    id: str
    text: str
    unit: str
    value: Any


@dataclass(frozen=True)
class AddedCondition:
    """One more condition all firms must meet."""

    text: str
    expr: str


@dataclass(frozen=True)
class Changes:
    """What differs from the copied edition. An empty expression of a condition means: without it.

    Values are written as in the rulebook: whole fen, ratios as decimal text, dates as 2020-02-01.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    added: Sequence[AddedFigure] = ()
    conditions: Mapping[str, str] = field(default_factory=dict)
    added_conditions: Sequence[AddedCondition] = ()
    amount: str | None = None

    def is_empty(self) -> bool:
        return self == Changes()

    def data(self) -> dict[str, Any]:
        """As kept in the database."""
        told = asdict(self)
        return {**told, "added": list(told["added"]), "added_conditions": list(told["added_conditions"])}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Changes":
        return cls(
            parameters=dict(data.get("parameters", {})),
            added=tuple(AddedFigure(**one) for one in data.get("added", ())),
            conditions=dict(data.get("conditions", {})),
            added_conditions=tuple(AddedCondition(**one) for one in data.get("added_conditions", ())),
            amount=data.get("amount"),
        )


@dataclass(frozen=True)
class Fault:
    """A problem with the field of the form it belongs to, "" when it is of the whole."""

    field: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Built:
    """The policy a scenario makes, None when something is wrong; `warnings` do not forbid it."""

    policy: Policy | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def content_of(document: Entry, policy: Policy, edition: Edition) -> dict[str, Any]:
    """The policy's document with the one edition as its only content, as plain data."""
    made = {**plain(document.plain)}
    own = next(one for one in made["editions"] if str(one["id"]) == edition.id)
    for name in OVERRIDES:
        if name in edition.overrides:
            made[name] = own[name]
    if "parameters" in edition.overrides:
        made["parameters"] = {**(made.get("parameters") or {}), **(own.get("parameters") or {})}
    dates = {"id": edition.id, "known_on": _day(edition.known_on), "from": _day(edition.from_)}
    made["editions"] = [{**dates, "to": _day(edition.to), "supersedes": None}]
    return made


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def plain(value: Any) -> Any:
    """As JSON holds it; exact decimals become text, which the rulebook reads alike."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


# ---------------------------------------------------------------- changing


def changed(content: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """The content with the changes made."""
    made = copy.deepcopy(dict(content))
    parameters = made["parameters"] = made.get("parameters") or {}
    for name, value in changes.parameters.items():
        old = parameters.get(name, {})
        parameters[name] = _assumed(old.get("text"), old.get("unit", "none"), value)
    for one in changes.added:
        parameters[one.id] = _assumed(one.text, one.unit, one.value)
    root = _with_conditions(made["conditions"], changes.conditions) or {"all": []}
    if changes.added_conditions:
        root = root if "all" in root else {"all": [root]}
        root["all"] += [
            {"id": f"{ADDED_ID}{at}", "text": one.text, "expr": one.expr}
            for at, one in enumerate(changes.added_conditions, 1)
        ]
    made["conditions"] = root
    if changes.amount is not None:
        made["benefit"] = {**made["benefit"], "amount": changes.amount or None}
    return made


def _assumed(text: object, unit: str, value: Any) -> dict[str, Any]:
    told = {"unit": unit, "value": value, "confidence": "BENCHMARK", "source": ASSUMED}
    if value is None:
        told["confidence"] = "GAP"
    return {**({"text": text} if text else {}), **told}


def _with_conditions(node: dict[str, Any], changes: Mapping[str, str]) -> dict[str, Any] | None:
    for kind in ("all", "any"):
        if kind in node:
            kept = [_with_conditions(child, changes) for child in node[kind]]
            children = [child for child in kept if child is not None]
            return {**node, kind: children} if children else None
    if node["id"] not in changes:
        return node
    expr = changes[node["id"]].strip()
    return {**node, "expr": expr} if expr else None


def leaf_nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The single conditions of a tree in reading order."""
    for kind in ("all", "any"):
        if kind in node:
            for child in node[kind] or ():
                yield from leaf_nodes(child)
            return
    yield node


# ---------------------------------------------------------------- reading


class _Fields(Report):
    """Notes problems by the field whose line they were found on."""

    def __init__(self, names: Mapping[int, str]) -> None:
        super().__init__("policy.yaml")
        self.names, self.faults = names, list[Fault]()

    def add(self, line: int, path: str, message: str, remedy: str) -> None:
        super().add(line, path, message, remedy)
        self.faults.append(Fault(self.names.get(line, ""), message, remedy))


class _Lines:
    """Numbers for the fields of the form, which stand for lines of the document."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def entry(self, value: Any, line: int = 0) -> Entry:
        if isinstance(value, dict):
            return Entry({key: self.entry(one, line) for key, one in value.items()}, line)
        if isinstance(value, list):
            return Entry([self.entry(one, line) for one in value], line)
        return Entry(value, line)

    def field(self, name: str, value: Any) -> Entry:
        line = len(self.names) + 1
        self.names[line] = name
        return self.entry(value, line)

    def conditions(self, node: Mapping[str, Any]) -> Entry:
        for kind in ("all", "any"):
            if kind in node:
                rest = {key: self.entry(one) for key, one in node.items() if key != kind}
                return Entry({**rest, kind: Entry([self.conditions(child) for child in node[kind]], 0)}, 0)
        return self.field(f"c-{node.get('id')}", dict(node))


def build(content: Mapping[str, Any], changes: Changes, catalogue: Catalogue) -> Built:
    """The policy of a scenario, with what the rulebook would say against it."""
    document, lines = changed(content, changes), _Lines()
    pairs = {name: lines.entry(value) for name, value in document.items()}
    parameters = document.get("parameters") or {}
    pairs["parameters"] = Entry({name: lines.field(f"p-{name}", one) for name, one in parameters.items()}, 0)
    pairs["conditions"] = lines.conditions(document["conditions"])
    benefit = document["benefit"]
    pairs["benefit"] = Entry({name: lines.field("amount", one) for name, one in benefit.items()}, 0)
    report = _Fields(lines.names)
    policy, warnings = read_policy(Entry(pairs, 0), str(content["id"]), catalogue, report)
    found = tuple(dict.fromkeys(report.faults))
    told = tuple(dict.fromkeys(_warned(one, lines.names) for one in warnings))
    return Built(None if found else policy, found, told)


def _warned(problem: Problem, names: Mapping[int, str]) -> Fault:
    found = _LINE.search(problem.place)
    return Fault(names.get(int(found[1]), "") if found else "", problem.message, problem.remedy)


def unsaid(content: Mapping[str, Any], changes: Changes) -> tuple[str, ...]:
    """Names of figures and conditions that changed, in the order of the document."""
    parameters = [*(content.get("parameters") or {})]
    figures = [name for name in parameters if name in changes.parameters]
    leaves = [str(leaf["id"]) for leaf in leaf_nodes(content["conditions"])]
    return (*figures, *(name for name in leaves if name in changes.conditions))
