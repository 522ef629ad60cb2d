"""How values are written into a form's document, and what text is a value of a type. Pure."""

import math
import re
from collections.abc import Callable

from huiqi.questionnaires.xform.definition import Kind, Range
from huiqi.questionnaires.xpath.functions_geo import point_of
from huiqi.questionnaires.xpath.values import (
    Moment,
    Value,
    day_fraction,
    day_of,
    instant_of,
    moment_of,
    number_text,
    to_number,
    to_string,
)

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]{1,25}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII
)
_FILE = re.compile(r"[^/\\:\x00-\x1f]{1,255}")
_SAME = 1e-9


def stored(value: Value, type_: str) -> str:
    """The text kept for a calculated value: as XPath writes it, whole for int, a day for date, no NaN."""
    if isinstance(value, float) or type_ in {"int", "decimal"}:
        return _number(value, type_)
    text = to_string(value)
    if type_ == "date" and isinstance(value, Moment):
        return text[:10]
    return text


def _number(value: Value, type_: str) -> str:
    text = to_string(value)
    if not text:
        return ""
    number = value.days if isinstance(value, Moment) else to_number(value)
    if number != number or math.isinf(number):
        # JavaRosa keeps nothing for what is no number; a text in a numeric place stays to be told.
        return "" if isinstance(value, float) else text
    return number_text(float(math.trunc(number))) if type_ == "int" else number_text(number)


def same(one: str, other: str) -> bool:
    """True when two stored values mean the same, so that 3 and 3.0 are no difference."""
    if one == other:
        return True
    left, right = to_number(one), to_number(other)
    if moment_of(one) or moment_of(other):
        return left == right
    return math.isclose(left, right, rel_tol=_SAME, abs_tol=_SAME)


def _is_number(text: str) -> bool:
    return bool(_DECIMAL.fullmatch(text))


_CHECKS: dict[Kind, Callable[[str], bool]] = {
    Kind.INTEGER: lambda text: bool(_INTEGER.fullmatch(text)),
    Kind.DECIMAL: _is_number,
    Kind.RANGE: _is_number,
    Kind.DATE: lambda text: day_of(text) is not None,
    Kind.TIME: lambda text: day_fraction(text) is not None,
    Kind.DATETIME: lambda text: instant_of(text) is not None,
    Kind.GEOPOINT: lambda text: point_of(text) is not None,
    Kind.IMAGE: lambda text: bool(_FILE.fullmatch(text)),
    Kind.FILE: lambda text: bool(_FILE.fullmatch(text)),
    Kind.ACKNOWLEDGE: lambda text: text == "OK",
}
_KIND_OF_TYPE = {
    "int": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.DATETIME,
    "geopoint": Kind.GEOPOINT,
}


def fits(text: str, kind: Kind) -> bool:
    """True when the text is a value of the kind."""
    check = _CHECKS.get(kind)
    return check is None or check(text)


def kind_of_type(type_: str) -> Kind:
    """The kind a place without a question is checked as."""
    return _KIND_OF_TYPE.get(type_, Kind.TEXT)


def on_scale(text: str, scale: Range) -> bool:
    """True when the number is one of the scale's steps."""
    value = to_number(text)
    steps = (value - scale.start) / scale.step
    within = scale.start - _SAME <= value <= scale.end + _SAME
    return within and math.isclose(steps, round(steps), abs_tol=1e-6)
