"""The firm's own page: each relief with its steps, and what the firm says of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.disputes import firm_of_member
from huiqi.reach.commands.words import dismiss_policy, say_had
from huiqi.reach.models import Journey
from huiqi.reach.queries.journeys import ways_of

member = power_required(Power.ACT_FOR_FIRM)


def _firm(request: HttpRequest, public_id: str) -> Enterprise:
    firm = firm_of_member(user_of(request), public_id, clock.today())
    if firm is None:
        raise Http404
    return firm


@member
@require_safe
@never_cache
def own(request: HttpRequest, public_id: str) -> HttpResponse:
    """What may fit the firm and how far it is."""
    firm = _firm(request, public_id)
    return render(request, "reach/own.html", {"firm": firm, "ways": ways_of(firm, clock.today())})


@member
@require_POST
def say(request: HttpRequest, public_id: str, journey_id: str, name: str) -> HttpResponse:
    """已享受 or 不需要."""
    firm = _firm(request, public_id)
    journey = get_object_or_404(Journey, enterprise=firm, public_id=journey_id)
    if name == "had":
        say_had(journey, actor=user_of(request), on=clock.today(), at=clock.now())
        messages.success(request, _("已记下：贵企业已享受。最终以认定机关的结果为准。"))
    elif name == "not-needed":
        dismiss_policy(journey, actor=user_of(request), on=clock.today())
        messages.success(request, _("已记下，今后不再为这项政策提醒贵企业。"))
    else:
        raise Http404
    return redirect("reach:own", firm.public_id)
