"""What a handler asks and somebody else grants: more time, a pause, an exclusion from the rates."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.cases.models.case import Case
from huiqi.cases.models.orders import Order
from huiqi.core.ids import PublicIdField


class ApprovalKind(models.TextChoices):
    EXTENSION = "extension", _("延期")
    SUSPENSION = "suspension", _("暂缓办理")
    EXCLUSION = "exclusion", _("申诉剔除")


class ApprovalState(models.TextChoices):
    WAITING = "waiting", _("待审批")
    GRANTED = "granted", _("同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")


class Approval(models.Model):
    """One question and its answer. The one who asks never decides."""

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="approvals")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="approvals")
    kind = models.CharField(_("种类"), max_length=10, choices=ApprovalKind)
    # The unit that asks; the case's desk decides.
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=500)
    # Of an extension: how much more, in the unit of the clock. Of a suspension: when it is looked at again.
    amount = models.PositiveSmallIntegerField(_("延长"), null=True)
    review_on = models.DateField(_("复查日期"), null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(_("状态"), max_length=9, choices=ApprovalState, default=ApprovalState.WAITING)
    decision = models.CharField(_("审批意见"), max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("审批")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "asked_at"], name="approval_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(state="waiting"), name="approval_one_waiting"
            ),
            models.CheckConstraint(
                name="approval_decided_whole",
                condition=Q(state__in=["waiting", "withdrawn"]) | Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
