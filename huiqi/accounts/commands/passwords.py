"""Passwords and second factors: set, change, reset."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.crypto import salted_hmac

from huiqi.accounts.commands.sessions import end_all_sessions
from huiqi.accounts.models import AccessNote, PastPassword, User
from huiqi.accounts.passwords import REMEMBERED
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop

# A code is good for three periods (MFA_TOTP_TOLERANCE 1): that many are remembered as used.
CODES_REMEMBERED = 3


@transaction.atomic
def change_password(user: User, *, password: str, actor: User, at: datetime) -> User:
    """Set a password that the validators have passed; every other session of the person ends."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    PastPassword.objects.create(user=user, password=user.password, at=at)
    kept = (
        PastPassword.objects.filter(user=user)
        .order_by("-at", "-pk")
        .values_list("pk", flat=True)[:REMEMBERED]
    )
    PastPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    user.set_password(password)
    user.must_change_password = actor.pk != user.pk
    user.password_changed_at = at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    end_all_sessions(user, at=at)
    audit.record("account.password_changed", user, actor=actor)
    return user


@transaction.atomic
def note_second_factor_changed(user: User, *, act: str, actor: User, at: datetime) -> None:
    """A factor was added or removed: audited, and all sessions end (the caller renews the present one)."""
    end_all_sessions(user, at=at)
    audit.record(act, user, actor=actor)


@transaction.atomic
def reset_second_factor(user: User, *, actor: User, reason: str, at: datetime) -> None:
    """The lost-phone procedure: the security administrator takes all factors away, with a reason.

    The person signs in with the password alone once more and is led to set up a new one.
    """
    if actor.pk == user.pk:
        raise Refused(
            "accounts.own_factor", gettext_noop("不能重置自己的第二因素，请由另一名安全管理员办理。")
        )
    if not reason.strip():
        raise Refused(
            "accounts.reason_needed", gettext_noop("请写明重置的理由，如：手机遗失，已当面核对身份。")
        )
    Authenticator.objects.filter(user=user).delete()
    end_all_sessions(user, at=at)
    act = "account.second_factor_reset"
    AccessNote.objects.create(user=user, act=act, reason=reason.strip()[:200], by=actor, at=at)
    audit.record(act, user, actor=actor)


@transaction.atomic
def use_code(authenticator: Authenticator, code: str) -> bool:
    """Mark a right one-time code as used; False when it was used before.

    In the row of the authenticator, under a lock: a cache of each worker's own would let a code that
    somebody looked at over a shoulder be used once more at another worker.
    """
    row = Authenticator.objects.select_for_update(of=("self",)).get(pk=authenticator.pk)
    digest = salted_hmac("huiqi.accounts.code", f"{row.pk}:{code}", algorithm="sha256").hexdigest()
    used = row.data.get("used", [])
    if digest in used:
        return False
    row.data["used"] = [digest, *used][:CODES_REMEMBERED]
    row.save(update_fields=["data"])
    authenticator.data = row.data
    return True
