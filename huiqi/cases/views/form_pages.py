"""The pages of an item's questionnaire inside the draft of a request."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from huiqi.cases.commands.drafts import save_form
from huiqi.cases.forms.sheet import FORM, Sheet
from huiqi.cases.views.drafting import drafting
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.questionnaires.turns import AFTER, BEFORE, Turn, opened, take, turn
from huiqi.questionnaires.xform.session import Session


@require_http_methods(["GET", "HEAD", "POST"])
@drafting
def draft_form(request: HttpRequest, sheet: Sheet, *, token: str, number: int) -> HttpResponse:
    """One page of the questionnaire; a POST keeps it and moves on, back, or to the check it came from."""
    session = _session(sheet)
    if sheet.draft.sent_at is not None:
        return redirect("cases:draft_receipt", token)
    if request.method != "POST":
        return _page(request, sheet, token, opened(session, number))
    try:
        it = turn(session, number, request.POST, lambda now: _keep(sheet, now))
    except Refused as refusal:
        it = opened(session, number)
        it.form.add_error(None, worded(refusal.said))
        return _page(request, sheet, token, it, 409)
    if it.go is None:
        return _page(request, sheet, token, it, it.status)
    return redirect(*_where(request, sheet, token, it))


def _where(request: HttpRequest, sheet: Sheet, token: str, it: Turn) -> tuple[Any, ...]:
    if request.POST.get("then") == "check" and it.go in {AFTER, it.page.number + 1}:
        return "cases:draft_check", token
    if it.go == AFTER:
        return "cases:draft_step", token, sheet.after(FORM)
    if it.go == BEFORE:
        return "cases:draft_step", token, sheet.before(FORM)
    return "cases:draft_form", token, it.go


@require_POST
@drafting
def draft_form_save(request: HttpRequest, sheet: Sheet, *, token: str, number: int) -> HttpResponse:
    """Keep what is typed while it is typed; 409 when the page is another one by now, 413 when too much."""
    session = _session(sheet)
    if request.POST.get("key", "") != session.page(number).key:
        return HttpResponse(status=409)
    try:
        take(session, number, request.POST, lambda now: _keep(sheet, now))
    except Refused:
        return HttpResponse(status=413)
    return HttpResponse(status=204)


def _session(sheet: Sheet) -> Session:
    if sheet.session is None:
        raise Http404
    return sheet.session


def _keep(sheet: Sheet, session: Session) -> None:
    sheet.draft = save_form(sheet.draft, session.answers(), at=clock.wall_now())


def _page(request: HttpRequest, sheet: Sheet, token: str, it: Turn, status: int = 200) -> HttpResponse:
    number = it.page.number
    progress = _session(sheet).progress(number)
    context = {
        "definition": sheet.definition,
        "it": it,
        "shown": it.page,
        "entries": it.form.entries(),
        "progress": progress,
        "token": token,
        "then": request.POST.get("then") or request.GET.get("then", ""),
        "page_url": reverse("cases:draft_form", args=[token, number]),
        "save_url": reverse("cases:draft_form_save", args=[token, number]),
        "saved_at": sheet.draft.saved_at,
    }
    return render(request, "cases/ask_form.html", context, status=status)
