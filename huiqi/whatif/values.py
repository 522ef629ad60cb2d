"""Figures of a policy as people write them, and as the rulebook keeps them. Pure."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop

UNITS = {
    "fen": _("元"),
    "person": _("人"),
    "day": _("天"),
    "month": _("个月"),
    "year": _("年"),
    "count": _("个"),
    "ratio": _("比率"),
    "none": _("数"),
    "date": _("日期"),
    "bool": _("是或否"),
    "text": _("文字"),
}
WHOLE = ("fen", "person", "day", "month", "year", "count")
STEPPED = (*WHOLE, "ratio")  # what a curve and a budget can be drawn over
RATIO_STEP = Fraction(1, 10_000)
LONGEST = 40
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WORDS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}


class Unreadable(Exception):  # noqa: N818  what was typed, told beside the field
    """A figure that cannot be read; the message is a Chinese sentence."""


def read_value(unit: str, text: str) -> Any:
    """A figure as the rulebook keeps it; None for an open one. Money is typed in yuan and kept in fen."""
    text = text.strip().replace(",", "").replace("，", "")
    if not text:
        return None
    if unit == "bool":
        if text.lower() not in _WORDS:
            raise Unreadable(gettext_noop("这里请写“是”或“否”。"))
        return _WORDS[text.lower()]
    if unit == "date":
        return _day(text)
    if unit == "text":
        return text
    return _number(unit, text)


def _day(text: str) -> str:
    try:
        found = parse_date(text)
    except (ValueError, Refused) as error:
        raise Unreadable(gettext_noop("日期请写成 2020-2-9。")) from error
    return found.isoformat()


def _number(unit: str, text: str) -> int | str:
    percent = text.endswith(("%", "％")) and unit in ("ratio", "none")
    digits = text[:-1].strip() if percent else text
    if len(digits) > LONGEST or not _NUMBER.fullmatch(digits):
        raise Unreadable(gettext_noop("这里应当是数，如 35、0.055 或 5.5%。"))
    number = Decimal(digits)
    if unit == "fen":
        number = number.scaleb(2)
        if number != number.to_integral_value():
            raise Unreadable(gettext_noop("金额以元填写，最多两位小数。"))
        return int(number)
    if unit in WHOLE:
        if number != number.to_integral_value():
            raise Unreadable(gettext_noop("这里应当是整数，如 35。"))
        return int(number)
    return plain(number.scaleb(-2) if percent else number)


def plain(number: Decimal) -> str:
    """Without exponent or trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_value(unit: str, value: Any) -> str:
    """A figure as it is typed."""
    if value is None:
        return ""
    if unit == "bool":
        return "是" if value else "否"
    if unit == "fen":
        return plain(Decimal(value).scaleb(-2))
    if unit == "date" and isinstance(value, int):
        return date.fromordinal(value).isoformat()
    if isinstance(value, Fraction):
        return plain(Decimal(value.numerator) / Decimal(value.denominator))
    return str(value)


def to_steps(unit: str, value: Any) -> int:
    """A figure as a whole number of its smallest steps: fen, one of a count, a ten-thousandth of a ratio."""
    exact = Fraction(str(value))
    return int(exact / RATIO_STEP) if unit == "ratio" else int(exact)


def from_steps(unit: str, steps: int) -> Any:
    """The figure that many steps are, as the rulebook keeps it."""
    return plain(Decimal(steps) / 10_000) if unit == "ratio" else steps
