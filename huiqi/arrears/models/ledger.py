"""The debtors' ledger 台账: who reports every month what is owed to SMEs, the reports, the year's target."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with, units_with
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned


class LedgerUnitQuerySet(models.QuerySet["LedgerUnit"]):
    def due_in(self, month: date) -> Self:
        """Those that report for the month (its first day)."""
        open_end = Q(last_month=None) | Q(last_month__gte=month)
        return self.filter(open_end, first_month__lte=month)

    def visible_to(self, user: Any, today: date) -> Self:
        """Units of the person's region, and the person's own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        region = scope_with(user, Power.VIEW_CASES, today).rows()
        return self.filter(region | Q(unit__in=units_with(user, Power.HANDLE_CASES, today)))

    def reported_by(self, user: Any, today: date) -> Self:
        """Units for which the person reports: the own one."""
        return self.filter(unit__in=units_with(user, Power.HANDLE_CASES, today))

    def kept_by(self, user: Any, today: date) -> Self:
        """Units the person puts on the list, and reports for when they send paper."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(scope_with(user, Power.DISPATCH_CASES, today).rows())


class LedgerUnit(models.Model):
    """A unit that must report every month. `prefecture` and `park_id` are named as in the register, so that
    a Scope filters both; months are their first days."""

    public_id = PublicIdField()
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    prefecture = models.CharField(_("区划"), max_length=6)
    park = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    first_month = models.DateField(_("自哪个月起报"))
    last_month = models.DateField(_("报到哪个月"), null=True, blank=True)
    document = models.CharField(_("依据文件"), max_length=120)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()
    objects = LedgerUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("台账填报单位")
        ordering = ["prefecture", "unit__name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="ledger_months_in_order",
                condition=Q(last_month=None) | Q(last_month__gte=F("first_month")),
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class MonthReport(Versioned):
    """One unit's report of one month. A zero report is said by somebody, it never follows from silence."""

    public_id = PublicIdField()
    duty = models.ForeignKey(LedgerUnit, models.PROTECT, related_name="reports")
    month = models.DateField(_("月份"))
    is_zero = models.BooleanField(_("零报告"))
    filed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(_("报送时间"))
    # Filed by the office from the unit's paper or file.
    is_on_behalf = models.BooleanField(_("代报"), default=False)

    class Meta:
        verbose_name = _("台账月报")
        ordering = ["-month", "pk"]
        constraints = [models.UniqueConstraint(fields=["duty", "month"], name="ledger_month_once")]

    def __str__(self) -> str:
        return self.public_id


class MonthRow(models.Model):
    """Debts of one kind at the end of the month, in fen. `amount` is what was owed before this month's
    payments, `remaining` what is left, and the bands divide what is left by age."""

    report = models.ForeignKey(MonthReport, models.CASCADE, related_name="rows")
    kind = models.CharField(_("类别"), max_length=20)
    count = models.PositiveIntegerField(_("笔数"))
    amount = models.BigIntegerField(_("拖欠金额"))
    paid = models.BigIntegerField(_("本月支付"))
    remaining = models.BigIntegerField(_("月末余额"))
    band_0 = models.BigIntegerField(default=0)
    band_1 = models.BigIntegerField(default=0)
    band_2 = models.BigIntegerField(default=0)
    band_3 = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("台账月报明细")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "kind"], name="ledger_kind_once"),
            models.CheckConstraint(
                name="ledger_row_adds_up",
                condition=Q(amount__gte=0, paid__gte=0, remaining__gte=0, remaining=F("amount") - F("paid")),
            ),
            models.CheckConstraint(
                name="ledger_bands_add_up",
                condition=Q(band_0__gte=0, band_1__gte=0, band_2__gte=0, band_3__gte=0)
                & Q(remaining=F("band_0") + F("band_1") + F("band_2") + F("band_3")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"

    @property
    def bands(self) -> tuple[int, int, int, int]:
        return self.band_0, self.band_1, self.band_2, self.band_3


class YearTarget(models.Model):
    """What an office is to have cleared by the end of a year, as a document says; typed, never worked out."""

    public_id = PublicIdField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    year = models.PositiveSmallIntegerField(_("年度"))
    start = models.BigIntegerField(_("年初余额"))
    to_clear = models.BigIntegerField(_("年内应清偿"))
    document = models.CharField(_("依据文件"), max_length=120)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("清欠年度目标")
        ordering = ["-year", "unit_id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="arrears_target_once"),
            models.CheckConstraint(
                name="arrears_target_in_range", condition=Q(to_clear__gt=0, start__gte=F("to_clear"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}"
