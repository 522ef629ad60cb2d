"""The end of answering: looking all over, handing in, another device, giving up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.language import worded
from huiqi.questionnaires.page_fields import FILES
from huiqi.questionnaires.xform.pages import Page
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.commands.responses import discard_response, leave_phone, send_response
from huiqi.surveys.forms.filling import PhoneForm
from huiqi.surveys.models import Response, ResponseState
from huiqi.surveys.queries.filling import find_response
from huiqi.surveys.queries.uploads import uploads_of
from huiqi.surveys.views.after import after_of, session_after
from huiqi.surveys.views.asked import approval_of
from huiqi.surveys.views.opened import Fill, filling, gone


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@filling
def check(request: HttpRequest, it: Fill) -> HttpResponse:
    """All answers to look over; a POST hands them in."""
    said, status = "", 200
    if request.method == "POST":
        try:
            at = clock.wall_now()
            send_response(it.response, today=clock.today(), now=clock.now(), at=at, token=it.token)
            return _done(request, it.response, it.session, it.token)
        except Refused as refusal:
            said, status = worded(refusal.said), 409
    problems = [one for one in it.session.problems() if not one.is_overwritten]
    wrong = {one.path: worded(one.said) for one in problems}
    reviewed = it.session.review()
    said_of = _words_of(it, reviewed)
    sections = [
        (shown, [(view, said_of(view), wrong.get(view.path, "")) for view in _answered(shown)])
        for shown in reviewed
    ]
    context = {
        "survey": it.survey,
        "sections": [(shown, rows) for shown, rows in sections if rows],
        "wrong": len(problems),
        "said": said,
        "is_over": it.is_over,
        "approval": approval_of(it.survey, clock.today()),
        "token": it.token,
    }
    return render(request, "surveys/check.html", context, status=status)


def _words_of(it: Fill, pages: list[Page]) -> Any:
    """An answer in words; a file by the name its owner gave it."""
    has_files = any(view.kind in FILES for shown in pages for view in shown.questions)
    names = {key: row.name for key, row in uploads_of(it.response).items()} if has_files else {}
    return lambda view: names.get(view.value) or it.session.said(view.path)


def _answered(shown: Page) -> list[Any]:
    return [view for view in shown.questions if view.is_asked and not view.is_head]


def _done(request: HttpRequest, response: Response, session: Session, token: str) -> HttpResponse:
    # Drawn at once and not behind an address: of an anonymous response nothing leads back here.
    context = {"survey": response.survey, **after_of(response, session, token)}
    return render(request, "surveys/done.html", context)


@require_safe
def done(request: HttpRequest, token: str) -> HttpResponse:
    """For who opens the link again after sending."""
    response = find_response(token, clock.wall_now())
    if response is None or response.state != ResponseState.SENT:
        return hushed(gone(request))
    return hushed(_done(request, response, session_after(response), token))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@filling
def elsewhere(request: HttpRequest, it: Fill) -> HttpResponse:
    """Leave a number, so that the draft is found on another device; or give the draft up."""
    if it.survey.is_anonymous:
        return gone(request)
    form = PhoneForm(request.POST if request.method == "POST" else None)
    status, is_left = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            leave_phone(it.response, form.cleaned_data["phone"], at=clock.wall_now())
            status, is_left = 200, True
    context = {"survey": it.survey, "form": form, "token": it.token, "is_left": is_left}
    return render(request, "surveys/elsewhere.html", context, status=status)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@filling
def discard(request: HttpRequest, it: Fill) -> HttpResponse:
    """Delete the draft, after asking."""
    if request.method == "POST":
        discard_response(it.response)
        return redirect(reverse("surveys:cover", args=[it.survey.slug]))
    return render(request, "surveys/discard.html", {"survey": it.survey, "token": it.token})
