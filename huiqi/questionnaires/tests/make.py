"""Plain functions that make workbooks, forms, scenes and submissions for tests; nothing binary is kept."""

import io
import os
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from django.conf import settings

from huiqi.questionnaires.xform.definition import Form
from huiqi.questionnaires.xform.session import Session, open_session
from huiqi.questionnaires.xform.validation import Judgement, validate
from huiqi.questionnaires.xlsform.compiling import Compiled, compile_xlsform
from huiqi.questionnaires.xpath.compiling import compile_expression
from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import ZONE, Value

TODAY = date(2020, 2, 9)
NOW = datetime(2020, 2, 9, 14, 30, tzinfo=ZONE)
Rows = list[dict[str, Any]]
YES_NO: Rows = [
    {"list_name": "yn", "name": "y", "label": "是"},
    {"list_name": "yn", "name": "n", "label": "否"},
]


def material(kind: str) -> list[Path]:
    """Real files of the field, where this machine has them: HUIQI_MATERIAL, else beside the checkout."""
    folder = Path(os.environ.get("HUIQI_MATERIAL", settings.ROOT.parent / "shared" / "material")) / kind
    return sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []


def make_xlsform(
    survey: Rows, choices: Rows | None = None, settings: Rows | None = None, **sheets: Rows
) -> io.BytesIO:
    """An .xlsx with these rows; the columns are what the rows have, in order of appearance."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    given = {"survey": survey, "choices": choices or [], "settings": settings or [], **sheets}
    for name, rows in given.items():
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(key for row in rows for key in row))
        if columns:
            sheet.append(columns)
        for row in rows:
            sheet.append([row.get(key) for key in columns])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def compiled(survey: Rows, choices: Rows | None = None, settings: Rows | None = None) -> Compiled:
    return compile_xlsform(make_xlsform(survey, choices, settings))


def make_form(survey: Rows, choices: Rows | None = None, settings: Rows | None = None) -> Form:
    """The form of rows that are in order."""
    made = compiled(survey, choices, settings or [{"form_title": "试卷", "form_id": "t", "version": "1"}])
    assert made.form is not None, [str(one) for one in made.problems]
    return made.form


def make_session(form: Form, answers: dict[str, str] | None = None) -> Session:
    return open_session(form, answers, today=TODAY, now=NOW)


def judged(form: Form, inner: str, *, version: str = "1", root: str = "data") -> Judgement:
    """A submission with this inside, judged."""
    xml = f'<{root} id="{form.id}" version="{version}">{inner}</{root}>'
    return validate(form, xml, today=TODAY, now=NOW)


def kinds(judgement: Judgement) -> list[tuple[str, str]]:
    return [(one.path, one.kind.value) for one in judgement.violations]


def make_document(**answers: str | list[str]) -> Node:
    """`/data` with leaves; a list makes several of a name."""
    document = Node("")
    data = document.add(Node("data"))
    for name, values in answers.items():
        for value in values if isinstance(values, list) else [values]:
            data.add(Node(name, value))
    return document


def make_scene(document: Node, **instances: Node) -> Scene:
    return Scene(document, TODAY, NOW, instances)


def evaluated(text: str, document: Node | None = None, at: Node | None = None) -> Value:
    """What an expression comes to at /data."""
    document = document or make_document()
    return compile_expression(text).value(at or document.children[0], make_scene(document))


def raw_xlsx(parts: dict[str, str]) -> io.BytesIO:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        for name, text in parts.items():
            container.writestr(name, text)
    file.seek(0)
    return file
