"""Signing in and out."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from huiqi.accounts.forms import SignInForm


class SignIn(LoginView):
    """Sign-in page; somebody already signed in is sent on."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without Django's own `site` (the request's host), which would hide ours from the base template."""
        context = super().get_context_data(**kwargs)
        del context["site"], context["site_name"]
        return context

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """422, so that htmx and programs see the failure; the account name stays in the form."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go home."""
    logout(request)
    return redirect("core:home")
