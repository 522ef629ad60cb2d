"""Answering a survey: its cover, then page by page. Works without script and without cookies."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from allauth.account.adapter import get_adapter
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.queries.sign_in import address_digest
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.htmx import render_page
from huiqi.core.hushed import hushed
from huiqi.core.ids import new_token
from huiqi.core.language import day_words, worded
from huiqi.files.commands import count_upload
from huiqi.files.downloads import serve_attachment
from huiqi.files.models import Attachment
from huiqi.questionnaires.page_fields import FILES, kinds_of
from huiqi.questionnaires.page_form import PageForm, field_name, posted_answers
from huiqi.questionnaires.queries.versions import current_version, form_of
from huiqi.questionnaires.xform.pages import Page
from huiqi.questionnaires.xform.session import Session
from huiqi.surveys.commands.pages import Act, Turn, save_page
from huiqi.surveys.commands.responses import begin_response
from huiqi.surveys.commands.uploads import add_upload, drop_upload
from huiqi.surveys.models import Response, Survey
from huiqi.surveys.provenance import Kind, Origin, Trail
from huiqi.surveys.queries.prefill import code_places
from huiqi.surveys.queries.uploads import uploads_of
from huiqi.surveys.views.asked import Asked, approval_of, cover_of
from huiqi.surveys.views.opened import Fill, filling, opened_session

CHECK = "check"


# --- the cover ----------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asks, what for, how long it takes, by what right; a POST begins."""
    rows = Survey.objects.select_related("questionnaire", "owner").exclude(state="draft")
    survey = get_object_or_404(rows, slug=slug)
    version = current_version(survey.questionnaire)
    if version is None:
        raise Http404
    today = clock.today()
    asked: Asked = cover_of(survey, version, today=today, now=clock.now())
    said, status = "", 200
    if request.method == "POST":
        token = new_token()
        try:
            made = begin_response(survey, token, today=today, at=clock.wall_now())
            is_firm_asked = not survey.is_anonymous and bool(code_places(form_of(made.version)))
            return hushed(redirect("surveys:firm", token) if is_firm_asked else _to(token, 1))
        except Refused as refusal:
            said, status = worded(refusal.said), 409
    context = {"asked": asked, "survey": survey, "said": said, "today": today}
    return hushed(render(request, "surveys/cover.html", context, status=status))


def _to(token: str, number: int) -> HttpResponse:
    return redirect("surveys:page", token, number)


# --- pages --------------------------------------------------------------------------------------------


@require_safe
@filling
def fill(request: HttpRequest, it: Fill) -> HttpResponse:
    """Where it was left."""
    return _to(it.token, it.session.number_of(it.response.page_key) or 1)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@filling
def page(request: HttpRequest, it: Fill, *, number: int) -> HttpResponse:
    """One page. What is posted is kept whatever it is; only going on asks that it is right."""
    shown = it.session.page(it.session.number_of(request.POST.get("key", "")) or number)
    key = request.POST.get("key") or shown.key
    if request.method != "POST":
        return _show(request, it, shown)
    try:
        kept = _keep(request, it, shown, key)
    except Refused as refusal:
        form = _form(it, shown, request.POST)
        form.add_error(None, worded(refusal.said))
        return _show(request, it, shown, form, status=409)
    return _after(request, kept, key, number)


@dataclass(frozen=True)
class Kept:
    """After keeping: the draft, what could not be kept by path, and the page an act leads to (0: none)."""

    it: Fill
    faults: dict[str, str]
    made: str = ""


def _keep(request: HttpRequest, it: Fill, shown: Page, key: str) -> Kept:
    """Keep what was posted, files included. Refused when nothing of it can be kept."""
    saved = save_page(
        it.response,
        it.session,
        [] if request.POST.get("do") == "remove" else posted_answers(it.session, shown, request.POST),
        Turn(key, clock.wall_now(), _act(request)),
        opened_by=opened_session,
    )
    said = _(
        "这一题刚才在另一个窗口或设备上填成了“%(words)s”。要改成这里填的，请再按一次；不改，就照那边的填。"
    )
    faults = {path: said % {"words": words} for path, words in saved.clashes.items()}
    it = Fill(saved.response, saved.session, it.token)
    if request.FILES or request.POST.get("drop"):
        response, refused = _receive(request, saved.response, shown)
        it = Fill(response, opened_session(response), it.token)
        faults |= refused
    return Kept(it, faults, saved.made)


def _act(request: HttpRequest) -> Act | None:
    """Another instance of a repeat, or one less."""
    wanted, place = request.POST.get("do", ""), request.POST.get("place", "")

    def remove(session: Session) -> str:
        session.remove(place)
        return ""

    if wanted == "add":
        return lambda session: session.add(place)
    return remove if wanted == "remove" else None


def _receive(request: HttpRequest, response: Response, shown: Page) -> tuple[Response, dict[str, str]]:
    """Take the files of the page, drop the one to be dropped; what was refused, by path."""
    refused: dict[str, str] = {}
    at = clock.wall_now()
    asked = {field_name(view.path): view for view in shown.questions if view.kind in FILES and view.is_asked}
    for name in asked.keys() & request.FILES.keys():
        path, kinds = asked[name].path, kinds_of(asked[name])
        upload = cast("UploadedFile[Any]", request.FILES[name])
        try:
            count_upload(address_digest(get_adapter(request).get_client_ip(request)), at=at)
            response = add_upload(response, path, upload, kinds=kinds, at=at)
        except Refused as refusal:
            refused[path] = worded(refusal.said)
    dropped = request.POST.get("drop", "")
    if any(view.path == dropped for view in asked.values()):
        response = drop_upload(response, dropped, at=at)
    return response, refused


