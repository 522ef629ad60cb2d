"""On duty, off duty, and what one agent leaves to the next."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.hotline.commands import shifts as commands
from huiqi.hotline.forms.calls import HandOverForm
from huiqi.hotline.models import HandOver
from huiqi.hotline.queries.call_backs import open_shift, recent_hand_overs, unread_hand_overs

answers_calls = power_required(Power.ANSWER_CALLS)


@answers_calls
@require_safe
@never_cache
def shifts(request: HttpRequest) -> HttpResponse:
    """One's own shift and the hand-overs."""
    return _page(request, HandOverForm())


def _page(request: HttpRequest, form: HandOverForm, status: int = 200) -> HttpResponse:
    user = user_of(request)
    context = {
        "form": form,
        "shift": open_shift(user),
        "unread": unread_hand_overs(user),
        "recent": recent_hand_overs(),
    }
    return render(request, "hotline/shifts.html", context, status=status)


@answers_calls
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Go on duty."""
    commands.begin_shift(actor=user_of(request), at=clock.now())
    messages.success(request, _("已上班，来电会转给您。请先看交接事项。"))
    return redirect("hotline:shifts")


@answers_calls
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Go off duty with a note."""
    shift = open_shift(user_of(request))
    if shift is None:
        raise Http404
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    commands.end_shift(
        shift, note=form.cleaned_data["note"], actor=user_of(request), at=clock.now(), wall=clock.wall_now()
    )
    messages.success(request, _("已交班。"))
    return redirect("hotline:shifts")


@answers_calls
@require_POST
def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read and taken over."""
    found = get_object_or_404(HandOver, public_id=public_id)
    commands.take_over(found, actor=user_of(request), at=clock.now())
    messages.success(request, _("已确认接班。"))
    return redirect("hotline:shifts")
