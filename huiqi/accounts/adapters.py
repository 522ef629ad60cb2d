"""Where django-allauth asks the product: who may sign in, how tries are counted, how secrets are kept."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.commands import sessions, tries
from huiqi.accounts.devices import device_words
from huiqi.accounts.middleware import SIGNED_IN_AT
from huiqi.accounts.models import User
from huiqi.accounts.queries import sign_in
from huiqi.core import clock, crypto
from huiqi.core.language import worded

# Right after signing in nobody is asked for the password once more.
FRESH = timedelta(minutes=5)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in: our lockout around the proof, our record after it, no mail, no sign-up of allauth's."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy(
            "账号或密码不对，请核对大小写后重试。忘记密码请联系本单位系统管理员。"
        ),
        "incorrect_password": gettext_lazy("密码不对，请核对大小写后重试。"),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person whose name and password these are; who is locked is told when to come back."""
        now, name = clock.wall_now(), credentials.get("username", "")
        known = sign_in.account_named(name)
        address = sign_in.address_digest(self.get_client_ip(request))
        try:
            attempt = tries.begin_try(sign_in.name_digest(name, known), address, user=known, at=now)
            user = authenticate(request, **credentials)
            if not isinstance(user, User):
                tries.fail_try(attempt, user=known, at=now)
                tries.refuse_if_locked(attempt, at=now)
                return None
        except tries.TryLater as refusal:
            raise ValidationError(worded(refusal.said), code="try_later") from refusal
        tries.succeed_try(attempt, at=now)
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session (with a new key) and remember it."""
        super().login(request, user)
        sessions.record_sign_in(
            user,
            session_key=request.session.session_key or "",
            device=device_words(request.headers.get("User-Agent", "")),
            with_second_factor=_proved_twice(request),
            at=clock.wall_now(),
        )

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People of firms have our own page, staff are invited."""
        return False

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Changing a second factor asks for the password unless it was typed a moment ago."""
        signed_in_at = parse_datetime(self.request.session.get(SIGNED_IN_AT, ""))
        return signed_in_at is None or clock.wall_now() - signed_in_at > FRESH

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A key of an account that was switched off opens nothing."""
        raise ImmediateHttpResponse(redirect("accounts:sign_in"))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened themselves."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """There is no mail here; notices go through huiqi.messages."""


def _proved_twice(request: HttpRequest) -> bool:
    methods = request.session.get("account_authentication_methods") or []
    return any(method.get("method") == "mfa" for method in methods)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: secrets encrypted with our key ring, names in Chinese."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "验证码不对或已用过，请等手机上换一个新的再填；仍不对请核对手机时间。"
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "工作人员至少要保留一个第二因素，请先添加新的再移除这个。"
        ),
    }

    def encrypt(self, text: str) -> str:
        """As all secrets at rest."""
        return crypto.encrypt(text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return crypto.decrypt(encrypted_text).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep one factor where the site asks for one."""
        user = authenticator.user
        if not sign_in.must_enrol(user):
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a new key is called unless the person says otherwise."""
        number: int = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("通行密钥%s") % number

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site as the browser shows it when it asks for the key."""
        return {"id": context.request.get_host().partition(":")[0], "name": "惠企"}
