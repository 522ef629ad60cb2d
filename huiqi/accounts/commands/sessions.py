"""Opening and ending sessions."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from huiqi.accounts.models import SignIn, User
from huiqi.core import audit

# At least six months (网络安全法 article 21); a year shows last year's pattern beside this year's.
KEPT = timedelta(days=365)


@transaction.atomic
def record_sign_in(
    user: User, *, session_key: str, device: str, with_second_factor: bool, at: datetime
) -> SignIn:
    """Remember which session a signing in opened."""
    SignIn.objects.filter(user=user, at__lt=at - KEPT).delete()
    signed = SignIn.objects.create(user=user, session_key=session_key, device=device, at=at)
    audit.record("account.signed_in", user, actor=user, second_factor=with_second_factor)
    return signed


@transaction.atomic
def record_sign_out(user: User, *, session_key: str | None, at: datetime) -> None:
    """The person signed out; Django has ended or is about to end the session itself."""
    SignIn.objects.filter(user=user, session_key=session_key or "-", ended_at=None).update(ended_at=at)
    audit.record("account.signed_out", user, actor=user)


@transaction.atomic
def end_session(sign_in: SignIn, *, actor: User, at: datetime) -> None:
    """End one session of a person."""
    Session.objects.filter(session_key=sign_in.session_key).delete()
    SignIn.objects.filter(pk=sign_in.pk).update(ended_at=at)
    audit.record("account.session_ended", sign_in.user, actor=actor)


@transaction.atomic
def end_other_sessions(user: User, *, keep: str | None, at: datetime) -> int:
    """End all sessions of the person but the one with key `keep`; how many there were."""
    others = SignIn.objects.filter(user=user, ended_at=None).exclude(session_key=keep or "-")
    keys = list(others.order_by("pk").values_list("session_key", flat=True))
    ended, _rows = Session.objects.filter(session_key__in=keys).delete()
    others.update(ended_at=at)
    audit.record("account.sessions_ended", user, actor=user, sessions=ended)
    return ended


def end_all_sessions(user: User, *, at: datetime) -> None:
    """Every session of the person ends with its next request, wherever it is; part of another command."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    SignIn.objects.filter(user=user, ended_at=None).update(ended_at=at)


def renew_session(user: User, *, old: str, new: str) -> None:
    """The session that ended all others goes on under a new key."""
    SignIn.objects.filter(user=user, session_key=old).update(session_key=new, ended_at=None)
