"""The burn-down of a year against the target of a document."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import Unit
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.arrears.commands.ledger import set_target
from huiqi.arrears.forms.ledger import TargetForm
from huiqi.arrears.models import LedgerUnit
from huiqi.arrears.queries.ledger import BurnPoint, burn_down, target_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded

FIRST_YEAR, LAST_YEAR = 2018, 2100


@power_required(Power.VIEW_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def burn_down_page(request: HttpRequest, year: int) -> HttpResponse:
    """What is left month by month; who dispatches or supervises for the office types its target."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    user, today = user_of(request), clock.today()
    able = units_with(user, Power.DISPATCH_CASES, today) or units_with(user, Power.SUPERVISE_CASES, today)
    if request.method == "POST" and not able:
        raise Http404
    target = target_of(user, year, today)
    initial = {name: getattr(target, name) for name in ("start", "to_clear", "document")} if target else None
    form = TargetForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        unit = Unit.objects.get(pk=able[0])
        try:
            set_target(unit, year, **form.cleaned_data, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
            status = 409
        else:
            messages.success(request, _("目标已保存。"))
            return redirect("arrears:burn_down", year)
    points = burn_down(LedgerUnit.objects.visible_to(user, today), year, today, target)
    most = max([target.start if target else 0, *(point.remaining or 0 for point in points)], default=0)
    context = {
        "year": year,
        "target": target,
        "points": points,
        "most": most,
        "picture": _picture(points, most),
        "form": form,
        "may_set": bool(able),
        "cleared": sum(point.paid for point in points),
        "crumbs": [(_("清欠台账"), reverse("arrears:ledger")), (_("%s年销账进度") % year, "")],
    }
    return render(request, "arrears/burn_down.html", context, status=status)


WIDTH, HEIGHT, STEP = 600, 200, 50


def _picture(points: list[BurnPoint], most: int) -> dict[str, Any]:
    """Places in a box of 600 × 200: a bar for each month with a figure, the planned line as text."""
    if not most:
        return {}
    bars = [
        {
            "x": index * STEP + 10,
            "y": HEIGHT - point.remaining * HEIGHT // most,
            "height": point.remaining * HEIGHT // most,
            "month": point.month,
            "is_partial": point.reported < point.expected,
        }
        for index, point in enumerate(points)
        if point.remaining is not None
    ]
    planned = [
        f"{index * STEP + 25},{HEIGHT - point.planned * HEIGHT // most}"
        for index, point in enumerate(points)
        if point.planned is not None
    ]
    return {"bars": bars, "planned": " ".join(planned)}
