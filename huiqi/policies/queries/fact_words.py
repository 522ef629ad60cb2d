"""Facts, their values and messages about them in the reader's language."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiqi.core.language import chinese, day_words, is_chinese, spelled, wan_words, worded, yuan_words
from huiqi.core.messages import Message
from huiqi.policies import answers
from huiqi.policies.answers import FactLabel, FactValue, Plain
from huiqi.policies.queries.english_book import english_book
from huiqi.rules import wording
from huiqi.rules.catalogue import Fact, Value


def fact_label(fact: Fact) -> str:
    """The fact's name; a name that nobody translated is shown in Chinese and marked so."""
    if is_chinese():
        return fact.label
    return english_book().labels.get(fact.id) or chinese(fact.label)


def option_labels(fact: Fact) -> dict[str, str]:
    """The names of an enumeration's values, by id, in the catalogue's order."""
    if is_chinese():
        return dict(fact.values)
    english = english_book().values.get(fact.id, {})
    return {value: english.get(value) or chinese(label) for value, label in fact.values.items()}


def labels_of(facts: Mapping[str, Fact]) -> dict[str, str]:
    """The name of every fact, by id."""
    return {name: fact_label(fact) for name, fact in facts.items()}


def unit_word(fact: Fact) -> str:
    """What is printed after the box of a figure: %, 人, 天, 个月, 年 or nothing, as after a date."""
    kind = answers.kind_of(fact)
    if kind in {"percent", "date"}:
        return "%" if kind == "percent" else ""
    units = {"person": _("人"), "day": _("天"), "month": _("个月"), "year": _("年")}
    return units.get(fact.unit, "")


def value_words(value: bool | int | Fraction | date, unit: str) -> str:
    """A value with its unit: `128万元`, `6.1%`, `24个月`; in English `CNY 1,280,000`, `6.1%`, `24 months`."""
    if is_chinese():
        return wording.value(value, unit)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return day_words(value)
    if unit == "fen":
        return wan_words(value) if isinstance(value, int) else f"CNY {_decimal(value / 100)}"
    return f"{_decimal(value * 100)}%" if unit == "ratio" else _counted(value, unit)


def _decimal(number: int | Fraction) -> str:
    return wording.decimal(number, grouped=True).replace("约", "about ")


def _counted(value: int | Fraction, unit: str) -> str:
    number = int(value) if value == int(value) else 2
    texts = {
        "person": ngettext("%(n)s人", "%(n)s人", number),
        "day": ngettext("%(n)s天", "%(n)s天", number),
        "month": ngettext("%(n)s个月", "%(n)s个月", number),
        "year": ngettext("%(n)s年", "%(n)s年", number),
    }
    return texts.get(unit, "%(n)s") % {"n": _decimal(value)}


def fact_value(fact: Fact, value: Value | None) -> str:
    """The value as the reader expects it."""
    if is_chinese():
        return fact.format(value)
    if value is None:
        return _("未填")
    if isinstance(value, str):
        return option_labels(fact).get(value, value)
    return value_words(value, fact.unit)


def in_words(fact: Fact, value: Plain) -> str:
    """An answer said back: money both in 元 and 万元 in Chinese, the rest with its unit."""
    if value is None:
        return _("不清楚")
    if answers.kind_of(fact) == "money":
        yuan, wan = yuan_words(int(value)), wan_words(int(value))
        return yuan if yuan == wan else f"{wan}（{yuan}）"
    return fact_value(fact, answers.parsed(fact, value))


def worded_answer(said: Message | str) -> str:
    """A message of huiqi.policies.answers in the reader's language."""
    return worded(said, _spelled)


def _spelled(value: object) -> object:
    if isinstance(value, FactLabel):
        return fact_label(value.fact)
    if isinstance(value, FactValue):
        return fact_value(value.fact, value.value)
    return spelled(value)
