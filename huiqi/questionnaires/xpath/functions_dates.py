"""Functions about dates and times. Pure; today and now come from the scene."""

from datetime import datetime, timedelta

from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import (
    EPOCH,
    NAN,
    SECONDS_A_DAY,
    ZONE,
    Moment,
    Value,
    day_fraction,
    day_of,
    instant_of,
    moment_after,
    moment_at,
    moment_of,
    moment_on,
    to_number,
    to_string,
)

MONTHS = ("1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def today(scene: Scene, _node: Node) -> Moment:
    return moment_on(scene.today)


def now(scene: Scene, _node: Node) -> Moment:
    return moment_at(scene.now)


def date(_scene: Scene, _node: Node, value: Value) -> Value:
    """The day of a text or of a day number; anything else is an empty text."""
    text = to_string(value)
    instant = instant_of(text)
    if instant is not None:
        return moment_on(instant.date())
    if day_of(text) is not None:
        return moment_of(text) or ""
    return moment_after(to_number(value)) or ""


def date_time(_scene: Scene, _node: Node, value: Value) -> Value:
    text = to_string(value)
    found = moment_of(text)
    if found is not None:
        return found
    instant = _instant(to_number(value))
    return "" if instant is None else moment_at(instant)


def _instant(days: float) -> datetime | None:
    day = moment_after(days)
    if day is None:
        return None
    start = datetime.fromordinal(int(day.days) + EPOCH).replace(tzinfo=ZONE)
    return start + timedelta(milliseconds=round((days - day.days) * SECONDS_A_DAY * 1000))


def _moment(value: Value) -> datetime | None:
    """The instant a value means: a moment, a text of one, or a day number."""
    text = to_string(value)
    instant = instant_of(text)
    if instant is not None:
        return instant
    return _instant(to_number(value))


def format_date(_scene: Scene, _node: Node, value: Value, shape: str) -> str:
    instant = _moment(value)
    return "" if instant is None else _formatted(instant, shape, "")


def format_date_time(_scene: Scene, _node: Node, value: Value, shape: str) -> str:
    instant = _moment(value)
    return "" if instant is None else _formatted(instant, shape, "HhMS3")


def _formatted(instant: datetime, shape: str, further: str) -> str:
    """`shape` with its %-marks filled in; a mark that is not known stays as it is."""
    marks = {
        "Y": f"{instant.year:04}",
        "y": f"{instant.year % 100:02}",
        "m": f"{instant.month:02}",
        "n": str(instant.month),
        "b": MONTHS[instant.month - 1],
        "d": f"{instant.day:02}",
        "e": str(instant.day),
        "a": WEEKDAYS[instant.weekday()],
        "%": "%",
    }
    times = {
        "H": f"{instant.hour:02}",
        "h": str(instant.hour),
        "M": f"{instant.minute:02}",
        "S": f"{instant.second:02}",
        "3": f"{instant.microsecond // 1000:03}",
    }
    marks |= {mark: text for mark, text in times.items() if mark in further}
    pieces = shape.split("%%")
    return "%".join(_filled(piece, marks) for piece in pieces)


def _filled(piece: str, marks: dict[str, str]) -> str:
    first, *rest = piece.split("%")
    return first + "".join(marks.get(part[:1], f"%{part[:1]}") + part[1:] for part in rest)


def decimal_date_time(_scene: Scene, _node: Node, value: Value) -> float:
    if isinstance(value, Moment):
        return value.days
    found = moment_of(to_string(value))
    return NAN if found is None else found.days


def decimal_time(_scene: Scene, _node: Node, value: Value) -> float:
    found = day_fraction(to_string(value))
    return NAN if found is None else found
