"""Every formula of an XLSForm, parsed and checked where it stands. Pure."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xlsform.lists import Lists
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import SETTINGS, SURVEY, Book, Column
from huiqi.questionnaires.xlsform.survey import Line, Outline
from huiqi.questionnaires.xpath.compiling import check
from huiqi.questionnaires.xpath.problems import XPathError
from huiqi.questionnaires.xpath.syntax import (
    Binary,
    Call,
    Filtered,
    Literal,
    Path,
    Reference,
    Tree,
    children,
    parse,
    walk,
)

COLUMNS = (
    "relevant",
    "constraint",
    "calculation",
    "required",
    "read_only",
    "choice_filter",
    "repeat_count",
    "default",
)
TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
# Cells that pyxform reads as true() or false().
_WORDS = frozenset({"yes", "no", "true", "false"})
_LONGEST_NEAR = 24
REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_OPERATORS = re.compile(r"\$\{|[A-Za-z:][\w:.\-]*\s*\(")


@dataclass(frozen=True)
class Formula:
    """A formula that can be read."""

    line: Line | None
    column: Column
    name: str
    text: str
    tree: Tree
    place: tuple[str, int, str]


def read_formulas(book: Book, outline: Outline, lists: Lists, problems: list[Problem]) -> list[Formula]:
    """All formulas that parse; the others are told with row and column, and so are wrong references."""
    found: list[Formula] = []
    for line, column, name, text in _cells(outline):
        place = (SURVEY, line.row.number, column.header)
        made = _formula(line, column, name, text, place, problems)
        if made is not None:
            found.append(made)
    settings = book.sheet(SETTINGS)
    for row in settings.rows:
        for column, text in settings.all(row, "instance_name"):
            place = (SETTINGS, row.number, column.header)
            made = _formula(None, column, "instance_name", text, place, problems)
            found += [made] if made is not None else []
    for formula in found:
        problems.extend(_wrong_references(formula, outline))
        if formula.name == "choice_filter" and formula.line is not None:
            problems.extend(_wrong_columns(formula, lists))
        elif formula.line is not None and not formula.line.begins:
            problems.extend(_bare_names(formula))
    problems.extend(_wrong_texts(outline))
    return found


def _cells(outline: Outline) -> Iterator[tuple[Line, Column, str, str]]:
    for line in outline.lines:
        for name in COLUMNS:
            for column, text in outline.sheet.all(line.row, name):
                if text.lower() in _WORDS and name != "default":
                    continue
                if name == "default" and not is_dynamic(text, line.type):
                    continue
                yield line, column, name, text


def is_dynamic(text: str, type_: str) -> bool:
    """True when a default is a formula: it calls a function or names an answer."""
    return bool(_OPERATORS.search(text)) and type_ not in {"note"}


def _formula(
    line: Line | None,
    column: Column,
    name: str,
    text: str,
    place: tuple[str, int, str],
    problems: list[Problem],
) -> Formula | None:
    try:
        tree = parse(text)
        check(tree)
    except XPathError as error:
        near = text[error.at : error.at + _LONGEST_NEAR].strip() if error.at > 0 else ""
        where = Message(gettext_noop("（在“%(near)s”附近）"), {"near": near}) if near else Message("")
        said = Message("%(said)s%(where)s", {"said": error.said, "where": where})
        problems.append(Problem(*place, said, error.advice))
        return None
    return Formula(line, column, name, text, tree, place)


def _wrong_references(formula: Formula, outline: Outline) -> Iterator[Problem]:
    for one in walk(formula.tree):
        if isinstance(one, Reference):
            yield from _wrong_name(one.name, formula.place, outline)


def _wrong_name(name: str, place: tuple[str, int, str], outline: Outline) -> Iterator[Problem]:
    lines = outline.named.get(name, [])
    if name.startswith("last-saved#"):
        said = gettext_noop("不支持引用上一份答卷（last-saved）。")
        yield problem(place, said, gettext_noop("请改用默认值。"))
    elif not lines:
        known = {one.lower(): one for one in outline.named}
        near = known.get(next(iter(difflib.get_close_matches(name.lower(), known, 1)), ""), "")
        advice = gettext_noop("是不是 ${%(near)s}？") if near else gettext_noop("请核对 name 列里的名称。")
        said = gettext_noop("引用的 ${%(name)s} 没有对应的题目。")
        yield problem(place, said, advice, name=name, near=near)
    elif len(lines) > 1:
        said = gettext_noop("引用的 ${%(name)s} 有%(count)s道同名的题，不知道是哪一道。")
        advice = gettext_noop("请把其中的改名。")
        yield problem(place, said, advice, name=name, count=len(lines))


def _wrong_texts(outline: Outline) -> Iterator[Problem]:
    for line in outline.lines:
        for name in (*TEXTS, "trigger"):
            for column, text in outline.sheet.all(line.row, name):
                place = (SURVEY, line.row.number, column.header)
                for reference in dict.fromkeys(REFERENCE.findall(text)):
                    yield from _wrong_name(reference, place, outline)


def _wrong_columns(formula: Formula, lists: Lists) -> Iterator[Problem]:
    """A choice_filter asks for columns of the choices sheet by their bare names."""
    assert formula.line is not None
    if "${" in formula.line.list_name:
        return
    for one in _bare_paths(formula.tree):
        name = one.steps[0].test
        if name not in lists.columns and one.steps[0].axis == "child" and not name.endswith(")"):
            said = gettext_noop("choices 工作表没有“%(name)s”这一列。")
            advice = gettext_noop("引用题目写作 ${%(name)s}；文字要加引号，写作 '%(name)s'。")
            yield problem(formula.place, said, advice, name=name)


def _bare_names(formula: Formula) -> Iterator[Problem]:
    """A name without ${} means something inside the question itself, where there is nothing."""
    for one in _outside_predicates(formula.tree):
        if not isinstance(one, Path) or one.is_absolute or one.start is not None:
            continue
        first = one.steps[0]
        if first.axis == "child" and not first.test.endswith(")"):
            said = gettext_noop("公式里的“%(name)s”既不是题目引用，也不是文字。")
            advice = gettext_noop("引用题目写作 ${%(name)s}；文字要加引号，写作 '%(name)s'。")
            if formula.name in {"required", "read_only"}:
                advice = gettext_noop("必填、只读写作 yes；引用题目写作 ${%(name)s}。")
            yield problem(formula.place, said, advice, name=first.test)


def _outside_predicates(tree: Tree) -> Iterator[Tree]:
    yield tree
    if isinstance(tree, Path):
        if tree.start is not None:
            yield from _outside_predicates(tree.start)
    elif isinstance(tree, Filtered):
        yield from _outside_predicates(tree.of)
    else:
        for child in children(tree):
            yield from _outside_predicates(child)


def _bare_paths(tree: Tree) -> Iterator[Path]:
    for one in walk(tree):
        if isinstance(one, Path) and not one.is_absolute and one.start is None and len(one.steps) == 1:
            yield one


def compared_choices(formula: Formula) -> Iterator[tuple[str, str]]:
    """(question, choice) wherever a formula asks whether a choice was taken."""
    for one in walk(formula.tree):
        if isinstance(one, Call) and one.name == "selected":
            first, second = one.arguments
        elif isinstance(one, Binary) and one.operator in {"=", "!="}:
            first, second = one.left, one.right
        else:
            continue
        if isinstance(second, Reference):
            first, second = second, first
        if isinstance(first, Reference) and isinstance(second, Literal) and second.text:
            yield first.name, second.text
