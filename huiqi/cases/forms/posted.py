"""A request as a program sends it: the same questions and the same checks as on the pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import User
from huiqi.cases.commands.intake import Asked, Filled
from huiqi.cases.forms.asking import NAME_LENGTH, TextField, TopicForm, WhoForm, WordsForm
from huiqi.cases.forms.item_fields import PREFIX, ItemForm, PhoneField, item_form
from huiqi.cases.items.answers import NO, YES
from huiqi.cases.items.definition import Field, FieldKind, ItemDefinition
from huiqi.cases.models import Consent, ItemEdition, SheetKind
from huiqi.cases.workflow import Channel
from huiqi.core.language import worded
from huiqi.core.money import FEN_PER_YUAN
from huiqi.enterprises.models import Enterprise
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.by_name import read_named
from huiqi.questionnaires.xform.snapshot import snapshot_of

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
    edition: ItemEdition, posted: Mapping[str, Any], firm: Enterprise, user: User, now: datetime
) -> Asked:
    """What one of the firm's own people asks; raises Faulty."""
    call, topic, item, sheets = _checked(edition, posted, now)
    return Asked(
        **_words(edition, call, topic, item),
        sheets=sheets,
        channel=Channel.API,
        enterprise=firm,
        requester=user,
        source_ref=posted.get("source_ref", ""),
    )


def asked_on_behalf(
    edition: ItemEdition, posted: Mapping[str, Any], visible: QuerySet[Enterprise], now: datetime
) -> Asked:
    """What staff fill in for somebody: who it is and how they agreed is asked too; raises Faulty.

    The register's firm is named only when it is `visible` to who fills in, and found by its code alone.
    """
    who, consent = WhoForm(_data(posted)), ConsentForm(_data(posted))
    call, topic, item, sheets = _checked(edition, posted, now, who, consent)
    return Asked(
        **_words(edition, call, topic, item),
        sheets=sheets,
        channel=Channel.API,
        firm_name=who.cleaned_data["firm_name"],
        credit_code=who.cleaned_data["credit_code"],
        has_no_code=who.cleaned_data["no_code"],
        prefecture=who.cleaned_data["county"],
        enterprise=visible.filter(pk=who.known.pk).first() if who.known else None,
        consent=Consent(consent.cleaned_data["consent"]),
        source_ref=posted.get("source_ref", ""),
    )


def _checked(
    edition: ItemEdition, posted: Mapping[str, Any], now: datetime, *more: forms.Form
) -> tuple[forms.Form, forms.Form, ItemForm, tuple[Filled, ...]]:
    definition = edition.definition
    answers = posted.get("answers") or {}
    data, faults = _answers_data(definition, answers)
    call, topic = CallForm(_data(posted)), TopicForm(definition, _data(posted))
    item = item_form(definition, data)
    misshapen = {place for place, _said in faults}
    for form in (call, *more, topic, item):
        faults += [one for one in _faults(form) if one[0] not in misshapen]
    sheets, wrong = _sheets(edition, posted.get("form") or {}, now)
    faults += wrong
    if faults:
        raise Faulty(faults)
    return call, topic, item, sheets


def _sheets(
    edition: ItemEdition, given: Mapping[str, Any], now: datetime
) -> tuple[tuple[Filled, ...], list[tuple[str, str]]]:
    """The item's questionnaire as sent, and what is wrong with it, by the names of its questions."""
    if edition.form_version is None:
        said = _("这个事项没有问卷，请去掉 form")
        return (), [("form", said)] if given else []
    session, faults = read_named(form_of(edition.form_version), given, today=localdate(now), now=now)
    filled = Filled(SheetKind.FORM, snapshot_of(session), edition.form_version, session.answers())
    return (filled,), [(f"form.{name}", worded(said)) for name, said in faults]


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
    typed |= {name: ["on"] for name, value in posted.items() if value is True}
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
