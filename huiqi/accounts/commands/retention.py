"""What is forgotten of signing in and of invitations (personal.yaml), also when nobody comes to sign in."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.commands import sessions, tries
from huiqi.accounts.models import Invitation, SignIn, SignInLock, SignInTry
from huiqi.core.retention import Instants, keeps


def _sign_ins(instants: Instants) -> QuerySet[SignIn]:
    return SignIn.objects.filter(at__lt=instants.wall - sessions.KEPT)


@keeps("accounts.sign_ins", _("登录记录"), "accounts.SignIn.device", due=_sign_ins)
def forget_sign_ins(rows: list[Any]) -> None:
    """Delete sign-ins of more than a year ago."""
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _tries(instants: Instants) -> QuerySet[SignInTry]:
    return SignInTry.objects.filter(at__lt=instants.wall - tries.KEPT)


_TRY = "accounts.SignInTry.name_digest", "accounts.SignInTry.address_digest"
_LOCK = "accounts.SignInLock.name_digest", "accounts.SignInLock.address_digest"


@keeps("accounts.tries", _("登录尝试"), *_TRY, due=_tries)
def forget_tries(rows: list[Any]) -> None:
    """Delete tries that no lock counts any more."""
    SignInTry.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _locks(instants: Instants) -> QuerySet[SignInLock]:
    return SignInLock.objects.filter(until__lt=instants.wall - tries.LOCKS_KEPT)


@keeps("accounts.locks", _("登录锁定"), *_LOCK, due=_locks)
def forget_locks(rows: list[Any]) -> None:
    """Delete locks that ended more than a year ago."""
    SignInLock.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _invitations(instants: Instants) -> QuerySet[Invitation]:
    over = Invitation.objects.filter(expires_at__lte=instants.wall, accepted_by=None)
    return over.exclude(name="")


@keeps("accounts.invitations", _("过期邀请上的姓名"), "accounts.Invitation.name", due=_invitations)
def forget_invited(rows: list[Any]) -> None:
    """Empty the names of people who never came."""
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(name="")
