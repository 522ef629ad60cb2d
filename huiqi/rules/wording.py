"""How values and requirements read in Chinese; exact, so a figure never rounds onto a threshold."""

from datetime import date
from fractions import Fraction

UNKNOWN = "未填"
SUFFIXES = {"person": "人", "day": "天", "month": "个月", "year": "年", "fen": "元"}
MAX_PLACES = 6


def shown(given: object) -> str:
    """Something given by a stranger, safe and short enough to repeat in a message."""
    if isinstance(given, int) and given.bit_length() > 256:
        return "过大的数"
    text = f"{type(given).__name__}" if isinstance(given, list | dict) else str(given)
    clean = "".join(ch if ch.isprintable() else "�" for ch in text[:41])
    return clean[:40] + "…" if len(clean) > 40 else clean


SIZES: tuple[tuple[int, str], ...] = ((10_000_000_000, "亿元"), (1_000_000, "万元"))  # in fen


def money(fen: int | Fraction) -> str:
    """128万元, 4亿元, 1,234.56元: whole 万 or 亿 where at most two decimals are needed, exact otherwise."""
    for size, name in SIZES:
        if abs(Fraction(fen)) >= size and (Fraction(fen) / size * 100).denominator == 1:
            return decimal(Fraction(fen) / size, grouped=True) + name
    return decimal(Fraction(fen) / 100, grouped=True) + "元"


def decimal(number: int | Fraction, grouped: bool = False) -> str:
    """Exact decimal text, or 约 and six places when the fraction does not end by then."""
    value = Fraction(number)
    scaled = value * 10**MAX_PLACES
    digits = abs(scaled.numerator) // scaled.denominator
    about = "" if scaled.denominator == 1 else "约"
    whole, rest = divmod(digits, 10**MAX_PLACES)
    tail = f"{rest:0{MAX_PLACES}d}".rstrip("0")
    sign = "-" if value < 0 else ""
    head = f"{whole:,}" if grouped else str(whole)
    return f"{about}{sign}{head}.{tail}" if tail else f"{about}{sign}{head}"


def percent(ratio: int | Fraction) -> str:
    """A ratio as a percentage, e.g. 6.1%."""
    return decimal(Fraction(ratio) * 100) + "%"


def day(value: date) -> str:
    """A date as 2020年2月9日."""
    return f"{value.year}年{value.month}月{value.day}日"


def day_number(number: int) -> str:
    """A day number as a date; one that no calendar has is said to be none, never an error."""
    if not date.min.toordinal() <= number <= date.max.toordinal():
        return "超出可表示的日期"
    return day(date.fromordinal(number))


def yes_no(value: bool) -> str:
    """A boolean as 是 or 否."""
    return "是" if value else "否"


def value(given: bool | int | Fraction | date, unit: str) -> str:
    """A value with its unit: 是, 128万元, 6.1%, 24个月, 2020年2月9日."""
    if isinstance(given, bool):
        return yes_no(given)
    if isinstance(given, date):
        return day(given)
    if unit == "fen":
        return money(given)
    if unit == "ratio":
        return percent(given)
    return decimal(given, grouped=unit == "person") + SUFFIXES.get(unit, "")


def bounds(low: str | None, high: str | None) -> str:
    """An allowed range in words; None is an open end."""
    if low is None:
        return f"不超过{high}"
    return f"不低于{low}" if high is None else f"在{low}至{high}之间"
