"""Acts on a plan: add, change, rename, duplicate, remove, move. Each gives a new plan. Pure."""

import re
from collections.abc import Callable

from huiqi.questionnaires.builder.conditions import (
    condition_of,
    formula_of,
    is_value,
    tidy_number,
)
from huiqi.questionnaires.builder.limits import limits_said
from huiqi.questionnaires.builder.plan import (
    CHOOSING,
    CONTAINERS,
    DAYS,
    NUMBERS,
    TEXTS,
    Condition,
    Item,
    ItemKind,
    Part,
    Plan,
)
from huiqi.questionnaires.builder.reading import limits_and_rule
from huiqi.questionnaires.builder.writing import MONEY_UNIT

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
# Beyond these a questionnaire is for Excel.
MOST_ITEMS, MOST_OPTIONS = 150, 300
Items = tuple[Item, ...]
Change = Callable[[Items, int], Items]


def fresh_name(plan: Plan, stem: str = "q") -> str:
    """`q1`, `q2` …: the first that nothing has."""
    taken = {item.name for item in plan.walk()}
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def fresh_list(plan: Plan, stem: str) -> str:
    """A name no list has."""
    number, name = 1, stem
    while name in plan.lists:
        number += 1
        name = f"{stem}_{number}"
    return name


def without_unused_lists(plan: Plan) -> Plan:
    used = {item.list_name for item in plan.walk()}
    return plan.but(lists={name: options for name, options in plan.lists.items() if name in used})


# --- where things stand -------------------------------------------------------------------------------


def _at(items: Items, name: str, change: Change) -> Items | None:
    """`items` with `change` made in the row in which `name` stands; None when it stands nowhere."""
    for index, item in enumerate(items):
        if item.name == name:
            return change(items, index)
        inside = _at(item.items, name, change) if item.kind is not ItemKind.MATRIX else None
        if inside is not None:
            return (*items[:index], item.but(items=inside), *items[index + 1 :])
    return None


def _changed(plan: Plan, name: str, change: Change) -> Plan:
    items = _at(plan.items, name, change)
    return plan if items is None else plan.but(items=items)


def parent_of(plan: Plan, name: str) -> Item | None:
    """The container a thing stands in, None at the top."""
    return next((item for item in plan.walk() if any(one.name == name for one in item.items)), None)


# --- acts ---------------------------------------------------------------------------------------------


def put(plan: Plan, name: str, item: Item) -> Plan:
    """`item` in the place of the one called `name`."""
    return _changed(plan, name, lambda items, at: (*items[:at], item, *items[at + 1 :]))


def insert(plan: Plan, item: Item, after: str) -> Plan:
    """A new item behind `after`, or at the end of the page or repeat `after`; at the very end for "".

    Pages stand at the top only.
    """
    there = plan.find(after) if after else None
    if there is None:
        return plan.but(items=(*plan.items, item))
    if item.kind is ItemKind.PAGE:
        top = next(one for one in plan.items if one.name == after or _holds(one, after))
        return _changed(plan, top.name, lambda items, at: (*items[: at + 1], item, *items[at + 1 :]))
    if _takes(there, item):
        return put(plan, after, there.but(items=(*there.items, item)))
    return _changed(plan, after, lambda items, at: (*items[: at + 1], item, *items[at + 1 :]))


def _holds(item: Item, name: str) -> bool:
    return any(one.name == name or _holds(one, name) for one in item.items)


def _takes(container: Item, item: Item) -> bool:
    if container.kind is ItemKind.PAGE:
        return item.kind is not ItemKind.PAGE
    return container.kind is ItemKind.REPEAT and item.kind not in {ItemKind.PAGE, ItemKind.REPEAT}


def remove(plan: Plan, name: str) -> Plan:
    """Without the item and what is inside; lists nobody uses go too."""
    return without_unused_lists(_changed(plan, name, lambda items, at: (*items[:at], *items[at + 1 :])))


def duplicate(plan: Plan, name: str) -> tuple[Plan, str]:
    """The item once more behind itself, under names of its own; the copy's name."""
    found = plan.find(name)
    if found is None:
        return plan, name
    taken = {item.name for item in plan.walk()}

    def again(item: Item) -> Item:
        number, made = 2, f"{item.name}_2"
        while made in taken:
            number += 1
            made = f"{item.name}_{number}"
        taken.add(made)
        return item.but(name=made, items=tuple(again(one) for one in item.items))

    copy = again(found)
    return _changed(plan, name, lambda items, at: (*items[: at + 1], copy, *items[at + 1 :])), copy.name


def move(plan: Plan, name: str, *, is_up: bool) -> Plan:
    """One place up or down; over the edge of a page it goes out of it, and into a page it meets."""
    item, parent = plan.find(name), parent_of(plan, name)
    if item is None or (parent is not None and parent.kind is ItemKind.MATRIX):
        return plan
    siblings = parent.items if parent is not None else plan.items
    at = next(index for index, one in enumerate(siblings) if one.name == name)
    beside = at - 1 if is_up else at + 1
    if not 0 <= beside < len(siblings):
        return plan if parent is None else _out(plan, item, parent, is_up=is_up)
    neighbour = siblings[beside]
    if _takes(neighbour, item):
        inside = (*neighbour.items, item) if is_up else (item, *neighbour.items)
        return put(_taken_out(plan, name), neighbour.name, neighbour.but(items=inside))
    return _changed(plan, name, lambda items, here: _swapped(items, here, beside))


