"""Risk levels of counties: on a day, one county's history, adding one, taking in a table."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.enterprises.forms.risk_levels import RiskLevelForm, RiskTableForm
from huiqi.enterprises.queries.risk_levels import COLUMNS, Given, read_risk_levels, risk_board
from huiqi.files.downloads import xlsx_response
from huiqi.files.sheets import Column
from huiqi.reference.commands import record_risk_levels
from huiqi.reference.models import Division, RiskLevel
from huiqi.reference.queries import division

_WHO_STATES = Power.CONFIRM_FACTS


@power_required(Power.USE_OFFICE)
@require_safe
def risk_levels(request: HttpRequest) -> HttpResponse:
    """All counties with the level of a day."""
    today = clock.today()
    on, is_wrong = _day(request.GET.get("on", ""), today)
    level = request.GET.get("level", "")
    board = risk_board(on, level)
    chips = [(key, label, board.counts[key]) for key, label in RiskLevel.Level.choices if key != "none"]
    context = {
        "on": on,
        "is_wrong": is_wrong,
        "typed": request.GET.get("on", ""),
        "level": level,
        "board": board,
        "chips": [*chips, ("-", _("没有等级"), board.counts[""])],
        "may_record": may(user_of(request), _WHO_STATES, today),
    }
    return render(request, "enterprises/risk_levels.html", context, status=422 if is_wrong else 200)


def _day(typed: str, today: date) -> tuple[date, bool]:
    if not typed.strip():
        return today, False
    try:
        return parse_date(typed), False
    except (Refused, ValidationError):
        return today, True


@power_required(Power.USE_OFFICE)
@require_safe
def risk_history(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that was ever recorded of a county, the last known first."""
    county = division(code)
    if county is None or county.level != Division.Level.COUNTY:
        raise Http404
    rows = RiskLevel.objects.filter(division=county).order_by("-known_on", "-valid_from", "-pk")
    context = {"county": county, "rows": rows, "crumbs": _crumbs(county.name)}
    return render(request, "enterprises/risk_history.html", context)


@power_required(_WHO_STATES)
@require_http_methods(["GET", "HEAD", "POST"])
def risk_add(request: HttpRequest) -> HttpResponse:
    """Record one county's level."""
    user, today = user_of(request), clock.today()
    form = RiskLevelForm(scope_with(user, _WHO_STATES, today), today, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = record_risk_levels([form.new], actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            messages.success(request, _("已登记。") if made else _("同样的一条已经登记过，没有重复登记。"))
            return redirect("enterprises:risk_history", form.new.county)
    context = {"form": form, "crumbs": _crumbs(_("登记等级"))}
    return render(request, "enterprises/risk_add.html", context, status=422 if form.errors else 200)


@power_required(_WHO_STATES)
@require_http_methods(["GET", "HEAD", "POST"])
def risk_import(request: HttpRequest) -> HttpResponse:
    """Take in a table; it goes in whole, or not at all with every fault at its place."""
    user, today = user_of(request), clock.today()
    form = RiskTableForm(request.POST or None, request.FILES or None)
    given = Given()
    if request.method == "POST" and form.is_valid():
        try:
            given = read_risk_levels(form.cleaned_data["file"], scope_with(user, _WHO_STATES, today), today)
            if not given.problems:
                made = record_risk_levels(given.levels, actor=user, at=clock.now())
                messages.success(request, _told(made, len(given.levels) - made))
                return redirect("enterprises:risk_levels")
            said = ngettext(
                "有%(n)s处要改，一行也没有登记。改好后整份再传。",
                "有%(n)s处要改，一行也没有登记。改好后整份再传。",
                len(given.problems),
            )
            form.add_error("file", said % {"n": len(given.problems)})
        except Refused as refusal:
            form.add_error("file", worded(refusal.said))
    context = {"form": form, "problems": given.problems, "crumbs": _crumbs(_("导入等级表"))}
    return render(request, "enterprises/risk_import.html", context, status=422 if form.errors else 200)


@power_required(_WHO_STATES)
@require_safe
def risk_template(request: HttpRequest) -> HttpResponseBase:
    """An empty table to fill in, with one line as an example."""
    example = ["浏阳市", "低风险", "2020-02-17", "", "（填通告或文号）", "2020-02-17"]
    return xlsx_response(
        _("县域风险等级样表"), [Column(one) for one in COLUMNS], [example], watermark=_("样表：请删去示例行")
    )


def _told(made: int, known: int) -> str:
    said = _("登记了%(made)s条。") % {"made": made}
    return said + (_("另有%(known)s条已经登记过。") % {"known": known} if known else "")


def _crumbs(last: str) -> list[tuple[str, str]]:
    return [(_("县域风险等级"), reverse("enterprises:risk_levels")), (last, "")]
