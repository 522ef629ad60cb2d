"""What signing in leaves behind: sessions, failed tries, locks, past passwords."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models.people import User
from huiqi.core.ids import PublicIdField


class SignIn(models.Model):
    """One signing in and the session it opened. The session itself lives in django_session."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name=_("用户"))
    session_key = models.CharField(max_length=40, db_index=True, editable=False)
    device = models.CharField(_("设备"), max_length=60)
    at = models.DateTimeField(_("登录时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("登录")
        ordering = ["-at", "pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"


class SignInTryQuerySet(models.QuerySet["SignInTry"]):
    def since(self, instant: datetime) -> Self:
        """Tries after that instant."""
        return self.filter(at__gt=instant)


class SignInTry(models.Model):
    """One try to prove who one is, written before the proof is looked at; a success takes it back.

    Names and addresses are keyed digests: what people type into the wrong box is not kept.
    """

    name_digest = models.CharField(max_length=64)
    address_digest = models.CharField(max_length=64, blank=True)
    # A success forgives the failures of this name at this address; the address's own count keeps them.
    is_forgiven = models.BooleanField(default=False)
    at = models.DateTimeField()
    objects = SignInTryQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录尝试")
        indexes = [
            models.Index(fields=["name_digest", "address_digest", "at"], name="try_by_name"),
            models.Index(fields=["address_digest", "at"], name="try_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class SignInLockQuerySet(models.QuerySet["SignInLock"]):
    def in_force(self, at: datetime) -> Self:
        """Locks that hold at that instant."""
        return self.filter(until__gt=at, lifted_at=None)


class SignInLock(models.Model):
    """After too many failures: this name at this address, or this address for everybody, has to wait."""

    public_id = PublicIdField()
    # "" = the address for every name.
    name_digest = models.CharField(max_length=64, blank=True)
    # "" = the name at every address (a second factor being guessed, or a password from many addresses).
    address_digest = models.CharField(max_length=64, blank=True)
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="locks", verbose_name=_("用户")
    )
    locked_at = models.DateTimeField(_("锁定时间"))
    until = models.DateTimeField(_("解锁时间"))
    lifted_at = models.DateTimeField(_("提前解锁时间"), null=True, blank=True)
    objects = SignInLockQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录锁定")
        ordering = ["-locked_at", "pk"]
        indexes = [models.Index(fields=["until"], name="lock_until")]
        constraints = [
            models.CheckConstraint(
                name="lock_is_of_something", condition=~Q(name_digest="") | ~Q(address_digest="")
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class PastPassword(models.Model):
    """The hash of a password the person had, so that the last five are not used again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class AccessNote(models.Model):
    """Why somebody's access was changed. Reasons are people's words and stay out of the audit trail."""

    user = models.ForeignKey(User, models.CASCADE, related_name="access_notes", verbose_name=_("用户"))
    # The act as in the audit trail.
    act = models.CharField(max_length=60)
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("权限变更理由")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.user_id}"
