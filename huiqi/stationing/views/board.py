"""The board of key materials and the firms behind it. Inside the compartment only."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import power_required
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.reference.models import Division
from huiqi.stationing.products import products
from huiqi.stationing.queries.board import board as boards_of
from huiqi.stationing.queries.board import days_to, firm_rows
from huiqi.stationing.queries.compartment import firms_in_compartment
from huiqi.stationing.queries.missing import missing_on


@power_required(Power.VIEW_KEY_MATERIALS)
@require_safe
@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """By product and county, for the day asked (today if none)."""
    day = _day(request)
    firms = firms_in_compartment(request.user, clock.today())
    context = {**_days(day), "boards": boards_of(firms, day), "missing": missing_on(day, firms)}
    return render(request, "stationing/board.html", context)


@power_required(Power.VIEW_KEY_MATERIALS)
@require_safe
@never_cache
def board_firms(request: HttpRequest, product: str, county: str) -> HttpResponse:
    """The firms of one line of the board; 404 when none of them is the person's to see."""
    known, day = products().get(product), _day(request)
    code = "" if county == "none" else county
    firms = firms_in_compartment(request.user, clock.today())
    rows = firm_rows(firms, product, code, day) if known else []
    if not rows:
        raise Http404
    place = Division.objects.filter(code=code).order_by("code").first()
    context = {**_days(day), "product": known, "place": place, "rows": rows}
    return render(request, "stationing/board_firms.html", context)


def _day(request: HttpRequest) -> date:
    """The day in the address; unreadable or to come is today."""
    today = clock.today()
    try:
        return min(parse_date(request.GET["day"]), today) if request.GET.get("day") else today
    except Refused:
        return today


def _days(day: date) -> dict[str, Any]:
    return {"day": day, "days": days_to(day), "is_today": day == clock.today()}
