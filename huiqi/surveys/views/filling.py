"""Answering a survey: its cover, page by page, checking, handing in. Works without script."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.hushed import hushed
from huiqi.core.ids import new_token
from huiqi.core.language import worded
from huiqi.questionnaires.page_form import PageForm
from huiqi.questionnaires.queries.versions import current_version
from huiqi.questionnaires.xform.pages import Page
from huiqi.questionnaires.xform.session import NoSuchPlace, Session
from huiqi.surveys.commands.responses import (
    begin_response,
    discard_response,
    leave_phone,
    save_answers,
    send_response,
)
from huiqi.surveys.forms.filling import PhoneForm
from huiqi.surveys.models import Response, ResponseState, Survey
from huiqi.surveys.queries.filling import find_response, session_of
from huiqi.surveys.views.after import after_of, session_after
from huiqi.surveys.views.asked import Asked, cover_of

CHECK = "check"


@dataclass(frozen=True)
class Fill:
    """A half-filled response before its reader."""

    response: Response
    session: Session
    token: str

    @property
    def survey(self) -> Survey:
        """The survey it answers."""
        return self.response.survey


FillView = Callable[..., HttpResponse]


def filling(view: FillView) -> FillView:
    """Open the draft of `token`, or answer 404; one that was sent leads to its last page."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **arguments: Any) -> HttpResponse:
        response = find_response(token, clock.wall_now())
        if response is None:
            raise Http404
        if response.state == ResponseState.SENT:
            return hushed(redirect("surveys:done", token))
        session = session_of(
            response, today=clock.today(), now=clock.now(), language=get_language() or "zh-hans"
        )
        return hushed(view(request, Fill(response, session, token), **arguments))

    return opened


# --- the cover ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asks, what for, how long it takes; a POST begins."""
    rows = Survey.objects.select_related("questionnaire", "owner").exclude(state="draft")
    survey = get_object_or_404(rows, slug=slug)
    version = current_version(survey.questionnaire)
    if version is None:
        raise Http404
    today = clock.today()
    asked: Asked = cover_of(survey, version, today=today, now=clock.now())
    status = 200
    if request.method == "POST":
        token = new_token()
        try:
            begin_response(survey, token, today=today, at=clock.wall_now())
            return hushed(redirect("surveys:page", token, 1))
        except Refused:
            status = 409
    return hushed(render(request, "surveys/cover.html", {"asked": asked, "survey": survey}, status=status))


# --- pages --------------------------------------------------------------------------------------------


@require_safe
@filling
def fill(request: HttpRequest, it: Fill) -> HttpResponse:
    """Where it was left."""
    number = it.session.number_of(it.response.page_key) or 1
    return redirect("surveys:page", it.token, number)


@require_http_methods(["GET", "HEAD", "POST"])
@filling
def page(request: HttpRequest, it: Fill, *, number: int) -> HttpResponse:
    """One page. What is posted is kept whatever it is; only going on asks that it is right."""
    shown = it.session.page(number)
    if request.method != "POST":
        return _show(request, it, shown, PageForm(shown))
    form = PageForm(shown, request.POST, request.FILES)
    refused = _take(it, form, shown)
    if refused is not None:
        form.add_error(None, worded(refused.said))
        return _show(request, it, shown, form, status=409)
    wanted = request.POST.get("do", "next")
    if wanted == "refresh":
        again = it.session.page(it.session.number_of(shown.key) or number)
        return _show(request, it, again, PageForm(again))
    moved = _moved(it, wanted, request.POST)
    if moved is not None:
        return moved
    return _onwards(request, it, shown, form)


def _take(it: Fill, form: PageForm, shown: Page) -> Refused | None:
    """Keep what was posted; the refusal when it can not be kept."""
    try:
        it.session.answer_all(form.values())
        save_answers(it.response, it.session.answers(), page_key=shown.key, at=clock.wall_now())
    except NoSuchPlace:
        return None  # an answer above made it superfluous meanwhile
    except Refused as refusal:
        return refusal
    return None


