"""The figures of the law a policy rests on, in words, with source and how far they can be relied on."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from huiqi.core.language import day_words, is_chinese
from huiqi.policies.queries import wording as terms
from huiqi.policies.queries.fact_words import value_words
from huiqi.rules import wording
from huiqi.rules.ir import Kind
from huiqi.rules.policy import Bound, DatedValue, Edition, Parameter


@dataclass(frozen=True)
class Figure:
    """One value of a parameter; a parameter that changes over time gives one per period."""

    key: str
    name: str
    value: str
    since: date | None
    source: str
    code: str
    confidence: terms.Wording
    is_open: bool
    is_current: bool


def figures_of(edition: Edition, on: date, known_on: date) -> list[Figure]:
    """All figures of an edition; `is_current` marks the value that holds on the day."""
    return [
        _figure(parameter, entry, parameter.at(on, known_on))
        for parameter in edition.parameters.values()
        for entry in parameter.dated
    ]


def _figure(parameter: Parameter, entry: DatedValue, current: DatedValue | None) -> Figure:
    return Figure(
        key=parameter.id,
        name=figure_name(parameter),
        value=bound_words(parameter, entry.value),
        since=entry.from_ if len(parameter.dated) > 1 else None,
        source=entry.source,
        code=entry.confidence,
        confidence=terms.CONFIDENCES[entry.confidence],
        is_open=entry.value is None,
        is_current=entry is current,
    )


def figure_name(parameter: Parameter) -> str:
    """The parameter's Chinese name, or its key where the rulebook gives none."""
    return parameter.text or parameter.id


def bound_words(parameter: Parameter, value: Bound | None) -> str:
    """A parameter's value as people write it: `300万元`, `5.5%`, `2020年6月30日`, `待补`."""
    if value is None:
        return _("待补")
    kind = parameter.type.kind
    if kind is Kind.DATE:
        return day_words(date.fromordinal(int(value)))
    if kind is Kind.ENUM:
        return parameter.type.values[int(value)]
    if isinstance(value, str):
        return value
    if parameter.unit == "ratio":
        return ratio_words(Fraction(value))
    return value_words(value, parameter.unit)


def ratio_words(ratio: Fraction) -> str:
    """`5.5%`; daily rates in ten-thousandths (`万分之五`), as the law writes them."""
    parts = ratio * 10_000
    if is_chinese() and 0 < parts < 10 and parts.denominator == 1:
        return f"万分之{'零一二三四五六七八九'[int(parts)]}"
    return wording.percent(ratio)


def figure_texts(edition: Edition, on: date, known_on: date) -> dict[str, str]:
    """For formulas: name and value of each parameter on the day (`返还比例 50%`), dates by value alone.

    The names are Chinese, so another language has the values alone; what is open the page names beside it.
    """
    texts = {}
    for parameter in edition.parameters.values():
        entry = parameter.at(on, known_on)
        value = bound_words(parameter, entry.value if entry else None)
        if not is_chinese():
            texts[parameter.id] = value if entry and entry.value is not None else f"[{value}]"
        else:
            named = f"{figure_name(parameter)} {value}"
            texts[parameter.id] = value if parameter.type.kind is Kind.DATE else named
    return texts


def figure_values(edition: Edition, on: date, known_on: date) -> dict[str, str]:
    """For a worked example: the bare value of each parameter on the day (`50%`)."""
    return {
        parameter.id: bound_words(parameter, entry.value if (entry := parameter.at(on, known_on)) else None)
        for parameter in edition.parameters.values()
    }
