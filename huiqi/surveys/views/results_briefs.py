"""Briefs 信息专报: begun, edited, brought up to date, released, taken along as Word and PDF; all tables."""

import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.cases.documents.official import CONTENT_TYPE as DOCX_TYPE
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.messages import gettext_noop
from huiqi.core.pagination import paginate
from huiqi.files.downloads import file_response
from huiqi.files.sheets import watermark_text
from huiqi.files.xlsx_writer import CONTENT_TYPE as XLSX_TYPE
from huiqi.policies.result_pdf import PdfUnavailable
from huiqi.surveys.analysis.codebook import Question
from huiqi.surveys.briefs.paper import PDF_TYPE, lead, make_docx, make_pdf
from huiqi.surveys.briefs.workbook import write_tables
from huiqi.surveys.commands import briefs as commands
from huiqi.surveys.forms.results import BriefForm
from huiqi.surveys.models import Brief, BriefState
from huiqi.surveys.queries.results_brief import unsourced
from huiqi.surveys.queries.results_pages import told
from huiqi.surveys.queries.results_wave import latest, opened
from huiqi.surveys.views.results import Place, place_of, sees_results, with_results


@sees_results
@require_safe
@never_cache
def briefs(request: HttpRequest, public_id: str) -> HttpResponse:
    """The briefs written of a survey, newest first."""
    place = place_of(request, public_id)
    rows = Brief.objects.filter(snapshot__wave__survey=place.survey)
    rows = rows.select_related("made_by", "released_by", "snapshot__wave").order_by("-made_at", "-pk")
    context = place.context(_("信息专报"), page=paginate(rows, request.GET.get("page")))
    return render(request, "surveys/results_briefs.html", context)


@sees_results
@require_POST
@never_cache
def brief_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin one from the latest results."""
    _place, snapshot = with_results(request, public_id)
    made = commands.begin_brief(snapshot, actor=user_of(request), at=clock.now())
    return redirect("surveys:results_brief", public_id, made.public_id)


def _brief(request: HttpRequest, public_id: str, brief_id: str) -> tuple[Place, Brief]:
    place = place_of(request, public_id)
    rows = Brief.objects.filter(snapshot__wave__survey=place.survey)
    rows = rows.select_related("snapshot__wave__survey__owner", "made_by", "changed_by", "released_by")
    return place, get_object_or_404(rows, public_id=brief_id)


@sees_results
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def brief(request: HttpRequest, public_id: str, brief_id: str) -> HttpResponse:
    """The sentences with their queries, to be edited; what is flagged; the way to Word and PDF."""
    place, found = _brief(request, public_id, brief_id)
    data = request.POST if request.method == "POST" else None
    form = BriefForm(data, sentences=found.sentences, initial={"title": found.title})
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                commands.edit_brief(
                    found,
                    form.cleaned_data["title"],
                    form.texts(),
                    actor=user_of(request),
                    at=clock.now(),
                    expected=_expected(request),
                )
                messages.success(request, _("已保存。"))
                return redirect("surveys:results_brief", public_id, brief_id)
            except Refused as refusal:
                status = 409
                form.add_error(None, worded(refusal.said))
    newest = latest(found.snapshot.wave)
    context = place.context(
        found.title,
        brief=found,
        form=form,
        lines=_lines(found, form),
        lead=lead(found.shown),
        is_released=found.state == BriefState.RELEASED,
        may_release=user_of(request).pk not in _writers(found),
        newest=newest if newest and newest.pk != found.snapshot_id else None,
    )
    return render(request, "surveys/results_brief.html", context, status=status)


def _writers(found: Brief) -> set[int]:
    return {found.made_by_id, found.changed_by_id, *found.shown.get("editors", [])}


def _expected(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdigit() and len(given) < 9 else -1  # noqa: PLR2004  no row has so many versions


def _lines(found: Brief, form: BriefForm) -> list[dict[str, Any]]:
    labels = {one["name"]: one["label"] for one in found.shown.get("tables", [])}
    lines = []
    for at, sentence in enumerate(found.sentences):
        name = sentence["source"]["question"]
        asked = _Named(name, labels.get(name, name))
        lines.append(
            {
                "field": form[f"s{at}"],
                "text": sentence["text"],
                "drafted": sentence["drafted"],
                "is_edited": sentence["text"] != sentence["drafted"],
                "is_stale": sentence["is_stale"],
                "before": sentence["before"],
                "foreign": unsourced(sentence["text"], sentence["drafted"]),
                "told": told(found.snapshot, sentence["source"], asked, sentence["source"]["by"]),
            }
        )
    return lines


class _Named(Question):
    """A question of which only the words are kept."""

    def __init__(self, name: str, label: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "label", label)


@sees_results
@require_POST
@never_cache
def brief_act(request: HttpRequest, public_id: str, brief_id: str, name: str) -> HttpResponseBase:
    """Bring it up to date, release it, take it along."""
    place, found = _brief(request, public_id, brief_id)
    user, expected = user_of(request), _expected(request)

    def renew() -> object:
        newest = latest(found.snapshot.wave)
        if newest is None:
            raise Http404
        return commands.renew_brief(found, newest, actor=user, at=clock.now(), expected=expected)

    def release() -> object:
        return commands.release_brief(found, actor=user, at=clock.now(), expected=expected)

    if name in ("docx", "pdf"):
        return _taken(request, found, name)
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "renew": (renew, _("已换成最新的结果，数字有变的句子标出来了。")),
        "release": (release, _("已核准，导出的文件不再标“内部参考”。")),
    }
    if name not in acts:
        raise Http404
    run, said = acts[name]
    try:
        run()
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    return redirect(reverse("surveys:results_brief", args=[place.survey.public_id, brief_id]))


def _taken(request: HttpRequest, found: Brief, form: str) -> HttpResponseBase:
    try:
        content = make_docx(found) if form == "docx" else make_pdf(found)
    except PdfUnavailable as problem:
        said = gettext_noop("服务器上没有中文字体，画不出图表。请系统管理员安装 fonts-noto-cjk。")
        raise Refused("surveys.no_font", said) from problem
    commands.note_taken(found, form, actor=user_of(request))
    kind = DOCX_TYPE if form == "docx" else PDF_TYPE
    return file_response(io.BytesIO(content), f"{_('信息专报')}-{found.title}.{form}", kind)


@sees_results
@require_POST
@never_cache
def tables(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """All tables of the latest results as a workbook."""
    place, snapshot = with_results(request, public_id)
    user = user_of(request)
    unit = user.unit.name if user.unit else "—"
    mark = watermark_text(
        who=user.name, unit=unit, at=clock.now(), purpose=place.survey.title, rows=snapshot.answers
    )
    file = io.BytesIO()
    with opened(snapshot) as read:
        write_tables(file, read, mark)
    commands.note_tables_taken(snapshot, actor=user)
    file.seek(0)
    return file_response(file, f"{place.survey.title}-{_('全部表格')}.xlsx", XLSX_TYPE)
