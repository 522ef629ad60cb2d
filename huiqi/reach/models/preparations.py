"""Prepared lists 直达名单: who, as far as the register tells, is entitled to a relief that others decide."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models import Enterprise
from huiqi.lists.models import Comparison


class ListState(models.TextChoices):
    JUDGING = "judging", _("正在生成")
    DRAFTED = "drafted", _("待复核")
    RETURNED = "returned", _("已退回")
    REVIEWED = "reviewed", _("已复核，待移送")
    HANDED = "handed", _("已移送")
    WITHDRAWN = "withdrawn", _("已撤回")


class PreparationQuerySet(models.QuerySet["Preparation"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Those of the units for which the person may look at what arrives."""
        return self.filter(unit__in=units_with(user, Power.VIEW_REACH, today))

    def prepared_by(self, user: Any, today: date) -> Self:
        """Those the person may change, hand over or withdraw: of their units, whoever began them."""
        return self.filter(unit__in=units_with(user, Power.PREPARE_REACH, today))

    def reviewable_by(self, user: Any, today: date) -> Self:
        """Drafts of the person's units that somebody else prepared."""
        units = units_with(user, Power.REVIEW_REACH, today)
        return self.filter(unit__in=units, state=ListState.DRAFTED).exclude(prepared_by=user)


class Preparation(models.Model):
    """One edition of a policy judged over part of the register on a day, on its way to the authority.

    The office prepares, tells and follows up; `authority` decides. `rulebook` is the fingerprint of the
    content by which was judged, so that the list can be made again.
    """

    public_id = PublicIdField()
    policy = models.CharField(_("政策"), max_length=60)
    edition = models.CharField(_("版本"), max_length=60, blank=True)
    on = models.DateField(_("判断基准日"))
    rulebook = models.CharField(max_length=64)
    # Filters of the register: region (2, 4 or 6 digits), industry (a code), sizes.
    region = models.CharField(_("区域"), max_length=6, blank=True)
    industry = models.CharField(_("行业"), max_length=5, blank=True)
    sizes = models.JSONField(_("规模"), default=list)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("准备单位"))
    authority = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("移送单位"))
    keeps_amount = models.BooleanField(_("回执记金额"), default=False)
    with_unknown = models.BooleanField(_("一并移送待认定的企业"), default=False)
    state = models.CharField(_("状态"), max_length=9, choices=ListState, default=ListState.JUDGING)
    job_id = models.CharField(max_length=16, blank=True)
    # The last firm that was judged: a job killed half-way goes on behind it.
    last_pk = models.PositiveBigIntegerField(default=0)
    judged = models.PositiveIntegerField(_("判断企业"), default=0)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("准备人"))
    prepared_at = models.DateTimeField(_("准备时间"))
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    remark = models.CharField(_("复核意见"), max_length=300, blank=True)
    purpose = models.CharField(_("移送用途"), max_length=200, blank=True)
    document = models.CharField(_("移送文号"), max_length=80, blank=True)
    handed_at = models.DateTimeField(_("移送时间"), null=True)
    expires_on = models.DateField(_("使用期限"), null=True)
    comparison = models.ForeignKey(Comparison, models.PROTECT, null=True, related_name="+")
    objects = PreparationQuerySet.as_manager()

    class Meta:
        verbose_name = _("直达名单")
        ordering = ["-prepared_at", "-pk"]
        indexes = [models.Index(fields=["unit", "-prepared_at"], name="reach_list_of_unit")]
        constraints = [
            models.CheckConstraint(
                name="reach_list_second_person",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="reach_list_handed_has_letter",
                condition=~Q(state="handed")
                | (~Q(document="") & ~Q(purpose="") & Q(expires_on__isnull=False, reviewed_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.on}"


class Verdict(models.TextChoices):
    ELIGIBLE = "eligible", _("初步符合")
    UNKNOWN = "unknown", _("待认定")


class Listed(models.Model):
    """One firm of a prepared list: what it rests on, and which facts are missing where that is unknown."""

    preparation = models.ForeignKey(Preparation, models.CASCADE, related_name="lines")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="reach_lines")
    status = models.CharField(_("判断"), max_length=8, choices=Verdict)
    # listed, confirmed or claimed: the weakest standing of the facts it rests on.
    assurance = models.CharField(_("可信程度"), max_length=9)
    missing = models.JSONField(_("缺的情况"), default=list)

    class Meta:
        verbose_name = _("直达名单企业")
        ordering = ["status", "pk"]
        indexes = [models.Index(fields=["preparation", "status"], name="reach_line_status")]
        constraints = [
            models.UniqueConstraint(fields=["preparation", "enterprise"], name="reach_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.preparation_id} {self.enterprise_id}"
