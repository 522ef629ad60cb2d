"""A person's own account: second factor, password, sessions."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.adapters import FactorAdapter
from huiqi.accounts.commands import passwords, sessions
from huiqi.accounts.forms.sign_in import AppForm, PasskeyForm, PasswordForm
from huiqi.accounts.models import SignIn, User
from huiqi.accounts.queries.sign_in import must_change_password, must_enrol, open_sessions
from huiqi.accounts.views.sign_in import OurPage
from huiqi.core import clock


def keep_this_session(request: HttpRequest, user: User) -> None:
    """After all sessions of the person were ended: the one that did it goes on, under a new key."""
    old = request.session.session_key
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    sessions.renew_session(user, old=old or "", new=request.session.session_key or "")


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """我的账号: who one is here, the second factor, the password, one's sessions."""
    user: User = request.user  # type: ignore[assignment]
    now = clock.wall_now()
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = next((each for each in factors if each.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "app": next((each for each in factors if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "must_enrol": must_enrol(user),
        "sessions": open_sessions(user, request.session.session_key, now),
    }
    return render(request, "accounts/security.html", context)


class AddApp(OurPage, ActivateTOTPView):  # type: ignore[misc]
    """Set up a phone app: scan, type the first code."""

    template_name = "accounts/app_add.html"

    def get_form_class(self) -> type[AppForm]:
        """Ours."""
        return AppForm

    def form_valid(self, form: Form) -> HttpResponse:
        """Kept; then the recovery codes are shown."""
        response: HttpResponse = super().form_valid(form)
        return _changed(self.request, "account.second_factor_added", response)


class RemoveApp(OurPage, DeactivateTOTPView):  # type: ignore[misc]
    """Take the phone app away."""

    template_name = "accounts/app_remove.html"

    def form_valid(self, form: Form) -> HttpResponse:
        """Gone."""
        response: HttpResponse = super().form_valid(form)
        return _changed(self.request, "account.second_factor_removed", response)


class AddPasskey(OurPage, AddWebAuthnView):  # type: ignore[misc]
    """A new passkey or security key."""

    template_name = "accounts/passkey_add.html"

    def get_form_class(self) -> type[PasskeyForm]:
        """Ours."""
        return PasskeyForm

    def form_valid(self, form: Form) -> HttpResponse:
        """Kept; then the recovery codes are shown when these are the first."""
        response: HttpResponse = super().form_valid(form)
        return _changed(self.request, "account.second_factor_added", response)


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Take a passkey away, unless staff would be left without any factor."""

    template_name = "accounts/passkey_remove.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it may go."""
        return {
            **super().get_context_data(**kwargs),
            "may_go": FactorAdapter().can_delete_authenticator(self.object),
        }

    def form_valid(self, form: Form) -> HttpResponse:
        """Gone, or told why not."""
        if not FactorAdapter().can_delete_authenticator(self.object):
            response: HttpResponse = self.render_to_response(self.get_context_data(), status=422)
            return response
        super().form_valid(form)
        return _changed(self.request, "account.second_factor_removed", redirect("mfa_index"))


def _changed(request: HttpRequest, act: str, response: HttpResponse) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    passwords.note_second_factor_changed(user, act=act, actor=user, at=clock.wall_now())
    keep_this_session(request, user)
    return response


@login_required
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
@require_safe
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes for the day the phone is lost."""
    row = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None:
        raise Http404
    return render(request, "accounts/recovery_codes.html", {"codes": row.wrap().get_unused_codes()})


@login_required
@require_POST
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """New codes instead of the old ones."""
    if not Authenticator.objects.filter(user=request.user).exists():
        raise Http404
    generate_recovery_codes(request)
    return _changed(request, "account.recovery_codes_renewed", redirect("mfa_view_recovery_codes"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password."""
    user: User = request.user  # type: ignore[assignment]
    form = PasswordForm(request.POST or None, user=user)
    context = {"form": form, "is_due": must_change_password(user, clock.wall_now())}
    if request.method != "POST":
        return render(request, "accounts/password.html", context)
    if not form.is_valid():
        return render(request, "accounts/password.html", context, status=422)
    passwords.change_password(user, password=form.cleaned_data["new"], actor=user, at=clock.wall_now())
    keep_this_session(request, user)
    return redirect("mfa_index")


@login_required
@require_POST
def session_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End one of one's own sessions."""
    user: User = request.user  # type: ignore[assignment]
    row = get_object_or_404(SignIn.objects.filter(user=user, ended_at=None), public_id=public_id)
    sessions.end_session(row, actor=user, at=clock.wall_now())
    return redirect("mfa_index")


@login_required
@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this."""
    user: User = request.user  # type: ignore[assignment]
    sessions.end_other_sessions(user, keep=request.session.session_key, at=clock.wall_now())
    return redirect("mfa_index")
