"""What was answered to an item's form: which questions were asked, and the answers in words. Pure.

Answers lie by field id as the form gives them: text, int, fen, "2020-02-09", a code, a list of codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huiqi.cases.items.definition import Field, FieldKind, ItemDefinition
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum

YES, NO = "yes", "no"
_YES_NO = {YES: gettext_noop("是"), NO: gettext_noop("否")}


@dataclass(frozen=True)
class Answered:
    """One answered question. `words` is for people: a text as typed, a label, a date, a sum or a message."""

    field: Field
    words: str | date | Message


def is_asked(definition: ItemDefinition, field: Field, answers: Mapping[str, Any]) -> bool:
    """Whether the answers given so far ask this question; a question behind an unasked one is not."""
    if field.shown_if is None:
        return True
    name, code = field.shown_if
    above = next((each for each in definition.fields if each.id == name), None)
    if above is None or not is_asked(definition, above, answers):
        return False
    given = answers.get(name)
    return code in given if isinstance(given, list | tuple) else given == code


def answers_in_words(
    definition: ItemDefinition, answers: Mapping[str, Any], private: Mapping[str, Any] | None = None
) -> list[Answered]:
    """The answered questions in the order of the form. Personal ones only when `private` is given."""
    given = {**answers, **(private or {})}
    found = []
    for field in definition.fields:
        value = given.get(field.id)
        if value in (None, "", []) or (field.is_personal and private is None):
            continue
        found.append(Answered(field, _words(field, value)))
    return found


def _words(field: Field, value: Any) -> str | date | Message:
    if field.kind == FieldKind.MONEY and isinstance(value, int):
        return Message("%(sum)s", {"sum": Sum(value)})
    if field.kind == FieldKind.INTEGER and isinstance(value, int):
        return f"{value:,}{field.unit}"
    if field.kind == FieldKind.DATE:
        return date.fromisoformat(value)
    if field.kind == FieldKind.YES_NO:
        return Message(_YES_NO.get(value, str(value)))
    labels = dict(field.choices)
    given = value if isinstance(value, list) else [value]
    return "、".join(labels.get(each, str(each)) for each in given)
