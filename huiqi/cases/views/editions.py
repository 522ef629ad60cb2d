"""Editing and publishing service items: the list, an item's history, a draft and its parts."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.commands import items as commands
from huiqi.cases.forms.item_fields import item_form
from huiqi.cases.forms.items import (
    GapsForm,
    NewItemForm,
    PublishForm,
    Rows,
    TextsForm,
    WithdrawForm,
    blame,
    change_words,
    table,
)
from huiqi.cases.items.difference import PARTS, changes
from huiqi.cases.items.reading import check_content
from huiqi.cases.models import EditionState, ItemEdition
from huiqi.cases.queries.items import compared_with, current_edition, editions_of, item_rows, policy_ids
from huiqi.cases.queries.suggestions import DAYS, acceptance_lately
from huiqi.cases.views.items import item_context
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.language import worded

BOTH = (Power.EDIT_ITEMS, Power.PUBLISH_ITEMS)
# The pages of the editor: name, title, the form of single values, the tables.
SECTIONS: Mapping[str, tuple[Any, type[TextsForm] | type[GapsForm] | None, tuple[str, ...]]] = {
    "texts": (gettext_lazy("名称和指南"), TextsForm, ()),
    "topics": (gettext_lazy("主题和牵头单位"), None, ("topics",)),
    "fields": (gettext_lazy("表单"), None, ("fields",)),
    "limits": (gettext_lazy("时限"), None, ("limits",)),
    "ladder": (gettext_lazy("升级阶梯"), None, ("ladder",)),
    "reasons": (gettext_lazy("不予受理和退回的理由"), None, ("refusal_reasons", "return_reasons")),
    "sources": (gettext_lazy("来源和待补"), GapsForm, ("sources",)),
}


@power_required(*BOTH)
@require_safe
@never_cache
def editions(request: HttpRequest) -> HttpResponse:
    """Every item with its edition in force and its draft; and how often suggestions are taken."""
    context = {
        "rows": item_rows(),
        "can_edit": _can(request, Power.EDIT_ITEMS),
        "measured": acceptance_lately(at=clock.now()),
        "days": DAYS,
        "crumbs": [(_("事项管理"), "")],
    }
    return render(request, "cases/editions.html", context)


@power_required(Power.EDIT_ITEMS)
@require_http_methods(["GET", "POST"])
@never_cache
def new_item(request: HttpRequest) -> HttpResponse:
    """Start an item that does not exist yet."""
    patterns = [(row.item, row.title) for row in item_rows()]
    form = NewItemForm(request.POST or None, patterns=patterns)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            draft = commands.make_draft(
                asked["item"], actor=user_of(request), at=clock.now(), pattern=asked["pattern"]
            )
            return redirect("cases:edition", draft.public_id)
        except Refused as refusal:
            form.add_error("item", worded(refusal.said))
    crumbs = [(_("事项管理"), reverse("cases:editions")), (_("新增事项"), "")]
    status = 422 if form.errors else 200
    return render(request, "cases/item_new.html", {"form": form, "crumbs": crumbs}, status=status)


@power_required(*BOTH)
@require_safe
@never_cache
def item_history(request: HttpRequest, item: str) -> HttpResponse:
    """The editions of an item, newest first, with who made and published them and why."""
    return _show_history(request, item, WithdrawForm())


def _show_history(request: HttpRequest, item: str, form: WithdrawForm, status: int = 200) -> HttpResponse:
    rows = list(editions_of(item))
    if not rows:
        raise Http404
    current = next((row for row in rows if row.state == EditionState.PUBLISHED), None)
    draft = next((row for row in rows if row.state == EditionState.DRAFT), None)
    context = {
        "item": item,
        "title": (current or rows[0]).definition.title,
        "rows": rows,
        "current": current,
        "draft": draft,
        "can_edit": _can(request, Power.EDIT_ITEMS),
        "can_withdraw": current is not None and _can(request, Power.PUBLISH_ITEMS),
        "form": form,
        "crumbs": [(_("事项管理"), reverse("cases:editions")), ((current or rows[0]).definition.title, "")],
    }
    return render(request, "cases/item_history.html", context, status=status)


@power_required(Power.EDIT_ITEMS)
@require_POST
def make_draft(request: HttpRequest, item: str) -> HttpResponse:
    """Begin a draft of an item."""
    if not editions_of(item).exists():
        raise Http404
    draft = commands.make_draft(item, actor=user_of(request), at=clock.now())
    return redirect("cases:edition", draft.public_id)


@power_required(Power.PUBLISH_ITEMS)
@require_POST
def withdraw_item(request: HttpRequest, item: str) -> HttpResponse:
    """Offer an item no longer."""
    if current_edition(item) is None:
        raise Http404
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _show_history(request, item, form, 422)
    reason = form.cleaned_data["reason"]
    commands.withdraw_item(item, reason=reason, actor=user_of(request), at=clock.now())
    messages.success(request, _("已停用。正在办理的诉求照常办完。"))
    return redirect("cases:item_history", item)


# --- one edition ------------------------------------------------------------------------------------------


@power_required(*BOTH)
@require_safe
@never_cache
def edition(request: HttpRequest, public_id: str) -> HttpResponse:
    """An edition: what differs, and of a draft its parts, its preview and its publication."""
    return _show_edition(request, _open(public_id), PublishForm())


def _show_edition(
    request: HttpRequest, row: ItemEdition, form: PublishForm, status: int = 200
) -> HttpResponse:
    other = compared_with(row)
    is_draft = row.state == EditionState.DRAFT
    is_own = row.made_by_id == user_of(request).pk or row.editors.filter(pk=user_of(request).pk).exists()
    context = {
        "edition": row,
        "other": other,
        "changes": change_rows(other.content, row.content) if other else [],
        "editors": row.editors.order_by("pk"),
        "sections": [(name, each[0]) for name, each in SECTIONS.items()],
        "can_edit": is_draft and _can(request, Power.EDIT_ITEMS),
        "may_publish": is_draft and _can(request, Power.PUBLISH_ITEMS),
        "is_own": is_own,
        "form": form,
        "crumbs": [*_crumbs(row)[:-1], (_edition_words(row), "")],
    }
    return render(request, "cases/edition.html", context, status=status)


@power_required(*BOTH)
@require_safe
@never_cache
def edition_preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """The edition as the public would see it, with its form."""
    row = _open(public_id)
    context = item_context(row.definition) | {
        "edition": row,
        "form": item_form(row.definition),
        "is_preview": True,
        "crumbs": [*_crumbs(row), (_("预览"), "")],
    }
    return render(request, "cases/edition_preview.html", context)


@power_required(Power.PUBLISH_ITEMS)
@require_POST
def publish_draft(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a draft into force."""
    row = _open(public_id)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _show_edition(request, row, form, 422)
    note = form.cleaned_data["note"]
    expected = _version(request)
    commands.publish_draft(row, note=note, actor=user_of(request), at=clock.now(), expected=expected)
    messages.success(request, _("已发布，从现在起登记的诉求按这一版办理。"))
    return redirect("cases:item_history", row.item)


