"""Access tokens of programs: one's own to draw and revoke; the security administrator grants and sees all."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.commands import tokens
from huiqi.accounts.forms.tokens import TokenForm
from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import ApiToken
from huiqi.accounts.models.tokens import ApiTokenQuerySet
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate


def _shown(request: HttpRequest) -> ApiTokenQuerySet:
    user = user_of(request)
    everybody = may(user, Power.MANAGE_ACCESS, clock.today())
    return ApiToken.objects.visible_to(user, everybody=everybody)


@login_required
@require_safe
def tokens_list(request: HttpRequest) -> HttpResponse:
    """The tokens, the newest first."""
    rows = _shown(request).select_related("user__unit", "granted_by").order_by("-granted_at", "-pk")
    may_grant = may(user_of(request), Power.MANAGE_ACCESS, clock.today())
    context = {
        "page": paginate(rows, request.GET.get("page")),
        "now": clock.wall_now(),
        "may_grant": may_grant,
    }
    return render(request, "accounts/tokens.html", context)


@power_required(Power.MANAGE_ACCESS)
@require_http_methods(["GET", "HEAD", "POST"])
def token_grant(request: HttpRequest) -> HttpResponse:
    """Grant a token to somebody; the secret is that person's to draw."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = form.cleaned_data["account"]
            tokens.grant_token(user, form.grant(), actor=user_of(request), at=clock.wall_now())
        except Refused as refusal:
            form.add_error("account", worded(refusal.said))
        else:
            return redirect("accounts:tokens")
    return render(request, "accounts/token.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_POST
def token_draw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the secret of one's own token, this once."""
    token = get_object_or_404(ApiToken.objects.visible_to(user_of(request)), public_id=public_id)
    secret = tokens.draw_token(token, actor=user_of(request), at=clock.wall_now())
    return render(request, "accounts/token_drawn.html", {"token": token, "secret": secret})


@login_required
@require_POST
def token_revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a token of one's own, or any as the security administrator."""
    token = get_object_or_404(_shown(request).select_related("user"), public_id=public_id)
    tokens.revoke_token(token, actor=user_of(request), at=clock.wall_now())
    return redirect("accounts:tokens")
