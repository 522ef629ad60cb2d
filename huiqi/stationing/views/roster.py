"""The roster of stationed officers and its acts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.enterprises.models import Enterprise
from huiqi.reference.models import Division
from huiqi.stationing.commands.lines import set_line
from huiqi.stationing.commands.stationings import (
    HandoverNote,
    When,
    end_stationing,
    hand_over,
    station_officer_at_all,
)
from huiqi.stationing.forms.roster import AssignForm, EndForm, HandoverForm, LineForm
from huiqi.stationing.models import Handover, Line
from huiqi.stationing.products import product_of
from huiqi.stationing.queries.roster import (
    Wanted,
    assignable_officers,
    changeable_stationings,
    firms_on_roster,
    gaps_of,
    handovers_of,
    overloaded_among,
    readable_stationings,
    with_rows,
)

OFFICE = power_required(Power.STATION_OFFICERS)
BOTH = ["GET", "HEAD", "POST"]


def _when(on: Any) -> When:
    return When(on, clock.now())


@OFFICE
@require_safe
@never_cache
def roster(request: HttpRequest) -> HttpResponse:
    """Key firms with their officers; firms without one come first."""
    return render(request, "stationing/roster.html", _roster(request))


@OFFICE
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Station one officer at the ticked firms, all or none."""
    today = clock.today()
    form = AssignForm(assignable_officers(request.user, clock.today()), today, request.POST)
    firms = Enterprise.objects.changeable_by(request.user, Power.STATION_OFFICERS, clock.today())
    ticked = list(firms.filter(public_id__in=request.POST.getlist("firm")).order_by("pk"))
    if not form.is_valid() or not ticked:
        context = {
            **_roster(request, form),
            "ticked": {firm.public_id for firm in ticked},
            "no_firm": not ticked,
        }
        return render(request, "stationing/roster.html", context, status=422)
    station_officer_at_all(
        ticked,
        form.cleaned_data["officer"],
        actor=request.user,  # type: ignore[arg-type]
        when=_when(form.cleaned_data["on"]),
        exception_reason=form.cleaned_data["reason"],
    )
    return redirect("stationing:roster")


def _roster(request: HttpRequest, form: AssignForm | None = None) -> dict[str, Any]:
    today = clock.today()
    wanted = Wanted(
        county=request.GET.get("county", "")[:6],
        words=request.GET.get("q", "").replace("\x00", "").strip()[:60],
        officer=request.GET.get("officer", "")[:20],
        only_gaps=request.GET.get("gaps") == "1",
    )
    officers = assignable_officers(request.user, today)
    firms = firms_on_roster(request.user, wanted, today)
    all_firms = firms_on_roster(request.user, Wanted(), today)
    counties = all_firms.order_by("prefecture").values_list("prefecture", flat=True).distinct()
    return {
        "wanted": wanted,
        "page": paginate(with_rows(firms, today), request.GET.get("page")),
        "gaps": gaps_of(request.user, today),
        "overloaded": overloaded_among(officers),
        "counties": Division.objects.filter(code__in=[code for code in counties if code]).order_by("code"),
        "officers": officers,
        "form": form or AssignForm(officers, today),
        "ticked": set(),
        "no_firm": False,
    }


@power_required(Power.STATION_OFFICERS, Power.REPORT_KEY_MATERIALS)
@require_safe
@never_cache
def stationing(request: HttpRequest, public_id: str) -> HttpResponse:
    """One stationing with its handover notes: for both officers and for who stations there."""
    today = clock.today()
    row = get_object_or_404(readable_stationings(request.user, today), public_id=public_id)
    may_change = changeable_stationings(request.user, today).filter(pk=row.pk).exists()
    notes = Handover.objects.select_related("outgoing__officer", "incoming__officer").order_by("at", "pk")
    before, after = notes.filter(incoming=row).first(), notes.filter(outgoing=row).first()
    context = {"row": row, "before": before, "after": after, "may_change": may_change and row.to_on is None}
    return render(request, "stationing/stationing.html", context)


@power_required(Power.REPORT_KEY_MATERIALS)
@require_safe
@never_cache
def handovers(request: HttpRequest) -> HttpResponse:
    """The handovers one was part of."""
    page = paginate(handovers_of(request.user), request.GET.get("page"))  # type: ignore[arg-type]
    return render(request, "stationing/handovers.html", {"page": page})


@OFFICE
@require_http_methods(BOTH)
@never_cache
def pass_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand a firm over to another officer."""
    row = get_object_or_404(changeable_stationings(request.user, clock.today()), public_id=public_id)
    officers = assignable_officers(request.user, clock.today()).exclude(pk=row.officer_id)
    form = HandoverForm(officers, clock.today(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = HandoverNote(form.cleaned_data["open_matters"], form.cleaned_data["contacts"])
        made = hand_over(
            row,
            to=form.cleaned_data["officer"],
            note=note,
            actor=request.user,  # type: ignore[arg-type]
            when=_when(form.cleaned_data["on"]),
        )
        return redirect("stationing:stationing", made.incoming.public_id)
    return _form_page(request, "stationing/hand_over.html", {"row": row, "form": form})


@OFFICE
@require_http_methods(BOTH)
@never_cache
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a stationing without a successor."""
    row = get_object_or_404(changeable_stationings(request.user, clock.today()), public_id=public_id)
    form = EndForm(clock.today(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, when = form.cleaned_data["reason"], _when(form.cleaned_data["on"])
        end_stationing(row, reason=reason, actor=request.user, when=when)  # type: ignore[arg-type]
        return redirect("stationing:stationing", row.public_id)
    return _form_page(request, "stationing/end.html", {"row": row, "form": form})


@OFFICE
@require_http_methods(BOTH)
@never_cache
def lines(request: HttpRequest, public_id: str) -> HttpResponse:
    """The key products of a firm and their capacities; a POST sets one."""
    firms = Enterprise.objects.changeable_by(request.user, Power.STATION_OFFICERS, clock.today())
    firm = get_object_or_404(firms, public_id=public_id)
    form = LineForm(clock.today(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        set_line(firm, said["product"], capacity=said["capacity"], actor=request.user, on=said["on"])  # type: ignore[arg-type]
        return redirect("stationing:lines", public_id)
    rows = [
        (product_of(line.product), line)
        for line in Line.objects.filter(enterprise=firm).order_by("product", "-from_on")
    ]
    return _form_page(request, "stationing/lines.html", {"firm": firm, "form": form, "rows": rows})


def _form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a form; 422 when a POST comes back to it."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)
