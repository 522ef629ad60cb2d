"""A request as a program sends it: the same questions and the same checks as on the pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import User
from huiqi.cases.commands.intake import Asked
from huiqi.cases.forms.asking import NAME_LENGTH, TextField, TopicForm, WhoForm, WordsForm
from huiqi.cases.forms.item_fields import PREFIX, ItemForm, PhoneField, item_form
from huiqi.cases.items.answers import NO, YES
from huiqi.cases.items.definition import Field, FieldKind, ItemDefinition
from huiqi.cases.models import Consent, ItemEdition
from huiqi.cases.workflow import Channel
from huiqi.core.money import FEN_PER_YUAN
from huiqi.enterprises.models import Enterprise

# Name in a form → place in the body, where they differ.
_PLACES = {"__all__": ""}
_YES_NO = {True: YES, False: NO}


class CallForm(WordsForm):
    """Whom to call, and the matter in words."""

    name = TextField(label=gettext_lazy("联系人"), max_length=NAME_LENGTH)
    phone = PhoneField(label=gettext_lazy("联系电话"))


class ConsentForm(forms.Form):
    """How the requester agreed that somebody else fills in."""

    consent = forms.ChoiceField(choices=[(one.value, one.label) for one in (Consent.SPOKEN, Consent.WRITTEN)])


class Faulty(ValueError):
    """What is wrong with a posted request: (place in the body, sentence)."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {said}" for place, said in faults))
        self.faults = list(faults)


def asked_for_own_firm(
    edition: ItemEdition, posted: Mapping[str, Any], firm: Enterprise, user: User
) -> Asked:
    """What one of the firm's own people asks; raises Faulty."""
    call, topic, item = _checked(edition.definition, posted)
    return Asked(
        **_words(edition, call, topic, item),
        channel=Channel.API,
        enterprise=firm,
        requester=user,
        source_ref=posted.get("source_ref", ""),
    )


def asked_on_behalf(edition: ItemEdition, posted: Mapping[str, Any], visible: QuerySet[Enterprise]) -> Asked:
    """What staff fill in for somebody: who it is and how they agreed is asked too; raises Faulty.

    The register's firm is named only when it is `visible` to who fills in, and found by its code alone.
    """
    who, consent = WhoForm(_data(posted)), ConsentForm(_data(posted))
    call, topic, item = _checked(edition.definition, posted, who, consent)
    return Asked(
        **_words(edition, call, topic, item),
        channel=Channel.API,
        firm_name=who.cleaned_data["firm_name"],
        credit_code=who.cleaned_data["credit_code"],
        prefecture=who.cleaned_data["county"],
        enterprise=visible.filter(pk=who.known.pk).first() if who.known else None,
        consent=Consent(consent.cleaned_data["consent"]),
        source_ref=posted.get("source_ref", ""),
    )


def _checked(
    definition: ItemDefinition, posted: Mapping[str, Any], *more: forms.Form
) -> tuple[forms.Form, forms.Form, ItemForm]:
    answers = posted.get("answers") or {}
    data, faults = _answers_data(definition, answers)
    call, topic = CallForm(_data(posted)), TopicForm(definition, _data(posted))
    item = item_form(definition, data)
    misshapen = {place for place, _said in faults}
    for form in (call, *more, topic, item):
        faults += [one for one in _faults(form) if one[0] not in misshapen]
    if faults:
        raise Faulty(faults)
    return call, topic, item


def _faults(form: forms.Form) -> list[tuple[str, str]]:
    under = "answers." if isinstance(form, ItemForm) else ""
    return [
        (f"{under}{_PLACES.get(name, name)}".rstrip("."), str(message))
        for name, messages in form.errors.items()
        for message in messages
    ]


def _words(edition: ItemEdition, call: forms.Form, topic: forms.Form, item: ItemForm) -> dict[str, Any]:
    said = call.cleaned_data
    return {
        "item": edition.item,
        "edition": edition,
        "topic": topic.cleaned_data["topic"],
        "title": said["title"],
        "text": said["text"],
        "name": said["name"],
        "phone": said["phone"],
        "answers": item.answers(),
        "private_answers": item.private_json(),
    }


def _data(posted: Mapping[str, Any]) -> "MultiValueDict[str, str]":
    typed = {name: [value] for name, value in posted.items() if isinstance(value, str)}
    return MultiValueDict(typed)


# --- answers to the item's own questions ----------------------------------------------------------------


def _answers_data(
    definition: ItemDefinition, answers: Mapping[str, Any]
) -> tuple["MultiValueDict[str, str]", list[tuple[str, str]]]:
    """The answers as the page would post them, and what is no answer to any question."""
    known = {field.id: field for field in definition.fields}
    data: MultiValueDict[str, str] = MultiValueDict()
    faults = []
    for name, value in answers.items():
        field = known.get(name)
        if field is None:
            faults.append((f"answers.{name[:60]}", _("这个事项没有这一项，请核对名称")))
            continue
        if value is None:
            continue
        typed = _typed(field, value)
        if typed is None:
            faults.append((f"answers.{name}", str(_SHAPES.get(field.kind, _("应为文本")))))
            continue
        for suffix, texts in typed.items():
            data.setlist(f"{PREFIX}-{name}{suffix}", texts)
    return data, faults


_SHAPES = {
    FieldKind.INTEGER: gettext_lazy("应为整数"),
    FieldKind.MONEY: gettext_lazy("应为整数，单位为分"),
    FieldKind.CHOICES: gettext_lazy('应为列表，形如 ["loan"]'),
    FieldKind.YES_NO: gettext_lazy("应为 true 或 false"),
}


def _typed(field: Field, value: Any) -> dict[str, list[str]] | None:
    """What a person would have typed, by suffix of the field's name; None for a value of another shape."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if field.kind == FieldKind.MONEY:
        return _money(value) if is_whole else None
    if field.kind == FieldKind.INTEGER:
        return {"": [str(value)]} if is_whole else None
    if field.kind == FieldKind.CHOICES:
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return {"": value} if is_list else None
    if field.kind == FieldKind.YES_NO:
        return {"": [_YES_NO[value]]} if isinstance(value, bool) else None
    return {"": [value]} if isinstance(value, str) else None


def _money(fen: int) -> dict[str, list[str]]:
    sign, (yuan, rest) = "-" if fen < 0 else "", divmod(abs(fen), FEN_PER_YUAN)
    return {"": [f"{sign}{yuan}.{rest:02d}"], "_unit": ["yuan"]}
