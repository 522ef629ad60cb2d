"""Values and their conversions: XPath 1.0, chapter 4, with the dates of ODK XForms. Pure."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from huiqi.questionnaires.xpath.tree import Node

# One zone, no summer time since 1991 (tz database, Asia/Shanghai); times without an offset are its.
ZONE = timezone(timedelta(hours=8))
EPOCH = date(1970, 1, 1).toordinal()
SECONDS_A_DAY = 86_400
NAN = math.nan
_NUMBER = re.compile(r"\s*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or an instant as a value: as a number days since 1970 in local time, as text what is stored.

    Days are counted in local time so that `date('2020-02-01') + 1` is the next midnight here, as the field's
    clients do, although the specification's table says UTC.
    """

    days: float
    text: str


Value = str | float | bool | Moment | list[Node]


def to_string(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].value if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Moment):
        return value.text
    return number_text(value)


def number_text(value: float) -> str:
    """A number without exponent and without a needless fraction (XPath 1.0, 4.2)."""
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def to_number(value: Value) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, Moment):
        return value.days
    text = value if isinstance(value, str) else to_string(value)
    if _NUMBER.fullmatch(text):
        return float(text)
    moment = moment_of(text)
    return NAN if moment is None else moment.days


def to_boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value == value and value != 0
    if isinstance(value, Moment):
        return True
    return bool(value)


def moment_of(text: str) -> Moment | None:
    """The Moment a text spells, or None."""
    if len(text) == 10:
        day = day_of(text)
        return None if day is None else Moment(float(day.toordinal() - EPOCH), text)
    instant = instant_of(text)
    return None if instant is None else moment_at(instant, text)


def day_of(text: str) -> date | None:
    """The day of a text such as 2020-02-09, or None."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """The instant of a text such as 2020-02-09T14:30:00+08:00, in local time, or None."""
    found = _MOMENT.fullmatch(text)
    day = day_of(found[1]) if found else None
    if found is None or day is None:
        return None
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micro = int((found[5] or "0").ljust(6, "0")[:6])
    zone = _zone(found[6])
    if zone is None:
        return None
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, micro, zone).astimezone(ZONE)
    except (OverflowError, ValueError):
        return None


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return ZONE
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24) or int(digits[2:]) > 59:
        return None
    return timezone(-offset if text[0] == "-" else offset)


def moment_at(instant: datetime, text: str = "") -> Moment:
    """The Moment of an aware instant."""
    local = instant.astimezone(ZONE)
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    days = local.date().toordinal() - EPOCH + seconds / SECONDS_A_DAY
    return Moment(days, text or local.isoformat(timespec="milliseconds"))


def moment_on(day: date) -> Moment:
    """The Moment of a day."""
    return Moment(float(day.toordinal() - EPOCH), day.isoformat())


def moment_after(days: float) -> Moment | None:
    """The day of a day number, its fraction dropped, or None beyond the calendar."""
    if days != days or math.isinf(days):
        return None
    ordinal = math.floor(days) + EPOCH
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    return moment_on(date.fromordinal(ordinal))


def day_fraction(text: str) -> float | None:
    """The part of a day a text such as 18:00 spells: 0.75; an offset is not applied."""
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None
    return (int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)) / SECONDS_A_DAY


# --- comparisons (XPath 1.0, 3.4) -------------------------------------------------------------------------


def equal(left: Value, right: Value) -> bool:
    if isinstance(left, list) or isinstance(right, list):
        return _some_pair(left, right, _equal_atoms)
    return _equal_atoms(left, right)


def unequal(left: Value, right: Value) -> bool:
    if isinstance(left, list) or isinstance(right, list):
        return _some_pair(left, right, lambda one, other: not _equal_atoms(one, other))
    return not _equal_atoms(left, right)


def less(left: Value, right: Value) -> bool:
    if isinstance(left, list) or isinstance(right, list):
        return _some_pair(left, right, lambda one, other: to_number(one) < to_number(other))
    return to_number(left) < to_number(right)


def at_most(left: Value, right: Value) -> bool:
    if isinstance(left, list) or isinstance(right, list):
        return _some_pair(left, right, lambda one, other: to_number(one) <= to_number(other))
    return to_number(left) <= to_number(right)


def _some_pair(left: Value, right: Value, holds) -> bool:  # type: ignore[no-untyped-def]
    """True when it holds for some node; a node-set beside a boolean counts as one boolean."""
    if isinstance(left, bool) or isinstance(right, bool):
        return bool(holds(to_boolean(left), to_boolean(right)))
    lefts = [node.value for node in left] if isinstance(left, list) else [left]
    rights = [node.value for node in right] if isinstance(right, list) else [right]
    return any(holds(one, other) for one in lefts for other in rights)


def _equal_atoms(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return to_number(left) == to_number(right)