def _after(request: HttpRequest, kept: Kept, key: str, number: int) -> HttpResponse:
    """Where to after keeping: the same page drawn anew, back, another instance, or on."""
    it, wanted = kept.it, request.POST.get("do", "next")
    here = it.session.number_of(key)
    if wanted == "back" and not kept.faults:
        return _to(it.token, max((here or number) - 1, 1))
    if wanted in {"add", "remove"}:
        places = enumerate(it.session.pages, 1)
        target = next(
            (at for at, one in places if kept.made and one.key.startswith(kept.made)), here or number
        )
        return _to(it.token, min(target, max(len(it.session.pages), 1)))
    shown = it.session.page(here or number)
    if kept.faults:
        form = _form(it, shown, request.POST)
        form.show(kept.faults)
        return _show(request, it, shown, form, status=422)
    if request.POST.get("drop"):
        return _to(it.token, here or number)
    if wanted == "refresh":
        return _show(request, it, shown)
    return _onwards(request, it, shown, here)


def _onwards(request: HttpRequest, it: Fill, shown: Page, here: int) -> HttpResponse:
    problems = [one for one in it.session.problems(shown) if not one.is_overwritten] if here else []
    if problems:
        # What is asked may have changed with the answers: the page as it is now, with what was typed.
        form = _form(it, shown, request.POST)
        form.show_problems(problems)
        return _show(request, it, shown, form, status=422)
    if not here:
        return _to(it.token, shown.number)
    if request.POST.get("then") == CHECK or here >= len(it.session.pages):
        return redirect("surveys:check", it.token)
    return _to(it.token, here + 1)


@dataclass(frozen=True)
class Beside:
    """What is shown beside a question: its file, and where its answer came from."""

    file: Attachment | None = None
    file_url: str = ""
    origin: str = ""


def _form(it: Fill, shown: Page, data: Any = None) -> PageForm:
    trail = Trail.read(it.response.prefilled)
    has_files = any(view.kind in FILES for view in shown.questions)
    uploads = uploads_of(it.response) if has_files else {}
    extras = {}
    for view in shown.questions:
        origin = trail.origins.get(view.path) if view.value else None
        file = uploads.get(view.value)
        if origin is not None or file is not None:
            url = reverse("surveys:file", args=[it.token, view.value]) if file is not None else ""
            extras[view.path] = Beside(file, url, _told(origin) if origin else "")
    return PageForm(shown, data, extras=extras)


def _told(origin: Origin) -> str:
    if origin.kind is Kind.LAST_WAVE:
        said = _("上一轮填的") if origin.as_of is None else _("上一轮%(day)s填的")
    else:
        said = (
            _("来自企业名录：%(source)s") if origin.as_of is None else _("来自企业名录：%(source)s，%(day)s")
        )
    words = said % {"source": origin.source, "day": day_words(origin.as_of) if origin.as_of else ""}
    return (
        _("已更正（原%(words)s）") % {"words": words}
        if origin.is_corrected
        else _("已带入（%(words)s），不对请改") % {"words": words}
    )


def _show(
    request: HttpRequest, it: Fill, shown: Page, form: PageForm | None = None, *, status: int = 200
) -> HttpResponse:
    form = form or _form(it, shown)
    context = {
        "survey": it.survey,
        "shown": shown,
        "form": form,
        "entries": form.entries(),
        "progress": it.session.progress(shown.number),
        "token": it.token,
        "saved_at": it.response.saved_at,
        "is_over": it.is_over,
        "approval": approval_of(it.survey, clock.today()),
        "then": request.POST.get("then", request.GET.get("then", "")),
    }
    return render_page(request, "surveys/page.html", "surveys/_page.html", context, status=status)


@csrf_exempt
@require_POST
@filling
def save(request: HttpRequest, it: Fill, *, number: int) -> HttpResponse:
    """Keep what is typed while it is typed; 409 in words when another window has kept something else."""
    key = request.POST.get("key", "")
    here = it.session.number_of(key)
    if not here:
        return HttpResponse(_("前面的回答改过，这一页现在不用填了。"), "text/plain; charset=utf-8", 409)
    shown = it.session.page(here)
    try:
        posted = posted_answers(it.session, shown, request.POST)
        turn = Turn(key, clock.wall_now())
        saved = save_page(it.response, it.session, posted, turn, opened_by=opened_session)
    except Refused as refusal:
        return HttpResponse(worded(refusal.said), "text/plain; charset=utf-8", 409)
    if saved.clashes:
        said = _("有的题刚才在另一个窗口或设备上改过，按“下一步”时会逐题告诉您。")
        return HttpResponse(said, "text/plain; charset=utf-8", 409)
    # What the page now has to compare with, since it is not drawn anew.
    drawn = PageForm(saved.session.page(saved.session.number_of(key) or here)).drawn()
    return HttpResponse(status=204, headers={"X-Drawn": quote(drawn)})


@require_safe
@filling
def file(request: HttpRequest, it: Fill, *, name: str) -> HttpResponseBase:
    """A photo or file of the draft, for who uploaded it."""
    found = uploads_of(it.response).get(name)
    if found is None:
        raise Http404
    return serve_attachment(found, reader=None)
