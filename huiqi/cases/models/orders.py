"""Who must do what of a case: orders to units 派单."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.cases.models.case import TEXT_LENGTH, Case
from huiqi.core.ids import PublicIdField


class OrderPart(models.TextChoices):
    LEAD = "lead", _("主办")
    CO = "co", _("协办")


class OrderMode(models.TextChoices):
    """By what right the matter is given to the unit (design: assign below, consult beside)."""

    ASSIGN = "assign", _("交办")
    CONSULT = "consult", _("商请")
    FORWARD = "forward", _("转送")
    INFORM = "inform", _("告知")


class OrderState(models.TextChoices):
    SENT = "sent", _("待签收")
    SIGNED = "signed", _("办理中")
    ANSWERED = "answered", _("已答复")
    RETURNED = "returned", _("已退回")
    CANCELLED = "cancelled", _("已取消")


OPEN_ORDERS = (OrderState.SENT, OrderState.SIGNED)


class OrderQuerySet(models.QuerySet["Order"]):
    def open(self) -> Self:
        """Neither answered nor sent back."""
        return self.filter(state__in=OPEN_ORDERS)


class Order(models.Model):
    """A unit is to handle a case, as lead or co-handler. Every order given stays: bounces are remembered."""

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="orders")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="orders", verbose_name=_("单位"))
    part = models.CharField(_("分工"), max_length=4, choices=OrderPart)
    mode = models.CharField(_("方式"), max_length=8, choices=OrderMode, default=OrderMode.ASSIGN)
    round = models.PositiveSmallIntegerField(_("办理轮次"))
    state = models.CharField(_("状态"), max_length=9, choices=OrderState, default=OrderState.SENT)
    instruction = models.CharField(_("派单意见"), max_length=500, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(_("派单时间"))
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="orders_handled")
    signed_at = models.DateTimeField(_("签收时间"), null=True)
    contacted_at = models.DateTimeField(_("首次联系时间"), null=True)
    answer = models.TextField(_("办理意见"), max_length=TEXT_LENGTH, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    return_reason = models.CharField(_("退回理由"), max_length=40, blank=True)
    return_text = models.CharField(_("退回说明"), max_length=500, blank=True)
    proposed_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(_("退回时间"), null=True)
    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("派单")
        ordering = ["pk"]
        indexes = [
            # What a unit has on hand is counted by this alone.
            models.Index(fields=["unit", "state", "-sent_at", "handler", "case"], name="order_unit_queue"),
            models.Index(fields=["handler", "state"], name="order_handler_queue"),
            models.Index(fields=["sent_at"], name="order_account"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(part="lead", state__in=["sent", "signed"]),
                name="order_one_open_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"], condition=Q(state__in=["sent", "signed"]), name="order_open_once"
            ),
            models.CheckConstraint(
                name="order_returned_with_reason", condition=~Q(state="returned") | ~Q(return_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.unit_id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_ORDERS
