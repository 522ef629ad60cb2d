"""Typed readers of cells for importers: a value, None for blank, or WrongCell with an example. Pure.

    employees = as_whole_number(row.cell("从业人数"), unit="人")

All raise WrongCell whose `problem` is located and says what right input looks like.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn, TypeVar

from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import AmountError, parse_amount
from huiqi.files.tables.problems import NO_REMEDY, WrongCell
from huiqi.files.tables.table import Cell
from huiqi.files.tables.values import Broken, Percent, Value, day_of_serial

Choice = TypeVar("Choice")
# What people put into a cell they have nothing for. A word such as 无 may mean zero and is asked about.
_BLANKS = frozenset({"", "-", "--", "---", "—", "——", "–", "/", "\\", "N/A", "n/a", "#N/A", "NULL", "null"})
_YES = frozenset({"是", "有", "对", "√", "✓", "✔", "☑", "Y", "YES", "TRUE", "1"})
_NO = frozenset({"否", "无", "没有", "不是", "错", "×", "✗", "✘", "☐", "N", "NO", "FALSE", "0"})
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?(1[0-9]|2[0-9])")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(?:\.0{1,6})?")
_RATIO = re.compile(r"([+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?)(%|‰)?|([0-9]{1,9})/([0-9]{1,9})")
# Serial numbers that a date column may hold by mistake: 1920-01-01 to 2079-12-31.
_SERIALS = range(7306, 65746)
_LONGEST_SHOWN = 20


def as_text(cell: Cell, *, longest: int = 200) -> str | None:
    """The text without spaces and line breaks around it; whole numbers become digits.

    Refuses numbers that have lost their last digits, also written out as 9.143E+17, and texts longer than
    `longest` characters.
    """
    value = _sound(cell)
    if isinstance(value, str):
        text = value.strip().strip("\ufeff\u200b").strip()
        if _SCIENTIFIC.fullmatch(text):
            _wrong(
                cell,
                "lost_digits",
                gettext_noop("“%(shown)s”是科学计数法，代码的末几位已经丢失。"),
                gettext_noop("请把这一列的格式设为“文本”，再重新填写，如 91430100MA4L16JQ9B。"),
            )
        if len(text) > longest:
            _wrong(
                cell,
                "text_too_long",
                gettext_noop("文字有%(length)s个字，最多%(longest)s个字。"),
                gettext_noop("请删短。"),
                length=len(text),
                longest=longest,
            )
        return text or None
    if value is None:
        return None
    return _said(value)


def as_whole_number(cell: Cell, *, low: int = 0, high: int | None = None, unit: str = "") -> int | None:
    """A whole number from `low` to `high`, typed as 35, 1,280, ３５ or 35人 (`unit`)."""
    value = _sound(cell)
    if isinstance(value, bool) or isinstance(value, date):
        _not_whole(cell)
    text = _plain(value)
    if text in _BLANKS:
        return None
    text = re.sub(r"[\s,]", "", text.removesuffix(unit))
    if not _WHOLE.fullmatch(text):
        _not_whole(cell)
    number = int(text.partition(".")[0])
    if number < low:
        _wrong(
            cell,
            "number_too_small",
            gettext_noop("不能小于%(low)s，表中是%(number)s。"),
            gettext_noop("请核对后重填。"),
            low=low,
            number=number,
        )
    if high is not None and number > high:
        _wrong(
            cell,
            "number_too_big",
            gettext_noop("不应超过%(high)s，表中是%(number)s。"),
            gettext_noop("请核对是否多打了位数或弄错了单位。"),
            high=f"{high:,}",
            number=f"{number:,}",
        )
    return number


def _not_whole(cell: Cell) -> NoReturn:
    _wrong(
        cell,
        "not_whole",
        gettext_noop("“%(shown)s”不是整数。"),
        gettext_noop("请填整数，如 35；没有就留空。"),
    )


def as_amount_fen(cell: Cell, unit: str) -> int | None:
    """Fen; `unit` (元 or 万元) is the column's and holds where the cell names none. Exact: fractions of a fen
    are refused, as are numbers that are shown as a percentage."""
    value = _sound(cell)
    if isinstance(value, bool | date | Percent):
        _wrong(cell, "not_an_amount", gettext_noop("“%(shown)s”不是金额。"), _AMOUNT_EXAMPLE)
    text = _plain(value)
    if text in _BLANKS:
        return None
    try:
        return parse_amount(text, unit)
    except AmountError as error:
        raise WrongCell(cell.problem("files.not_an_amount", error.said, NO_REMEDY)) from error


_AMOUNT_EXAMPLE = gettext_noop("请填数字，如 128 或 1280000.50；没有就留空。")


def as_date(cell: Cell) -> date | None:
    """A date: a date cell (a time of day is dropped), a date in any usual writing, or the serial number of a
    date that lost its format (43831 is 2020-01-01, in the workbook's own date system)."""
    value = _sound(cell)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _plain(value)
    if text in _BLANKS:
        return None
    serial = _serial(value, text)
    if serial is not None:
        found = day_of_serial(serial, is_1904=cell.is_1904)
        if found is not None:
            return found
    try:
        return parse_date(re.sub(r"[T\s]0{1,2}:00(:00(\.0+)?)?$", "", text))
    except Refused as refusal:
        said = refusal.said if isinstance(refusal.said, Message) else Message(refusal.said)
        raise WrongCell(cell.problem("files.not_a_date", said, NO_REMEDY)) from refusal


def _serial(value: Value, text: str) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number or re.fullmatch("[0-9]{5}", text):
        return int(text) if int(text) in _SERIALS else None
    return None


def as_ratio(cell: Cell) -> Fraction | None:
    """An exact share: 5.5%, 0.055, 11/200, 5‰. Where the header carries a % a bare number counts per cent;
    elsewhere a bare number above 1 is refused, because nobody can know."""
    value = _sound(cell)
    if isinstance(value, Percent):
        return Fraction(value)
    text = re.sub(r"[\s,]", "", _plain(value))
    if text in _BLANKS:
        return None
    found = _RATIO.fullmatch(text)
    if not found or isinstance(value, bool | date) or found[4] is not None and int(found[4]) == 0:
        _wrong(cell, "not_a_ratio", gettext_noop("“%(shown)s”不是比率。"), _RATIO_EXAMPLE)
    if found[4] is not None:
        return Fraction(int(found[3]), int(found[4]))
    ratio = Fraction(Decimal(found[1]))
    if found[2]:
        return ratio / (100 if found[2] == "%" else 1000)
    if "%" in unicodedata.normalize("NFKC", cell.header):
        return ratio / 100
    if abs(ratio) > 1:
        _wrong(cell, "unclear_ratio", gettext_noop("“%(shown)s”分不清是倍数还是百分数。"), _RATIO_EXAMPLE)
    return ratio


_RATIO_EXAMPLE = gettext_noop("请写成 5.5%% 或 0.055；没有就留空。")


def as_yes_no(cell: Cell) -> bool | None:
    """是/否, 有/无, √/×, Y/N, 1/0 or a truth cell."""
    value = _sound(cell)
    if isinstance(value, bool):
        return value
    text = _plain(value).upper()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text in _BLANKS:
        return None
    _wrong(
        cell,
        "not_yes_no",
        gettext_noop("“%(shown)s”看不出是还是否。"),
        gettext_noop("请填“是”或“否”；不清楚就留空。"),
    )


def as_choice(cell: Cell, words: Mapping[str, Choice]) -> Choice | None:
    """The meaning of one of the `words` a column allows."""
    text = _plain(_sound(cell))
    if text in words:
        return words[text]
    if text in _BLANKS:
        return None
    _wrong(
        cell,
        "not_a_choice",
        gettext_noop("“%(shown)s”不在可填的内容里。"),
        gettext_noop("请填：%(allowed)s。"),
        allowed="、".join(list(words)[:12]),
    )


def _sound(cell: Cell) -> Value:
    """The value, or WrongCell when it cannot be trusted."""
    if isinstance(cell.value, Broken):
        raise WrongCell(cell.problem(cell.value.kind, cell.value.said, cell.value.advice))
    return cell.value


def _plain(value: Value) -> str:
    """The value as half-width text without spaces around."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value).strip().strip("\u200b\ufeff").replace("，", ",")
    return "" if value is None else _said(value)


def _said(value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def _wrong(cell: Cell, kind: str, said: str, advice: str, **values: object) -> NoReturn:
    shown = readable(_said(cell.value), _LONGEST_SHOWN)
    values = {"shown": shown, **values}
    raise WrongCell(cell.problem(f"files.{kind}", Message(said, values), Message(advice, values)))
