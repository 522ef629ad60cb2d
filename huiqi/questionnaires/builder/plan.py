"""What the builder works on: a questionnaire as pages, questions and lists of options. Pure.

A Plan is what an officer sees; `writing` makes the XLSForm of it and `reading` gets it back from one. Names
are unique in the whole questionnaire, so a name says which item is meant. Texts are plain; a field that does
not apply to a kind is "".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self


class ItemKind(StrEnum):
    """What can be put into a questionnaire here."""

    TEXT = "text"
    LONG_TEXT = "longtext"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    ONE = "one"
    MANY = "many"
    RANK = "rank"
    RANGE = "range"
    NOTE = "note"
    ACKNOWLEDGE = "acknowledge"
    IMAGE = "image"
    FILE = "file"
    GEOPOINT = "geopoint"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    PAGE = "page"
    MATRIX = "matrix"
    REPEAT = "repeat"


CONTAINERS = frozenset({ItemKind.PAGE, ItemKind.MATRIX, ItemKind.REPEAT})
CHOOSING = frozenset({ItemKind.ONE, ItemKind.MANY, ItemKind.RANK, ItemKind.MATRIX})
NUMBERS = frozenset({ItemKind.INTEGER, ItemKind.DECIMAL, ItemKind.MONEY, ItemKind.RANGE})
DAYS = frozenset({ItemKind.DATE, ItemKind.DATETIME})
TEXTS = frozenset({ItemKind.TEXT, ItemKind.LONG_TEXT})
# Nobody answers these.
SILENT = frozenset({ItemKind.NOTE, ItemKind.CALCULATE, ItemKind.HIDDEN})


@dataclass(frozen=True)
class Option:
    """One option of a list: the name that is stored, the text, the text in English.

    `parent` names the option of another question under which it is offered (cascading lists).
    """

    name: str
    label: str
    english: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Part:
    """One comparison: a question, how (`conditions.Hows`), and with what."""

    of: str
    how: str
    value: str = ""


@dataclass(frozen=True)
class Condition:
    """Groups joined by "or" when `is_any`, else by "and"; inside a group it is the other one."""

    is_any: bool
    groups: tuple[tuple[Part, ...], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All comparisons in order."""
        return tuple(part for group in self.groups for part in group)


@dataclass(frozen=True)
class Item:
    """A question, or a page, matrix or repeat with others inside (`items`; a matrix has its rows there).

    Either `condition` or `formula` says when it is asked. `rule` is a condition on the answer that the limits
    (`low`, `high`, `least`, `most`, `longest`, `alone`) do not say; `rule_said` is told when the answer is
    not within either.
    """

    kind: ItemKind
    name: str
    label: str = ""
    english: str = ""
    hint: str = ""
    hint_english: str = ""
    is_required: bool = False
    look: str = ""
    list_name: str = ""
    # The question by whose answer the options are narrowed to those with that `Option.parent`.
    parent: str = ""
    low: str = ""
    high: str = ""
    step: str = ""
    least: str = ""
    most: str = ""
    longest: str = ""
    alone: str = ""
    rule: str = ""
    rule_said: str = ""
    condition: Condition | None = None
    formula: str = ""
    calculation: str = ""
    default: str = ""
    count: str = ""
    source: str = ""
    # What the answer means to the site (`huiqi::fact`, `huiqi::unit`, `huiqi::policy`).
    fact: str = ""
    unit: str = ""
    policy: str = ""
    items: tuple["Item", ...] = ()

    @property
    def is_container(self) -> bool:
        return self.kind in CONTAINERS

    @property
    def is_answered(self) -> bool:
        """True when a person answers it: not a note, not a page."""
        return self.kind not in SILENT and not self.is_container

    def but(self, **changed: Any) -> Self:
        return replace(self, **changed)


@dataclass(frozen=True)
class Plan:
    """A whole questionnaire. `form_id` and `version` are the file's own, "" for the site's.

    `requests` are the rows of the sheet by which answers become requests.
    """

    title: str = ""
    items: tuple[Item, ...] = ()
    lists: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    form_id: str = ""
    version: str = ""
    has_english: bool = False
    requests: tuple[Mapping[str, str], ...] = ()

    def walk(self) -> Iterator[Item]:
        """Every item in the order in which people meet it."""
        yield from _walk(self.items)

    def find(self, name: str) -> Item | None:
        return next((item for item in self.walk() if item.name == name), None)

    def uses(self, list_name: str) -> list[Item]:
        """The items that offer a list; rows of a matrix count as their matrix."""
        return [item for item in self.walk() if list_name and item.list_name == list_name]

    def numbers(self) -> dict[str, int]:
        """The number of each question as people count them: a matrix is one, its rows share it."""
        found: dict[str, int] = {}
        for item in self.walk():
            if item.name not in found and (item.is_answered or item.kind is ItemKind.MATRIX):
                number = max(found.values(), default=0) + 1
                found |= dict.fromkeys((item.name, *_rows(item)), number)
        return found

    @property
    def question_count(self) -> int:
        return sum(1 for item in self.walk() if item.is_answered)

    def but(self, **changed: Any) -> Self:
        return replace(self, **changed)


def _rows(item: Item) -> tuple[str, ...]:
    return tuple(row.name for row in item.items) if item.kind is ItemKind.MATRIX else ()


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)


# --- kept as JSON -------------------------------------------------------------------------------------


def plan_json(plan: Plan) -> dict[str, Any]:
    """What is stored; fields that say nothing are left out."""
    kept: dict[str, Any] = {
        "title": plan.title,
        "items": [item_json(item) for item in plan.items],
        "lists": {name: [_option_json(one) for one in options] for name, options in plan.lists.items()},
    }
    if plan.requests:
        kept["requests"] = [dict(row) for row in plan.requests]
    for name in ("form_id", "version", "has_english"):
        if getattr(plan, name):
            kept[name] = getattr(plan, name)
    return kept


def _option_json(one: Option) -> list[str]:
    kept = [one.name, one.label, one.english]
    return [*kept, one.parent] if one.parent else kept


def item_json(item: Item) -> dict[str, Any]:
    kept: dict[str, Any] = {"kind": item.kind.value}
    for each in fields(item):
        value = getattr(item, each.name)
        if value and each.name not in {"kind", "items", "condition"}:
            kept[each.name] = value
    if item.condition is not None:
        groups = [[[part.of, part.how, part.value] for part in group] for group in item.condition.groups]
        kept["condition"] = {"is_any": item.condition.is_any, "groups": groups}
    if item.items:
        kept["items"] = [item_json(one) for one in item.items]
    return kept


def plan_of(kept: Mapping[str, Any]) -> Plan:
    """The plan of its JSON, which only this module writes."""
    given = dict(kept)
    lists = {name: tuple(Option(*row) for row in rows) for name, rows in given.pop("lists", {}).items()}
    items = tuple(item_of(one) for one in given.pop("items", []))
    requests = tuple(given.pop("requests", []))
    return Plan(items=items, lists=lists, requests=requests, **given)


def item_of(kept: Mapping[str, Any]) -> Item:
    given = dict(kept)
    kind, inside = ItemKind(given.pop("kind")), given.pop("items", [])
    said = given.pop("condition", None)
    condition = None
    if said is not None:
        groups = tuple(tuple(Part(*part) for part in group) for group in said["groups"])
        condition = Condition(said["is_any"], groups)
    return Item(kind, condition=condition, items=tuple(item_of(one) for one in inside), **given)
