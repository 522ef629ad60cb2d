"""The answers of a draft in lines for the check page: label and what was typed, as people read it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from huiqi.cases.forms.item_fields import ItemForm
from huiqi.cases.forms.sheet import CONTACT, FILES, FORM, WHO, Sheet
from huiqi.cases.items.answers import answers_in_words
from huiqi.core.language import day_words, worded
from huiqi.core.messages import Message
from huiqi.questionnaires.xform.session import Session

Line = tuple[str, str, bool]  # label, words, whether the register brought it


def answer_groups(sheet: Sheet) -> list[tuple[str, list[Line]]]:
    """The steps with their lines; a step that is not right yet shows what can be read."""
    return [(step, list(_lines(sheet, step))) for step in sheet.steps if step != FILES]


def _lines(sheet: Sheet, step: str) -> Iterable[Line]:
    if step == FORM and sheet.session is not None:
        yield from _form_lines(sheet.session)
    found = sheet.forms(step)
    for form in found:
        if not form.is_bound:
            continue
        form.is_valid()
        if isinstance(form, ItemForm):
            yield from _item_lines(sheet, form)
        else:
            yield from _plain_lines(sheet, step, form)


def _form_lines(session: Session) -> Iterable[Line]:
    wrong = {one.path: worded(one.said) for one in session.problems() if not one.is_overwritten}
    for page in session.review():
        for view in page.questions:
            if view.is_asked and not view.is_head:
                said = session.said(view.path) or _("没有填")
                yield view.label or view.name, wrong.get(view.path, said), False


def _plain_lines(sheet: Sheet, step: str, form: Any) -> Iterable[Line]:
    typed = sheet.typed.get(step, {})
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name, "")
        labels = {str(code): str(label) for code, label in getattr(field, "choices", ())}
        if isinstance(field, forms.BooleanField):
            if value:
                yield str(field.label), _("是"), False
            continue
        words = labels.get(str(value), str(value)) if value else ""
        brought = step == WHO and bool(value) and not any(typed.get(name, []))
        yield str(field.label), words or (_("没有填") if not field.required else _("还没有填好")), brought
    if step == CONTACT and sheet.firm is not None:
        yield str(_("统一社会信用代码")), sheet.firm.credit_code or _("没有"), True


def _item_lines(sheet: Sheet, form: ItemForm) -> Iterable[Line]:
    answers = answers_in_words(sheet.definition, form.answers(), form.private_answers())
    for each in answers:
        said = each.words
        if isinstance(said, Message):
            yield each.field.label, worded(said), False
        else:
            yield each.field.label, said if isinstance(said, str) else day_words(said), False
