"""Rows of stationing: who is stationed where, what key lines there are, and three numbers a day."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.core.personal import EncryptedTextField
from huiqi.enterprises.models import Enterprise, FirmAccess

PRODUCT_LENGTH = 30


class LineQuerySet(models.QuerySet["Line"]):
    def running_on(self, day: date) -> Self:
        """Lines that existed on `day`, both ends included."""
        return self.filter(from_on__lte=day).filter(Q(to_on=None) | Q(to_on__gte=day))


class Line(models.Model):
    """A firm makes a key product, with this much nameplate capacity a day, from one day to another."""

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="key_lines")
    # An id of rulebook/key_products.yaml.
    product = models.CharField(_("产品"), max_length=PRODUCT_LENGTH)
    capacity = models.PositiveBigIntegerField(_("设计日产能"))
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True, blank=True)
    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("重点产品")
        ordering = ["enterprise", "product", "from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "product"], condition=Q(to_on=None), name="line_open_once"
            ),
            models.UniqueConstraint(fields=["enterprise", "product", "from_on"], name="line_one_a_day"),
            models.CheckConstraint(
                name="line_in_order", condition=Q(to_on=None) | Q(to_on__gte=F("from_on"))
            ),
        ]
        indexes = [models.Index(fields=["product", "from_on"], name="line_by_product")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.product}"


class StationingQuerySet(models.QuerySet["Stationing"]):
    def valid_on(self, day: date) -> Self:
        """Stationings that hold on `day`, both ends included."""
        return self.filter(from_on__lte=day).filter(Q(to_on=None) | Q(to_on__gte=day))

    def open(self) -> Self:
        """Without an end."""
        return self.filter(to_on=None)


class Stationing(models.Model):
    """An officer is stationed at a firm 驻企联络. One may have several firms; a firm has one at a time."""

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="stationings")
    officer = models.ForeignKey(User, models.PROTECT, related_name="stationings", verbose_name=_("联络员"))
    # The explicit access that goes with it; begun and ended in the same transaction.
    access = models.OneToOneField(FirmAccess, models.PROTECT, related_name="stationing")
    from_on = models.DateField(_("起"))
    # The last day; the day before `from_on` when it was taken back before it began.
    to_on = models.DateField(_("止"), null=True, blank=True)
    # Why an officer is at a firm that is not on the provincial key-contact list; "" for those on it.
    exception_reason = models.CharField(_("例外理由"), max_length=200, blank=True)
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="stationings_assigned")
    assigned_at = models.DateTimeField()
    end_reason = models.CharField(_("结束原因"), max_length=200, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="stationings_ended")
    ended_at = models.DateTimeField(null=True)
    objects = StationingQuerySet.as_manager()

    class Meta:
        verbose_name = _("派驻")
        ordering = ["enterprise", "-from_on", "-pk"]
        indexes = [models.Index(fields=["officer", "from_on"], name="stationing_officer")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(to_on=None), name="stationing_one_open"
            ),
            models.CheckConstraint(
                name="stationing_ended_whole",
                condition=Q(to_on=None, ended_at=None) | Q(to_on__isnull=False, ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} @ {self.enterprise_id}"


class Handover(models.Model):
    """What the officer who leaves tells the one who comes. Both read it, later too."""

    public_id = PublicIdField()
    outgoing = models.OneToOneField(Stationing, models.PROTECT, related_name="handed_to")
    incoming = models.OneToOneField(Stationing, models.PROTECT, related_name="handed_from")
    open_matters = models.TextField(_("未了事项"), max_length=2000)
    # Names and numbers of people at the firm.
    contacts = EncryptedTextField(_("企业联系人"), max_length=500, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("交接单")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.outgoing_id} → {self.incoming_id}"


class DailyReport(Versioned):
    """What a firm reported for one day. Editing it keeps every version (Sending)."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="daily_reports")
    on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    # Sent on the day after, before noon 补报.
    is_late = models.BooleanField(_("补报"), default=False)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="daily_reports")
    # The firm's own people sent it, not the officer.
    by_firm = models.BooleanField(_("企业自报"), default=False)
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("每日三数")
        ordering = ["-on", "enterprise"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "on"], name="daily_report_once")]
        indexes = [models.Index(fields=["on"], name="daily_report_day")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.on}"


class Figures(models.Model):
    """The three numbers of one product on one day, in whole units of the product."""

    report = models.ForeignKey(DailyReport, models.CASCADE, related_name="figures")
    product = models.CharField(max_length=PRODUCT_LENGTH)
    output = models.PositiveBigIntegerField(_("产量"))
    stock = models.PositiveBigIntegerField(_("库存"))
    shortage = models.PositiveBigIntegerField(_("缺口"))

    class Meta:
        verbose_name = _("三数")
        ordering = ["report", "product"]
        constraints = [models.UniqueConstraint(fields=["report", "product"], name="figures_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.product}"


class Sending(models.Model):
    """One accepted sending of a day's report, as it was: the report's history."""

    report = models.ForeignKey(DailyReport, models.CASCADE, related_name="sendings")
    version = models.PositiveIntegerField()
    # {"mask_surgical": [output, stock, shortage]}
    figures = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    # How many numbers looked odd and were confirmed.
    confirmed = models.PositiveSmallIntegerField(default=0)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("报送记录")
        ordering = ["report", "version"]
        constraints = [models.UniqueConstraint(fields=["report", "version"], name="sending_version_once")]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.version}"


class Escalation(models.Model):
    """上报: something the officer on the spot cannot settle. The county's officer answers it."""

    class Urgency(models.TextChoices):
        NORMAL = "normal", _("一般")
        URGENT = "urgent", _("紧急")

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="escalations")
    on = models.DateField(_("日期"))
    text = models.CharField(_("事项"), max_length=300)
    # SHA-256 of the text: the same matter sent twice on one day is one.
    text_digest = models.CharField(max_length=64, editable=False)
    urgency = models.CharField(_("紧急程度"), max_length=6, choices=Urgency, default=Urgency.NORMAL)
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="escalations")
    raised_at = models.DateTimeField()
    answer = models.TextField(_("答复"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("上报")
        ordering = ["-raised_at", "-pk"]
        indexes = [models.Index(fields=["answered_at", "-raised_at"], name="escalation_open")]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "on", "text_digest"], name="escalation_once"),
            models.CheckConstraint(
                name="escalation_answered_whole",
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.on}"
