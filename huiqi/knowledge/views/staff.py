"""Approved wording for those who speak to firms, and for those who write and approve it."""

from datetime import timedelta
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
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.search_text import LONGEST_QUESTION
from huiqi.knowledge.commands import wording as commands
from huiqi.knowledge.forms.wording import ReasonForm, WordingForm
from huiqi.knowledge.growing import GROWING
from huiqi.knowledge.models import Wording, WordingQuerySet, WordingState
from huiqi.knowledge.queries.wording import editions_of, find_wordings, for_renewal, readable, writable

READERS = (Power.READ_WORDING, Power.EDIT_ITEMS, Power.PUBLISH_ITEMS)
# Who sees closed cases may propose a wording from one.
PROPOSERS = (Power.VIEW_CASES, Power.HANDLE_CASES, Power.EDIT_ITEMS)
# Ours: an answer of a crisis ages quickly; the person may set another day.
USUAL_TERM = timedelta(days=90)
TABS = ("valid", "drafts", "renewal", "ended")


def _tab_rows(tab: str, user: User) -> WordingQuerySet:
    today = clock.today()
    rows = readable(user, today)
    if tab == "drafts":
        return rows.filter(state=WordingState.DRAFT).order_by("edited_at", "pk")
    if tab == "renewal":
        return rows.filter(pk__in=for_renewal(today).order_by().values("pk")).order_by("expires_on", "pk")
    if tab == "ended":
        valid = Wording.objects.order_by().valid_on(today).values("pk")
        return rows.exclude(state=WordingState.DRAFT).exclude(pk__in=valid).order_by("-expires_on", "pk")
    return rows.valid_on(today).order_by("question", "pk")


@power_required(*READERS)
@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    """What is said today, searched while typing; for editors also drafts, what ends and what ended."""
    user, today = user_of(request), clock.today()
    words = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    tab = request.GET.get("tab", "valid")
    tab = tab if tab in TABS else "valid"
    rows = _tab_rows(tab, user)
    found = find_wordings(rows, words) if words else None
    is_part = bool(getattr(request, "htmx", False))
    context = {
        "page_obj": paginate(rows if found is None else found, request.GET.get("page")),
        "words": words,
        "tab": tab,
        "tabs": _tabs(tab) if _works_on_wording(user) else [],
        "may_write": may(user, Power.EDIT_ITEMS, today),
        "today": today,
        "is_part": is_part,
    }
    return render(request, "knowledge/_found.html" if is_part else "knowledge/wordings.html", context)


def _works_on_wording(user: User) -> bool:
    today = clock.today()
    return may(user, Power.EDIT_ITEMS, today) or may(user, Power.PUBLISH_ITEMS, today)


def _tabs(current: str) -> list[tuple[str, str, bool]]:
    names = (_("有效"), _("待批准"), _("待续期"), _("已停用和到期"))
    return [(tab, name, tab == current) for tab, name in zip(TABS, names, strict=True)]


@power_required(*READERS, *PROPOSERS)
@require_safe
@never_cache
def wording(request: HttpRequest, public_id: str) -> HttpResponse:
    """One wording with its editions and what this person may do with it."""
    return _page(request, _readable_one(request, public_id))


def _readable_one(request: HttpRequest, public_id: str) -> Wording:
    rows = readable(user_of(request), clock.today()).select_related("editor", "approver")
    return get_object_or_404(rows, public_id=public_id)


