"""Deputies: named, seen, ended."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.commands import deputies
from huiqi.accounts.forms.people import DeputyForm
from huiqi.accounts.gates import power_required
from huiqi.accounts.models import Deputyship, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.directory import deputyships_shown, possible_deputies
from huiqi.accounts.queries.people import may
from huiqi.accounts.roles import Role
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded


@power_required(Power.USE_OFFICE)
@require_safe
def deputies_list(request: HttpRequest) -> HttpResponse:
    """One's own deputyships; the security administrator sees everybody's."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    rows = deputyships_shown(user, today, everybody=may(user, Power.MANAGE_ACCESS, today))
    return render(request, "accounts/deputies.html", {"rows": rows, "today": today})


@power_required(Power.USE_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def deputy_add(request: HttpRequest) -> HttpResponse:
    """Name a deputy for oneself; the security administrator for anybody (`?absent=`)."""
    user: User = request.user  # type: ignore[assignment]
    absent = _absent(request, user)
    form = DeputyForm(request.POST or None, people=possible_deputies(absent))
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        absence = deputies.Absence(got["from_on"], got["to_on"], got["reason"])
        try:
            deputies.name_deputy(
                absent, deputy=got["deputy"], absence=absence, actor=user, today=clock.today()
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            return redirect("accounts:deputies")
    context = {"form": form, "absent": absent, "is_oneself": absent.pk == user.pk}
    return render(request, "accounts/deputy.html", context, status=422 if form.is_bound else 200)


def _absent(request: HttpRequest, user: User) -> User:
    other = request.GET.get("absent", "")
    if not other or other == user.public_id:
        return user
    if not may(user, Power.MANAGE_ACCESS, clock.today()):
        raise Http404
    return get_object_or_404(User.objects.exclude(role=Role.FIRM).select_related("unit"), public_id=other)


@login_required
@require_POST
def deputy_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a deputyship one is part of, or any as the security administrator."""
    user: User = request.user  # type: ignore[assignment]
    today = clock.today()
    rows = deputyships_shown(user, today, everybody=may(user, Power.MANAGE_ACCESS, today))
    row: Deputyship = get_object_or_404(rows, public_id=public_id)
    deputies.end_deputyship(row, actor=user, at=clock.now())
    return redirect("accounts:deputies")
