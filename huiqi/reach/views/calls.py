"""Call lists of counties: whom to ring up about what, and what came of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate
from huiqi.enterprises.models import Enterprise
from huiqi.reach.commands.calling import record_call
from huiqi.reach.forms.following import CallFilterForm, CallForm
from huiqi.reach.models import Call, Journey
from huiqi.reach.queries.journeys import firms_to_call, ways_of, with_journeys
from huiqi.reach.queries.preparations import title_of
from huiqi.reach.steps import Reason
from huiqi.reach.words import place_namer

caller = power_required(Power.FOLLOW_REACH)


@caller
@require_safe
@never_cache
def calls(request: HttpRequest) -> HttpResponse:
    """Firms that wait for a call, one line a firm."""
    today = clock.today()
    rows = Journey.objects.followed_by(user_of(request), today)
    form = CallFilterForm(request.GET)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    page = paginate(firms_to_call(rows, today, reason=reason), request.GET.get("page"))
    name = place_namer()
    found = with_journeys(list(page), rows, today)
    context = {
        "form": form,
        "page": page,
        "rows": [
            (
                one.firm,
                name(one.firm.prefecture),
                [(title_of(each.policy), Reason(each.reason).label) for each in one.journeys],  # type: ignore[attr-defined]
            )
            for one in found
        ],
        "made": Call.objects.filter(caller=user_of(request), on=today).count(),
    }
    return render(request, "reach/calls.html", context)


@caller
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def call(request: HttpRequest, public_id: str) -> HttpResponse:
    """One firm: what to speak about, what it said, whether it wants help."""
    user, today = user_of(request), clock.today()
    firms = Enterprise.objects.changeable_by(user, Power.FOLLOW_REACH, today)
    firm = get_object_or_404(firms, public_id=public_id)
    ways = ways_of(firm, today)
    if not ways:
        raise Http404
    spoken = [way.journey for way in ways if way.is_open]
    form = CallForm(request.POST if request.method == "POST" else None, journeys=spoken)
    if request.method == "POST" and form.is_valid():
        try:
            made = record_call(firm, form.talk(), actor=user, on=today, at=clock.now())
        except Refused as refusal:
            form.add_error("outcome", worded(refusal.said))
        else:
            said = _("已记下，并登记为诉求。") if made.case_id else _("已记下。")
            messages.success(request, said)
            return redirect("reach:calls")
    context = {
        "firm": firm,
        "county": place_namer()(firm.prefecture),
        "ways": ways,
        "form": form,
        "calls": Call.objects.filter(enterprise=firm)
        .select_related("caller", "case")
        .order_by("-at", "-pk")[:5],
    }
    return render(request, "reach/call.html", context, status=422 if form.is_bound else 200)
