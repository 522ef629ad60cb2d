"""Scenarios 测算方案: a copied edition with changed figures and conditions, and what it came to."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.whatif.variants import Changes


class ScenarioState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PROPOSED = "proposed", _("待复核")
    RETURNED = "returned", _("已退回")
    REVIEWED = "reviewed", _("已复核")


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Those of the units for which the person may estimate policies."""
        return self.filter(unit__in=units_with(user, Power.ESTIMATE_POLICIES, today))

    def changeable_by(self, user: Any, today: date) -> Self:
        """One's own that nobody reviews at the moment; of others one makes a copy."""
        return self.visible_to(user, today).filter(author=user).exclude(state=ScenarioState.PROPOSED)

    def reviewable_by(self, user: Any, today: date) -> Self:
        """Proposed by somebody else of the person's units."""
        return self.visible_to(user, today).filter(state=ScenarioState.PROPOSED).exclude(author=user)


class Scenario(Versioned):
    """What if: `content` is the edition it was copied from, `changes` what differs (whatif.variants).

    The rulebook is never touched. `estimated` is the version whose result lies on disk, 0 for none yet.
    """

    public_id = PublicIdField()
    title = models.CharField(_("名称"), max_length=120)
    policy = models.CharField(_("政策"), max_length=60)
    edition = models.CharField(_("版本"), max_length=60)
    on = models.DateField(_("判断基准日"))
    rulebook = models.CharField(max_length=64)
    content = models.JSONField()
    changes = models.JSONField(default=dict)
    notes = models.TextField(_("说明"), blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("作者"))
    created_at = models.DateTimeField(_("新建时间"))
    changed_at = models.DateTimeField(_("修改时间"))
    state = models.CharField(_("状态"), max_length=8, choices=ScenarioState, default=ScenarioState.DRAFT)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    remark = models.CharField(_("复核意见"), max_length=300, blank=True)
    snapshot = models.CharField(_("快照"), max_length=40, blank=True)
    snapshot_digest = models.CharField(max_length=64, blank=True)
    estimated = models.PositiveIntegerField(default=0)
    firms = models.PositiveIntegerField(_("企业数"), default=0)
    estimated_at = models.DateTimeField(_("测算时间"), null=True)
    job_id = models.CharField(max_length=16, blank=True)
    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("测算方案")
        ordering = ["-changed_at", "-pk"]
        indexes = [models.Index(fields=["unit", "-changed_at"], name="scenario_of_unit")]
        constraints = [
            models.CheckConstraint(
                name="scenario_second_person", condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("author"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def changed(self) -> Changes:
        return Changes.of(self.changes)

    @property
    def is_estimated(self) -> bool:
        """Whether the result on disk is that of the present version."""
        return self.estimated == self.version
