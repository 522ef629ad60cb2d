"""Questionnaires for who makes them: the list, uploads with what has to be mended, preview, publication."""

import io

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_named
from huiqi.core.pagination import paginate
from huiqi.files.downloads import file_response
from huiqi.questionnaires.builder.plan import Plan
from huiqi.questionnaires.commands import versions as commands
from huiqi.questionnaires.commands.sketches import start_sketch
from huiqi.questionnaires.forms.staff import ApprovalForm, NewForm, VersionForm
from huiqi.questionnaires.models import NAME_LENGTH, Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.page_form import PageForm
from huiqi.questionnaires.queries.sketches import sketch_of, template_plan, templates
from huiqi.questionnaires.queries.versions import form_of, listed, told_changes, versions_of
from huiqi.questionnaires.views.preview import preview_of
from huiqi.questionnaires.xform.session import open_session
from huiqi.questionnaires.xlsform.compiling import Compiled

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
makes_questionnaires = power_required(Power.EDIT_QUESTIONNAIRES)


@makes_questionnaires
@require_safe
@never_cache
def questionnaires(request: HttpRequest) -> HttpResponse:
    """Those of the own units and every other that was published; archived ones apart, found by name."""
    seen = Questionnaire.objects.visible_to(user_of(request), clock.today())
    asked, shown = request.GET.get("q", "").strip()[:NAME_LENGTH], request.GET.get("show", "")
    rows = listed(seen.filter(retired_at__isnull=shown != "archived", name__icontains=asked))
    context = {"page": paginate(rows, request.GET.get("page")), "q": asked, "show": shown}
    return render(request, "questionnaires/list.html", context)


@makes_questionnaires
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_questionnaire(request: HttpRequest) -> HttpResponse:
    """A name, and where the questions come from: the builder, a template, or a file on the next page."""
    user = user_of(request)
    if user.unit is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = NewForm(data, templates=templates())
    if data is None or not form.is_valid():
        context = {"form": form, "crumbs": _crumbs()}
        return render(request, "questionnaires/new.html", context, status=200 if data is None else 422)
    name, way = form.cleaned_data["name"], form.cleaned_data["way"] or "file"
    made = commands.create_questionnaire(name=name, owner=user.unit, actor=user, at=clock.now())
    if way == "file":
        return redirect("questionnaires:questionnaire", made.public_id)
    plan = template_plan(way.removeprefix("template:")) if way != "blank" else Plan(title=made.name)
    assert plan is not None  # the form offers no other
    start_sketch(made, plan, actor=user, at=clock.wall_now())
    return redirect("questionnaires:build", made.public_id)


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    rest = more or ((_("新建问卷"), ""),)
    return [(_("问卷"), reverse("questionnaires:questionnaires")), *rest]


def _seen(request: HttpRequest, public_id: str) -> Questionnaire:
    seen = Questionnaire.objects.visible_to(user_of(request), clock.today()).select_related("owner")
    return get_object_or_404(seen, public_id=public_id)


def _own(request: HttpRequest, public_id: str) -> Questionnaire:
    own = Questionnaire.objects.editable_by(user_of(request), clock.today()).select_related("owner")
    return get_object_or_404(own, public_id=public_id)


def _is_own(request: HttpRequest, found: Questionnaire) -> bool:
    own = Questionnaire.objects.editable_by(user_of(request), clock.today())
    return own.filter(pk=found.pk).exists()


@makes_questionnaires
@require_safe
@never_cache
def questionnaire(request: HttpRequest, public_id: str) -> HttpResponse:
    """Its versions, its approval, and a place for the next file."""
    return _show(request, _seen(request, public_id))


def _show(
    request: HttpRequest,
    found: Questionnaire,
    *,
    upload: VersionForm | None = None,
    approval: ApprovalForm | None = None,
    compiled: Compiled | None = None,
    status: int = 200,
) -> HttpResponse:
    is_own = _is_own(request, found)
    names = {"table_number": "table_number", "approved_by": "approved_by", "document": "approval_document"}
    initial = {name: getattr(found, column) for name, column in names.items()}
    context = {
        "found": found,
        "versions": versions_of(found) if is_own else versions_of(found).exclude(published_at=None),
        "is_own": is_own,
        "sketch": sketch_of(found) if is_own else None,
        "upload": upload or VersionForm(),
        "approval": approval or ApprovalForm(initial={**initial, "until": found.approved_until}),
        "compiled": compiled,
        "is_approved": found.is_approved(clock.today()),
        "crumbs": _crumbs((found.name, "")),
    }
    return render(request, "questionnaires/questionnaire.html", context, status=status)


@makes_questionnaires
@require_POST
@never_cache
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check a workbook: with errors nothing is kept and all of them are listed by sheet, row and column."""
    found = _own(request, public_id)
    form = VersionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, found, upload=form, status=422)
    try:
        original = form.cleaned_data["file"].read()
        made = commands.upload_version(found, original, actor=user_of(request), at=clock.now())
    except Refused as refusal:
        form.add_error(None, worded(refusal.said))
        return _show(request, found, upload=form, status=409)
    if made.version is None:
        return _show(request, found, upload=form, compiled=made.compiled, status=422)
    return redirect("questionnaires:version", found.public_id, made.version.public_id)


@makes_questionnaires
@require_POST
@never_cache
def approval(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the survey shows: its approval, or that it is voluntary."""
    found = _own(request, public_id)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _show(request, found, approval=form, status=422)
    try:
        commands.note_approval(found, form.approval(), actor=user_of(request))
    except Refused as refusal:
        form.add_error(None, worded(refusal.said))
        return _show(request, found, approval=form, status=409)
    messages.success(request, _("已保存，问卷首页会照此显示。"))
    return redirect("questionnaires:questionnaire", public_id)


