"""The survey sheet understood: types, names, groups, paths. Pure."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.support import REFUSED_TYPES
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import SURVEY, Book, Row, Sheet

_NAME = re.compile(r"[^\W\d][\w.\-]*")
_BEGIN = re.compile(r"begin[ _](group|repeat|loop|lgroup|looped group)\b.*")
_END = re.compile(r"end[ _](group|repeat|loop|lgroup|looped group)\b.*")
_SELECT = re.compile(
    r"(?P<command>select[_ ]one[_ ]external|select[_ ]one[_ ]from[_ ]file|select[_ ]multiple[_ ]from[_ ]file"
    r"|select[_ ]one(?: from)?|select1|select[_ ]multiple(?: from)?|select all that apply(?: from)?"
    r"|add select one prompt using|add select multiple prompt using|rank)"
    r"\s+(?P<list>\S+)(?:\s+(?P<other>or_other|or other|or specify other))?"
)
_OTHER_END = re.compile(r"\s+(?:or_other|or other|or specify other)$")
_MULTIPLE = ("select_multiple", "select multiple", "select all", "add select multiple")
# What officers write for it; the advice names the right word.
_MEANT = {
    "number": "integer",
    "float": "decimal",
    "radio": "select_one",
    "checkbox": "select_multiple",
    "textarea": "text",
    "photo": "image",
    "文本": "text",
    "整数": "integer",
    "小数": "decimal",
    "日期": "date",
    "单选": "select_one 选项表名",
    "多选": "select_multiple 选项表名",
}
# Rows that ask nobody anything.
SILENT = frozenset(
    {
        "calculate",
        "hidden",
        "note",
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "phonenumber",
        "email",
        "simserial",
        "subscriberid",
    }
)
NUMERIC = frozenset({"integer", "int", "decimal", "range"})


@dataclass(frozen=True)
class Line:
    """One row of the survey: what it is, and the path its answer will have."""

    row: Row
    type: str
    name: str
    path: str
    # "select_one", "select_multiple", "rank" or "" with the list's name.
    select: str = ""
    list_name: str = ""
    has_other: bool = False
    begins: str = ""
    ends: str = ""
    repeats: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        return not self.begins and not self.ends and self.type not in SILENT


@dataclass
class Outline:
    """All lines, and which lines have a name."""

    sheet: Sheet
    lines: list[Line] = field(default_factory=list)
    named: dict[str, list[Line]] = field(default_factory=dict)
    paths: dict[str, Line] = field(default_factory=dict)


def outline(book: Book, problems: list[Problem]) -> Outline:
    """Walk the survey; what can not be understood is told and skipped."""
    sheet = book.sheet(SURVEY)
    found = Outline(sheet)
    for needed in ("type", "name"):
        if sheet.columns and not sheet.has(needed):
            said = gettext_noop("survey 工作表缺少 %(name)s 列。")
            problems.append(problem((SURVEY, 1, ""), said, gettext_noop("请在第1行补上。"), name=needed))
    reader = _Reader(sheet, problems)
    for row in sheet.rows:
        line = reader.line(row)
        if line is not None:
            found.lines.append(line)
            if line.name and not line.ends:
                found.named.setdefault(line.name, []).append(line)
                found.paths.setdefault(line.path, line)
    reader.finish()
    return found


class _Reader:
    def __init__(self, sheet: Sheet, problems: list[Problem]) -> None:
        self._sheet = sheet
        self._problems = problems
        # (kind, row, name, path) of every group that is open.
        self._open: list[tuple[str, int, str, str]] = []
        self._siblings: list[dict[str, int]] = [{}]

    def _place(self, row: Row, column: str) -> tuple[str, int, str]:
        return SURVEY, row.number, self._sheet.header(column)

    def line(self, row: Row) -> Line | None:
        given = self._sheet.get(row, "type")
        name = self._sheet.get(row, "name")
        if not given:
            if name or self._sheet.get(row, "label"):
                said = gettext_noop("这一行没有写题型。")
                advice = gettext_noop("请在 type 列填写，如 text、integer、select_one 选项表名。")
                self._problems.append(problem(self._place(row, "type"), said, advice))
            return None
        words = " ".join(given.split())
        if _END.fullmatch(words.lower()):
            return self._end(row, words.lower())
        begin = _BEGIN.fullmatch(words.lower())
        if begin:
            return self._begin(row, name, _group_kind(begin[1]))
        return self._question(row, words, name)

    def _question(self, row: Row, words: str, name: str) -> Line | None:
        select = _SELECT.fullmatch(words)
        type_ = words.lower() if words not in QUESTION_TYPE_DICT else words
        command = select["command"].replace(" ", "_") if select else type_
        if command in REFUSED_TYPES:
            self._refuse_type(row, command)
            return None
        if not select and type_ not in QUESTION_TYPE_DICT and type_ not in {"audit", "trigger"}:
            self._unknown_type(row, words)
            return None
        path = self._named(row, name or (f"generated_note_name_{row.number}" if type_ == "note" else ""))
        made = Line(row, type_, name, path, repeats=self._repeats())
        if select is None:
            return made
        kind = "rank" if command == "rank" else "select_one"
        kind = "select_multiple" if words.startswith(_MULTIPLE) else kind
        return Line(
            row, kind, name, path, kind, select["list"], select["other"] is not None, repeats=self._repeats()
        )

    def _refuse_type(self, row: Row, command: str) -> None:
        said = gettext_noop("不支持题型 %(type)s（%(what)s）。")
        advice = gettext_noop("请改用支持的题型，或删去这一题。")
        what = Message(REFUSED_TYPES[command])
        self._problems.append(problem(self._place(row, "type"), said, advice, type=command, what=what))

    def _unknown_type(self, row: Row, words: str) -> None:
        first = words.split()[0].lower()
        near = _MEANT.get(first, "")
        if not near and first in {"select_one", "select_multiple", "rank"}:
            said = gettext_noop("题型 %(type)s 后面没有选项表的名称。")
            advice = gettext_noop("请写作 %(type)s 选项表名，选项列在 choices 工作表。")
            self._problems.append(problem(self._place(row, "type"), said, advice, type=first))
            return
        if not near:
            known = [*QUESTION_TYPE_DICT, "select_one", "select_multiple", "begin_group", "end_group"]
            near = next(iter(difflib.get_close_matches(words.lower(), known, 1)), "")
        advice = gettext_noop("是不是 %(near)s？") if near else gettext_noop("请从 XLSForm 的题型里选一种。")
        said = gettext_noop("没有题型“%(type)s”。")
        self._problems.append(problem(self._place(row, "type"), said, advice, type=words[:40], near=near))

    def _named(self, row: Row, name: str) -> str:
        above = self._open[-1][3] if self._open else "/data"
        if not name:
            said = gettext_noop("这一题没有名称。")
            advice = gettext_noop("请在 name 列填写英文名称，如 employees。")
            self._problems.append(problem(self._place(row, "name"), said, advice))
            return ""
        if not _NAME.fullmatch(name):
            said = gettext_noop("名称“%(name)s”不能用。")
            advice = gettext_noop("名称以字母开头，只用字母、数字和下划线，不留空格。")
            self._problems.append(problem(self._place(row, "name"), said, advice, name=name[:40]))
        elif name in self._siblings[-1]:
            said = gettext_noop("名称“%(name)s”与第%(row)s行重复。")
            advice = gettext_noop("同一组里每道题的名称要不同。")
            values = {"name": name, "row": self._siblings[-1][name]}
            self._problems.append(problem(self._place(row, "name"), said, advice, **values))
        self._siblings[-1].setdefault(name, row.number)
        return f"{above}/{name}"

    def _begin(self, row: Row, name: str, kind: str) -> Line | None:
        if kind == "loop":
            said = gettext_noop("不支持 begin_loop。")
            self._problems.append(
                problem(self._place(row, "type"), said, gettext_noop("请改用 begin_repeat 和 repeat_count。"))
            )
        path = self._named(row, name)
        made = Line(row, f"begin_{kind}", name, path, begins=kind, repeats=self._repeats())
        self._open.append((kind, row.number, name, path or "/data"))
        self._siblings.append({})
        return made

    def _end(self, row: Row, words: str) -> Line | None:
        kind = _group_kind(_END.fullmatch(words)[1])  # type: ignore[index]
        if not self._open:
            said = gettext_noop("多了一行 %(words)s，前面没有对应的 begin_%(kind)s。")
            self._problems.append(
                problem(
                    self._place(row, "type"), said, gettext_noop("请删去这一行。"), words=words, kind=kind
                )
            )
            return None
        opened, number, name, _path = self._open.pop()
        self._siblings.pop()
        if opened != kind:
            said = gettext_noop("第%(row)s行的 begin_%(opened)s（%(name)s）用 end_%(kind)s 结束了。")
            advice = gettext_noop("请核对成对的 begin 和 end。")
            values = {"row": number, "opened": opened, "name": name, "kind": kind}
            self._problems.append(problem(self._place(row, "type"), said, advice, **values))
        return Line(row, f"end_{kind}", "", "", ends=kind)

    def _repeats(self) -> tuple[str, ...]:
        return tuple(path for kind, _row, _name, path in self._open if kind == "repeat")

    def finish(self) -> None:
        for kind, number, name, _path in self._open:
            said = gettext_noop("begin_%(kind)s（%(name)s）没有结束。")
            advice = gettext_noop("请在这一组最后加一行 end_%(kind)s。")
            place = (SURVEY, number, self._sheet.header("type"))
            self._problems.append(problem(place, said, advice, kind=kind, name=name))


def other_of(type_: str) -> tuple[str, str]:
    """(the type without or_other, the list) of a type with or_other; ("", "") of any other."""
    words = " ".join(type_.split())
    found = _SELECT.fullmatch(words)
    return (_OTHER_END.sub("", words), found["list"]) if found and found["other"] else ("", "")


def _group_kind(word: str) -> str:
    return {"lgroup": "repeat", "looped group": "repeat"}.get(word, word)


def asked(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that are questions to a person."""
    return (line for line in lines if line.is_asked)
