"""Invitations: how a person of an office gets an account."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models.people import Unit, User
from huiqi.accounts.roles import Role
from huiqi.core.ids import PublicIdField


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime) -> Self:
        """Invitations that can still be accepted."""
        return self.filter(accepted_by=None, revoked_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A single-use link to an account in a unit with a role. Only the digest of its token is kept."""

    public_id = PublicIdField()
    token_digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="invitations", verbose_name=_("单位"))
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="invitations_sent", null=True)
    invited_at = models.DateTimeField(_("邀请时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    accepted_by = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="invitation", verbose_name=_("接受人")
    )
    accepted_at = models.DateTimeField(_("接受时间"), null=True, blank=True)
    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("邀请")
        ordering = ["-invited_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_has_both",
                condition=Q(accepted_by=None, accepted_at=None) | ~Q(accepted_by=None) & ~Q(accepted_at=None),
            ),
            models.CheckConstraint(name="invitation_not_for_firms", condition=~Q(role=Role.FIRM)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.unit_id} {self.role}"
