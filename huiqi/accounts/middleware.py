"""What every page asks of who is signed in: a session not too old, a second factor, a fresh password."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import logout, user_logged_in
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.dateparse import parse_datetime

from huiqi.accounts.models import User
from huiqi.accounts.queries.sign_in import has_second_factor, must_change_password, must_enrol
from huiqi.core import clock

GetResponse = Callable[[HttpRequest], HttpResponse]
SIGNED_IN_AT = "signed_in_at"
PROVED = "second_factor_known"
# The absolute end of a session: a working day with some overtime.
LONGEST = timedelta(hours=12)

_ALWAYS_OPEN = frozenset(
    {"accounts:sign_out", "account_logout", "core:healthz", "core:large_type", "set_language"}
)
_OPEN_TO_ENROL = _ALWAYS_OPEN | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "account_reauthenticate",
}
_OPEN_TO_CHANGE = _ALWAYS_OPEN | {"accounts:password"}


def stamp_session(request: HttpRequest, **more: Any) -> None:
    """Note in the session when it began (Django's signal of signing in; whatever way it happened)."""
    request.session[SIGNED_IN_AT] = clock.wall_now().isoformat()


user_logged_in.connect(stamp_session, dispatch_uid="huiqi.accounts.stamp_session")


class SignedInMiddleware:
    """Ends old sessions, leads people to what comes first, keeps their pages out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        if was_signed_in and _is_too_old(request):
            logout(request)
        response = self.get_response(request)
        if was_signed_in or request.user.is_authenticated:
            # Back after signing out must not show the page again (GB/T 22239-2019 8.1.4.10).
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Before any page opens: the way to the one that comes first, if there is one."""
        user = request.user
        if not isinstance(user, User):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if must_change_password(user, clock.wall_now()):
            return None if name in _OPEN_TO_CHANGE else redirect("accounts:password")
        if must_enrol(user) and not _is_proved(request, user):
            return None if name in _OPEN_TO_ENROL else redirect("mfa_index")
        return None


def _is_too_old(request: HttpRequest) -> bool:
    began = parse_datetime(request.session.get(SIGNED_IN_AT, ""))
    return began is None or clock.wall_now() - began > LONGEST


def _is_proved(request: HttpRequest, user: User) -> bool:
    """Asked of the database once per session: taking a factor away ends the session."""
    if not request.session.get(PROVED) and has_second_factor(user):
        request.session[PROVED] = True
    return bool(request.session.get(PROVED))
