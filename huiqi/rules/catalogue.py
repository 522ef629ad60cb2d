"""The catalogue of facts: what a firm may be asked, and the exact reading of what it says."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property

from huiqi.rules import ir, wording
from huiqi.rules.ir import Kind, Type
from huiqi.rules.problems import FactsError, Problem

Value = bool | int | str | date | Fraction  # as parsed: enumerations and codes are their text
Cell = bool | int | str | None  # as the emitted code reads it, see Catalogue.row

STANDINGS = ("claimed", "confirmed", "listed")  # weakest first
# Facts whose code may be given with the section letter of GB/T 4754 in front of it.
LETTERED_CODES = frozenset({"gb4754"})
SECTIONS = {
    "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52), "G": (53, 60),
    "H": (61, 62), "I": (63, 65), "J": (66, 69), "K": (70, 70), "L": (71, 72), "M": (73, 75), "N": (76, 79),
    "O": (80, 82), "P": (83, 83), "Q": (84, 85), "R": (86, 90), "S": (91, 96), "T": (97, 97),
}  # fmt: skip
MAX_TEXT = 64
MAX_DIGITS = 40
RATIO = re.compile(r"(?P<number>[+-]?[0-9]+(?:\.[0-9]+)?)(?:/(?P<divisor>[0-9]+))?")


@dataclass(frozen=True)
class Fact:
    """One kind of fact. `min` and `max` are real values (not scaled), None for enumerations and codes.

    `label` is its short name, the same on every page; `full` the name in the words of the law or of the
    statistics, for the page that states it and for tables (the label again where there is no other).
    """

    id: str
    label: str
    type: str
    unit: str = "none"
    scale: int = 1
    min: int | Fraction | date | None = None
    max: int | Fraction | date | None = None
    pattern: str | None = None
    width: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    sensitivity: str = "business"
    owner: str = ""
    stated_by: str = "firm"
    kept: bool = True
    fresh_days: int | None = None
    actionable: bool = False
    period: str = "none"
    note: str = ""
    derivation: ir.Node | None = None
    full: str = ""

    @property
    def derived(self) -> bool:
        return self.derivation is not None

    @cached_property
    def ir_type(self) -> Type:
        kind = Kind(self.type)
        if kind is Kind.ENUM:
            return Type(kind, values=tuple(self.values))
        if kind is Kind.CODE:
            return Type(kind, width=self.width)
        if kind is Kind.DATE:
            return ir.DATE
        return Type(kind, self.unit)

    @cached_property
    def compiled_pattern(self) -> re.Pattern[str]:
        return re.compile(self.pattern or r"[0-9A-Za-z]*")

    def format(self, value: Value | None) -> str:
        """The value as a Chinese reader expects it, e.g. 128万元, 6.1%, 2020年2月9日, 中型, 未填."""
        if value is None:
            return wording.UNKNOWN
        if self.type == "enum":
            return self.values[str(value)]
        if isinstance(value, str):
            return value
        return wording.value(value, self.unit)

    def from_cell(self, computed: bool | int | str | Fraction | None) -> Value | None:
        """A computed value (day number, position, integer) as parse would give it."""
        if computed is None or isinstance(computed, str | bool):
            return computed
        if self.type == "ratio":
            return Fraction(computed)
        if self.type == "date":
            return date.fromordinal(int(computed))
        return self.ir_type.values[int(computed)] if self.type == "enum" else int(computed)


class Unreadable(Exception):
    """A given value that is not one of the fact; message and remedy are for the person who gave it."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)


def _read_bool(fact: Fact, given: object) -> bool:
    if not isinstance(given, bool):
        raise Unreadable(f"“{wording.shown(given)}”不是是否值", "请填 true 或 false，不知道就留空")
    return given