# --- one version --------------------------------------------------------------------------------------


def _version(request: HttpRequest, public_id: str, version_id: str) -> QuestionnaireVersion:
    found = _seen(request, public_id)
    rows = versions_of(found) if _is_own(request, found) else versions_of(found).exclude(published_at=None)
    return get_object_or_404(rows, public_id=version_id)


@makes_questionnaires
@require_safe
@never_cache
def version(request: HttpRequest, public_id: str, version_id: str) -> HttpResponse:
    """How it looks to who answers, what changed since the one before, and its publication."""
    found = _version(request, public_id, version_id)
    whole = found.questionnaire
    before = versions_of(whole).filter(number__lt=found.number).exclude(published_at=None).first()
    session = open_session(form_of(found), today=clock.today(), now=clock.now())
    page = (_("第%(number)s版") % {"number": found.number}, "")
    context = {
        "found": whole,
        "version": found,
        "before": before,
        "changes": told_changes(found, before) if before is not None else [],
        "pages": [(shown, PageForm(shown).entries()) for shown in session.review()],
        "progress": session.progress(1),
        "is_own": _is_own(request, whole),
        "crumbs": _crumbs((whole.name, reverse("questionnaires:questionnaire", args=[public_id])), page),
    }
    return render(request, "questionnaires/version.html", context)


@makes_questionnaires
@require_POST
@never_cache
def version_act(request: HttpRequest, public_id: str, version_id: str, name: str) -> HttpResponse:
    """Publish it, or throw a draft away."""
    whole, user = _own(request, public_id), user_of(request)
    found = get_object_or_404(versions_of(whole), public_id=version_id)
    acts = {
        "publish": PageAct(
            lambda: commands.publish_version(found, actor=user, at=clock.now()),
            _("已发布。新开始填的按这一版；填了一半的按原来那版填完。"),
        ),
        "discard": PageAct(lambda: commands.discard_version(found, actor=user), _("已删除这一版。")),
    }
    return do_named(request, name, acts, lambda: redirect("questionnaires:questionnaire", public_id))


@makes_questionnaires
@require_POST
@never_cache
def questionnaire_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Archive it, or make a copy of its latest version for the own unit."""
    user = user_of(request)
    found = _seen(request, public_id) if name == "copy" else _own(request, public_id)
    if name == "copy":
        return _copy(request, found)
    acts = {
        "archive": PageAct(
            lambda: commands.retire_questionnaire(found, actor=user, at=clock.now()),
            _("已归档：不再用于新的调查，已收的答卷都在。"),
        ),
        "rename": PageAct(
            lambda: commands.rename_questionnaire(found, name=request.POST.get("name", ""), actor=user),
            _("已改名。"),
        ),
    }
    return do_named(request, name, acts, lambda: redirect("questionnaires:questionnaire", public_id))


def _copy(request: HttpRequest, found: Questionnaire) -> HttpResponse:
    user = user_of(request)
    rows = versions_of(found) if _is_own(request, found) else versions_of(found).exclude(published_at=None)
    newest = rows.first()
    if user.unit is None or newest is None:
        raise Http404
    name = _("%(name)s（副本）") % {"name": found.name[: NAME_LENGTH - 8]}
    made = commands.copy_questionnaire(newest, name=name, owner=user.unit, actor=user, at=clock.now())
    messages.success(request, _("已复制。改好再发布，和原来那份互不影响。"))
    return redirect("questionnaires:questionnaire", made.public_id)


@makes_questionnaires
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def try_version(request: HttpRequest, public_id: str, version_id: str) -> HttpResponse:
    """A version filled in page by page on the width of a phone or of a desktop. Keeps nothing."""
    found = _version(request, public_id, version_id)
    here = reverse("questionnaires:version", args=[public_id, version_id])
    number = _("第%(number)s版") % {"number": found.number}
    whole = (found.questionnaire.name, reverse("questionnaires:questionnaire", args=[public_id]))
    context = {
        "title": found.title,
        "preview": preview_of(form_of(found), request),
        "preview_url": request.path,
        "back_url": here,
        "crumbs": _crumbs(whole, (number, here), (_("试填"), "")),
    }
    template = "questionnaires/_preview.html" if request.htmx else "questionnaires/preview.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@makes_questionnaires
@require_safe
@never_cache
def original(request: HttpRequest, public_id: str, version_id: str) -> HttpResponseBase:
    """The workbook as it was uploaded, to go on with in Excel."""
    found = _version(request, public_id, version_id)
    name = f"{found.questionnaire.name}-{found.number}.xlsx"
    return file_response(io.BytesIO(bytes(found.original)), name, XLSX)
