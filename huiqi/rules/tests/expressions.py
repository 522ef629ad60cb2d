"""Random well-typed expressions as text, and edge rows for them (hypothesis strategies)."""

import random
import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from huiqi.rules.catalogue import Catalogue, Fact

FACTS = """
facts:
- {id: money, label: 金额, type: int, unit: fen, min: 0, max: 10000000000000,
   sensitivity: business, stated_by: firm}
- {id: balance, label: 结余, type: int, unit: fen, min: -1000000000000, max: 1000000000000,
   sensitivity: business,
   stated_by: firm}
- {id: heads, label: 人数, type: int, unit: person, min: 0, max: 3000000,
   sensitivity: business, stated_by: firm}
- {id: leavers, label: 离职, type: int, unit: person, min: -50, max: 3000000,
   sensitivity: business, stated_by: firm}
- {id: average, label: 平均人数, type: ratio, unit: person, scale: 100, min: 0, max: 3000000,
   sensitivity: business, stated_by: firm}
- {id: rate, label: 利率, type: ratio, unit: ratio, scale: 100000, min: 0, max: "0.24", sensitivity: business,
   stated_by: firm}
- {id: growth, label: 增长率, type: ratio, unit: ratio, scale: 10000, min: -1, max: 1000,
   sensitivity: business,
   stated_by: firm}
- {id: days, label: 天数, type: int, unit: day, min: -5, max: 3660, sensitivity: business, stated_by: firm}
- {id: contract, label: 合同日, type: date, unit: day, min: 2000-01-01, max: 2050-12-31,
   sensitivity: business,
   stated_by: firm}
- {id: evidence, label: 到期日, type: date, unit: day, min: 2000-01-01, max: 2050-12-31,
   sensitivity: business,
   stated_by: firm}
- {id: order, label: 甲, type: bool, sensitivity: business, stated_by: firm}
- {id: limit, label: 乙, type: bool, sensitivity: business, stated_by: firm}
- {id: select, label: 规模, type: enum, values: {large: 大, small: 小, none: 无}, sensitivity: business,
   stated_by: firm}
- {id: table, label: 规模二, type: enum, values: {large: 大, small: 小, none: 无}, sensitivity: business,
   stated_by: firm}
- {id: sector, label: 行业, type: code, pattern: "[0-9]{4}", sensitivity: business, stated_by: firm}
- {id: turnover, label: 离职率, type: ratio, unit: ratio, scale: 1000000, min: -3000000, max: 3000000,
   sensitivity: business, stated_by: computed,
   derivation: "least(leavers / average, (heads - leavers) / heads)"}
- {id: industrial, label: 工业, type: bool, sensitivity: business, stated_by: computed,
   derivation: "sector between '0600' and '4699' or sector in ('7030', '7090')"}
- {id: verdict, label: 结论, type: enum, values: {large: 大, small: 小, none: 无}, sensitivity: business,
   stated_by: computed,
   derivation: "case when industrial and heads >= 300 then 'large'
     when heads >= 20 then 'small' else 'none' end"}
- {id: deadline, label: 期限, type: date, unit: day, min: 2000-01-01, max: 2061-12-31, sensitivity: business,
   stated_by: computed, derivation: "case when order then contract + least(days, 60) else evidence - 30 end"}
- {id: due, label: 应付, type: int, unit: fen, min: -1000000000000, max: 20000000000000,
   sensitivity: business,
   stated_by: computed, derivation: "greatest(money, balance) + balance"}
"""
DERIVATIONS = {
    "turnover": "least(leavers / average, (heads - leavers) / heads)",
    "industrial": "sector between '0600' and '4699' or sector in ('7030', '7090')",
    "verdict": "case when industrial and heads >= 300 then 'large'"
    " when heads >= 20 then 'small' else 'none' end",
    "deadline": "case when order then contract + least(days, 60) else evidence - 30 end",
    "due": "greatest(money, balance) + balance",
}
NUMBERS = {
    "fen": ["money", "balance", "due"],
    "person": ["heads", "leavers", "average"],
    "ratio": ["rate", "growth", "turnover"],
    "day": ["days"],
}
BOOLS = ["order", "limit", "industrial"]
CHOICES = ["select", "table", "verdict"]
DATES = ["contract", "evidence", "deadline"]
LITERALS = ["0", "1", "2", "7", "20", "100", "0.5", "0.055", "0.1", "3.25", "12345678"]
SIGNS = ["=", "<>", "<", "<=", ">", ">="]


