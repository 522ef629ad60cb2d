"""From an .xlsx to a questionnaire that can be filled in, or to everything that has to be mended. Pure.

    compiled = compile_xlsform(file)
    compiled.is_ok, compiled.problems, compiled.warnings, compiled.xform, compiled.form

pyxform stops at its first complaint and does not look into formulas; the checks before and after it report
all at once, each with sheet, row and column.
"""

from dataclasses import dataclass
from typing import BinaryIO

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.annotations import annotated
from huiqi.questionnaires.xform.definition import Fault, Form, FormError, Kind
from huiqi.questionnaires.xform.reading import all_questions, read_form
from huiqi.questionnaires.xform.safe_xml import XmlRefused
from huiqi.questionnaires.xlsform.conversion import to_xform
from huiqi.questionnaires.xlsform.features import refused_features
from huiqi.questionnaires.xlsform.formulas import read_formulas
from huiqi.questionnaires.xlsform.lint import advice
from huiqi.questionnaires.xlsform.lists import read_lists
from huiqi.questionnaires.xlsform.meanings import Known, read_meanings
from huiqi.questionnaires.xlsform.problems import Problem
from huiqi.questionnaires.xlsform.requests import read_requests
from huiqi.questionnaires.xlsform.sheets import SETTINGS, SURVEY, Book
from huiqi.questionnaires.xlsform.survey import Line, Outline, asked, outline
from huiqi.questionnaires.xlsform.workbook import BookRefused, read_book

MOST_TOLD = 200
_COLUMN_OF = {"calculate": "calculation", "jr:count": "repeat_count", "readonly": "read_only", "bind": "type"}


@dataclass(frozen=True)
class Compiled:
    """What came of a file. `form` and `xform` are there when nothing has to be mended."""

    title: str = ""
    questions: int = 0
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    xform: str = ""
    form: Form | None = None

    @property
    def is_ok(self) -> bool:
        return self.form is not None and not self.problems

    @property
    def as_json(self) -> dict[str, object]:
        """The shape the command line promises."""
        return {
            "ok": self.is_ok,
            "title": self.title,
            "questions": self.questions,
            "errors": [one.as_json for one in self.problems],
            "warnings": [one.as_json for one in self.warnings],
        }


def compile_xlsform(file: BinaryIO, known: Known | None = None) -> Compiled:
    """Read, check and convert an XLSForm. Never raises for what is in the file.

    `known`: the facts, policies and items of the site that the file may name; None leaves them unchecked.
    """
    try:
        book, problems = read_book(file)
    except BookRefused as refused:
        return Compiled(problems=(refused.told,))
    return compile_book(book, problems, known)


def compile_book(book: Book, problems: list[Problem] | None = None, known: Known | None = None) -> Compiled:
    """Check and convert sheets that were read or made."""
    found = list(problems or ())
    survey = outline(book, found)
    lists = read_lists(book, survey, found)
    formulas = read_formulas(book, survey, lists, found)
    found += refused_features(book, survey)
    meant = read_meanings(survey, lists, known, found)
    requests = read_requests(book, survey, known, found)
    warnings = advice(survey, lists, formulas)
    title = _title(book)
    count = sum(1 for _ in asked(survey.lines))
    if not count:
        said = Message(gettext_noop("问卷里没有题目。"))
        found.append(Problem(SURVEY, 0, "", said, Message(gettext_noop("请在 survey 工作表里加题目。"))))
    if found and all(one.sheet == SURVEY and not one.row for one in found):
        return Compiled(title, count, _sorted(found), tuple(warnings))
    converted = to_xform(book)
    told = {(one.sheet, one.row) for one in found}
    # What stopped pyxform is often what was told already.
    found += [
        one for one in converted.problems if (one.sheet, one.row) not in told and (one.row or not found)
    ]
    warnings += converted.warnings
    xform = annotated(converted.xform, meant, requests) if converted.xform and not found else ""
    form = _read(xform, survey, found) if xform else None
    if found or form is None:
        return Compiled(title, count, _sorted(found), tuple(warnings))
    asked_count = sum(1 for one in all_questions(form) if one.kind is not Kind.NOTE)
    return Compiled(form.title, asked_count, (), tuple(warnings), xform, form)


def _sorted(found: list[Problem]) -> tuple[Problem, ...]:
    unique = list({(one.sheet, one.row, one.column, one.message): one for one in found}.values())
    unique.sort(key=lambda one: (one.sheet != SURVEY, one.sheet, one.row))
    return tuple(unique[:MOST_TOLD])


def _title(book: Book) -> str:
    settings = book.sheet(SETTINGS)
    titles = (settings.get(row, name) for row in settings.rows for name in ("form_title", "form_id"))
    return next((title for title in titles if title), "")


def _read(xform: str, survey: Outline, found: list[Problem]) -> Form | None:
    try:
        return read_form(xform)
    except XmlRefused as refused:
        found.append(Problem("", 0, "", refused.said))
    except FormError as error:
        found += [_placed(fault, survey) for fault in error.faults]
    return None


def _placed(fault: Fault, survey: Outline) -> Problem:
    """The fault where the officer wrote it."""
    line = _line_of(fault.path, survey)
    name = _COLUMN_OF.get(fault.aspect, fault.aspect)
    if line is None:
        said = Message("%(path)s %(said)s", {"path": fault.path, "said": fault.said})
        return Problem(SURVEY, 0, "", said, fault.advice)
    if name == "calculation" and line.begins == "repeat":
        name = "repeat_count"
    return Problem(SURVEY, line.row.number, survey.sheet.header(name), fault.said, fault.advice)


def _line_of(path: str, survey: Outline) -> Line | None:
    # The root is called as the settings say; outlines call it data.
    plain = "/data/" + path.partition("/")[2].partition("/")[2]
    found = survey.paths.get(plain)
    if found is None and plain.endswith("_count"):
        found = survey.paths.get(plain.removesuffix("_count"))
    return found