def _page(
    request: HttpRequest, row: Wording, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    user, today = user_of(request), clock.today()
    is_draft = row.state == WordingState.DRAFT
    publishes = may(user, Power.PUBLISH_ITEMS, today)
    context = {
        "wording": row,
        "today": today,
        "editions": editions_of(row) if _works_on_wording(user) else (),
        "may_write": writable(user, today).filter(pk=row.pk).exists(),
        "may_approve": is_draft and publishes and row.editor_id != user.pk,
        "is_own_draft": is_draft and publishes and row.editor_id == user.pk,
        "may_withdraw": publishes and row.state in {WordingState.APPROVED, WordingState.EXPIRED},
        "form": form or ReasonForm(),
        "crumbs": [(_("口径"), reverse("knowledge:wordings")), (row.question, "")],
    }
    return render(request, "knowledge/wording.html", context, status=status)


@power_required(Power.EDIT_ITEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new one."""
    return _write(request, None, initial=_first_days())


@power_required(*PROPOSERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def grow(request: HttpRequest, number: str) -> HttpResponse:
    """沉淀为口径: a draft from a closed case that this person may see; names and numbers are blanked out."""
    seed = GROWING.seed(user_of(request), number, clock.today())
    if seed is None:
        raise Http404
    initial = {
        **_first_days(),
        "question": seed.question,
        "answer": seed.answer,
        "item": seed.item,
        "topic": seed.topic,
    }
    return _write(request, None, initial=initial, grown_from=seed.number)


@power_required(*PROPOSERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a draft, or write the next edition."""
    row = get_object_or_404(writable(user_of(request), clock.today()), public_id=public_id)
    initial = {name: getattr(row, name) for name in WordingForm.base_fields}
    if row.state != WordingState.DRAFT:
        initial |= _first_days()
    return _write(request, row, initial=initial)


def _first_days() -> dict[str, Any]:
    today = clock.today()
    return {"valid_from": today, "expires_on": today + USUAL_TERM}


def _write(
    request: HttpRequest, row: Wording | None, *, initial: dict[str, Any], grown_from: str = ""
) -> HttpResponse:
    form = WordingForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                kept = _keep(request, row, form, grown_from)
            except VersionConflict as conflict:
                form.add_error(None, worded(conflict.said))
            except Refused as refusal:
                form.add_error(None, worded(refusal.said))
            else:
                messages.success(request, _("已保存，等另一个人批准后启用。"))
                return redirect("knowledge:wording", kept.public_id)
        status = 422
    context = {
        "form": form,
        "wording": row,
        "grown_from": grown_from,
        "version": request.POST.get("version") or (row.version if row else ""),
        "crumbs": [
            (_("口径"), reverse("knowledge:wordings")),
            (row.question if row else _("写一条口径"), ""),
        ],
    }
    return render(request, "knowledge/edit.html", context, status=status)


def _keep(request: HttpRequest, row: Wording | None, form: WordingForm, grown_from: str) -> Wording:
    user, at = user_of(request), clock.now()
    if row is None:
        return commands.draft_wording(form.said(), actor=user, at=at, grown_from=grown_from)
    return commands.change_wording(row, form.said(), actor=user, at=at, expected=_expected(request))


def _expected(request: HttpRequest) -> int | None:
    seen = request.POST.get("version", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None


@power_required(Power.PUBLISH_ITEMS)
@require_POST
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let it be said."""
    row = _readable_one(request, public_id)
    commands.approve_wording(
        row, actor=user_of(request), at=clock.now(), today=clock.today(), expected=_expected(request)
    )
    messages.success(request, _("已批准，从启用日期起各处照此回答。"))
    return redirect("knowledge:wording", row.public_id)


@power_required(Power.PUBLISH_ITEMS)
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say it no more."""
    row = _readable_one(request, public_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, 422)
    commands.withdraw_wording(
        row, reason=form.cleaned_data["reason"], actor=user_of(request), expected=_expected(request)
    )
    messages.success(request, _("已停用，热线、窗口和网上不再显示。"))
    return redirect("knowledge:wording", row.public_id)


@power_required(*PROPOSERS)
@require_POST
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Delete a draft."""
    row = get_object_or_404(writable(user_of(request), clock.today()), public_id=public_id)
    commands.discard_draft(row, actor=user_of(request))
    messages.success(request, _("草稿已删去。"))
    return redirect("knowledge:wordings")
