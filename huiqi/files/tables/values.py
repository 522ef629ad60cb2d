"""The values of cells: exact numbers, dates of serial numbers, and cells that cannot be trusted. Pure.

Excel holds numbers as binary doubles and shows 15 significant digits, so the file may say
1.1000000000000001 for the 1.1 a person typed. What a person sees is what counts: numbers are read with 15
digits, and whole numbers that need more are reported, because their last digits are lost already.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum

from huiqi.core.messages import Message, gettext_noop

# Excel's specification: "number precision: 15 digits", "total number of characters a cell can contain".
SIGNIFICANT_DIGITS = 15
LONGEST_CELL = 32_767
LAST_SERIAL = 2_958_465  # 9999-12-31, the last date Excel knows
# A fictitious 29 February 1900 is serial 60 in Excel's first date system (ECMA-376 part 1, 18.17.4.1).
FICTITIOUS_SERIAL = 60
SECONDS_A_DAY = 86_400
_WHOLE = re.compile(r"-?[0-9]{1,40}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_NUMBER = 60


class Percent(Decimal):
    """A number shown with a percent sign: Percent("0.055") is what a person sees as 5.5%."""


@dataclass(frozen=True)
class Broken:
    """A cell whose value cannot be trusted; `said` gives the reason, `advice` what to do, `kind` the code."""

    kind: str
    said: Message
    advice: Message

    def __str__(self) -> str:
        return f"{self.said}{self.advice}"


Value = str | int | Decimal | date | time | bool | Broken | None  # a datetime is a date


class Shape(Enum):
    """How a number format shows a number."""

    PLAIN = "plain"
    DATE = "date"
    TIME = "time"
    PERCENT = "percent"
    PADDED = "padded"


def broken(kind: str, said: str, advice: str, **values: object) -> Broken:
    """A Broken cell of the msgids."""
    return Broken(f"files.{kind}", Message(said, values), Message(advice, values))


def not_a_number() -> Broken:
    return broken(
        "bad_number",
        gettext_noop("这个单元格存的数字读不出来。"),
        gettext_noop("请在 Excel 中重新填写这一格。"),
    )


def lost_digits(shown: str) -> Broken:
    return broken(
        "lost_digits",
        gettext_noop("数字“%(shown)s”超过15位，按数字存放时 Excel 已丢失末几位。"),
        gettext_noop("请把这一列的格式设为“文本”，再重新填写代码。"),
        shown=shown,
    )


def error_cell(code: str) -> Broken:
    return broken(
        "formula_error",
        gettext_noop("公式算出的是错误值 %(code)s。"),
        gettext_noop("请改正公式，或把结果粘贴为数值。"),
        code=code[:20],
    )


def uncalculated() -> Broken:
    return broken(
        "formula_without_value",
        gettext_noop("这一格是公式，文件里没有存它的计算结果。"),
        gettext_noop("请用 Excel 或 WPS 打开、保存一次，或把结果粘贴为数值。"),
    )


def too_long() -> Broken:
    return broken(
        "cell_too_long",
        gettext_noop("这一格的文字超过32767个字符。"),
        gettext_noop("请核对是否粘贴错了，删短后重新上传。"),
    )


def text_value(text: str) -> str | Broken | None:
    """A text cell; blank is None, what no person typed is Broken."""
    if not text.strip():
        return None
    if len(text) > LONGEST_CELL:
        return too_long()
    if "\0" in text:
        return broken(
            "bad_character",
            gettext_noop("这一格里有看不见的空字符。"),
            gettext_noop("请删掉这一格的内容后重新填写。"),
        )
    return text


def exact_number(text: str) -> int | Decimal | Broken:
    """The number of a cell as the file writes it (`9.1430100000000003E+17`), as a person sees it.

    Whole numbers come as int. Whole numbers of more than 15 digits stay only when the text proves that no
    double stood behind it; otherwise they are Broken (`files.lost_digits`).
    """
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return not_a_number()
    return _exact_whole(text) if _WHOLE.fullmatch(text) else _rounded(Decimal(text))


def _exact_whole(text: str) -> int | Broken:
    whole = int(text)
    if len(text.lstrip("-0")) <= SIGNIFICANT_DIGITS or int(float(text)) != whole:
        return whole
    return lost_digits(text)


def _rounded(number: Decimal) -> int | Decimal | Broken:
    seen = Decimal(f"{number:.{SIGNIFICANT_DIGITS - 1}E}")
    if abs(seen.adjusted()) > 310:  # beyond what a double holds, or a zero in disguise
        return 0 if not seen or seen.adjusted() < 0 else not_a_number()
    if seen == seen.to_integral_value():
        if seen.adjusted() >= SIGNIFICANT_DIGITS:
            return lost_digits(f"{seen.normalize():E}")
        return int(seen)
    return Decimal(f"{seen.normalize():f}")


def from_double(number: float) -> int | Decimal | Broken:
    """The number of a legacy workbook, which holds doubles."""
    return exact_number(repr(number))


def day_of_serial(serial: int, *, is_1904: bool = False) -> date | None:
    """The date of Excel's serial number (43831 is 2020-01-01), or None when there is no such day."""
    if is_1904:
        return date(1904, 1, 1) + timedelta(serial) if 0 <= serial <= LAST_SERIAL - 1462 else None
    if not 1 <= serial <= LAST_SERIAL or serial == FICTITIOUS_SERIAL:
        return None
    return date(1899, 12, 31 if serial < FICTITIOUS_SERIAL else 30) + timedelta(serial)