def _swapped(items: Items, one: int, other: int) -> Items:
    row = list(items)
    row[one], row[other] = row[other], row[one]
    return tuple(row)


def _taken_out(plan: Plan, name: str) -> Plan:
    return _changed(plan, name, lambda items, at: (*items[:at], *items[at + 1 :]))


def _out(plan: Plan, item: Item, parent: Item, *, is_up: bool) -> Plan:
    def beside(items: Items, at: int) -> Items:
        cut = at if is_up else at + 1
        return (*items[:cut], item, *items[cut:])

    return _changed(_taken_out(plan, item.name), parent.name, beside)


def rename(plan: Plan, old: str, new: str) -> Plan:
    """Another name, also wherever conditions, formulas and texts speak of it."""
    reference = re.compile(rf"\$\{{\s*{re.escape(old)}\s*\}}")
    texts = ("label", "english", "hint", "hint_english", "rule", "rule_said", "formula", "calculation")

    def renamed(item: Item) -> Item:
        changed = {name: reference.sub(f"${{{new}}}", getattr(item, name)) for name in (*texts, "count")}
        groups = item.condition.groups if item.condition else ()
        told = tuple(
            tuple(Part(new, part.how, part.value) if part.of == old else part for part in group)
            for group in groups
        )
        condition = Condition(item.condition.is_any, told) if item.condition else None
        inside = tuple(renamed(one) for one in item.items)
        name = new if item.name == old else item.name
        changed["parent"] = new if item.parent == old else item.parent
        return item.but(**changed, name=name, condition=condition, items=inside)

    requests = tuple(
        {key: _renamed_word(key, reference.sub(f"${{{new}}}", text), old, new) for key, text in row.items()}
        for row in plan.requests
    )
    return plan.but(items=tuple(renamed(item) for item in plan.items), requests=requests)


def _renamed_word(key: str, text: str, old: str, new: str) -> str:
    """`attach` names questions without brackets, with spaces between."""
    return " ".join(new if word == old else word for word in text.split()) if key == "attach" else text


# --- put into one shape -------------------------------------------------------------------------------


def settled(item: Item, plan: Plan) -> Item:
    """The item in the shape in which it comes back from its XLSForm: limits and comparisons where they do."""
    item = _fitting(item)
    if item.formula and item.condition is None:
        condition = condition_of(item.formula)
        item = item if condition is None else item.but(condition=condition, formula="")
    elif item.condition is not None and is_whole(item.condition):
        item = item.but(condition=condition_of(formula_of(item.condition)))
    if item.rule:
        limits, rule = limits_and_rule(item.kind, item.rule)
        item = item.but(rule=rule, **limits) if not _has_limits(item) else item
    labels = {one.name: one.label for one in plan.lists.get(item.list_name, ())}
    item = item if item.rule_said != limits_said(item, labels) else item.but(rule_said="")
    return item.but(
        english="" if item.english == item.label else item.english,
        hint_english="" if item.hint_english == item.hint else item.hint_english,
    )


def is_whole(condition: Condition) -> bool:
    """True when every comparison has something to compare with."""
    return bool(condition.parts) and all(
        part.of and (part.value or part.how in {"filled", "blank"}) for part in condition.parts
    )


def _has_limits(item: Item) -> bool:
    return any((item.low, item.high, item.least, item.most, item.longest, item.alone))


def _fitting(item: Item) -> Item:
    """Without what does not apply to the kind; amounts by their kind, numbers tidy."""
    if item.kind in {ItemKind.DECIMAL, ItemKind.MONEY} and item.label.endswith(MONEY_UNIT):
        item = item.but(kind=ItemKind.MONEY, label=item.label.removesuffix(MONEY_UNIT).strip())
    has_size, kind = item.kind in NUMBERS | DAYS, item.kind
    sizes = {name: _tidy(getattr(item, name)) if has_size else "" for name in ("low", "high")}
    many = {name: getattr(item, name) if kind is ItemKind.MANY else "" for name in ("least", "most", "alone")}
    looks = {ItemKind.PAGE: {"loose"}, ItemKind.ONE: {"search", "likert"}, ItemKind.MANY: {"search"}}
    return item.but(
        **sizes,
        **many,
        step=_tidy(item.step) if kind is ItemKind.RANGE else "",
        longest=item.longest if kind in TEXTS else "",
        look=item.look if item.look in looks.get(kind, ()) else "",
        list_name=item.list_name if kind in CHOOSING else "",
        parent=item.parent if kind in {ItemKind.ONE, ItemKind.MANY} else "",
        count=item.count if kind is ItemKind.REPEAT else "",
        items=item.items if kind in CONTAINERS else (),
    )


def _tidy(text: str) -> str:
    return tidy_number(text) if is_value(text) and "-" not in text[1:] else text
