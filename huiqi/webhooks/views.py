"""Where events are sent to: the list with what was sent, a new address, ending one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.pagination import paginate
from huiqi.webhooks.commands.hooks import end_hook, make_hook
from huiqi.webhooks.forms import HookForm
from huiqi.webhooks.models import Event, Hook, Sending

manager = power_required(Power.MANAGE_ACCESS)


@manager
@require_safe
@never_cache
def hooks(request: HttpRequest) -> HttpResponse:
    """The addresses, newest first."""
    rows = Hook.objects.visible_to(user_of(request)).select_related("made_by").order_by("-made_at", "-pk")
    return render(request, "webhooks/hooks.html", {"page": paginate(rows, request.GET.get("page"))})


@manager
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Register an address; the secret is shown this once."""
    form = HookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        events = [Event(event) for event in got["events"]]
        hook, secret = make_hook(
            got["name"], got["address"], events, actor=user_of(request), at=clock.wall_now()
        )
        return render(request, "webhooks/made.html", {"hook": hook, "secret": secret})
    return render(request, "webhooks/new.html", {"form": form}, status=422 if form.errors else 200)


@manager
@require_safe
@never_cache
def hook(request: HttpRequest, public_id: str) -> HttpResponse:
    """One address and what was sent there, newest first."""
    row = get_object_or_404(Hook.objects.visible_to(user_of(request)), public_id=public_id)
    sendings = Sending.objects.filter(hook=row).order_by("-made_at", "-pk")
    context = {"hook": row, "page": paginate(sendings, request.GET.get("page"))}
    return render(request, "webhooks/hook.html", context)


@manager
@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send nothing there any more."""
    row = get_object_or_404(Hook.objects.visible_to(user_of(request)), public_id=public_id)
    end_hook(row, actor=user_of(request), at=clock.wall_now())
    return redirect("webhooks:hooks")
