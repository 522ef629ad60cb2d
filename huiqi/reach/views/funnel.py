"""How far reliefs came: the funnel by policy or county, drawn and as a table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.reach.models import Journey
from huiqi.reach.queries.entitled import not_begun, register_in
from huiqi.reach.queries.funnel import funnels
from huiqi.reach.queries.reasons import reason_counts
from huiqi.reach.steps import SILENT_AFTER, WAITS_FOR, Step

FUNNELS_A_PAGE = 25


@power_required(Power.VIEW_REACH)
@require_safe
@never_cache
def funnel(request: HttpRequest) -> HttpResponse:
    """Policy by policy, or with `?by=county` one policy's counties; of the firms in my scope."""
    user, today = user_of(request), clock.today()
    rows = Journey.objects.visible_to(user, today)
    by_county = request.GET.get("by") == "county"
    policy = request.GET.get("policy", "")
    if policy:
        rows = rows.filter(policy=policy)
    register = register_in(scope_with(user, Power.VIEW_REACH, today), by_county=by_county)
    found = funnels(rows, today, by_county=by_county, register=register)
    missed = [] if policy else not_begun(register, {(one.policy, one.edition) for one in found})
    page = paginate(found, request.GET.get("page"), FUNNELS_A_PAGE)
    reasons = reason_counts(rows, today)
    most = max(reasons.values(), default=1)
    context = {
        "page": page,
        "steps": [(step.value, step.label) for step in Step],
        "run_on": register.on,
        "not_begun": missed,
        "by_county": by_county,
        "policy": policy,
        "reasons": [
            (reason, WAITS_FOR[reason].label, firms, firms * 100 / most) for reason, firms in reasons.items()
        ],
        "silent_after": SILENT_AFTER,
        "may_prepare": may(user, Power.PREPARE_REACH, today),
        "may_call": may(user, Power.FOLLOW_REACH, today),
    }
    return render(request, "reach/funnel.html", context)
