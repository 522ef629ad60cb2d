"""A plan from the sheets of an XLSForm, and everything in them the builder can not show. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.builder.conditions import condition_of
from huiqi.questionnaires.builder.limits import limits_of, limits_said
from huiqi.questionnaires.builder.plan import CHOOSING, Item, ItemKind, Option, Plan
from huiqi.questionnaires.builder.writing import LOOKS, MONEY_UNIT, MONEY_UNIT_ENGLISH, TYPES
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import CHOICES, REQUESTS, SETTINGS, SURVEY, Book, Column, Row, Sheet
from huiqi.questionnaires.xlsform.survey import Line, outline

_KINDS = {type_: kind for kind, type_ in TYPES.items()} | {
    "text": ItemKind.TEXT,
    "decimal": ItemKind.DECIMAL,
    "int": ItemKind.INTEGER,
    "datetime": ItemKind.DATETIME,
    "string": ItemKind.TEXT,
    "location": ItemKind.GEOPOINT,
    "trigger": ItemKind.ACKNOWLEDGE,
}
_LOOKS = {word: look for look, word in LOOKS.items()} | {"autocomplete": "search", "search": "search"}
_YES, _NO = frozenset({"yes", "true", "true()"}), frozenset({"", "no", "false", "false()"})
_SHOWN = frozenset(
    "type name label hint required relevant constraint constraint_message calculation appearance default "
    "repeat_count parameters source choice_filter".split()
)
_OWN = {"huiqi::fact": "fact", "huiqi::unit": "unit", "huiqi::policy": "policy"}
_SETTINGS = frozenset({"form_title", "form_id", "version", "default_language"})
_CHINESE, _ENGLISH = ("", "zh", "中文", "chinese", "汉语", "简体"), ("en", "english", "英文", "英语")


# What the rows of a matrix may differ in.
_FILTER = re.compile(r"\s*([A-Za-z_][\w.\-]*)\s*=\s*\$\{\s*([A-Za-z_][\w.\-]*)\s*\}\s*", re.ASCII)
_OF_A_ROW = ("name", "label", "english", "source", "list_name", "fact", "unit", "policy")


@dataclass
class Read:
    """The plan; when `unknown` is not empty, the plan leaves that out and must not replace the file."""

    plan: Plan
    unknown: list[Problem] = field(default_factory=list)


def read_plan(book: Book) -> Read:
    """What the builder shows of a book."""
    return _Reader(book).read()


def language_of(column: Column) -> str:
    """`zh`, `en` or "?" for the language of a column."""
    words = {word.strip("()").lower() for word in column.language.replace("(", " (").split()} or {""}
    if words & set(_CHINESE):
        return "zh"
    return "en" if words & set(_ENGLISH) else "?"


class _Reader:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.unknown: list[Problem] = []
        # Faults of the file are told by the check; here only what can not be shown counts.
        self.outline = outline(book, [])
        self.sheet = book.sheet(SURVEY)
        self.lists: dict[str, tuple[Option, ...]] = {}
        self.has_english = False

    def read(self) -> Read:
        self.filters = self._filters()
        self._columns()
        self.lists = self._lists()
        lines = iter(self.outline.lines)
        items = self._items(lines, None)
        lost = {row.number for row in self.sheet.rows if row.cells} - {
            line.row.number for line in self.outline.lines
        }
        for number in sorted(lost):
            self._tell(number, "type", gettext_noop("这一行的题型在网页上做不了。"))
        settings = self._settings()
        used = {item.list_name for item in _walk(items)}
        plan = Plan(
            title=settings.get("form_title", ""),
            items=items,
            lists={name: options for name, options in self.lists.items() if name in used},
            form_id=settings.get("form_id", ""),
            version=settings.get("version", ""),
            has_english=self.has_english,
            requests=tuple(dict(row.cells) for row in self.book.sheet(REQUESTS).rows),
        )
        self._names(plan)
        self.unknown.sort(key=lambda one: (one.sheet != SURVEY, one.row))
        return Read(plan, self.unknown)

    def _tell(self, number: int, column: str, said: str, sheet: str = SURVEY, /, **values: object) -> None:
        self.unknown.append(problem((sheet, number, column), said, "", **values))

    def _columns(self) -> None:
        """Columns the builder does not know, where they are filled."""
        choosing = frozenset({"list_name", "name", "label", *self.filters.values()})
        for name, known in ((SURVEY, _SHOWN), (CHOICES, choosing)):
            sheet = self.book.sheet(name)
            for column in sheet.columns:
                first = next((row.number for row in sheet.rows if row.cells.get(column.header)), 0)
                if not first:
                    continue
                if name == SURVEY and column.header in _OWN:
                    continue
                if column.name not in known:
                    self._tell(first, column.header, gettext_noop("这一列的内容在网页上显示不了。"), name)
                elif language_of(column) == "?":
                    self._tell(first, column.header, gettext_noop("网页上只有中文和英文。"), name)
                elif language_of(column) == "en":
                    self.has_english = True

    def _filters(self) -> dict[str, str]:
        """The column by which each cascading list is narrowed; other filters cannot be shown."""
        found: dict[str, str] = {}
        for line in self.outline.lines:
            text = self.sheet.get(line.row, "choice_filter")
            if not text:
                continue
            matched = _FILTER.fullmatch(text)
            asked = self.outline.named.get(matched[2], []) if matched else []
            is_plain = len(asked) == 1 and asked[0].type == "select_one" and not line.has_other
            column = matched[1] if matched and matched[1] not in {"name", "label", "list_name"} else ""
            if not column or not is_plain or found.setdefault(line.list_name, column) != column:
                said = gettext_noop("这种选项筛选在网页上做不了。")
                self._tell(line.row.number, self.sheet.header("choice_filter"), said)
        return found

    def _settings(self) -> dict[str, str]:
        sheet, found = self.book.sheet(SETTINGS), dict[str, str]()
        for row in sheet.rows[:1]:
            for column in sheet.columns:
                text = row.cells.get(column.header, "")
                if text and column.name not in _SETTINGS:
                    said = gettext_noop("设置 %(name)s 在网页上显示不了。")
                    self._tell(row.number, column.header, said, SETTINGS, name=column.header)
                found.setdefault(column.name, text)
        return found

    def _lists(self) -> dict[str, tuple[Option, ...]]:
        sheet, found = self.book.sheet(CHOICES), dict[str, list[Option]]()
        for row in sheet.rows:
            list_name, name = sheet.get(row, "list_name"), sheet.get(row, "name")
            label, english = _both(sheet, row, "label")
            column = self.filters.get(list_name, "")
            for other in {*self.filters.values()} - {column}:
                if sheet.get(row, other):
                    said = gettext_noop("这一列的内容在网页上显示不了。")
                    self._tell(row.number, sheet.header(other), said, CHOICES)
            if list_name and name:
                parent = sheet.get(row, column) if column else ""
                found.setdefault(list_name, []).append(Option(name, label, english, parent))
        return {name: tuple(options) for name, options in found.items()}

    def _names(self, plan: Plan) -> None:
        seen: set[str] = set()
        for item in plan.walk():
            if item.name in seen:
                lines = self.outline.named.get(item.name, [])
                number = lines[-1].row.number if lines else 0
                self._tell(
                    number, "name", gettext_noop("有两道题都叫 %(name)s，网页上分不开。"), name=item.name
                )
            seen.add(item.name)

    # --- items ----------------------------------------------------------------------------------------

    def _items(self, lines: Iterator[Line], inside: Line | None) -> tuple[Item, ...]:
        found: list[Item] = []
        for line in lines:
            if line.ends:
                if inside is not None:
                    break
                continue
            item = self._container(line, lines) if line.begins else self._question(line)
            if item is not None:
                found.append(item)
        return tuple(found)

    def _container(self, line: Line, lines: Iterator[Line]) -> Item:
        looks = self.sheet.get(line.row, "appearance").split()
        kind = ItemKind.REPEAT if line.begins == "repeat" else ItemKind.PAGE
        made = self._shared(line, kind)
        items = self._items(lines, line)
        if kind is ItemKind.PAGE and looks == ["table-list"]:
            return self._matrix(line, made, items)
        if looks not in ([], ["field-list"]) or (kind is ItemKind.REPEAT and looks):
            self._tell(line.row.number, "appearance", gettext_noop("这种外观在网页上做不了。"))
        if line.begins not in {"group", "repeat"}:
            self._tell(line.row.number, "type", gettext_noop("这一行的题型在网页上做不了。"))
        count = self.sheet.get(line.row, "repeat_count")
        look = "loose" if kind is ItemKind.PAGE and not looks else ""
        return made.but(look=look, count=count, items=items)

    def _matrix(self, line: Line, made: Item, items: tuple[Item, ...]) -> Item:
        names = {item.list_name for item in items}
        required = {item.is_required for item in items}
        plain = {item.but(**dict.fromkeys(_OF_A_ROW, ""), is_required=False) for item in items}
        if plain != {Item(ItemKind.ONE, "")} or len(names) != 1 or len(required) != 1:
            said = gettext_noop(
                "网页上的矩阵题，每一行都要是同一组选项的单选，必填与否相同，没有各自的条件。"
            )
            self._tell(line.row.number, "type", said)
            return made.but(items=items)
        rows = tuple(item.but(list_name="", is_required=False) for item in items)
        return made.but(kind=ItemKind.MATRIX, list_name=names.pop(), is_required=required.pop(), items=rows)

    def _shared(self, line: Line, kind: ItemKind) -> Item:
        row, sheet = line.row, self.sheet
        label, english = _both(sheet, row, "label")
        hint, hint_english = _both(sheet, row, "hint")
        relevant = sheet.get(row, "relevant")
        condition = condition_of(relevant) if relevant else None
        own: dict[str, Any] = {name: row.cells.get(header, "") for header, name in _OWN.items()}
        return Item(
            kind,
            line.name,
            label=label,
            english=english,
            hint=hint,
            hint_english=hint_english,
            condition=condition,
            formula="" if condition is not None else relevant,
            source=sheet.get(row, "source"),
            **own,
        )

    def _question(self, line: Line) -> Item | None:
        kind = _KINDS.get(line.type) if not line.select else _KINDS[line.select]
        if kind is None or line.has_other or "${" in line.list_name:
            self._tell(line.row.number, "type", gettext_noop("这一行的题型在网页上做不了。"))
            return None
        item = self._looked(line, self._shared(line, kind))
        row, sheet = line.row, self.sheet
        required = sheet.get(row, "required").lower()
        if required not in _YES | _NO:
            self._tell(row.number, sheet.header("required"), gettext_noop("按条件必填在网页上做不了。"))
        item = item.but(
            is_required=required in _YES,
            list_name=line.list_name,
            parent=self._parent(row),
            calculation=sheet.get(row, "calculation"),
            default=sheet.get(row, "default"),
        )
        return self._ruled(row, self._scaled(row, self._unit(item)))

    def _parent(self, row: Row) -> str:
        matched = _FILTER.fullmatch(self.sheet.get(row, "choice_filter"))
        return matched[2] if matched else ""

    def _looked(self, line: Line, item: Item) -> Item:
        looks = self.sheet.get(line.row, "appearance").split()
        if looks == ["multiline"] and item.kind is ItemKind.TEXT:
            return item.but(kind=ItemKind.LONG_TEXT)
        if len(looks) == 1 and looks[0] in _LOOKS and item.kind in CHOOSING - {ItemKind.RANK}:
            return item.but(look=_LOOKS[looks[0]])
        if looks:
            self._tell(line.row.number, "appearance", gettext_noop("这种外观在网页上做不了。"))
        return item

    def _unit(self, item: Item) -> Item:
        """A decimal of so many 万元 is an amount."""
        if item.kind is not ItemKind.DECIMAL or not item.label.endswith(MONEY_UNIT):
            return item
        english = item.english.removesuffix(MONEY_UNIT_ENGLISH)
        return item.but(kind=ItemKind.MONEY, label=item.label.removesuffix(MONEY_UNIT), english=english)

    def _scaled(self, row: Row, item: Item) -> Item:
        text = self.sheet.get(row, "parameters")
        if not text:
            return item
        given = dict(part.partition("=")[::2] for part in text.replace(";", " ").replace(",", " ").split())
        if item.kind is not ItemKind.RANGE or set(given) - {"start", "end", "step"}:
            said = gettext_noop("参数 %(text)s 在网页上做不了。")
            self._tell(row.number, self.sheet.header("parameters"), said, text=text[:60])
            return item
        return item.but(low=given.get("start", ""), high=given.get("end", ""), step=given.get("step", ""))

    def _ruled(self, row: Row, item: Item) -> Item:
        text = self.sheet.get(row, "constraint")
        said, _english = _both(self.sheet, row, "constraint_message")
        limits, rule = limits_and_rule(item.kind, text)
        made = item.but(rule=rule, **limits)
        labels = {one.name: one.label for one in self.lists.get(item.list_name, ())}
        return made.but(rule_said="" if said == limits_said(made, labels) else said)


def limits_and_rule(kind: ItemKind, text: str) -> tuple[dict[str, str], str]:
    """A constraint taken apart into limits and whatever else it says."""
    whole = limits_of(kind, text) if text else None
    if whole is not None:
        return dict(whole), ""
    at = text.find(" and (")
    while at >= 0:
        limits, rest = limits_of(kind, text[:at]), text[at + len(" and ") :]
        if limits is not None and _is_one_bracket(rest):
            return dict(limits), rest[1:-1]
        at = text.find(" and (", at + 1)
    return {}, text


def _is_one_bracket(text: str) -> bool:
    """True when the first bracket closes at the very end."""
    depth, quote = 0, ""
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if not depth:
                return at == len(text) - 1
    return False


def _both(sheet: Sheet, row: Row, name: str) -> tuple[str, str]:
    """The Chinese and the English text of a cell; one that only repeats the Chinese is none."""
    texts = {"zh": "", "en": ""}
    for column, text in sheet.all(row, name):
        language = language_of(column)
        if language in texts and not texts[language]:
            texts[language] = text
    if not texts["zh"]:
        return texts["en"], ""
    return texts["zh"], "" if texts["en"] == texts["zh"] else texts["en"]


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)
