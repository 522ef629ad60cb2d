"""The ledger of a month: sums by county or city, who is missing; the table out and in; who must report."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with, units_with
from huiqi.arrears.commands.ledger import check_month, file_many, put_on_ledger, record_export
from huiqi.arrears.forms.ledger import DutyForm, TableForm
from huiqi.arrears.models import LedgerUnit, LedgerUnitQuerySet
from huiqi.arrears.queries.ledger import (
    due_of,
    first_of,
    month_after,
    newest_month,
    places,
    unit_months,
    whole,
)
from huiqi.arrears.queries.units import units_in
from huiqi.arrears.regimes import book
from huiqi.arrears.tables import columns, read_ledger, rows_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.files.downloads import xlsx_response
from huiqi.files.sheets import watermark_text


def asked_month(text: str, today: date) -> date:
    """`2020-02` of an address; the newest month when it is none or not over."""
    newest = newest_month(today)
    try:
        month = first_of(date.fromisoformat(f"{text[:7]}-01"))
    except ValueError:
        return newest
    return min(month, newest)


@power_required(Power.VIEW_CASES)
@require_safe
def month_page(request: HttpRequest) -> HttpResponse:
    """A month in the reader's region."""
    today = clock.today()
    month = asked_month(request.GET.get("month", ""), today)
    level = "city" if request.GET.get("by") == "city" else "county"
    rows = unit_months(LedgerUnit.objects.visible_to(user_of(request), today), month)
    due = due_of(month, today)
    context = {
        "month": month,
        "earlier": month_after(month, -1),
        "later": month_after(month) if month < newest_month(today) else None,
        "level": level,
        "places": places(rows, level),
        "total": whole(rows),
        "missing": [row for row in rows if row.is_missing],
        "zero": [row for row in rows if row.report and row.report.is_zero],
        "due": due,
        "is_past_due": due.due < today,
        "rules": book().ledger,
        "year": month.year,
        "may_keep": _keeps(request),
        "unit_count": len(rows),
    }
    return render(request, "arrears/ledger.html", context)


def _keeps(request: HttpRequest) -> bool:
    """Whether the person puts units on the ledger."""
    return bool(scope_with(user_of(request), Power.DISPATCH_CASES, clock.today()).areas)


@power_required(Power.VIEW_CASES)
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The month as a workbook, which can be filled in and taken in again."""
    user, today = user_of(request), clock.today()
    month = asked_month(request.POST.get("month", ""), today)
    rows = list(rows_of(unit_months(LedgerUnit.objects.visible_to(user, today), month)))
    record_export(month=month, rows=len(rows), actor=user)
    title = f"清欠台账{month.year}年{month.month}月"
    unit = user.unit.name if user.unit else ""
    mark = watermark_text(who=user.name, unit=unit, at=clock.now(), purpose=title, rows=len(rows))
    return xlsx_response(title, columns(), rows, watermark=mark)


def _fillable(request: HttpRequest) -> LedgerUnitQuerySet:
    """Units the person reports for: the own one, and those of the region on behalf."""
    user, today = user_of(request), clock.today()
    own = LedgerUnit.objects.reported_by(user, today)
    return own | LedgerUnit.objects.kept_by(user, today)


@power_required(Power.HANDLE_CASES, Power.DISPATCH_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """A month's table from units: all of it or nothing, with every fault at its cell."""
    today = clock.today()
    form = TableForm(request.POST or None, request.FILES or None)
    form.fields["month"].initial = newest_month(today)
    problems: list[Any] = []
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            problems = _take_in(request, form.cleaned_data["month"], form.cleaned_data["file"])
        except Refused as refusal:
            form.add_error("file", worded(refusal.said))
        if not problems and not form.errors:
            month = form.cleaned_data["month"]
            return redirect(reverse("arrears:my_reports") + f"?month={month:%Y-%m}")
        status = 422
    context = {
        "form": form,
        "problems": problems,
        "kinds": book().ledger.kinds.values(),
        "crumbs": [(_("清欠台账"), reverse("arrears:my_reports")), (_("导入"), "")],
    }
    return render(request, "arrears/ledger_import.html", context, status=status)


def _take_in(request: HttpRequest, month: date, file: Any) -> list[Any]:
    user, today = user_of(request), clock.today()
    units = {duty.unit.name: duty for duty in _fillable(request).select_related("unit").order_by("pk")}
    given = read_ledger(file, units)
    if given.problems:
        return given.problems
    reports = given.reports(units)
    for duty, _rows, _zero in reports:
        check_month(duty, month, today)
    own = frozenset(units_with(user, Power.HANDLE_CASES, today))
    count = file_many(month, reports, own=own, actor=user, today=today, at=clock.now())
    messages.success(request, _("已导入%(count)s个单位的月报。") % {"count": count})
    return []


@power_required(Power.DISPATCH_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: HttpRequest) -> HttpResponse:
    """Who must report, and by what document."""
    user, today = user_of(request), clock.today()
    form = DutyForm(request.POST or None, regions=units_in(user, today))
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            put_on_ledger(**form.cleaned_data, actor=user, today=today, at=clock.now())
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            messages.success(request, _("已设定。"))
            return redirect("arrears:ledger_units")
    context = {
        "form": form,
        "rows": LedgerUnit.objects.kept_by(user, today).select_related("unit").order_by("prefecture", "pk"),
        "crumbs": [(_("清欠台账"), reverse("arrears:ledger")), (_("填报单位"), "")],
    }
    return render(request, "arrears/ledger_units.html", context, status=status)
