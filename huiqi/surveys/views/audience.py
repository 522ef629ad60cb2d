"""Whom a survey asks: an open link, or firms of the register, counted before they are drawn."""

from collections.abc import Callable
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import user_of
from huiqi.accounts.models import Unit, UnitKind
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.page_acts import PageAct, do_named
from huiqi.enterprises.register_form import LONGEST_QUERY, RegisterForm
from huiqi.enterprises.wanted import Kind
from huiqi.reference.queries import code_tables
from huiqi.surveys.commands.frames import FramePlan, begin_draw, drop_frame, plan_frame, undo_draw
from huiqi.surveys.forms.frames import DrawForm
from huiqi.surveys.models import Allocation, Frame, FrameState, Method, RegionDepth, Survey, SurveyState
from huiqi.surveys.queries.asking import asked_by_anyone
from huiqi.surveys.queries.frames import firms_of, outlook, size_for_points, strata_of
from huiqi.surveys.views.campaign import campaign_context, runs_surveys, survey_at
from huiqi.surveys.words import stratum_words

_FILTERS = ("q", "region", "industry", "size", "on_list", "state", "kind", "gap", "park", "synthetic")
_KEPT = (
    "method",
    "sample_size",
    "by_region",
    "by_section",
    "by_size",
    "allocation",
    "least_per_stratum",
    "rotation_groups",
    "seed",
)


def _filters(request: HttpRequest, data: Any) -> RegisterForm:
    """The register's own filters, with the places this person may ask in."""
    parks = Unit.objects.filter(kind=UnitKind.PARK, is_active=True).order_by("region", "name")
    scope = scope_with(user_of(request), Power.EDIT_QUESTIONNAIRES, clock.today())
    form = RegisterForm(data, tables=code_tables(), parks=parks.values_list("pk", "name"), scope=scope)
    del form.fields["sort"]
    return form


def _started(frame: Frame | None) -> dict[str, Any]:
    if frame is not None:
        return {name: getattr(frame, name) for name in _KEPT}
    return {
        "method": Method.CENSUS,
        "by_region": RegionDepth.CITY,
        "by_section": True,
        "by_size": True,
        "allocation": Allocation.PROPORTIONAL,
        "least_per_stratum": 2,
        "rotation_groups": 1,
    }


@runs_surveys
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def audience(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose the firms by the register's filters and how they are drawn; nothing is drawn here."""
    survey = survey_at(request, public_id)
    frame = Frame.objects.filter(survey=survey).order_by("pk").first()
    status = 200
    if request.method == "POST":
        filters, form = _filters(request, request.POST), DrawForm(request.POST)
        status = 422
        if filters.is_valid() and form.is_valid():
            try:
                _plan(request, survey, filters, form)
                return redirect("surveys:frame", public_id)
            except Refused as refusal:
                form.add_error(None, worded(refusal.said))
                status = 409
    else:
        query = QueryDict(frame.query if frame else "")
        filters, form = _filters(request, query), DrawForm(initial=_started(frame))
        filters.is_valid()
    context = {
        **campaign_context(survey, "audience", _("填报对象")),
        "frame": frame,
        "filters": filters,
        "form": form,
        "may_change": survey.state == SurveyState.DRAFT
        and (frame is None or frame.state == FrameState.DRAFT),
        "more": [filters[name] for name in ("state", "kind", "gap", "synthetic")],
        "has_parks": len(filters.fields["park"].choices) > 1,  # type: ignore[attr-defined]
    }
    return render(request, "surveys/audience.html", context, status=status)


def _plan(request: HttpRequest, survey: Survey, filters: RegisterForm, form: DrawForm) -> Frame:
    wanted, user, cleaned = filters.wanted(), user_of(request), form.cleaned_data
    if wanted.question.kind is Kind.PHONE:
        raise Http404
    words = [text for _name, _value, text in filters.chosen()]
    if typed := filters.cleaned_data.get("q"):
        words.insert(0, _("搜索：%s") % typed)
    plan = FramePlan(
        query=_query(request.POST),
        wanted=wanted,
        words="、".join(words)[:600],
        sample_size=_size(form, firms_of(user, wanted, clock.today()).count),
        **{name: cleaned[name] for name in _KEPT if name != "sample_size"},
    )
    return plan_frame(survey, plan, actor=user, at=clock.now())


def _size(form: DrawForm, count: Callable[[], int]) -> int | None:
    """Firms to ask: as typed, or as many as give the precision when as many answer as expected."""
    cleaned = form.cleaned_data
    if cleaned["method"] == Method.CENSUS:
        return None
    if cleaned.get("sample_size"):
        return int(cleaned["sample_size"])
    firms = count()
    return max(1, min(firms, ceil(size_for_points(firms, cleaned["points"]) / form.expected)))


def _query(data: QueryDict) -> str:
    kept = [(name, one) for name in _FILTERS for one in data.getlist(name) if one]
    return urlencode(kept)[:LONGEST_QUERY]


@runs_surveys
@require_safe
@never_cache
def frame(request: HttpRequest, public_id: str) -> HttpResponse:
    """The frame: what it would come to before it is drawn, the strata afterwards."""
    survey = survey_at(request, public_id)
    found = get_object_or_404(Frame.objects.select_related("made_by__unit"), survey=survey)
    context: dict[str, Any] = {
        **campaign_context(survey, "frame", _("抽取企业")),
        "frame": found,
        "job": found.job,
    }
    if found.state == FrameState.DRAFT:
        try:
            context["outlook"] = outlook(found, clock.today())
        except Refused as refusal:
            context["said"] = worded(refusal.said)
    elif found.state == FrameState.DRAWN:
        tables = code_tables()
        context["strata"] = [(stratum_words(row, tables), row) for row in strata_of(found)]
        context["may_undo"] = survey.state == SurveyState.DRAFT and not asked_by_anyone(survey)
    return render(request, "surveys/frame.html", context)


@runs_surveys
@require_POST
@never_cache
def frame_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Draw, take a draw back, or go back to an open link."""
    survey, user = survey_at(request, public_id), user_of(request)
    found = get_object_or_404(Frame, survey=survey)
    acts = {
        "draw": PageAct(
            lambda: begin_draw(found, actor=user, today=clock.today()), _("正在抽取，完成后这里列出各层。")
        ),
        "undo": PageAct(lambda: undo_draw(found, actor=user), _("已撤回抽样，可以改条件重抽。")),
        "drop": PageAct(lambda: drop_frame(survey, actor=user), _("已改回公开链接。")),
    }
    target = "surveys:survey" if name == "drop" else "surveys:frame"
    return do_named(request, name, acts, lambda: redirect(target, public_id))
