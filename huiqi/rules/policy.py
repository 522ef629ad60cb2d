"""A policy as read from the rulebook: frozen, named as in its file, with every expression in IR."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from huiqi.rules.ir import Node, Type

Bound = int | str | bool | Fraction  # a parameter's value as in ir.Const


@dataclass(frozen=True)
class Leaf:
    """One condition: `text` for people, `expr` as the author wrote it, `ir` as the engine reads it.

    `bits` is 64 or 128: the width of integers a columnar backend needs for it.
    """

    id: str
    text: str
    expr: str
    ir: Node
    article: str | None = None
    judgement: bool = False
    bits: int = 64

    kind: Literal["leaf"] = "leaf"


@dataclass(frozen=True)
class Group:
    """Conditions of which all or any must hold; `id` is given or made from the place."""

    kind: Literal["all", "any"]
    children: "tuple[Group | Leaf, ...]"
    id: str
    text: str
    article: str | None = None


@dataclass(frozen=True)
class Part:
    """A component of the amount, or one of several alternatives; never added to the total."""

    id: str
    text: str
    amount: str
    ir: Node
    bits: int = 64


@dataclass(frozen=True)
class Benefit:
    """What the firm gets; `amount` is None when the benefit is no sum of money or its formula is open."""

    nature: str
    amount: str | None = None
    ir: Node | None = None
    floor: bool = False
    per: str | None = None
    cap: str | None = None
    payer: str | None = None
    excludes: str | None = None
    note: str | None = None
    parts: tuple[Part, ...] = ()
    alternatives: tuple[Part, ...] = ()
    bits: int = 64
    excludes_policies: tuple[str, ...] = ()  # ids of policies one cannot have as well; always mutual


@dataclass(frozen=True)
class DatedValue:
    """A value in force from a day; `known_on` is the day it became known (its first day when None)."""

    from_: date | None
    to: date | None
    known_on: date | None
    value: Bound | None
    confidence: str
    source: str

    def applies(self, on: date, known_on: date) -> bool:
        known = self.known_on or self.from_
        return (
            (known is None or known <= known_on)
            and (self.from_ is None or self.from_ <= on)
            and (self.to is None or on <= self.to)
        )


@dataclass(frozen=True)
class Parameter:
    """A figure of the law with its source. `value` None with confidence GAP is an open figure."""

    id: str
    unit: str
    type: Type
    dated: tuple[DatedValue, ...]
    text: str | None = None

    @property
    def value(self) -> Bound | None:
        return self.dated[-1].value

    @property
    def confidence(self) -> str:
        return self.dated[-1].confidence

    @property
    def source(self) -> str:
        return self.dated[-1].source

    def at(self, on: date, known_on: date) -> DatedValue | None:
        """The entry in force on `on` as known on `known_on`: the latest start, then the latest known."""
        matching = [entry for entry in self.dated if entry.applies(on, known_on)]
        earliest = date.min
        return max(
            matching, key=lambda e: (e.from_ or earliest, e.known_on or e.from_ or earliest), default=None
        )


@dataclass(frozen=True)
class Edition:
    """A version of the policy: in force `from_`..`to`, known since `known_on`; its content is complete."""

    id: str
    known_on: date | None
    from_: date | None
    to: date | None
    supersedes: str | None
    conditions: Group
    optional: tuple[Leaf, ...]
    benefit: Benefit
    parameters: Mapping[str, Parameter]
    precision: str | None = None
    confidence: str | None = None
    note: str | None = None
    overrides: tuple[str, ...] = ()  # which of conditions, optional, benefit, parameters are its own

    @property
    def known_since(self) -> date | None:
        return self.known_on or self.from_

    def is_known(self, known_on: date) -> bool:
        return self.known_since is None or self.known_since <= known_on

    def covers(self, on: date) -> bool:
        return (self.from_ is None or self.from_ <= on) and (self.to is None or on <= self.to)


@dataclass(frozen=True)
class Deadline:
    text: str
    on: date | None = None
    expr: str | None = None
    ir: Node | None = None


@dataclass(frozen=True)
class Source:
    title: str | None = None
    url: str | None = None
    confidence: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class ExpectedCase:
    """One example a jurist can read; `failed` and `unknown` None mean: not stated."""

    name: str
    facts: Mapping[str, object]
    on: date
    known_on: date | None
    expect: str
    amount_fen: int | None
    failed: tuple[str, ...] | None = None
    unknown: tuple[str, ...] | None = None
    line: int = 0


@dataclass(frozen=True)
class Policy:
    id: str
    title: str
    summary: str
    authority: str
    role: str
    grant_mode: str
    governed_by: str
    standing: str
    conditions: Group
    optional: tuple[Leaf, ...]
    benefit: Benefit
    parameters: Mapping[str, Parameter]
    editions: tuple[Edition, ...]
    confidence: str
    title_en: str | None = None
    clauses: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    where: str | None = None
    deadline: Deadline | None = None
    gaps: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    confidence_note: str | None = None
    sources: tuple[Source, ...] = ()
    cases: tuple[ExpectedCase, ...] = ()

    def edition(self, edition_id: str) -> Edition:
        return next(edition for edition in self.editions if edition.id == edition_id)


def excluded_by(policy: Policy) -> tuple[str, ...]:
    """The ids of the policies that any edition of this one excludes, each once."""
    benefits = [policy.benefit, *(edition.benefit for edition in policy.editions)]
    return tuple(dict.fromkeys(name for benefit in benefits for name in benefit.excludes_policies))


def leaves(node: Group | Leaf) -> Iterator[Leaf]:
    """The leaves of a tree of conditions, in reading order."""
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from leaves(child)