def within(
    depth: int, atoms: st.SearchStrategy[str], *deeper: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    return atoms if depth <= 0 else st.one_of(atoms, *deeper)


def shaped(pattern: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The pattern with each {} filled from a part."""
    return st.tuples(*parts).map(lambda texts: pattern.format(*texts))


def numbers(unit: str, depth: int) -> st.SearchStrategy[str]:
    atoms = st.sampled_from(NUMBERS[unit] + LITERALS)
    if depth <= 0:
        return atoms
    same, plain = numbers(unit, depth - 1), numbers("ratio", depth - 1)
    op = st.sampled_from(["+", "-"])
    deeper = [
        shaped("({} {} {})", same, op, same),
        shaped("{} {} {}", st.sampled_from(NUMBERS[unit]), op, same),
        shaped("(- {})", same),
        shaped("{}({}, {})", st.sampled_from(["greatest", "least"]), same, same),
        shaped("{}({}, {}, {})", st.sampled_from(["greatest", "least"]), same, same, same),
        shaped("({} * {})", same, plain),
        shaped("({} / {})", same, plain),
        shaped("case when {} then {} else {} end", conditions(depth - 1), same, same),
        shaped("case when {} then {} when {} then {} end", conditions(0), same, conditions(depth - 1), same),
    ]
    if unit == "ratio":
        other = st.sampled_from(["fen", "person"]).flatmap(
            lambda name: shaped("({} / {})", st.sampled_from(NUMBERS[name]), st.sampled_from(NUMBERS[name]))
        )
        deeper.append(other)
    if unit == "day":
        deeper.append(shaped("({} - {})", dates(depth - 1), dates(depth - 1)))
    return within(depth, atoms, *deeper)


def dates(depth: int) -> st.SearchStrategy[str]:
    fixed = st.dates(date(1999, 12, 1), date(2051, 2, 1)).map(lambda day: f"DATE '{day}'")
    atoms = st.one_of(st.sampled_from(DATES), fixed)
    if depth <= 0:
        return atoms
    some_days = st.sampled_from(["days", "30", "1", "least(days, 60)", "0"])
    return within(
        depth,
        atoms,
        shaped("({} {} {})", dates(depth - 1), st.sampled_from(["+", "-"]), some_days),
        shaped("{}({}, {})", st.sampled_from(["greatest", "least"]), dates(depth - 1), dates(depth - 1)),
        shaped("case when {} then {} else {} end", conditions(depth - 1), dates(depth - 1), dates(depth - 1)),
    )


def comparisons(depth: int) -> st.SearchStrategy[str]:
    sign = st.sampled_from(SIGNS)
    units = st.sampled_from(list(NUMBERS))
    equal = st.sampled_from(["=", "<>"])
    choice = st.sampled_from(CHOICES)
    option = st.sampled_from(["'large'", "'small'", "'none'"])
    code = st.sampled_from(["'0599'", "'0600'", "'4699'", "'7030'", "'9999'"])
    inside = st.sampled_from(["in", "not in"])
    return st.one_of(
        units.flatmap(lambda unit: shaped("{} {} {}", numbers(unit, depth), sign, numbers(unit, depth))),
        units.flatmap(
            lambda unit: shaped(
                "{} {} {} and {}",
                numbers(unit, depth),
                st.sampled_from(["between", "not between"]),
                numbers(unit, 0),
                numbers(unit, depth),
            )
        ),
        units.flatmap(
            lambda unit: shaped("{} {} (1, 0.055, -3, 20)", st.sampled_from(NUMBERS[unit]), inside)
        ),
        shaped("{} {} {}", dates(depth), sign, dates(depth)),
        shaped("{} between {} and {}", dates(depth), dates(0), dates(0)),
        shaped("{} {} {}", choice, equal, option),
        shaped("{} {} {}", choice, equal, choice),
        shaped("{} {} ({}, {})", choice, inside, option, option),
        shaped("sector {} {}", sign, code),
        shaped("sector between {} and {}", code, code),
        shaped("sector {} ({}, {})", inside, code, code),
    )


def conditions(depth: int) -> st.SearchStrategy[str]:
    atoms = st.one_of(st.sampled_from([*BOOLS, "true", "false"]), comparisons(max(depth - 1, 0)))
    if depth <= 0:
        return st.sampled_from(BOOLS)
    one = conditions(depth - 1)
    nullable = st.one_of(numbers("ratio", depth - 1).map(lambda text: f"({text})"), st.sampled_from(BOOLS))
    return within(
        depth,
        atoms,
        shaped("({} and {})", one, one),
        shaped("({} or {})", one, one),
        shaped("{} or {} and not {}", st.sampled_from(BOOLS), one, one),
        shaped("(not {})", one),
        shaped("(not ({} and {}))", one, one),
        shaped("{} {}", nullable, st.sampled_from(["is null", "is not null"])),
        shaped("(case when {} then {} else {} end)", one, one, one),
        shaped("(case when {} then {} end)", one, one),
        shaped("(({}) {} ({}))", one, st.sampled_from(["=", "<>"]), one),
    )


# ---------------------------------------------------------------- rows


def edge_values(fact: Fact, text: str) -> list[Any]:
    """Unknown, the bounds and their neighbours, and the figures of the text with their neighbours."""
    if fact.type == "bool":
        return [None, True, False]
    if fact.type == "enum":
        return [None, *fact.values]
    if fact.type == "code":
        return [None, "0599", "0600", "4699", "4700", "7030", "9999"]
    if fact.type == "date":
        named = [date.fromisoformat(day) for day in re.findall(r"DATE '([^']+)'", text)]
        return [None, *near_dates([fact.min, fact.max, date(2020, 2, 29), *named], fact)]
    step = Fraction(1, fact.scale)
    figures = [
        fact.min,
        fact.max,
        0,
        1,
        20,
        30,
        60,
        300,
        *map(Fraction, re.findall(r"[0-9]+\.?[0-9]*", text)),
    ]
    values = {figure + shift for figure in map(Fraction, figures) for shift in (-step, 0, step)}  # type: ignore[arg-type]
    kept = sorted(value for value in values if fact.min <= value <= fact.max)  # type: ignore[operator]
    if fact.type == "int":
        return [None, *sorted({int(value) for value in kept if value.denominator == 1})]
    return [None, Fraction(1, 3), *kept] if fact.max >= 1 else [None, *kept]  # type: ignore[operator]


def near_dates(days: list[Any], fact: Fact) -> list[date]:
    around = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    return sorted(day for day in around if fact.min <= day <= fact.max)  # type: ignore[operator]


def edge_rows(catalogue: Catalogue, text: str, seed: int, count: int = 80) -> list[dict[str, Any]]:
    """Rows of edge values: one unknown throughout, one of all minima, one of all maxima, the rest mixed."""
    edges = {
        name: edge_values(fact, text)
        for name, fact in catalogue.facts.items()
        if re.search(rf"\b{name}\b", text) or not fact.derived
    }
    chooser = random.Random(seed)  # noqa: S311 - test data
    rows: list[dict[str, Any]] = [
        dict.fromkeys(edges),
        {name: values[1] for name, values in edges.items()},
        {name: values[-1] for name, values in edges.items()},
    ]
    while len(rows) < count:
        unknown = chooser.choice([0.0, 0.05, 0.3])
        row = {
            name: None if chooser.random() < unknown else chooser.choice(values[1:])
            for name, values in edges.items()
            if not (catalogue.facts[name].derived and chooser.random() < 0.7)
        }
        rows.append(row)
    return rows


def oracle_facts(row: dict[str, Any]) -> dict[str, Any]:
    """The row as the oracle reads it: every number a Fraction."""
    return {
        name: Fraction(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else value
        for name, value in row.items()
    }


def at_scale(catalogue: Catalogue, name: str, value: Any) -> Any:
    """The value as a column would store it: ratios only in steps of the scale."""
    fact = catalogue.facts[name]
    if fact.type != "ratio" or value is None:
        return value
    return Fraction(int(Fraction(value) * fact.scale), fact.scale)
