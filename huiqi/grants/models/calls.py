"""申报批次: a call for applications under one policy that the office decides itself."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.grants.standards import Standard
from huiqi.grants.workflow import CallState

CALL_STATES = [
    (CallState.DRAFT.value, _("起草中")),
    (CallState.OPEN.value, _("已开放")),
    (CallState.CLOSED.value, _("已结束")),
]


class CallKind(models.TextChoices):
    WITHOUT = "without", _("免申即享")
    QUICK = "quick", _("快申快享")
    FULL = "full", _("申报评审")


class StandardKind(models.TextChoices):
    RULE = "rule", _("按规则手册算出的金额")
    FIXED = "fixed", _("每户定额")
    SHARE = "share", _("按实际费用的比例")


class CallQuerySet(models.QuerySet["Call"]):
    def shown(self) -> Self:
        """Published to firms."""
        return self.exclude(state=CallState.DRAFT)

    def open_on(self, day: date) -> Self:
        """Taking applications on a day."""
        return self.filter(state=CallState.OPEN, opens_on__lte=day, closes_on__gte=day)

    def visible_to(self, user: Any, today: date) -> Self:
        """Whoever reads grants sees every call; drafts only their own unit's people."""
        if not user.is_authenticated or not may(user, Power.VIEW_GRANTS, today):
            return self.none()
        return self.filter(~Q(state=CallState.DRAFT) | Q(unit__in=_units(user, today)))

    def made_by(self, user: Any, today: date) -> Self:
        """Calls of the units for which the person is maker."""
        return self.filter(unit__in=units_with(user, Power.MAKE_GRANTS, today))

    def checked_by(self, user: Any, today: date) -> Self:
        """Calls of the units for which the person is checker."""
        return self.filter(unit__in=units_with(user, Power.CHECK_GRANTS, today))


def _units(user: Any, today: date) -> list[int]:
    makes, checks = (units_with(user, power, today) for power in (Power.MAKE_GRANTS, Power.CHECK_GRANTS))
    return sorted({*makes, *checks})


class Call(Versioned):
    """Money is fen. `reserved` and `reserved_count` are what is held for firms: the database itself refuses
    to let them pass the budget and the quota, whatever a program forgets."""

    public_id = PublicIdField()
    title = models.CharField(_("名称"), max_length=120)
    policy = models.CharField(_("政策"), max_length=60)
    kind = models.CharField(_("方式"), max_length=7, choices=CallKind, default=CallKind.QUICK)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("承办单位"))
    # Typed from the office's own OA.
    document = models.CharField(_("申报通知文号"), max_length=80)
    payer = models.CharField(_("资金来源"), max_length=80)
    state = models.CharField(_("状态"), max_length=6, choices=CALL_STATES, default=CallState.DRAFT.value)
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("截止日期"))
    budget = models.BigIntegerField(_("预算总额"))
    quota = models.PositiveIntegerField(_("最多支持户数"), null=True, blank=True)
    reserved = models.BigIntegerField(_("已占用预算"), default=0)
    reserved_count = models.PositiveIntegerField(_("已占用户数"), default=0)
    standard_kind = models.CharField(_("支持标准"), max_length=5, choices=StandardKind)
    fixed_fen = models.BigIntegerField(_("每户金额"), null=True, blank=True)
    share_bp = models.PositiveIntegerField(_("比例（万分之）"), null=True, blank=True)
    cap_fen = models.BigIntegerField(_("每户最多"), null=True, blank=True)
    base_words = models.CharField(_("按什么费用算"), max_length=80, blank=True)
    papers = models.TextField(_("申报材料"), blank=True)
    experts = models.PositiveSmallIntegerField(_("评审专家人数"), default=0)
    # What experts score: [{"title", "most"}].
    criteria = models.JSONField(_("评分项"), default=list, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("公示工作日数"), default=5)
    target_days = models.PositiveSmallIntegerField(_("兑现目标（工作日）"), default=60)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    is_synthetic = models.BooleanField(_("演示数据"), default=False)
    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("申报批次")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["state", "closes_on"], name="grant_call_open")]
        constraints = [
            models.CheckConstraint(
                name="grant_budget_holds", condition=Q(reserved__gte=0, reserved__lte=F("budget"))
            ),
            models.CheckConstraint(
                name="grant_quota_holds", condition=Q(quota=None) | Q(reserved_count__lte=F("quota"))
            ),
            models.CheckConstraint(
                name="grant_call_days_in_order", condition=Q(opens_on__lte=F("closes_on"))
            ),
            models.CheckConstraint(
                name="grant_standard_whole",
                condition=Q(standard_kind="rule")
                | Q(standard_kind="fixed", fixed_fen__gt=0)
                | Q(standard_kind="share", share_bp__gt=0, share_bp__lte=10_000),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def standard(self) -> Standard:
        """How much it gives."""
        return Standard(self.standard_kind, self.fixed_fen, self.share_bp, self.cap_fen)

    @property
    def left(self) -> int:
        """Fen not held for anybody."""
        return self.budget - self.reserved

    @property
    def paper_lines(self) -> list[str]:
        return [line.strip() for line in self.papers.splitlines() if line.strip()]


class Treasury(models.Model):
    """Who pays for the firms of a county; `county` "" stands for all counties without a line."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="treasuries")
    county = models.CharField(_("县市区"), max_length=6, blank=True)
    title = models.CharField(_("国库"), max_length=80)

    class Meta:
        verbose_name = _("拨付国库")
        ordering = ["county", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "county"], name="grant_treasury_once")]

    def __str__(self) -> str:
        return self.title
