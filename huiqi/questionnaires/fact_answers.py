"""Answers as facts of the catalogue and facts as answers, by the column `huiqi::fact`. Pure.

    facts_in(session, catalogue.facts)      {"employees": 12, "revenue": 128_0000_00}: what judging takes
    answer_of(fact, value, meaning)         "128": what a question shows of the register

A plain value is an int (money in fen), bool, ISO date, decimal text of a ratio, code or name of an option.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from huiqi.questionnaires.xform.definition import Form, Meaning
from huiqi.questionnaires.xform.session import Session
from huiqi.rules.catalogue import Fact

Plain = int | str | bool
# Fen in one of the unit that was asked.
_FEN = {"yuan": 100, "wan": 1_000_000, "": 100}
_CODE_LETTER = re.compile(r"[A-Z](?=[0-9]{4}$)")
# A text somebody typed → the code it names ("" for none), by fact: counties, industries.
Naming = Mapping[str, Callable[[str], str]]


def bound_places(form: Form) -> dict[str, Meaning]:
    """The places of a form that mean something, by path."""
    return {path: slot.bind.meaning for path, slot in form.slots.items() if slot.bind.meaning is not None}


def facts_in(session: Session, facts: Mapping[str, Fact], naming: Naming | None = None) -> dict[str, Plain]:
    """The facts that were answered and are asked now; what can not be read as its fact is left out."""
    found: dict[str, Plain] = {}
    for path, meaning in bound_places(session.form).items():
        fact = facts.get(meaning.fact)
        text = session.value(path).strip()
        if fact is None or not text or not session.is_relevant(path):
            continue
        value = value_of(fact, text, meaning, naming)
        if value is not None:
            found[fact.id] = value
    return found


def value_of(fact: Fact, text: str, meaning: Meaning, naming: Naming | None = None) -> Plain | None:
    """The plain value of an answer, None when it is none of the fact's values."""
    if fact.type in {"int", "ratio"}:
        return _number(fact, text, meaning)
    if fact.type == "bool":
        return {"yes": True, "no": False}.get(text)
    if fact.type == "enum":
        return text if text in fact.values else None
    if fact.type == "date":
        return text[:10]
    named = (naming or {}).get(fact.id)
    code = _CODE_LETTER.sub("", text.upper())
    if fact.compiled_pattern.fullmatch(code):
        return code
    return (named(text) or None) if named is not None else None


def _number(fact: Fact, text: str, meaning: Meaning) -> Plain | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if fact.type == "ratio":
        return format(number / 100 if meaning.unit == "percent" else number, "f")
    if fact.unit == "fen":
        number *= _FEN.get(meaning.unit, 100)
    return int(number.to_integral_value(ROUND_HALF_UP))


def answer_of(fact: Fact, value: Plain | date, meaning: Meaning) -> str:
    """A value of the catalogue as the question stores it; ratios come as decimal text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if fact.unit == "fen" and isinstance(value, int):
        return _plain(Decimal(value) / _FEN.get(meaning.unit, 100))
    if fact.type == "ratio":
        return _plain(Decimal(str(value)) * (100 if meaning.unit == "percent" else 1))
    return str(value)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
