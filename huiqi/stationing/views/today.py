"""今日三数: all firms of an officer on one page, sent with one press."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiqi.accounts.gates import power_required
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.stationing.commands.chase import settle_chased
from huiqi.stationing.commands.escalations import escalate
from huiqi.stationing.commands.reports import Said, open_days, report_day
from huiqi.stationing.forms.reports import FirmReportForm
from huiqi.stationing.queries.compartment import firms_to_report
from huiqi.stationing.queries.sheets import sheets


@power_required(Power.REPORT_KEY_MATERIALS, Power.ACT_FOR_FIRM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def today(request: HttpRequest) -> HttpResponse:
    """The page of one day; a POST saves every firm that was filled in and asks back about the odd ones."""
    at = clock.now()
    day = _day(request, at.date())
    firms = firms_to_report(request.user, day, clock.today(), open_days=open_days(at))
    found = sheets(firms, day)
    if request.method != "POST":
        forms = [FirmReportForm(sheet) for sheet in found]
        return render(request, "stationing/today.html", _context(request, day, forms))
    forms = [FirmReportForm(sheet, request.POST) for sheet in found]
    taken = [form for form in forms if _take(form, request, day, at)]
    saved = [form for form in taken if form.saved]
    if saved:
        settle_chased([form.sheet.firm for form in saved], on=day, at=at)
    if all(form in taken or form.is_untouched for form in forms):
        names = "&".join([f"day={day.isoformat()}", f"saved={len(saved)}"])
        return redirect(f"{reverse('stationing:today')}?{names}")
    return render(request, "stationing/today.html", _context(request, day, forms, saved), status=422)


def _day(request: HttpRequest, today: date) -> date:
    """The day of the form or the address; anything unreadable is today."""
    text = request.POST.get("day") or request.GET.get("day") or ""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return today


def _take(form: FirmReportForm, request: HttpRequest, day: date, at: Any) -> bool:
    """Save one firm if its numbers are whole and plausible or confirmed; the form says what is not."""
    if form.is_untouched or not form.is_valid():
        return False
    if form.is_unchanged:
        return True
    odd = form.odd()
    if odd and not form.is_confirmed:
        form.ask_back(odd)
        return False
    try:
        _save(form, request, day, at, len(odd))
    except Refused as refusal:
        form.problem = worded(refusal.said)
        return False
    form.saved = True
    return True


@transaction.atomic
def _save(form: FirmReportForm, request: HttpRequest, day: date, at: Any, odd: int) -> None:
    firm, note = form.sheet.firm, form.cleaned_data["note"].strip()
    by_firm = not may(request.user, Power.REPORT_KEY_MATERIALS, clock.today())  # type: ignore[arg-type]
    said = Said(form.figures(), note=note, confirmed=odd, by_firm=by_firm)
    report_day(firm, on=day, said=said, actor=request.user, at=at)  # type: ignore[arg-type]
    if form.cleaned_data["up"]:
        escalate(firm, note, urgency=form.urgency, actor=request.user, on=day, at=at)  # type: ignore[arg-type]


def _context(
    request: HttpRequest, day: date, forms: list[FirmReportForm], saved: list[FirmReportForm] | None = None
) -> dict[str, Any]:
    at = clock.now()
    days = open_days(at)
    return {
        "day": day,
        "is_today": day == at.date(),
        "is_open": day in days,
        "yesterday": days[1] if len(days) > 1 else None,
        "before": day - timedelta(days=1),
        "forms": forms,
        "to_fill": sum(1 for form in forms if form.sheet.entries),
        "whole": sum(1 for form in forms if form.sheet.entries and form.sheet.is_whole),
        "saved": saved,
        "just_saved": request.GET.get("saved", "") if request.GET.get("saved", "").isdigit() else "",
        "is_sent": saved is not None,
    }
