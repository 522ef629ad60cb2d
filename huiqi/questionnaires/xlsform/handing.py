"""An XLSForm's sheets as they are handed to pyxform, and what is put back into its answer. Pure.

`or_other` is written out first, because pyxform would add "Other" and "Specify other." in English. Long lists
of choices are handed over with their first choice alone and filled in afterwards: pyxform builds a document
node by node, half a second for the 16,000 villages of a province.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from huiqi.questionnaires.xlsform.sheets import CHOICES, OURS, REQUESTS, SURVEY, Book, Column, Row, Sheet
from huiqi.questionnaires.xlsform.survey import other_of

# A list of fewer choices costs a few milliseconds.
LONG_LIST = 300
_OTHER, _OTHER_ENGLISH = "其他", "Other"
_WHICH, _WHICH_ENGLISH = "请填写其他是什么", "Please specify"
_KNOWN = frozenset({"list_name", "name", "label"})


@dataclass
class Handed:
    """The workbook as pyxform takes it. `numbers` are the rows of the file that the survey's rows come from;
    `held_back` the items of long lists, by name."""

    workbook: dict[str, Any] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    held_back: dict[str, str] = field(default_factory=dict)

    def row_of_file(self, row: int) -> int:
        """Where the survey's row of pyxform's message stands in the file."""
        return self.numbers[row - 2] if 2 <= row < len(self.numbers) + 2 else row

    def whole(self, xform: str) -> str:
        """The XForm with the long lists filled in."""
        for name, items in self.held_back.items():
            start = xform.find(f'<instance id="{name}">')
            end = xform.find("</root>", start)
            if start >= 0 and end >= 0:
                xform = f"{xform[:end]}{items}{xform[end:]}"
        return xform


def hand_over(book: Book) -> Handed:
    """The sheets as rows of cells; row numbers are those of the file, blank rows included."""
    made = Handed({"sheet_names": list(book.names), "fallback_form_name": "data"})
    others = _others(book)
    for name, sheet in book.sheets.items():
        # What is ours is written into the XForm afterwards: pyxform knows no such columns.
        columns = [column for column in sheet.columns if not column.name.startswith(f"{OURS}::")]
        if not columns or name == REQUESTS:
            continue
        rows = _numbered(sheet, {column.header for column in columns})
        if name == SURVEY and others:
            rows = _with_questions(sheet, rows, others)
            columns = columns if sheet.has("relevant") else [*columns, Column("relevant", "relevant")]
        if name == CHOICES:
            rows = _with_choices(sheet, _without_long(sheet, rows, made), others)
        if name == SURVEY:
            made.numbers = [number for number, _cells in rows]
        made.workbook[name] = [cells for _number, cells in rows]
        made.workbook[f"{name}_header"] = [{column.header: None for column in columns}]
    return made


Numbered = list[tuple[int, dict[str, str]]]


def _numbered(sheet: Sheet, headers: Collection[str]) -> Numbered:
    by_number = {row.number: row.cells for row in sheet.rows}
    last = max(by_number, default=1)
    return [
        (number, {key: text for key, text in by_number.get(number, {}).items() if key in headers})
        for number in range(2, last + 1)
    ]


# --- or_other -----------------------------------------------------------------------------------------


def _others(book: Book) -> dict[int, tuple[str, str]]:
    """(type without or_other, list) of every row of the survey with or_other. With a choice_filter it stays:
    pyxform then says that it cannot be."""
    sheet, found = book.sheet(SURVEY), {}
    for row in sheet.rows:
        plain, list_name = other_of(sheet.get(row, "type"))
        if list_name and sheet.get(row, "name") and not sheet.get(row, "choice_filter"):
            found[row.number] = (plain, list_name)
    return found


def _with_questions(sheet: Sheet, rows: Numbered, others: dict[int, tuple[str, str]]) -> Numbered:
    made: Numbered = []
    for number, cells in rows:
        if number not in others:
            made.append((number, cells))
            continue
        name = sheet.get(Row(number, cells), "name")
        asked = {
            sheet.header("type"): "text",
            sheet.header("name"): f"{name}_other",
            sheet.header("relevant"): f"selected(../{name}, 'other')",
            **_labels(sheet, _WHICH, _WHICH_ENGLISH),
        }
        made += [(number, cells | {sheet.header("type"): others[number][0]}), (number, asked)]
    return made


def _with_choices(sheet: Sheet, rows: Numbered, others: dict[int, tuple[str, str]]) -> Numbered:
    there = {(sheet.get(row, "list_name"), sheet.get(row, "name")) for row in sheet.rows}
    last = max((number for number, _cells in rows), default=1)
    for list_name in dict.fromkeys(name for _plain, name in others.values()):
        if (list_name, "other") not in there:
            cells = {sheet.header("list_name"): list_name, sheet.header("name"): "other"}
            rows.append((last, cells | _labels(sheet, _OTHER, _OTHER_ENGLISH)))
    return rows


def _labels(sheet: Sheet, chinese: str, english: str) -> dict[str, str]:
    columns = [column for column in sheet.columns if column.name == "label"]
    return {column.header: english if _is_english(column.language) else chinese for column in columns}


def _is_english(language: str) -> bool:
    plain = language.lower()
    return "english" in plain or "英" in plain or plain in {"en", "(en)"} or plain.endswith("(en)")


# --- long lists ---------------------------------------------------------------------------------------


def _without_long(sheet: Sheet, rows: Numbered, made: Handed) -> Numbered:
    """The rows without those of long lists but their first; their items go to `made.held_back`."""
    labels = [column for column in sheet.columns if column.name == "label"]
    further = [column for column in sheet.columns if column.name not in _KNOWN]
    is_plain = len(labels) == 1 and not labels[0].language
    if not is_plain or any(not _is_tag(column.header) for column in further):
        return rows
    heads = [sheet.header("name"), labels[0].header, *(column.header for column in further)]
    tags = ["name", "label", *heads[2:]]
    list_head = sheet.header("list_name")
    grouped: dict[str, list[int]] = {}
    for at, (_number, cells) in enumerate(rows):
        grouped.setdefault(cells.get(list_head, ""), []).append(at)
    dropped: set[int] = set()
    for name, places in grouped.items():
        if name and len(places) > LONG_LIST and not _speaks(rows, places, labels[0].header):
            made.held_back[escape(name)] = "".join(_item(rows[at][1], heads, tags) for at in places[1:])
            dropped.update(places[1:])
    return [row for at, row in enumerate(rows) if at not in dropped]


def _is_tag(header: str) -> bool:
    return header.isascii() and header.replace("_", "a").isalnum() and not header[0].isdigit()


def _speaks(rows: Numbered, places: list[int], label: str) -> bool:
    """Whether a label has the answer of a question in it, or there is none: pyxform's to work out."""
    return any("${" in rows[at][1].get(label, "${") for at in places)


def _item(cells: dict[str, str], heads: list[str], tags: list[str]) -> str:
    inner = "".join(
        f"<{tag}>{escape(cells[head])}</{tag}>"
        for head, tag in zip(heads, tags, strict=True)
        if head in cells
    )
    return f"<item>{inner}</item>"