def _moved(it: Fill, wanted: str, data: Any) -> HttpResponse | None:
    """Back, another instance, one less: no judgement of what is on the page."""
    number = it.session.number_of(data.get("key", "")) or 1
    if wanted == "back":
        return redirect("surveys:page", it.token, max(number - 1, 1))
    if wanted not in {"add", "remove"}:
        return None
    try:
        made = it.session.add(data.get("place", "")) if wanted == "add" else ""
        if wanted == "remove":
            it.session.remove(data.get("place", ""))
    except NoSuchPlace:
        return redirect("surveys:page", it.token, number)
    save_answers(it.response, it.session.answers(), page_key=data.get("key", ""), at=clock.wall_now())
    pages = it.session.pages
    target = next((at for at, draft in enumerate(pages, 1) if made and draft.key.startswith(made)), number)
    return redirect("surveys:page", it.token, min(target, max(len(pages), 1)))


def _onwards(request: HttpRequest, it: Fill, shown: Page, form: PageForm) -> HttpResponse:
    number = it.session.number_of(shown.key)
    again = it.session.page(number) if number else shown
    problems = [one for one in it.session.problems(again) if not one.is_overwritten] if number else []
    if problems or not form.is_valid():
        # What is asked may have changed with the answers: the page as it is now, with what was typed.
        late = PageForm(again, request.POST, request.FILES)
        late.show_problems(problems)
        return _show(request, it, again, late, status=422)
    if request.POST.get("then") == CHECK or number >= len(it.session.pages):
        return redirect("surveys:check", it.token)
    return redirect("surveys:page", it.token, (number or 1) + 1)


def _show(request: HttpRequest, it: Fill, shown: Page, form: PageForm, *, status: int = 200) -> HttpResponse:
    context = {
        "survey": it.survey,
        "shown": shown,
        "form": form,
        "entries": form.entries(),
        "progress": it.session.progress(shown.number),
        "token": it.token,
        "saved_at": it.response.saved_at,
        "then": request.POST.get("then", request.GET.get("then", "")),
    }
    return render_page(request, "surveys/page.html", "surveys/_page.html", context, status=status)


@require_POST
@filling
def save(request: HttpRequest, it: Fill, *, number: int) -> HttpResponse:
    """Keep what is typed while it is typed."""
    shown = it.session.page(number)
    if request.POST.get("key", "") != shown.key:
        return HttpResponse(status=409)
    refused = _take(it, PageForm(shown, request.POST), shown)
    return HttpResponse(status=413 if refused is not None else 204)


# --- checking and handing in --------------------------------------------------------------------------


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
    sections = [
        (shown, [(view, it.session.said(view.path), wrong.get(view.path, "")) for view in _answered(shown)])
        for shown in it.session.review()
    ]
    context = {
        "survey": it.survey,
        "sections": [(shown, rows) for shown, rows in sections if rows],
        "wrong": len(problems),
        "said": said,
        "token": it.token,
    }
    return render(request, "surveys/check.html", context, status=status)


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
        raise Http404
    return hushed(_done(request, response, session_after(response), token))


@require_http_methods(["GET", "HEAD", "POST"])
@filling
def elsewhere(request: HttpRequest, it: Fill) -> HttpResponse:
    """Leave a number, so that the draft is found on another device; or give the draft up."""
    if it.survey.is_anonymous:
        raise Http404
    form = PhoneForm(request.POST if request.method == "POST" else None)
    status, is_left = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            leave_phone(it.response, form.cleaned_data["phone"], at=clock.wall_now())
            status, is_left = 200, True
    context = {"survey": it.survey, "form": form, "token": it.token, "is_left": is_left}
    return render(request, "surveys/elsewhere.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@filling
def discard(request: HttpRequest, it: Fill) -> HttpResponse:
    """Delete the draft, after asking."""
    if request.method == "POST":
        discard_response(it.response)
        return redirect(reverse("surveys:cover", args=[it.survey.slug]))
    return render(request, "surveys/discard.html", {"survey": it.survey, "token": it.token})
