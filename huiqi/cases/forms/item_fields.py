"""The form of a service item, made from its definition.

    form = item_form(edition.definition, request.POST)      # fields are named item-<field id>
    if form.is_valid(): open_case(Asked(..., answers=form.answers(), private_answers=form.private_json()))

It works without script: a question that depends on an answer above is always on the page and says when it
matters; what is typed into it is dropped when the answer above does not ask for it.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.cases.items.answers import NO, YES, is_asked
from huiqi.cases.items.definition import Field, FieldKind, ItemDefinition
from huiqi.cases.subscriptions import FORM_FAULTS
from huiqi.core.fields import CountField, DateField, MoneyField
from huiqi.core.language import worded
from huiqi.core.money import MAX_FEN
from huiqi.core.personal import plain_phone
from huiqi.reference.fields import CreditCodeField

PREFIX = "item"
SHORT, LONG = 200, 1000
MOST_COUNT = 2_000_000_000
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
_YES_NO = ((YES, gettext_lazy("是")), (NO, gettext_lazy("否")))


class PhoneField(forms.CharField):
    """A mobile number, or a landline with its area code; cleans to digits."""

    def __init__(self, **kwargs: Any) -> None:
        keyboard = forms.TextInput({"autocomplete": "off", "inputmode": "tel"})
        super().__init__(max_length=30, widget=keyboard, **kwargs)

    def clean(self, value: Any) -> str:
        """Digits only."""
        phone = plain_phone(super().clean(value))
        if phone and not _PHONE.fullmatch(phone):
            wrong = _("电话应为11位手机号，或带区号的座机号，如 0731-88880000。")
            raise ValidationError(wrong, code="phone")
        return phone


class ItemForm(forms.Form):
    """The questions of one item. Made by `item_form`; after `is_valid`, `answers` and `private_json`."""

    # A question that depends on another is required only then, which no browser knows.
    use_required_attribute = False

    def __init__(self, definition: ItemDefinition, *args: Any, **kwargs: Any) -> None:
        self.definition = definition
        super().__init__(*args, **kwargs)
        for each in definition.fields:
            self.fields[each.id] = _BUILD[each.kind](each, _shared(definition, each))

    def full_clean(self) -> None:
        """What an answer above does not ask for is neither required nor checked nor kept, but stays typed."""
        every = self.fields
        if self.is_bound:
            typed = {each.id: self._typed(each) for each in self.definition.fields if each.kind in _GUIDING}
            asked = [each.id for each in self.definition.fields if is_asked(self.definition, each, typed)]
            self.fields = {name: every[name] for name in asked}
        try:
            super().full_clean()
        finally:
            self.fields = every

    def clean(self) -> dict[str, Any]:
        """What only shows when the answers are taken together, as the app that keeps this kind knows it."""
        cleaned = super().clean() or {}
        faults = FORM_FAULTS.get(self.definition.kind)
        for name, said in faults(cleaned).items() if faults is not None else ():
            if name in self.fields and name not in self.errors:
                self.add_error(name, worded(said))
        return cleaned

    def _typed(self, each: Field) -> Any:
        widget = self.fields[each.id].widget
        return widget.value_from_datadict(self.data, self.files, self.add_prefix(each.id))

    def answers(self) -> dict[str, Any]:
        """The answers by field id, ready for JSON; without personal ones and without blanks. Money in fen."""
        return self._kept(is_personal=False)

    def private_answers(self) -> dict[str, Any]:
        """The personal answers by field id."""
        return self._kept(is_personal=True)

    def private_json(self) -> str:
        """The personal answers as JSON for the encrypted column; "" when there are none."""
        kept = self.private_answers()
        return json.dumps(kept, ensure_ascii=False) if kept else ""

    def _kept(self, *, is_personal: bool) -> dict[str, Any]:
        kept = {}
        for each in self.definition.fields:
            value = self.cleaned_data.get(each.id)
            if each.is_personal == is_personal and value not in (None, "", []):
                kept[each.id] = value.isoformat() if isinstance(value, date) else value
        return kept


_GUIDING = (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.YES_NO)


def item_form(definition: ItemDefinition, data: Any = None, *, initial: Any = None) -> ItemForm:
    """The form of an item, bound to `data` when given; `initial` from `initial_answers`."""
    return ItemForm(definition, data, initial=initial, prefix=PREFIX)


def initial_answers(answers: Mapping[str, Any], private: str = "") -> dict[str, Any]:
    """What a form starts with, from a case's `answers` and `private_answers`."""
    return {**answers, **(json.loads(private) if private else {})}


def _shared(definition: ItemDefinition, each: Field) -> dict[str, Any]:
    hint = each.help
    if each.shown_if is not None:
        when = _condition_words(definition, each.shown_if)
        hint = f"{when}{each.help}"
    return {"label": each.label, "required": each.is_required, "help_text": hint}


def _condition_words(definition: ItemDefinition, shown_if: tuple[str, str]) -> str:
    name, code = shown_if
    above = next(field for field in definition.fields if field.id == name)
    label = dict(above.choices).get(code) or str(dict(_YES_NO).get(code, code))
    return _("上面“%(question)s”选了“%(answer)s”才填。") % {"question": above.label, "answer": label}


def _text(each: Field, shared: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=each.most or SHORT, **shared)


def _long_text(each: Field, shared: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=each.most or LONG, widget=forms.Textarea({"rows": 4}), **shared)


def _integer(each: Field, shared: dict[str, Any]) -> forms.Field:
    return CountField(each.unit, high=each.most or MOST_COUNT, **shared)


def _choice(each: Field, shared: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=each.choices, widget=forms.RadioSelect, **shared)


def _choices(each: Field, shared: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(choices=each.choices, widget=forms.CheckboxSelectMultiple, **shared)


def _yes_no(each: Field, shared: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=_YES_NO, widget=forms.RadioSelect, **shared)


_BUILD: dict[FieldKind, Callable[[Field, dict[str, Any]], forms.Field]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.INTEGER: _integer,
    FieldKind.MONEY: lambda each, shared: MoneyField(high=MAX_FEN, **shared),
    FieldKind.DATE: lambda each, shared: DateField(**shared),
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.YES_NO: _yes_no,
    FieldKind.CREDIT_CODE: lambda each, shared: CreditCodeField(**shared),
    FieldKind.PHONE: lambda each, shared: PhoneField(**shared),
}
