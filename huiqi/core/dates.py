"""Dates as people write them: 2020-2-9, 2020/2/9, 2020.2.9, 2020年2月9日, 20200209, also full-width."""

import re
import unicodedata
from datetime import date

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

LONGEST_TEXT = 40
_PATTERN = re.compile(
    r"(?P<y>[0-9]{4})\s*(?:"
    r"(?P<sep>[-/.])\s*(?P<m1>[0-9]{1,2})\s*(?P=sep)\s*(?P<d1>[0-9]{1,2})"
    r"|年\s*(?P<m2>[0-9]{1,2})\s*月\s*(?P<d2>[0-9]{1,2})\s*[日号]?"
    r"|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2})"
    r")"
)


def parse_date(text: str) -> date:
    """The date a person wrote; Refused (`core.bad_date`) says in Chinese what is wrong and how to write it.

    Full-width digits and signs, spaces around and the four usual separators are understood. Two-digit
    years and times of day are not: they would be guesses.
    """
    shown = readable(text)
    plain = (
        unicodedata.normalize("NFKC", text[: LONGEST_TEXT + 1]).strip().replace("。", ".").replace("−", "-")
    )
    if not plain:
        raise Refused("core.bad_date", gettext_noop("没有填写日期。请写成 2020-02-09 或 2020年2月9日。"))
    found = _PATTERN.fullmatch(plain) if len(text) <= LONGEST_TEXT else None
    if found is None:
        unknown = gettext_noop("“%(shown)s”不是能识别的日期。请写成 2020-02-09 或 2020年2月9日。")
        raise Refused("core.bad_date", Message(unknown, {"shown": shown}))
    year = int(found["y"])
    month = int(found["m1"] or found["m2"] or found["m3"])
    day = int(found["d1"] or found["d2"] or found["d3"])
    return _existing_date(year, month, day, shown)


def _existing_date(year: int, month: int, day: int, shown: str) -> date:
    """The date of the three numbers, or Refused naming the number that cannot be."""
    if year < 1:
        wrong = gettext_noop("“%(shown)s”的年份不对。请写成 2020-02-09 或 2020年2月9日。")
        raise Refused("core.bad_date", Message(wrong, {"shown": shown}))
    if not 1 <= month <= 12:
        wrong = gettext_noop("“%(shown)s”的月份应在1至12之间，您填的是%(month)s。")
        raise Refused("core.bad_date", Message(wrong, {"shown": shown, "month": month}))
    last = _days_in_month(year, month)
    if not 1 <= day <= last:
        wrong = gettext_noop("“%(shown)s”不存在：%(year)s年%(month)s月只有%(last)s天，请核对日期。")
        values = {"shown": shown, "year": year, "month": month, "last": last}
        raise Refused("core.bad_date", Message(wrong, values))
    return date(year, month, day)


def _days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def readable(text: str, longest: int = LONGEST_TEXT) -> str:
    """`text` safe to repeat in a message: no control characters or lone surrogates, cut to `longest`."""
    clean = "".join(char if _is_printable(char) else "□" for char in text[:longest])
    return clean + ("…" if len(text) > longest else "")


def _is_printable(char: str) -> bool:
    return char == " " or unicodedata.category(char)[0] not in {"C", "Z"}


def format_date_zh(day: date) -> str:
    """2020年2月9日, without leading zeros, as official papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_month_day_zh(day: date) -> str:
    """2月9日, for sentences in which the year is clear."""
    return f"{day.month}月{day.day}日"
