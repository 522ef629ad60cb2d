"""The list of ways: each firm with each relief, filtered, page by page, to be taken along."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import Column, Kind, watermark_text
from huiqi.reach.commands.exports import note_ways_export
from huiqi.reach.forms.following import ExportForm, WaysForm
from huiqi.reach.models import Journey
from huiqi.reach.models.journeys import JourneyQuerySet
from huiqi.reach.queries.journeys import filtered, policies_among
from huiqi.reach.queries.preparations import title_of
from huiqi.reach.steps import WAITS_FOR, Reason
from huiqi.reach.words import place_namer

WAYS_A_PAGE = 25
COLUMNS = (
    Column("统一社会信用代码", Kind.CODE),
    Column("企业名称"),
    Column("县市区"),
    Column("政策"),
    Column("认定机关"),
    Column("进度"),
    Column("未到位原因"),
    Column("等谁"),
    Column("列入名单", Kind.DATE),
    Column("告知", Kind.DATE),
    Column("申请", Kind.DATE),
    Column("认定", Kind.DATE),
    Column("到位", Kind.DATE),
)


def _asked(request: HttpRequest) -> tuple[WaysForm, JourneyQuerySet]:
    user, today = user_of(request), clock.today()
    rows = Journey.objects.visible_to(user, today)
    form = WaysForm(request.GET, policies=policies_among(rows))
    form.is_valid()
    return form, filtered(rows, form.asked(), today)


@power_required(Power.VIEW_REACH)
@require_safe
@never_cache
def ways(request: HttpRequest) -> HttpResponse:
    """Firms and reliefs as filtered."""
    return _show(request, ExportForm())


def _show(request: HttpRequest, export_form: ExportForm, status: int = 200) -> HttpResponse:
    form, rows = _asked(request)
    name = place_namer()
    page = paginate(rows, request.GET.get("page"), WAYS_A_PAGE)
    context = {
        "form": form,
        "page": page,
        "rows": [_told(journey, name) for journey in page],
        "export_form": export_form,
        "may_export": may(user_of(request), Power.EXPORT_FIRMS, clock.today()),
        "query": request.GET.urlencode(),
    }
    return render(request, "reach/ways.html", context, status=status)


def _told(journey: Any, name: Callable[[str | None], str]) -> dict[str, Any]:
    reason = Reason(journey.reason) if journey.reason else None
    return {
        "journey": journey,
        "title": title_of(journey.policy),
        "county": name(journey.enterprise.prefecture),
        "reason": reason.label if reason else "",
        "waits_for": WAITS_FOR[reason].label if reason else "",
    }


@power_required(Power.EXPORT_FIRMS)
@require_POST
@never_cache
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as filtered, for a purpose that is printed on it and audited."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _show(request, form, 422)
    user = user_of(request)
    _form, rows = _asked(request)
    count = rows.count()

    note_ways_export(actor=user, firms=count)
    mark = watermark_text(
        who=user.name,
        unit=str(user.unit or ""),
        at=clock.now(),
        purpose=form.cleaned_data["purpose"],
        rows=count,
    )
    name = place_namer()
    make = csv_response if request.POST.get("as") == "csv" else xlsx_response
    return make(
        "政策直达名册", COLUMNS, (_cells(one, name) for one in rows.iterator(chunk_size=2000)), watermark=mark
    )


def _cells(journey: Any, name: Callable[[str | None], str]) -> list[object]:
    told, firm = _told(journey, name), journey.enterprise
    return [
        firm.credit_code,
        firm.name,
        told["county"],
        told["title"],
        journey.authority.name,
        str(journey.get_step_display()),
        str(told["reason"]),
        str(told["waits_for"]),
        journey.listed_on,
        journey.told_on,
        journey.applied_on,
        journey.decided_on,
        journey.arrived_on,
    ]
