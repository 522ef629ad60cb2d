"""Runs: the register judged by the rulebook, and what became of firms that changed since."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Job
from huiqi.enterprises.models import Enterprise


class RunState(models.TextChoices):
    QUEUED = "queued", _("等待运行")
    RUNNING = "running", _("正在运行")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("未完成")


class RunQuerySet(models.QuerySet["Run"]):
    def done(self) -> Self:
        return self.filter(state=RunState.DONE)

    def whole(self) -> Self:
        """Runs of all policies: what lists of the present and firms re-judged rest on."""
        return self.done().filter(is_whole=True)


class Run(models.Model):
    """One judging of a snapshot. What it rests on is kept, so that it can be made again bit for bit.

    `editions` tells for each policy the edition and the digest of its conditions, figures and amount.
    """

    public_id = PublicIdField()
    purpose = models.CharField(_("用途"), max_length=120)
    on = models.DateField(_("判断日期"))
    known_on = models.DateField(_("按哪一天已公布的政策"))
    snapshot = models.CharField(_("快照"), max_length=40, blank=True)
    snapshot_digest = models.CharField(max_length=64, blank=True)
    rulebook = models.CharField(_("规则库"), max_length=64)
    editions = models.JSONField(default=dict)
    is_whole = models.BooleanField(default=True)
    parameters = models.JSONField(default=dict, blank=True)
    code_version = models.CharField(_("程序版本"), max_length=40)
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("状态"), max_length=9, choices=RunState, default=RunState.QUEUED)
    pieces_done = models.PositiveIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=0)
    firms = models.PositiveIntegerField(_("企业数"), default=0)
    digest = models.CharField(_("结果摘要"), max_length=64, blank=True)
    message = models.CharField(_("说明"), max_length=400, blank=True)
    job_id = models.CharField(max_length=16, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("发起人"))
    created_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("测算")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "-id"], name="run_by_state")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def job(self) -> Job | None:
        """The work that makes it."""
        return Job.objects.filter(public_id=self.job_id).order_by("pk").first() if self.job_id else None

    @property
    def policies(self) -> list[str]:
        """The policies judged, in the order of their row groups."""
        return list(self.editions.get("order", ()))

    def plan_of(self, policy: str) -> dict[str, Any]:
        return dict(self.editions["plans"][policy])


class Rejudged(models.Model):
    """What a firm's verdicts are since its file changed after the snapshot of a run.

    `verdicts` holds for each policy of the run, in its order, what a row of the run's files holds.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="rejudged")
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="+")
    county = models.CharField(max_length=6, blank=True)
    park = models.BigIntegerField(default=0)
    section = models.CharField(max_length=1, blank=True)
    size = models.CharField(max_length=12, blank=True)
    verdicts = models.JSONField()
    # The newest note of the register (ChangedFirm) that this judging saw.
    noted = models.BigIntegerField(default=0)
    rejudged_at = models.DateTimeField()

    class Meta:
        verbose_name = _("变动后重新判断")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "enterprise"], name="rejudged_once_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.enterprise_id}"
