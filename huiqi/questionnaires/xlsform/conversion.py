"""pyxform as a library, its messages in Chinese and with their place. Pure, without Java."""

import re
from dataclasses import dataclass, replace
from typing import Any

from pyxform.errors import ErrorCode, PyXFormError
from pyxform.xls2xform import convert

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xlsform.handing import Handed, hand_over
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import CHOICES, SETTINGS, SURVEY, Book

_ROW = re.compile(r"\[row : (\d+)\]")
# What pyxform says (4.5), as far as the checks before it leave it something to say.
_SAID = (
    (r"Unknown question type '(?P<name>[^']*)'", gettext_noop("没有题型“%(name)s”。")),
    (
        r"The question \$\{(?P<name>[^}]*)\} is not user-visible",
        gettext_noop("trigger 里的 ${%(name)s} 不是给人填的题，变化时不会触发。请改用一道填写的题。"),
    ),
    (r"Missing calculation", gettext_noop("calculate 题没有公式。请在 calculation 列填写。")),
    (r"Question or group with no name", gettext_noop("这一行没有名称。请在 name 列填写。")),
    (r"Question with no type", gettext_noop("这一行没有写题型。")),
    (
        r"Duplicate column header: (?P<name>.*)",
        gettext_noop("列名“%(name)s”出现了两次。请删去一列。"),
    ),
    (r"List name not in choices sheet: (?P<name>\S+)", gettext_noop("没有选项表“%(name)s”。")),
    (
        r"Choice filter not supported with or_other",
        gettext_noop("or_other 不能和 choice_filter 一起用。请自己加一个“其他”选项和一道填空题。"),
    ),
    (
        r"There is no survey element named '(?P<name>[^']*)'",
        gettext_noop("引用的 ${%(name)s} 没有对应的题目。"),
    ),
    (
        r"There are multiple survey elements named '(?P<name>[^']*)'",
        gettext_noop("有多道题叫 %(name)s，引用时不知道是哪一道。"),
    ),
    (r"must have an integer value", gettext_noop("参数要是整数。")),
    (
        r"randomize must be set to true or false",
        gettext_noop("参数 randomize 只能是 true 或 false。"),
    ),
    (r"seed value must be a number", gettext_noop("参数 seed 要是数字，或引用一道题。")),
    (
        r"Parameters must include randomize=true",
        gettext_noop("用了 seed，还要写 randomize=true。"),
    ),
    (
        r"Choice names with spaces",
        gettext_noop("多选的选项名称里不能有空格。"),
    ),
    (r"Survey cannot have an empty id_string", gettext_noop("settings 里的 form_id 是空的。")),
)
_BY_CODE = {
    "HEADER_002": gettext_noop("列“%(other)s”和“%(header)s”是同一列的两种写法。请删去一列。"),
    "HEADER_003": gettext_noop("缺少必需的列：%(missing)s。"),
    "HEADER_004": gettext_noop("choices 工作表的列名“%(column)s”不能有空格。"),
    "LABEL_001": gettext_noop("选项没有文字。请在 label 列填写。"),
    "NAMES_001": gettext_noop("名称“%(value)s”在同一组里重复。"),
    "NAMES_003": gettext_noop("重复组不能与问卷的根节点同名（%(value)s）。"),
    "NAMES_004": gettext_noop("重复组的名称“%(value)s”用了两次。"),
    "NAMES_005": gettext_noop("名称 meta 是系统保留的，请改名。"),
    "NAMES_006": gettext_noop("选项没有名称。请在 name 列填写。"),
    "NAMES_007": gettext_noop("选项名称重复。"),
    "NAMES_008": gettext_noop("名称不能用：要以字母开头，只用字母、数字和下划线。"),
    "NAMES_009": gettext_noop("名称“%(name)s”不能用：要以字母开头，只用字母、数字和下划线。"),
    "PYREF_001": gettext_noop("题目引用写得不完整，应写作 ${题目名称}。"),
    "PYREF_002": gettext_noop("几个题目引用之间要用逗号隔开。"),
    "PYREF_003": gettext_noop("引用的 ${%(q)s} 没有对应的题目。"),
    "PYREF_004": gettext_noop("引用的 ${%(q)s} 有多道同名的题。"),
    "RANGE_001": gettext_noop("range 的参数 %(name)s 要是数字。"),
    "RANGE_002": gettext_noop("range 的参数 %(name)s 不能是 0。"),
    "RANGE_003": gettext_noop("range 的参数 %(name)s 比整个范围还大。"),
    "RANGE_004": gettext_noop("range 的参数 %(name)s 要是 step 的倍数。"),
    "RANGE_005": gettext_noop("range 的参数 %(name)s 要在 start 和 end 之间。"),
    "RANGE_006": gettext_noop("range 的参数 tick_labelset 要是 choices 里的选项表。"),
    "SURVEY_001": gettext_noop("end_%(type)s 前面没有对应的 begin_%(type)s。"),
    "SURVEY_002": gettext_noop("begin_%(type)s（%(name)s）没有结束。"),
    "SURVEY_004": gettext_noop("参数要写作 名称=值，之间用空格隔开。"),
    "SURVEY_005": gettext_noop("不认识参数 %(rejected)s，可用的是 %(accepted)s。"),
    "SURVEY_007": gettext_noop("参数 capture-accuracy 要是数字。"),
    "SURVEY_008": gettext_noop("参数 warning-accuracy 要是数字。"),
    "SURVEY_009": gettext_noop("参数 allow-mock-accuracy 只能是 true 或 false。"),
}
_NO_VALUES = dict.fromkeys(
    ("name", "column", "q", "value", "header", "other", "missing", "type", "rejected", "accepted"), ""
)
_TOKEN = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
# Warnings that are ours already, or of no use here.
_SILENT = (
    "max-pixels parameter",
    "has no label",
    "is missing the",
    "Row without name, text, or label",
    "case-insensitive match",
    "Repeat has no label",
)