@power_required(Power.EDIT_ITEMS)
@require_POST
def discard_draft(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give up a draft."""
    row = _open(public_id)
    commands.discard_draft(row, actor=user_of(request), at=clock.now())
    messages.success(request, _("已放弃草稿，它还留在历史里。"))
    return redirect("cases:item_history", row.item)


@power_required(Power.EDIT_ITEMS)
@require_http_methods(["GET", "POST"])
@never_cache
def edit_section(request: HttpRequest, public_id: str, section: str) -> HttpResponse:
    """A part of a draft, in boxes."""
    row = _open(public_id)
    if section not in SECTIONS or row.state != EditionState.DRAFT:
        raise Http404
    if request.method == "POST":
        return _save_section(request, row, section)
    return _show_section(request, row, section, *_forms(section, row.content))


def _forms(
    section: str, content: Mapping[str, Any], data: Any = None
) -> tuple[TextsForm | GapsForm | None, dict[str, Rows]]:
    _title, make, parts = SECTIONS[section]
    texts = make(data, initial=make.typed(content)) if make else None
    return texts, {part: table(part, content, data) for part in parts}


def _save_section(request: HttpRequest, row: ItemEdition, section: str) -> HttpResponse:
    texts, tables = _forms(section, row.content, request.POST)
    is_readable = all(form.is_valid() for form in (texts, *tables.values()) if form is not None)
    if not is_readable:
        return _show_section(request, row, section, texts, tables, status=422)
    content = dict(row.content) | (texts.parts() if texts else {})
    if not content.get("questionnaire"):
        content.pop("questionnaire", None)
    content |= {part: [form.row() for form in rows.in_order()] for part, rows in tables.items()}
    problems = check_content(content, policy_ids())
    if problems:
        elsewhere = blame(problems, texts, tables)
        return _show_section(request, row, section, texts, tables, status=422, elsewhere=elsewhere)
    try:
        commands.change_draft(row, content, actor=user_of(request), expected=_version(request))
    except VersionConflict as conflict:
        # What is in the row now, against what was typed: saving again says it knowingly.
        differing = change_rows(row.content, content)
        shown: dict[str, Any] = {"conflict": worded(conflict.said), "differing": differing}
        return _show_section(request, row, section, texts, tables, status=409, **shown)
    messages.success(request, _("已保存到草稿。"))
    return redirect("cases:edition", row.public_id)


def _show_section(  # noqa: PLR0913  the outcome of an attempt to save comes along
    request: HttpRequest,
    row: ItemEdition,
    section: str,
    texts: TextsForm | GapsForm | None,
    tables: Mapping[str, Rows],
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    title = SECTIONS[section][0]
    context: dict[str, Any] = {
        "edition": row,
        "title": title,
        "texts": texts,
        "tables": [(worded(PARTS[part]), rows) for part, rows in tables.items()],
        "crumbs": [*_crumbs(row), (title, "")],
        "elsewhere": (),
        "conflict": "",
        "differing": (),
        **more,
    }
    return render(request, "cases/edition_section.html", context, status=status)


# --- parts ------------------------------------------------------------------------------------------------


def change_rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """What differs, by part: the part's name, and of each change the place, the old and the new words."""
    found: dict[str, list[Any]] = {}
    for change in changes(before, after):
        found.setdefault(change.part, []).append(change_words(change))
    return [(worded(PARTS[part]), rows) for part, rows in found.items()]


def _open(public_id: str) -> ItemEdition:
    return get_object_or_404(
        ItemEdition.objects.select_related("made_by", "published_by"), public_id=public_id
    )


def _version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def _can(request: HttpRequest, power: Power) -> bool:
    return may(user_of(request), power, clock.today())


def _crumbs(row: ItemEdition) -> list[tuple[str, str]]:
    return [
        (_("事项管理"), reverse("cases:editions")),
        (row.definition.title, reverse("cases:item_history", args=[row.item])),
        (_edition_words(row), reverse("cases:edition", args=[row.public_id])),
    ]


def _edition_words(row: ItemEdition) -> str:
    return _("第%(number)s版") % {"number": row.number}
