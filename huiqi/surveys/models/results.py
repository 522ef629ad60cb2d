"""What a wave came to: snapshots of its answers, their weights, what was said and given out of them."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Job, Versioned
from huiqi.core.personal import EncryptedTextField
from huiqi.surveys.models.surveys import Survey
from huiqi.surveys.models.waves import Wave

THEMES_LENGTH = 60_000


class SnapshotState(models.TextChoices):
    MAKING = "making", _("正在汇总")
    READY = "ready", _("已汇总")
    FAILED = "failed", _("没有汇总成")


class SnapshotQuerySet(models.QuerySet["ResultSnapshot"]):
    def ready(self) -> Self:
        """Those results can be read from."""
        return self.filter(state=SnapshotState.READY).exclude(file="")


class ResultSnapshot(models.Model):
    """The sent answers of a wave as they stood at one instant, in columns, with their weights.

    Never changed: another instant or other weights make another snapshot, so a number stays what it was.
    `facts` holds how the weights came about (`weights`), what intervals rest on (`sampling`), what became of
    invitations (`outcomes`) and the sentences drafted (`headlines`).
    """

    public_id = PublicIdField()
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="snapshots")
    state = models.CharField(max_length=7, choices=SnapshotState, default=SnapshotState.MAKING)
    file = models.FileField(upload_to="survey-results/", blank=True)
    answers = models.PositiveIntegerField(_("份数"), default=0)
    # Labels of the versions of the questionnaire that were answered.
    versions = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    # Free text by question, grouped, with masked quotations; JSON.
    themes = EncryptedTextField(max_length=THEMES_LENGTH, blank=True)
    job_id = models.CharField(max_length=16, blank=True)
    themes_job_id = models.CharField(max_length=16, blank=True)
    message = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("汇总时间"))
    # Real time, by which its file is kept.
    kept_from = models.DateTimeField()
    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("结果快照")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["wave", "state", "-id"], name="snapshot_of_wave")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def job(self) -> Job | None:
        """The work that makes it."""
        return Job.objects.filter(public_id=self.job_id).order_by("pk").first() if self.job_id else None

    @property
    def themes_job(self) -> Job | None:
        """The work that groups its free text."""
        jobs = Job.objects.filter(public_id=self.themes_job_id).order_by("pk")
        return jobs.first() if self.themes_job_id else None


class Weighting(models.Model):
    """How the answers of a survey are weighted from the next snapshot on.

    `margins` names columns of the register the weights are raked to; none: not raked. Classes of a margin
    with fewer than `merge_below` respondents are put together first (0: never).
    """

    survey = models.OneToOneField(Survey, models.PROTECT, related_name="weighting")
    uses_design = models.BooleanField(_("设计权重"), default=False)
    uses_response = models.BooleanField(_("无应答调整"), default=False)
    margins = models.JSONField(_("校准"), default=list)
    merge_below = models.PositiveSmallIntegerField(_("合并小类"), default=10)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("权重设置")

    def __str__(self) -> str:
        return f"{self.survey_id}"


class BriefState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    RELEASED = "released", _("已核准")


class Brief(Versioned):
    """A brief for leaders 信息专报: sentences, each tied to the query behind its numbers, over one snapshot.

    `sentences` is a list of {key, drafted, text, source, is_stale, before}; what is drawn and tabled is
    reckoned again from `shown`, the tables as they were when the brief was written, so that it outlives the
    snapshot's file.
    """

    public_id = PublicIdField()
    snapshot = models.ForeignKey(ResultSnapshot, models.PROTECT, related_name="briefs")
    title = models.CharField(_("标题"), max_length=80)
    sentences = models.JSONField(default=list)
    shown = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=8, choices=BriefState, default=BriefState.DRAFT)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("信息专报")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class MicrodataQuerySet(models.QuerySet["MicrodataRun"]):
    def open_to(self, user: Any, wall: datetime) -> Self:
        """A file is fetched by whoever asked for it, until it expires; `wall` is real time."""
        return self.filter(owner=user, expires_at__gt=wall) if user.is_authenticated else self.none()


class MicrodataRun(models.Model):
    """Answers of single firms that left the house, or are about to: who, what for, in which form."""

    public_id = PublicIdField()
    snapshot = models.ForeignKey(ResultSnapshot, models.PROTECT, related_name="exports")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    purpose = models.CharField(_("用途"), max_length=120)
    form = models.CharField(_("格式"), max_length=12)
    is_anonymised = models.BooleanField(default=True)
    least_alike = models.PositiveSmallIntegerField(default=5)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    # Sentences on how firms were made indistinguishable, as [template, values].
    report = models.JSONField(default=list)
    file = models.FileField(upload_to="survey-exports/", blank=True)
    job_id = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    objects = MicrodataQuerySet.as_manager()

    class Meta:
        verbose_name = _("微观数据导出")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def job(self) -> Job | None:
        """The work that writes the file."""
        return Job.objects.filter(public_id=self.job_id).order_by("pk").first() if self.job_id else None
