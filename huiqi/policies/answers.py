"""Typed answers into plain facts: what people write, checked against the catalogue, said back. Pure.

A plain value is what the catalogue takes and JSON holds: int (money in fen), bool, ISO date, decimal text
for ratios, code or enum id. None means "said to be unknown", which is an answer too.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import AmountError, Sum, parse_amount
from huiqi.rules.catalogue import Fact, Value

Plain = int | str | bool | None
UNITS = {"yuan": "元", "wan": "万元"}
YES, NO, UNKNOWN = "yes", "no", "unknown"
# Longer than any real figure; the rest would only be noise to parse.
LONGEST_FIGURE = 40
_COUNT = re.compile(r"[+-]?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,12})?")
_SPACING = re.compile(r"[\s,，_]")
_TAIL = re.compile(r"(?:人|名|个月|月|天|日|年|个|件|项)$")


@dataclass(frozen=True)
class FactLabel:
    """A fact's name inside a message."""

    fact: Fact

    def __str__(self) -> str:
        return self.fact.label


@dataclass(frozen=True)
class FactValue:
    """A value of a fact inside a message."""

    fact: Fact
    value: Value

    def __str__(self) -> str:
        return self.fact.format(self.value)


class AnswerError(ValueError):
    """What was typed cannot be used; `said` says what is wrong and how to mend it."""

    def __init__(self, said: Message | str) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True)
class Doubt:
    """A figure that is hardly possible but not refused: the person confirms it or mends it."""

    fact_id: str
    message: Message


def kind_of(fact: Fact) -> str:
    """How a fact is asked: money, percent, decimal, count, date, yesno, choice or code."""
    if fact.type == "int":
        return "money" if fact.unit == "fen" else "count"
    if fact.type == "ratio":
        return "percent" if fact.unit == "ratio" else "decimal"
    return {"date": "date", "bool": "yesno", "enum": "choice"}.get(fact.type, "code")


def read(fact: Fact, text: str, unit: str = "yuan") -> Plain:
    """The plain value of what a person typed or chose; None when left empty or marked unknown.

    `unit` (yuan or wan) counts only for money whose text names none. Raises AnswerError.
    """
    if text.strip() in {"", UNKNOWN}:
        return None
    kind = kind_of(fact)
    if len(text) > LONGEST_FIGURE:
        long = gettext_noop("填得太长（超过%(most)s个字），请只填这一项的内容。")
        raise AnswerError(Message(long, {"most": LONGEST_FIGURE}))
    if kind == "money":
        return _money(fact, text, unit)
    return READERS[kind](fact, text)


def _plain(text: str) -> str:
    return _SPACING.sub("", unicodedata.normalize("NFKC", text)).replace("−", "-")


def _typed(template: str, text: str) -> Message:
    return Message(template, {"text": readable(text)})


def _money(fact: Fact, text: str, unit: str) -> int:
    try:
        fen = parse_amount(text, UNITS.get(unit, "元"))
    except AmountError as error:
        raise AnswerError(error.said) from error
    _check_bounds(fact, fen)
    return fen


def _count(fact: Fact, text: str) -> int:
    plain = _TAIL.sub("", _plain(text))
    if not _COUNT.fullmatch(plain):
        raise AnswerError(_typed(gettext_noop("应为整数，如 35；您填的是“%(text)s”。"), text))
    _check_bounds(fact, int(plain))
    return int(plain)


def _percent(fact: Fact, text: str) -> str:
    plain = _plain(text).removesuffix("%")
    if not _DECIMAL.fullmatch(plain):
        raise AnswerError(
            _typed(gettext_noop("请按百分数填写，百分之五点五填 5.5；您填的是“%(text)s”。"), text)
        )
    return _ratio(fact, Decimal(plain) / 100, len(str(fact.scale)) - 3)


def _decimal(fact: Fact, text: str) -> str:
    plain = _TAIL.sub("", _plain(text))
    if not _DECIMAL.fullmatch(plain):
        raise AnswerError(_typed(gettext_noop("应为数字，如 35 或 35.5；您填的是“%(text)s”。"), text))
    return _ratio(fact, Decimal(plain), len(str(fact.scale)) - 1)


def _ratio(fact: Fact, value: Decimal, places: int) -> str:
    if Fraction(value) * fact.scale % 1:
        most = gettext_noop("最多填%(places)s位小数，请四舍五入后再填。")
        raise AnswerError(Message(most, {"places": max(places, 0)}))
    _check_bounds(fact, Fraction(value))
    return _trim(value)


def _date(fact: Fact, text: str) -> str:
    try:
        day = parse_date(text)
    except Refused as refusal:
        raise AnswerError(refusal.said) from refusal
    _check_bounds(fact, day)
    return day.isoformat()


def _yesno(fact: Fact, text: str) -> bool:
    chosen = {YES: True, NO: False}.get(text)
    if chosen is None:
        raise AnswerError(gettext_noop("请选“是”“否”或“不清楚”。"))
    return chosen


def _choice(fact: Fact, text: str) -> str:
    if text not in fact.values:
        raise AnswerError(gettext_noop("请从列出的选项中选一项。"))
    return text


def _code(fact: Fact, text: str) -> str:
    plain = _plain(text).upper()
    if not plain.isascii() or not fact.compiled_pattern.fullmatch(plain):
        raise AnswerError(_typed(gettext_noop("请从列出的选项中选一项；您填的是“%(text)s”。"), text))
    return plain