def moment_of_serial(number: int | Decimal, *, is_1904: bool) -> Value:
    """Date, or date and time of day, of a serial number with fractions of a day; Broken if there is none."""
    whole = int(number // 1)
    seconds = round((number - whole) * SECONDS_A_DAY)
    day = day_of_serial(whole + seconds // SECONDS_A_DAY, is_1904=is_1904)
    if day is None:
        return broken(
            "no_such_day",
            gettext_noop("日期格式的数字 %(number)s 不是任何一天。"),
            gettext_noop("请把日期写成 2020-02-09。"),
            number=str(number)[:20],
        )
    seconds %= SECONDS_A_DAY
    return datetime.combine(day, _clock(seconds)) if seconds else day


def time_of_serial(number: int | Decimal) -> Value:
    """The time of day of a fraction; durations of a day and more stay numbers."""
    if not 0 <= number < 1:
        return number
    return _clock(round(number * SECONDS_A_DAY) % SECONDS_A_DAY)


def _clock(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


# Number formats that are dates or times by number alone: ECMA-376 part 1, 18.8.30, with the numbers that
# Chinese and other East Asian editions use for their own dates (27–36, 50–58).
_TIME_IDS = frozenset({18, 19, 20, 21, 32, 33, 45, 46, 47})
_DATE_IDS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}) - _TIME_IDS
_PERCENT_IDS = frozenset({9, 10})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_NO_FORMAT = ("general", "g/通用格式", "@")
_FRACTION_OF_SECOND = re.compile(r"(?<=[sS])[.,]?0+")


def shape_of_format(number: int, code: str) -> tuple[Shape, int]:
    """How the number format shows numbers, and for PADDED how many digits."""
    if not code:
        return (_shape_of_id(number), 0)
    bare = _FRACTION_OF_SECOND.sub("", _LITERAL.sub("", code.split(";", 1)[0])).strip()
    if bare.lower() in _NO_FORMAT:
        return (Shape.PLAIN, 0)
    if re.fullmatch("0{2,18}", bare):
        return (Shape.PADDED, len(bare))
    if re.search("[0#?%]", bare):
        return (Shape.PERCENT if "%" in bare else Shape.PLAIN, 0)
    if re.search("[ydeYDE]", bare) or re.fullmatch("[mM]+[-/.]?", bare):
        return (Shape.DATE, 0)
    return (Shape.TIME if re.search("[hsHS]", bare) else Shape.PLAIN, 0)


def _shape_of_id(number: int) -> Shape:
    if number in _DATE_IDS:
        return Shape.DATE
    if number in _TIME_IDS:
        return Shape.TIME
    return Shape.PERCENT if number in _PERCENT_IDS else Shape.PLAIN


def shaped(text: str, shape: Shape, digits: int, *, is_1904: bool) -> Value:
    """The value of a number cell under its format."""
    number = exact_number(text)
    if shape is Shape.PLAIN or isinstance(number, Broken):
        return number
    if shape is Shape.DATE:
        return moment_of_serial(number, is_1904=is_1904)
    if shape is Shape.TIME:
        return time_of_serial(number)
    if shape is Shape.PERCENT:
        return Percent(number)
    return f"{number:0{digits}d}" if isinstance(number, int) and number >= 0 else number
