"""A unit's own months: which are due, and the form of one."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.arrears.commands.ledger import file_month
from huiqi.arrears.forms.ledger import MonthForm
from huiqi.arrears.models import LedgerUnit, MonthReport, MonthRow
from huiqi.arrears.queries.ledger import MONTHS, before, due_of, figures_of, month_after, newest_month
from huiqi.arrears.regimes import book
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded


@power_required(Power.HANDLE_CASES)
@require_safe
def my_reports(request: HttpRequest) -> HttpResponse:
    """The last twelve months of the person's own units."""
    user, today = user_of(request), clock.today()
    newest = newest_month(today)
    months = [month_after(newest, -back) for back in range(MONTHS)]
    units = []
    for duty in LedgerUnit.objects.reported_by(user, today).select_related("unit").order_by("pk"):
        reports = {row.month: row for row in MonthReport.objects.filter(duty=duty).prefetch_related("rows")}
        lines = [
            (month, reports.get(month), due_of(month, today).due, _sum(reports.get(month)))
            for month in months
            if duty.first_month <= month <= (duty.last_month or newest)
        ]
        units.append((duty, lines))
    return render(request, "arrears/my_reports.html", {"units": units, "today": today})


def _sum(report: MonthReport | None) -> int | None:
    return figures_of(report.rows.all()).remaining if report else None


@power_required(Power.HANDLE_CASES, Power.VIEW_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, public_id: str, year: int, month: int) -> HttpResponse:
    """One month of one unit: its people fill it in, the office above reads it or files it on behalf."""
    user, today = user_of(request), clock.today()
    seen = LedgerUnit.objects.visible_to(user, today).select_related("unit")
    duty = get_object_or_404(seen, public_id=public_id)
    when = _month(year, month)
    is_own = LedgerUnit.objects.reported_by(user, today).filter(pk=duty.pk).exists()
    may_file = is_own or LedgerUnit.objects.kept_by(user, today).filter(pk=duty.pk).exists()
    if request.method == "POST" and not may_file:
        raise Http404
    filed = MonthReport.objects.filter(duty=duty, month=when).select_related("filed_by").first()
    form = MonthForm(
        request.POST if request.method == "POST" else None, report=filed, last=before(duty, when)
    )
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            file_month(
                duty,
                when,
                form.figures(),
                is_zero=form.cleaned_data["is_zero"],
                is_on_behalf=not is_own,
                actor=user,
                today=today,
                at=clock.now(),
                expected=form.cleaned_data["version"],
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            messages.success(request, _("已报送。"))
            return redirect("arrears:report", public_id, year, month)
    home = "arrears:my_reports" if is_own else "arrears:ledger"
    context = {
        "duty": duty,
        "month": when,
        "filed": filed,
        "titled": _titled(filed),
        "form": form,
        "may_file": may_file,
        "is_own": is_own,
        "due": due_of(when, today),
        "is_late": filed is None and due_of(when, today).due < today,
        "is_over": when <= newest_month(today),
        "crumbs": [(_("清欠台账"), reverse(home)), (duty.unit.name, "")],
    }
    return render(request, "arrears/report.html", context, status=status)


def _titled(filed: MonthReport | None) -> list[tuple[MonthRow, str]]:
    kinds = book().ledger.kinds
    return [(row, kinds.get(row.kind, row.kind)) for row in filed.rows.all()] if filed else []


def _month(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        raise Http404 from None