READERS: Mapping[str, Callable[[Fact, str], Plain]] = {
    "count": _count,
    "percent": _percent,
    "decimal": _decimal,
    "date": _date,
    "yesno": _yesno,
    "choice": _choice,
    "code": _code,
}


def _check_bounds(fact: Fact, value: int | Fraction | date) -> None:
    low, high = fact.min, fact.max
    if low is not None and value < low:  # type: ignore[operator]
        small = gettext_noop("不能小于%(bound)s，您填的是%(value)s。")
        raise AnswerError(Message(small, {"bound": FactValue(fact, low), "value": FactValue(fact, value)}))
    if high is not None and value > high:  # type: ignore[operator]
        large = gettext_noop("不能大于%(bound)s，您填的是%(value)s，请核对数字和单位。")
        raise AnswerError(Message(large, {"bound": FactValue(fact, high), "value": FactValue(fact, value)}))


def _trim(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def typed(fact: Fact, value: Plain) -> str:
    """What stands in the form for a stored value other than money: the reverse of `read`."""
    if value is None:
        return ""
    kind = kind_of(fact)
    if kind == "percent":
        return _trim(Decimal(str(value)) * 100)
    if kind == "yesno":
        return YES if value else NO
    return str(value)


def parsed(fact: Fact, value: Plain) -> Value | None:
    """A plain value as the catalogue holds it: ratios as fractions, dates as dates."""
    if value is None:
        return None
    if fact.type == "ratio":
        return Fraction(str(value))
    return date.fromisoformat(str(value)) if fact.type == "date" else value


# (figure, heads, low, high): outside these fen per head, 元 and 万元 were most likely mixed up. Wide on
# purpose, as a confirmation asked of an honest firm costs more trust than a missed slip.
PER_HEAD = (
    ("revenue", "employees", 10_000, 10_000_000_000),
    ("assets", "employees", 10_000, 100_000_000_000),
    ("ui_premium_prev_year", "insured_employees", 100, 10_000_000),
    ("pension_base", "insured_employees", 1_000, 100_000_000),
    ("medical_employer_premium", "insured_employees", 100, 10_000_000),
)
# Factor between two answers to the same question that looks like a slip of unit (10,000) rather than news.
SLIP = (5_000, 20_000)
# A bare number below this in a percent field is most often a fraction: 0.055 meant as 5.5%.
SMALL_PERCENT = Fraction(3, 1000)


def doubts(facts: Mapping[str, Fact], new: Mapping[str, Plain], before: Mapping[str, Plain]) -> list[Doubt]:
    """What in `new` looks like a slip, given all earlier answers `before`; each fact at most once."""
    found: dict[str, Doubt] = {}
    for name, value in new.items():
        message = _unit_slip(facts[name], value, before.get(name)) if name in facts else None
        if message:
            found[name] = Doubt(name, message)
    known = {**before, **new}
    for figure, head, low, high in PER_HEAD:
        if figure in facts and head in facts and (figure in new or head in new) and figure not in found:
            message = _per_head(facts[figure], facts[head], (known.get(figure), known.get(head)), (low, high))
            if message:
                found[figure] = Doubt(figure if figure in new else head, message)
    return list(found.values())


def _unit_slip(fact: Fact, value: Plain, last: Plain) -> Message | None:
    if kind_of(fact) != "money" or not value or not last:
        return None
    factor = Fraction(abs(int(value)), abs(int(last)))
    if SLIP[0] <= factor <= SLIP[1] or SLIP[0] <= 1 / factor <= SLIP[1]:
        slip = gettext_noop(
            "%(fact)s上次填的是%(before)s，这次是%(now)s，相差约一万倍，请核对单位是元还是万元。"
        )
        return Message(slip, {"fact": FactLabel(fact), "before": Sum(int(last)), "now": Sum(int(value))})
    return None


def _per_head(figure: Fact, head: Fact, pair: tuple[Plain, Plain], limits: tuple[int, int]) -> Message | None:
    amount, people = pair
    if not amount or not people:
        return None
    each = abs(int(amount)) // int(people)
    if limits[0] <= each <= limits[1]:
        return None
    small = gettext_noop(
        "%(figure)s%(amount)s、%(head)s%(people)s人，人均约%(each)s，明显偏小，请核对单位是元还是万元。"
    )
    large = gettext_noop(
        "%(figure)s%(amount)s、%(head)s%(people)s人，人均约%(each)s，明显偏大，请核对单位是元还是万元。"
    )
    values = {
        "figure": FactLabel(figure),
        "amount": Sum(int(amount)),
        "head": FactLabel(head),
        "people": f"{int(people):,}",
        "each": Sum(_rounded(each)),
    }
    return Message(small if each < limits[0] else large, values)


def _rounded(fen: int) -> int:
    """About three digits of an amount, for a sentence; never below a whole 元."""
    unit = max(100, int(10 ** (len(str(fen)) - 3)))
    return fen // unit * unit


def small_percent(fact: Fact, text: str) -> Message | None:
    """A question back when a bare small number stands in a percent field, else None."""
    if kind_of(fact) != "percent" or "%" in unicodedata.normalize("NFKC", text):
        return None
    plain = _plain(text)
    if not _DECIMAL.fullmatch(plain) or not 0 < Fraction(plain) / 100 < SMALL_PERCENT:
        return None
    meant = _trim(Decimal(plain) * 100)
    small = gettext_noop(
        "您填的“%(text)s”是%(plain)s%%，若是%(meant)s%%请改填 %(meant)s；确实是%(plain)s%%请确认。"
    )
    return Message(small, {"text": readable(text), "plain": plain, "meant": meant})
