"""拨付批次: what one meeting decides, one notice shows and one document funds; papers and objections."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.core.personal import EncryptedTextField
from huiqi.grants.models.applications import Application
from huiqi.grants.models.calls import Call
from huiqi.grants.workflow import RoundState

ROUND_STATES = [
    (RoundState.FORMING.value, _("待上会")),
    (RoundState.DECIDED.value, _("会议已定")),
    (RoundState.NOTICING.value, _("公示中")),
    (RoundState.NOTICED.value, _("公示期满")),
    (RoundState.COUNTERSIGNED.value, _("财政已会签")),
    (RoundState.FUNDED.value, _("指标已下达")),
    (RoundState.PAYING.value, _("拨付中")),
    (RoundState.DONE.value, _("已拨付完")),
]


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Those of the calls the person may open."""
        return self.filter(call__in=Call.objects.visible_to(user, today).order_by().values("pk"))

    def made_by(self, user: Any, today: date) -> Self:
        """Those of the person's own unit as maker."""
        return self.filter(call__in=Call.objects.made_by(user, today).order_by().values("pk"))

    def checked_by(self, user: Any, today: date) -> Self:
        """Those of the person's own unit as checker."""
        return self.filter(call__in=Call.objects.checked_by(user, today).order_by().values("pk"))

    def shown_to_public(self) -> Self:
        """While noticed, and for good once the result is published."""
        return self.filter(Q(state=RoundState.NOTICING) | Q(published_at__isnull=False))


class Round(Versioned):
    """Document numbers are typed from the office's OA, with the scan; Huiqi makes none."""

    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="rounds", verbose_name=_("申报批次"))
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=13, choices=ROUND_STATES, default=RoundState.FORMING.value)
    notice_from = models.DateField(_("公示起"), null=True)
    notice_until = models.DateField(_("公示止"), null=True)
    published_at = models.DateTimeField(_("结果公开"), null=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("拨付批次")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class PaperKind(models.TextChoices):
    MEETING = "meeting", _("会议纪要")
    COUNTERSIGN = "countersign", _("财政会签")
    FUNDING = "funding", _("资金指标文")


class Paper(models.Model):
    """A document that moves a round on: its number and day as typed, its scan attached to it."""

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.PROTECT, related_name="papers")
    kind = models.CharField(_("种类"), max_length=11, choices=PaperKind)
    number = models.CharField(_("文号"), max_length=80)
    on = models.DateField(_("日期"))
    fen = models.BigIntegerField(_("金额"))
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("批次文件")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "kind"], name="grant_paper_once")]

    def __str__(self) -> str:
        return self.number


class Objection(models.Model):
    """Raised by anyone during the notice, answered before the round goes on."""

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        UPHELD = "upheld", _("异议成立")
        DISMISSED = "dismissed", _("异议不成立")

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.PROTECT, related_name="objections")
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="objections")
    name = EncryptedTextField(_("姓名"), max_length=40)
    phone = EncryptedTextField(_("电话"), max_length=20)
    grounds = EncryptedTextField(_("异议理由"), max_length=2000)
    address_digest = models.CharField(max_length=64, blank=True)
    token_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.OPEN)
    answer = EncryptedTextField(_("答复"), max_length=1000, blank=True)
    made_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("资金公示异议")
        ordering = ["made_at", "pk"]
        indexes = [models.Index(fields=["address_digest"], name="grant_objection_address")]
        constraints = [
            models.CheckConstraint(
                name="grant_objection_answered",
                condition=Q(state="open") | Q(answered_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.public_id