def _read_int(fact: Fact, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        unit = "以分为单位的" if fact.unit == "fen" else ""
        raise Unreadable(
            f"“{wording.shown(given)}”不是整数", f"请填{unit}整数，如 {1280000 if unit else 120}"
        )
    return given


def _read_ratio(fact: Fact, given: object) -> Fraction:
    if isinstance(given, int | Fraction) and not isinstance(given, bool):
        return Fraction(given)
    if isinstance(given, Decimal) and given.is_finite() and abs(given.adjusted()) <= MAX_DIGITS:
        return Fraction(given)
    if isinstance(given, str) and len(given) <= MAX_TEXT:
        match = RATIO.fullmatch(given)
        divisor = int(match["divisor"] or 1) if match else 0
        if match and divisor:
            return Fraction(match["number"]) / divisor
    if isinstance(given, float):
        raise Unreadable("二进制小数不精确", '请写成文本，如 "0.055" 或 "11/200"')
    raise Unreadable(f"“{wording.shown(given)}”不是比率", '请写成 "0.055" 或 "11/200"')


def _read_date(fact: Fact, given: object) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            raise Unreadable(f"没有“{given}”这一天", "请核对日期") from None
    raise Unreadable(f"“{wording.shown(given)}”不是日期", "日期写成 2020-02-09")


def _read_enum(fact: Fact, given: object) -> str:
    if isinstance(given, str) and given in fact.values:
        return given
    choices = "、".join(f"{key}（{label}）" if key != label else key for key, label in fact.values.items())
    raise Unreadable(f"没有“{wording.shown(given)}”这个选项", f"请从 {choices} 中选")


def _read_code(fact: Fact, given: object) -> str:
    if not isinstance(given, str) or len(given) > MAX_TEXT:
        raise Unreadable(f"“{wording.shown(given)}”不是代码", f"代码须为{fact.width}位文本")
    text = given
    if fact.id in LETTERED_CODES and len(text) == fact.width + 1 and text[0] in SECTIONS:
        text = text[1:]
    if not text.isascii() or not fact.compiled_pattern.fullmatch(text):
        remedy = f"代码须为{fact.width}位文本，如 {_sample(fact)}"
        raise Unreadable(f"“{wording.shown(given)}”不是{fact.width}位代码", remedy)
    if text != given and not SECTIONS[given[0]][0] <= int(text[:2]) <= SECTIONS[given[0]][1]:
        raise Unreadable(f"门类字母{given[0]}与代码{text}不符", "请去掉字母，或改正其中之一")
    return text


def _sample(fact: Fact) -> str:
    return {"gb4754": "3411 或 C3411", "province": "430000"}.get(fact.id, "0" * fact.width)


READERS: dict[str, Callable[[Fact, object], Value]] = {
    "bool": _read_bool,
    "int": _read_int,
    "ratio": _read_ratio,
    "date": _read_date,
    "enum": _read_enum,
    "code": _read_code,
}


def _check_bounds(fact: Fact, value: Value) -> None:
    if isinstance(value, bool | str):
        return
    low, high = fact.min, fact.max
    too_low = low is not None and value < low  # type: ignore[operator]
    too_high = high is not None and value > high  # type: ignore[operator]
    if too_low or too_high:
        bounds = wording.bounds(
            None if low is None else fact.format(low), None if high is None else fact.format(high)
        )
        hint = "，金额以分计" if fact.unit == "fen" else "，5.5% 写成 0.055" if fact.unit == "ratio" else ""
        told = "所填的数" if _is_huge(value) else fact.format(value)
        raise Unreadable(f"{told}超出范围", f"应{bounds}{hint}")


def _is_huge(value: Value) -> bool:
    """Too many digits to print."""
    return isinstance(value, int | Fraction) and abs(value) >= 10**MAX_DIGITS


@dataclass(frozen=True)
class Facts:
    """What is known of one firm: parsed values, their standings, and the row the emitted code reads.

    A fact that is not in `values` is unknown.
    """

    catalogue: "Catalogue"
    values: Mapping[str, Value]
    row: tuple[Cell, ...]
    standings: Mapping[str, str]

    def get(self, fact_id: str) -> Value | None:
        return self.values.get(fact_id)

    def standing(self, fact_id: str) -> str:
        return self.standings.get(fact_id, STANDINGS[0])

    def with_value(self, fact_id: str, value: Value | None) -> "Facts":
        """The same firm with one fact changed; `value` is taken as parsed, without check of bounds."""
        values = {key: kept for key, kept in self.values.items() if key != fact_id}
        if value is not None:
            values[fact_id] = value
        row = list(self.row)
        fact = self.catalogue.facts[fact_id]
        slot = self.catalogue.slots[fact_id]
        cells = _cells(fact, value)
        row[slot : slot + len(cells)] = cells
        return Facts(self.catalogue, values, tuple(row), self.standings)


def _cells(fact: Fact, value: Value | None) -> tuple[Cell, ...]:
    if fact.type == "bool":
        return (1 if value is None else 3 if value else 0,)
    if fact.type == "ratio":
        return (value.numerator, value.denominator) if isinstance(value, Fraction) else (None, 1)
    if isinstance(value, date):
        return (value.toordinal(),)
    if fact.type == "enum" and value is not None:
        return (fact.ir_type.values.index(str(value)),)
    return (int(value) if isinstance(value, Fraction) else value,)


class Catalogue:
    """All facts in their order, with the layout of the row that emitted code reads.

    Row layout: one cell per fact, two for a ratio. Booleans are 0 false, 1 unknown, 3 true, so that
    Kleene's and/or are & and |; enumerations are positions; dates day numbers; ratios numerator and
    denominator; codes text; None is unknown.
    """

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts: dict[str, Fact] = dict(facts)
        self.slots: dict[str, int] = {}
        empty: list[Cell] = []
        for fact in self.facts.values():
            self.slots[fact.id] = len(empty)
            empty += _cells(fact, None)
        self.empty_row = tuple(empty)
        self.types: dict[str, Type] = {fact.id: fact.ir_type for fact in self.facts.values()}

    @cached_property
    def names_in_derivation(self) -> dict[str, tuple[str, ...]]:
        """The facts each derivation names."""
        derivations = {
            fact.id: fact.derivation for fact in self.facts.values() if fact.derivation is not None
        }
        return {fact_id: ir.fact_names(derivation) for fact_id, derivation in derivations.items()}

    @cached_property
    def derived_order(self) -> tuple[str, ...]:
        """Derived facts, each after those it is derived from."""
        order: dict[str, None] = {}

        def place(fact_id: str) -> None:
            if fact_id in order or fact_id not in self.names_in_derivation:
                return
            for name in self.names_in_derivation[fact_id]:
                place(name)
            order[fact_id] = None

        for fact_id in self.facts:
            place(fact_id)
        return tuple(order)

    @cached_property
    def base_of(self) -> dict[str, frozenset[str]]:
        """For each fact, the facts a person could state that it rests on (itself when not derived)."""
        result: dict[str, frozenset[str]] = {}
        for fact_id, fact in self.facts.items():
            if fact.derivation is None:
                result[fact_id] = frozenset({fact_id})
        for fact_id in self.derived_order:
            names = self.names_in_derivation[fact_id]
            result[fact_id] = frozenset().union(*(result[name] for name in names))
        return result

    def parse(self, given: Mapping[str, object], standing: str | Mapping[str, str] = "claimed") -> Facts:
        """Read what was given; None means unknown. Raises FactsError listing every bad fact.

        `standing` is one standing for all facts or one per fact id (default for the rest: claimed).
        """
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for fact_id, raw in given.items():
            fact = self.facts.get(fact_id)
            if fact is None:
                problems.append(self.no_such_fact(fact_id))
            elif raw is not None:
                try:
                    values[fact_id] = self.read(fact, raw)
                except Unreadable as error:
                    problems.append(Problem(fact_id, f"{fact.label}：{error.message}", error.remedy))
        standings = self._standings(standing, values, problems)
        if problems:
            raise FactsError(problems)
        return Facts(self, values, self._row(values), standings)

    def facts_of(self, values: Mapping[str, Value], standings: Mapping[str, str]) -> Facts:
        """Facts from values that were read before (a register's), without reading them again."""
        return Facts(self, dict(values), self._row(values), dict(standings))

    def read(self, fact: Fact, raw: object) -> Value:
        """One value of a fact, exactly; raises Unreadable."""
        value: Value = READERS[fact.type](fact, raw)
        _check_bounds(fact, value)
        return value

    def in_order(self, fact_ids: Iterable[str]) -> tuple[str, ...]:
        """The ids, each once, in the order of the catalogue."""
        return tuple(sorted(set(fact_ids), key=self.slots.__getitem__))

    def _row(self, values: Mapping[str, Value]) -> tuple[Cell, ...]:
        row = list(self.empty_row)
        for fact_id, value in values.items():
            cells = _cells(self.facts[fact_id], value)
            slot = self.slots[fact_id]
            row[slot : slot + len(cells)] = cells
        return tuple(row)

    def _standings(
        self, standing: str | Mapping[str, str], values: Mapping[str, Value], problems: list[Problem]
    ) -> dict[str, str]:
        given = dict.fromkeys(values, standing) if isinstance(standing, str) else standing
        for fact_id, name in given.items():
            if name not in STANDINGS:
                problems.append(
                    Problem(
                        fact_id,
                        f"没有“{wording.shown(name)}”这种可信程度",
                        f"可用的有 {'、'.join(STANDINGS)}",
                    )
                )
        return {fact_id: given[fact_id] for fact_id in values if fact_id in given}

    def no_such_fact(self, fact_id: str) -> Problem:
        """The complaint about a name that is no fact, with names like it."""
        close = get_close_matches(str(fact_id), list(self.facts), n=3, cutoff=0.6)
        remedy = f"是否指 {'、'.join(close)}" if close else "请查事实目录"
        return Problem(wording.shown(fact_id), "没有这个事实", remedy)
