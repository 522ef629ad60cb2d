"""The choices sheet understood: lists by name, and what is wrong with them. Pure."""

import re
from dataclasses import dataclass, field

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xform.support import MEDIA_COLUMNS
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import CHOICES, SETTINGS, Book, Row, Sheet
from huiqi.questionnaires.xlsform.survey import Outline

_YES = frozenset({"yes", "true", "true()"})
_LIST_NAME = re.compile(r"[^\W\d][\w.\-]*")
KNOWN = frozenset({"list_name", "name", "label"})


@dataclass
class Lists:
    """The names of every list's choices, and where they stand."""

    sheet: Sheet
    names: dict[str, dict[str, int]] = field(default_factory=dict)
    first_row: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """What a choice_filter may ask of a choice."""
        return frozenset(column.header for column in self.sheet.columns) | KNOWN


def read_lists(book: Book, outline: Outline, problems: list[Problem]) -> Lists:
    """All lists, and every fault of the sheet and of the survey's references to it."""
    sheet = book.sheet(CHOICES)
    found = Lists(sheet)
    settings = book.sheet(SETTINGS)
    may_repeat = any(settings.get(row, "allow_choice_duplicates").lower() in _YES for row in settings.rows)
    for row in sheet.rows:
        _read_choice(found, row, may_repeat, problems)
    for line in outline.lines:
        if line.select and "${" not in line.list_name and line.list_name not in found.names:
            said = gettext_noop("choices 工作表里没有选项表“%(name)s”。")
            advice = gettext_noop("请核对 list_name 的写法；现有：%(known)s。")
            known = "、".join(list(found.names)[:12]) or "（没有）"
            place = (outline.sheet.name, line.row.number, outline.sheet.header("type"))
            problems.append(problem(place, said, advice, name=line.list_name, known=known))
    _check_spaces(found, outline, problems)
    return found


def _read_choice(found: Lists, row: Row, may_repeat: bool, problems: list[Problem]) -> None:
    sheet = found.sheet
    list_name, name = sheet.get(row, "list_name"), sheet.get(row, "name")
    if not list_name:
        if name:
            said = gettext_noop("选项“%(name)s”没有写属于哪个选项表。")
            place = (CHOICES, row.number, sheet.header("list_name"))
            problems.append(problem(place, said, gettext_noop("请填写 list_name。"), name=name))
        return
    names = found.names.setdefault(list_name, {})
    found.first_row.setdefault(list_name, row.number)
    if not name:
        said = gettext_noop("选项表“%(list)s”的这个选项没有名称。")
        place = (CHOICES, row.number, sheet.header("name"))
        problems.append(problem(place, said, gettext_noop("请在 name 列填写代码。"), list=list_name))
        return
    if name in names and not may_repeat:
        said = gettext_noop("选项表“%(list)s”里的名称“%(name)s”与第%(row)s行重复。")
        place = (CHOICES, row.number, sheet.header("name"))
        values = {"list": list_name, "name": name, "row": names[name]}
        problems.append(problem(place, said, gettext_noop("同一选项表里名称要不同。"), **values))
    names.setdefault(name, row.number)
    if not sheet.get(row, "label"):
        said = gettext_noop("选项“%(name)s”没有文字。")
        place = (CHOICES, row.number, sheet.header("label"))
        problems.append(problem(place, said, gettext_noop("请在 label 列填写给人看的文字。"), name=name))
    for medium in sorted(MEDIA_COLUMNS):
        for column, _text in sheet.all(row, medium):
            said = gettext_noop("不支持选项里的图片、声音、视频。")
            problems.append(problem((CHOICES, row.number, column.header), said, gettext_noop("请改用文字。")))


def _check_spaces(found: Lists, outline: Outline, problems: list[Problem]) -> None:
    """Names of several choices are kept in one text with spaces between."""
    several = {line.list_name for line in outline.lines if line.select in {"select_multiple", "rank"}}
    for list_name in sorted(several & found.names.keys()):
        for name, row in found.names[list_name].items():
            if " " in name:
                said = gettext_noop("多选的选项名称“%(name)s”里有空格。")
                place = (CHOICES, row, found.sheet.header("name"))
                problems.append(problem(place, said, gettext_noop("请去掉空格或改成下划线。"), name=name))
