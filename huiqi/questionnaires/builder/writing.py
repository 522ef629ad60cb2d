"""A plan as the sheets of an XLSForm, and which row came from which item. Pure."""

from dataclasses import dataclass, field

from huiqi.questionnaires.builder.conditions import formula_of
from huiqi.questionnaires.builder.limits import constraint_of, limits_said
from huiqi.questionnaires.builder.plan import Item, ItemKind, Plan
from huiqi.questionnaires.xlsform.readable import COLUMNS
from huiqi.questionnaires.xlsform.sheets import (
    CHOICES,
    REQUESTS,
    SETTINGS,
    SURVEY,
    Book,
    Row,
    Sheet,
    column_of,
)

MONEY_UNIT, MONEY_UNIT_ENGLISH = "（万元）", " (CNY 10,000)"
CHINESE, ENGLISH = "中文 (zh)", "English (en)"
TYPES = {
    ItemKind.TEXT: "text",
    ItemKind.LONG_TEXT: "text",
    ItemKind.INTEGER: "integer",
    ItemKind.DECIMAL: "decimal",
    ItemKind.MONEY: "decimal",
    ItemKind.DATE: "date",
    ItemKind.TIME: "time",
    ItemKind.DATETIME: "dateTime",
    ItemKind.ONE: "select_one",
    ItemKind.MANY: "select_multiple",
    ItemKind.RANK: "rank",
    ItemKind.RANGE: "range",
    ItemKind.NOTE: "note",
    ItemKind.ACKNOWLEDGE: "acknowledge",
    ItemKind.IMAGE: "image",
    ItemKind.FILE: "file",
    ItemKind.GEOPOINT: "geopoint",
    ItemKind.CALCULATE: "calculate",
    ItemKind.HIDDEN: "hidden",
}
LOOKS = {"search": "minimal", "likert": "likert"}
# The column of an option that says under which option of another question it is offered.
PARENT = "parent"
_TRANSLATED = ("label", "hint", "constraint_message")


@dataclass
class Written:
    """The book, and the item of each row of `survey`; `option_rows` has the list of each row of `choices`."""

    book: Book
    item_rows: dict[int, str] = field(default_factory=dict)
    option_rows: dict[int, str] = field(default_factory=dict)


def write_book(plan: Plan) -> Written:
    """The XLSForm of a plan, whatever is wrong with it."""
    rows: list[tuple[str, dict[str, str]]] = []
    for item in plan.items:
        _write(item, plan, rows)
    options = [
        (
            name,
            {
                "list_name": name,
                "name": one.name,
                "label": one.label,
                "label_english": one.english,
                PARENT: one.parent,
            },
        )
        for name, list_ in plan.lists.items()
        for one in list_
    ]
    settings = {"form_title": plan.title, "form_id": plan.form_id, "version": plan.version}
    if plan.has_english:
        settings["default_language"] = CHINESE
    choice_columns: tuple[str, ...] = ("list_name", "name", "label")
    if any(one.parent for list_ in plan.lists.values() for one in list_):
        choice_columns = (*choice_columns, PARENT)
    setting_columns = tuple(name for name in settings if settings[name])
    asked = [dict(row) for row in plan.requests]
    asked_columns = tuple(dict.fromkeys(key for row in asked for key in row))
    more = {REQUESTS: _sheet(REQUESTS, asked_columns, asked, plan)} if asked else {}
    book = Book(
        {
            SURVEY: _sheet(SURVEY, COLUMNS, [cells for _name, cells in rows], plan),
            CHOICES: _sheet(CHOICES, choice_columns, [cells for _name, cells in options], plan),
            SETTINGS: _sheet(SETTINGS, setting_columns, [settings], plan),
            **more,
        },
        (SURVEY, CHOICES, SETTINGS, *more),
    )
    item_rows = {number: name for number, (name, _cells) in enumerate(rows, 2)}
    option_rows = {number: name for number, (name, _cells) in enumerate(options, 2)}
    return Written(book, item_rows, option_rows)


def _write(item: Item, plan: Plan, rows: list[tuple[str, dict[str, str]]]) -> None:
    if not item.is_container:
        rows.append((item.name, _cells(item, plan)))
        return
    word = "repeat" if item.kind is ItemKind.REPEAT else "group"
    rows.append((item.name, {**_shared(item), "type": f"begin_{word}", **_around(item)}))
    for one in item.items:
        if item.kind is ItemKind.MATRIX:
            row = one.but(kind=ItemKind.ONE, list_name=item.list_name, is_required=item.is_required)
            rows.append((item.name, _cells(row, plan)))
        else:
            _write(one, plan, rows)
    rows.append((item.name, {"type": f"end_{word}"}))


def _around(item: Item) -> dict[str, str]:
    looks = {ItemKind.PAGE: "" if item.look == "loose" else "field-list", ItemKind.MATRIX: "table-list"}
    return {"appearance": looks.get(item.kind, ""), "repeat_count": item.count}


def _shared(item: Item) -> dict[str, str]:
    return {
        "name": item.name,
        "label": item.label,
        "label_english": item.english,
        "hint": item.hint,
        "hint_english": item.hint_english,
        "relevant": item.formula or (formula_of(item.condition) if item.condition else ""),
        "source": item.source,
        "huiqi::fact": item.fact,
        "huiqi::unit": item.unit,
        "huiqi::policy": item.policy,
    }


def _cells(item: Item, plan: Plan) -> dict[str, str]:
    cells = _shared(item)
    type_ = TYPES[item.kind]
    cells["type"] = f"{type_} {item.list_name}".strip()
    cells["appearance"] = "multiline" if item.kind is ItemKind.LONG_TEXT else LOOKS.get(item.look, "")
    cells["required"] = "yes" if item.is_required else ""
    cells["constraint"] = constraint_of(item)
    labels = {one.name: one.label for one in plan.lists.get(item.list_name, ())}
    cells["constraint_message"] = item.rule_said or limits_said(item, labels)
    cells["calculation"] = item.calculation
    cells["default"] = item.default
    cells["choice_filter"] = f"{PARENT} = ${{{item.parent}}}" if item.parent else ""
    if item.kind is ItemKind.RANGE:
        cells["parameters"] = f"start={item.low} end={item.high} step={item.step}"
    if item.kind is ItemKind.MONEY:
        cells["label"] = f"{item.label}{MONEY_UNIT}"
        cells["label_english"] = f"{item.english}{MONEY_UNIT_ENGLISH}" if item.english else ""
    return cells


def _sheet(name: str, columns: tuple[str, ...], filled: list[dict[str, str]], plan: Plan) -> Sheet:
    used = [column for column in columns if any(row.get(column) for row in filled)]
    needed = ("type", "name", "label") if name == SURVEY else columns if name == CHOICES else ()
    used = [column for column in columns if column in used or column in needed]
    headers: list[tuple[str, str]] = []
    for column in used:
        if plan.has_english and column in _TRANSLATED and name != SETTINGS:
            headers.append((f"{column}::{CHINESE}", column))
            # The converter writes "-" for what is not translated: the Chinese text serves.
            headers.append((f"{column}::{ENGLISH}", f"{column}_english"))
        else:
            headers.append((column, column))
    rows = []
    for number, row in enumerate(filled, 2):
        cells = {header: _text(row, key) for header, key in headers}
        rows.append(Row(number, {header: text for header, text in cells.items() if text}))
    return Sheet(name, tuple(column_of(header) for header, _key in headers), tuple(rows))


def _text(row: dict[str, str], key: str) -> str:
    return row.get(key) or row.get(key.removesuffix("_english"), "")
