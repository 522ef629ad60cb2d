"""Signing in and out. The flow (password, then the second factor) is django-allauth's; pages are ours."""

from typing import Any

from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.conf import settings
from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiqi.accounts.commands import sessions
from huiqi.accounts.demo import DEMO_PASSWORD, demo_account, demo_groups
from huiqi.accounts.forms.sign_in import CodeForm, CodeOnceMoreForm, PasswordAgainForm, SignInForm
from huiqi.accounts.models import User
from huiqi.core import clock


class OurPage:
    """A view of django-allauth's on a page of ours; a form with errors is answered 422."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without the variable `site`: theirs is a host name, ours says everything about the site."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context.pop("site", None)
        return context

    def form_invalid(self, form: Form) -> HttpResponse:
        """The page again."""
        context = self.get_context_data(form=form)
        response: HttpResponse = self.render_to_response(context, status=422)  # type: ignore[attr-defined]
        return response


class SignIn(OurPage, LoginView):  # type: ignore[misc]
    """Account and password, or a passkey; who is signed in already goes on."""

    template_name = "accounts/sign_in.html"

    def get_form_class(self) -> type[SignInForm]:
        """Ours."""
        return SignInForm

    def get_initial(self) -> dict[str, Any]:
        """In the demo a picked account fills the form."""
        picked = demo_account(self.request.GET.get("as", "")) if settings.HUIQI_DEMO else None
        return {"login": picked.username, "password": DEMO_PASSWORD} if picked else {}

    def get_form(self, form_class: Any = None) -> SignInForm:
        """Only the demo's published password is ever written into the page."""
        form: SignInForm = super().get_form(form_class)
        form.fields["password"].widget.render_value = not form.is_bound
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, where to go afterwards, and the demo's accounts."""
        return {
            **super().get_context_data(**kwargs),
            "next": self.request.POST.get("next") or self.request.GET.get("next", ""),
            "demo_groups": demo_groups() if settings.HUIQI_DEMO else [],
            "passkey_failed": False,
        }


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Signing in by passkey alone: something one has, unlocked by something one is or knows."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """Back on the sign-in page, with what to do."""
        context = {"form": SignInForm(request=self.request), "next": "", "passkey_failed": True}
        groups = demo_groups() if settings.HUIQI_DEMO else []
        return render(self.request, "accounts/sign_in.html", {**context, "demo_groups": groups}, status=422)


class SecondFactor(OurPage, AuthenticateView):  # type: ignore[misc]
    """The second step of signing in."""

    template_name = "accounts/second_factor.html"

    def get_form_class(self) -> type[CodeForm]:
        """Ours: guesses count."""
        return CodeForm

    def form_invalid(self, form: Form) -> HttpResponse:
        """The page again."""
        response: HttpResponse = self.render_to_response(self.get_context_data(), status=422)
        return response


@method_decorator(never_cache, name="dispatch")
class PasswordAgain(OurPage, ReauthenticateView):  # type: ignore[misc]
    """The password once more before something that matters."""

    template_name = "accounts/confirm.html"

    def get_form_class(self) -> type[PasswordAgainForm]:
        """Ours."""
        return PasswordAgainForm


@method_decorator(never_cache, name="dispatch")
class CodeAgain(OurPage, CodeAgainView):  # type: ignore[misc]
    """The code once more."""

    template_name = "accounts/confirm.html"

    def get_form_class(self) -> type[CodeOnceMoreForm]:
        """Ours."""
        return CodeOnceMoreForm


@method_decorator(never_cache, name="dispatch")
class PasskeyAgain(OurPage, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """The passkey once more."""

    template_name = "accounts/confirm_passkey.html"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session, also one that waits for its second factor."""
    if isinstance(request.user, User):
        sessions.record_sign_out(request.user, session_key=request.session.session_key, at=clock.wall_now())
    logout(request)
    return redirect("core:home")
