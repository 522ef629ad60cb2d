"""Questionnaires written for review (rulebook/questionnaires) as XLSForms. Pure."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import yaml

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

COLUMNS = (
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "choice_filter",
    "appearance",
    "default",
    "read_only",
    "repeat_count",
    "parameters",
    "source",
    "huiqi::fact",
    "huiqi::unit",
    "huiqi::policy",
)
REQUEST_COLUMNS = ("when", "item", "topic", "title", "text", "attach", "fields")
# Cells wide enough to read a question in.
_WIDTHS = {"label": 44, "hint": 30, "relevant": 30, "constraint": 30, "calculation": 30, "source": 24}


Lists = Mapping[str, Mapping[str, str]]


def read_readable(path: Path, known: Lists | None = None) -> Book:
    """The book of a YAML file. A list that is a word instead of options stands for that list of `known`:
    what the site has anyway, as its counties. Raises KeyError or ValueError for what is no questionnaire.
    """
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = {key for row in given["survey"] for key in row} - set(COLUMNS)
    if unknown:
        raise ValueError(f"{path.name}: unknown columns {sorted(unknown)}")
    sheets = {
        SURVEY: _sheet(SURVEY, COLUMNS, given["survey"]),
        CHOICES: _sheet(CHOICES, ("list_name", "name", "label"), _choices(given["lists"], known or {})),
        SETTINGS: _sheet(SETTINGS, ("form_title", "form_id", "version"), [_settings(given)]),
    }
    if given.get("requests"):
        sheets[REQUESTS] = _sheet(REQUESTS, REQUEST_COLUMNS, given["requests"])
    return Book(sheets, tuple(sheets))


def _settings(given: dict[str, Any]) -> dict[str, str]:
    return {"form_title": given["title"], "form_id": given["id"], "version": given["version"]}


def _choices(lists: dict[str, dict[str, str] | str], known: Lists) -> list[dict[str, str]]:
    return [
        {"list_name": list_name, "name": name, "label": label}
        for list_name, choices in lists.items()
        for name, label in (known[choices] if isinstance(choices, str) else choices).items()
    ]


def _sheet(name: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Sheet:
    filled = [{key: str(value) for key, value in row.items()} for row in rows]
    used = tuple(column_of(key) for key in columns if any(key in row for row in filled))
    numbered = (Row(number, cells) for number, cells in enumerate(filled, 2))
    return Sheet(name, used, tuple(numbered))


def to_xlsx(book: Book) -> bytes:
    """The book as a file people edit in Excel or WPS."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for sheet in book.sheets.values():
        page = made.create_sheet(sheet.name)
        page.append([column.header for column in sheet.columns])
        for row in sheet.rows:
            page.append([row.cells.get(column.header) for column in sheet.columns])
            for cell in page[page.max_row]:
                if cell.data_type == "f":
                    # A text that begins with "=" stays a text.
                    cell.data_type = "s"
        page.freeze_panes = "A2"
        for letter, column in zip(_letters(len(sheet.columns)), sheet.columns, strict=True):
            page.column_dimensions[letter].width = _WIDTHS.get(column.name, 16)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _letters(count: int) -> list[str]:
    return [openpyxl.utils.get_column_letter(index) for index in range(1, count + 1)]
