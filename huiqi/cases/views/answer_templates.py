"""Templates of answers: the list of a unit, and writing one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.cases.commands.answer_templates import change_template, make_template, withdraw_template
from huiqi.cases.forms.answer_templates import FOR_ALL, AnswerTemplateForm
from huiqi.cases.models import ItemEdition
from huiqi.cases.placeholders import PLACES
from huiqi.cases.queries.answer_templates import (
    editions_of,
    may_change,
    may_write_for_all,
    templates_seen,
    units_to_write_for,
    wording_in_force,
    wordings_to_link,
)
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.knowledge.models import AnswerTemplate

KEEPERS = (Power.HANDLE_CASES, Power.REVIEW_ANSWERS, Power.EDIT_ITEMS)
keeps_templates = power_required(*KEEPERS)


def _items() -> dict[str, str]:
    rows = ItemEdition.objects.current().order_by("item")
    return {row.item: row.definition.title for row in rows}


@keeps_templates
@require_safe
@never_cache
def answer_templates(request: HttpRequest) -> HttpResponse:
    """The templates of the person's units and those for all."""
    user, today = user_of(request), clock.today()
    items = _items()
    rows = [
        (row, items.get(row.item, row.item), may_change(row, user, today), _has_ended(row))
        for row in templates_seen(user, today)
    ]
    context = {"rows": rows, "crumbs": [(_("答复模板"), "")]}
    return render(request, "cases/answer_templates.html", context)


def _has_ended(row: AnswerTemplate) -> bool:
    return row.wording is not None and wording_in_force(row, clock.today()) is None


@keeps_templates
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_answer_template(request: HttpRequest) -> HttpResponse:
    """Write one."""
    user = user_of(request)
    form = _form(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            make_template(form.written(), actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            messages.success(request, _("已保存，答复时可以套用。"))
            return redirect("cases:answer_templates")
    return _write(request, form, None, 422 if form.is_bound else 200)


@keeps_templates
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer_template(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read one with its editions; change it, where it is the person's to change."""
    user, today = user_of(request), clock.today()
    found = get_object_or_404(templates_seen(user, today), public_id=public_id)
    if not may_change(found, user, today):
        if request.method == "POST":
            raise Http404
        return _write(request, None, found)
    form = _form(user, request.POST if request.method == "POST" else None, found)
    if request.method == "POST" and form.is_valid():
        try:
            change_template(found, form.written(found.unit), actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            messages.success(request, _("已保存为新的一版。"))
            return redirect("cases:answer_templates")
    return _write(request, form, found, 422 if form.is_bound else 200)


@keeps_templates
@require_POST
@never_cache
def answer_template_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Offer it no more."""
    user, today = user_of(request), clock.today()
    found = get_object_or_404(templates_seen(user, today), public_id=public_id)
    if not may_change(found, user, today):
        raise Http404
    withdraw_template(found, actor=user, at=clock.now())
    messages.success(request, _("已停用这个模板。"))
    return redirect("cases:answer_templates")


def _form(user: User, data: Any, found: AnswerTemplate | None = None) -> AnswerTemplateForm:
    today = clock.today()
    wordings, initial = list(wordings_to_link(today)), {}
    if found is not None:
        initial = {"title": found.title, "item": found.item, "text": found.text}
        valid = wording_in_force(found, today) or found.wording
        if valid is not None:
            initial["wording"] = valid.public_id
            # One that has ended stays chosen until somebody decides otherwise.
            wordings = list(dict([*wordings, (valid.public_id, valid.question)]).items())
    units, for_all = units_to_write_for(user, today), may_write_for_all(user, today)
    initial.setdefault("unit", units[0].public_id if units else FOR_ALL)
    return AnswerTemplateForm(
        data,
        units=units,
        for_all=for_all,
        items=_items().items(),
        wordings=wordings,
        is_change=found is not None,
        initial=initial,
    )


def _write(
    request: HttpRequest, form: AnswerTemplateForm | None, found: AnswerTemplate | None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "template": found,
        "places": [(f"{{{name}}}", what) for name, what in PLACES.items()],
        "editions": list(editions_of(found)) if found else [],
        "crumbs": [
            (_("答复模板"), reverse("cases:answer_templates")),
            (found.title if found else _("写一个模板"), ""),
        ],
    }
    return render(request, "cases/answer_template.html", context, status=status)
