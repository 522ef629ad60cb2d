"""The ranking of units 排名: before and after a leader showed it to those ranked."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.accounts.scope import Area, Scope
from huiqi.cases.commands.ranking import release_ranking, withdraw_ranking
from huiqi.cases.queries.figures import NUMBERS, Account
from huiqi.cases.queries.ranking import (
    UnitRow,
    announced_rows,
    ranked,
    release_for,
    sees_all_units,
    unit_rows,
)
from huiqi.cases.views.figures import account_of, month_asked, month_choices
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded


@power_required(Power.VIEW_CASE_FIGURES, Power.HANDLE_CASES)
@require_safe
@never_cache
def ranking(request: HttpRequest) -> HttpResponse:
    """Units side by side once a leader released the month, as they were then; before that everybody's own
    unit alone."""
    user, today = user_of(request), clock.today()
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    month = month_asked(request.GET.get("month"), last)
    release = release_for(user, month, today)
    leads = sees_all_units(user, today)
    context = {
        "month": month,
        "months": month_choices(month),
        "release": release,
        "leads": leads,
        "may_withdraw": leads and release is not None and user.unit == release.office,
        "is_over": month < today.replace(day=1),
        "rows": _rows(user, month, release, leads=leads),
        "numbers": [NUMBERS[name] for name in ranked()],
    }
    return render(request, "cases/ranking.html", context)


def _rows(user: User, month: date, release: Any, *, leads: bool) -> list[UnitRow]:
    if release is not None and release.figures is not None:
        return announced_rows(release.figures, user, clock.today())
    account = _ranking_account(user, month, release)
    return unit_rows(account, user, is_shown=leads or release is not None)


def _ranking_account(user: User, month: date, release: Any) -> Account:
    """Of a release without figures the releasing office's region; else what concerns the own unit."""
    account = account_of(user, month, month)
    if release is not None:
        scope = scope_with(release.released_by, Power.RELEASE_RANKING, clock.today())
        return Account(scope, account.start, account.end, account.at)
    if may(user, Power.VIEW_CASE_FIGURES, clock.today()):
        return account
    # Who only handles has no region: the unit's own rows, wherever their cases come from.
    return Account(Scope((Area(region=""),)), account.start, account.end, account.at)


@power_required(Power.RELEASE_RANKING)
@require_POST
def ranking_release(request: HttpRequest) -> HttpResponse:
    """Show the ranking of a month to those ranked, or take it back."""
    user, today = user_of(request), clock.today()
    month = month_asked(request.POST.get("month"), today.replace(day=1))
    if user.unit is None:
        raise Http404
    try:
        if request.POST.get("act") == "withdraw":
            release = release_for(user, month, today)
            if release is None or release.office_id != user.unit_id:
                raise Http404
            withdraw_ranking(release, actor=user, at=clock.now())
            messages.success(request, _("已收回，各单位只看得到自己的数。"))
        else:
            release_ranking(month, office=user.unit, actor=user, at=clock.now())
            messages.success(request, _("已发布，参加排名的单位都能看到。"))
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    return redirect(f"{reverse('cases:ranking')}?month={month:%Y-%m}")
