"""How Django finds the account that is signing in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from huiqi.accounts.demo import DEMO_PASSWORD
from huiqi.accounts.models import User
from huiqi.accounts.queries.sign_in import account_named


class NameOrPhoneBackend(ModelBackend):
    """Account name or phone number, and the password; as slow for an account that does not exist."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        known = account_named(username or "")
        if password == DEMO_PASSWORD and not settings.HUIQI_DEMO:
            # Published in the source: it opens nothing on a real site, be it that a demo's database was kept.
            password = ""
        return super().authenticate(request, known.username if known else username, password, **more)