@dataclass(frozen=True)
class Converted:
    """The XForm, or the problem that stopped pyxform."""

    xform: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def to_xform(book: Book) -> Converted:
    """Convert; whatever pyxform raises becomes a problem with the place it names."""
    warnings: list[str] = []
    handed = hand_over(book)
    try:
        result = convert(handed.workbook, warnings=warnings, validate=False)
    except PyXFormError as error:
        return Converted("", (_in_file(_told(error, book), handed),))
    except Exception as error:  # noqa: BLE001  a library's fault must not become ours: it is told, with its name
        said = gettext_noop("转换时出错（%(name)s）。")
        advice = gettext_noop("请核对表格的结构是否与 XLSForm 模板一致。")
        return Converted("", (problem((SURVEY, 0, ""), said, advice, name=type(error).__name__),))
    spoken = (text for text in warnings if not any(silent in text for silent in _SILENT))
    told = tuple(_in_file(_warned(text, book), handed) for text in spoken)
    return Converted(handed.whole(result.xform), (), told)


def _in_file(told: Problem, handed: Handed) -> Problem:
    return replace(told, row=handed.row_of_file(told.row)) if told.sheet == SURVEY else told


def _told(error: PyXFormError, book: Book) -> Problem:
    text = str(error)
    place = _place(text, error.context, book)
    if "Missing calculation" in text:
        place = (place[0], place[1], book.sheet(place[0]).header("calculation"))
    if error.code is not None and error.code.name in _BY_CODE:
        return Problem(*place, Message(_BY_CODE[error.code.name], _NO_VALUES | error.context))
    return Problem(*place, _translated(text))


def _translated(text: str) -> Message:
    for pattern, said in _SAID:
        found = re.search(pattern, text)
        if found:
            return Message(said, found.groupdict())
    for name, said in _BY_CODE.items():
        values = _filled_in(ErrorCode[name], text)
        if values is not None:
            return Message(said, _NO_VALUES | values)
    plain = " ".join(_ROW.sub("", text).split())[:300]
    return Message(gettext_noop("转换工具 pyxform 不接受：%(said)s"), {"said": plain})


def _filled_in(code: ErrorCode, text: str) -> dict[str, str] | None:
    """The values pyxform put into its message, which it often raises as finished text; None for another."""
    pieces = _TOKEN.split(code.value.msg.replace("{{", "{").replace("}}", "}"))
    names = set(_TOKEN.findall(code.value.msg))
    pattern = "".join(
        (
            f"(?P<{piece}>.*?)"
            if at % 2 and pieces.index(piece) == at
            else ".*?"
            if at % 2
            else re.escape(piece)
        )
        for at, piece in enumerate(pieces)
    )
    found = re.fullmatch(pattern, text, re.DOTALL)
    return None if found is None or not names else found.groupdict()


def _place(text: str, context: dict[str, Any], book: Book) -> tuple[str, int, str]:
    found = _ROW.search(text)
    row = int(context.get("row") or (found[1] if found else 0) or 0)
    sheet = str(context.get("sheet") or context.get("sheet_name") or "")
    if not sheet:
        sheet = next((name for name in (CHOICES, SETTINGS) if f"'{name}' sheet" in text), SURVEY)
    column = str(context.get("column") or "")
    return sheet, row, book.sheet(sheet).header(column) if column else ""


def _warned(text: str, book: Book) -> Problem:
    return Problem(*_place(text, {}, book), _translated(text))
