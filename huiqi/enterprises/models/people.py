"""People tied to single firms: the firm's own, and those given access to it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models.firm import Enterprise


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        """Not ended."""
        return self.filter(ended_at=None)


class Membership(models.Model):
    """A person acts for a firm: the owner for everything, a clerk for what the owner leaves to clerks."""

    class Part(models.TextChoices):
        OWNER = "owner", _("负责人")
        CLERK = "clerk", _("经办人")

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    part = models.CharField(_("身份"), max_length=5, choices=Part)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业人员")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user"], condition=Q(ended_at=None), name="membership_current_once"
            ),
            # One responsible person at a time; handing over ends the one and begins the other.
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(ended_at=None, part="owner"), name="membership_one_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.enterprise_id}"


class Claim(models.Model):
    """Somebody says they act for a firm and proves it."""

    class Proof(models.TextChoices):
        DOCUMENT = "document", _("上传营业执照和授权书")
        PHONE_CODE = "phone_code", _("登记电话验证码")
        IDENTITY = "identity", _("统一身份认证或电子营业执照")

    class State(models.TextChoices):
        STARTED = "started", _("待证明")
        WAITING = "waiting", _("待审核")
        GRANTED = "granted", _("已通过")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")
        EXPIRED = "expired", _("已过期")

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="claims")
    user = models.ForeignKey(User, models.PROTECT, related_name="claims")
    part = models.CharField(max_length=5, choices=Membership.Part, default=Membership.Part.OWNER)
    proof = models.CharField(max_length=10, choices=Proof)
    state = models.CharField(max_length=9, choices=State, default=State.STARTED)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("企业认领")
        ordering = ["-made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user"],
                condition=Q(state__in=["started", "waiting"]),
                name="claim_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.enterprise_id}"


class MemberInvitation(models.Model):
    """The owner invites a clerk, or hands the firm over; a single-use link, only its digest is stored."""

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="member_invitations")
    part = models.CharField(max_length=5, choices=Membership.Part)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("人员邀请")
        ordering = ["-made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.part}"


class FirmAccessQuerySet(models.QuerySet["FirmAccess"]):
    def valid_on(self, day: date) -> Self:
        """Access that holds on `day`, both ends included."""
        return self.filter(from_on__lte=day).filter(Q(to_on=None) | Q(to_on__gte=day))


class FirmAccess(models.Model):
    """A person may see one firm outside their region: a stationed officer, later an authorised bank."""

    class Ground(models.TextChoices):
        STATIONED = "stationed", _("驻企联络")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="accesses")
    user = models.ForeignKey(User, models.PROTECT, related_name="firm_accesses")
    ground = models.CharField(max_length=12, choices=Ground)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    objects = FirmAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("单户授权")
        indexes = [models.Index(fields=["user", "ground"], name="firm_access_user")]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.enterprise_id}"
