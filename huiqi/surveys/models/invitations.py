"""One firm asked in one wave: by what code it comes in, what was sent, what became of it."""

from datetime import date
from fractions import Fraction
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.crypto import INDEX_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Job
from huiqi.enterprises.models import Enterprise
from huiqi.surveys.models.frames import Stratum
from huiqi.surveys.models.surveys import Survey
from huiqi.surveys.models.waves import Wave


class Outcome(models.TextChoices):
    """What became of an invitation; results count closed and dead ones instead of forgetting them."""

    PENDING = "pending", _("未打开")
    OPENED = "opened", _("填写中")
    ANSWERED = "answered", _("已答")
    PARTIAL = "partial", _("部分答")
    REFUSED = "refused", _("拒答")
    UNREACHABLE = "unreachable", _("联系不上")
    CLOSED = "closed", _("已注销或停业")
    OVER_QUOTA = "over_quota", _("名额已满")
    # Asked often enough this month by all offices together: left in peace.
    SPARED = "spared", _("本月已达次数，未邀请")
    # The wave ended without a word.
    SILENT = "silent", _("未答复")


# Still to be had: reminders and forms are for these.
OPEN_OUTCOMES = (Outcome.PENDING, Outcome.OPENED)


class Skipped(models.TextChoices):
    """Why the last round of messages left a firm out."""

    NO_PHONE = "no_phone", _("没有手机号")
    TODAY = "today", _("今天已收到过一条")
    SPARED = "spared", _("本月已达次数")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Those of the surveys that the person runs."""
        return self.filter(wave__survey__in=Survey.objects.visible_to(user, today).order_by())

    def to_be_had(self) -> Self:
        """Not answered and not out of the question."""
        return self.filter(outcome__in=OPEN_OUTCOMES)


class Invitation(models.Model):
    """Knows the firm, and of an anonymous survey only THAT it answered: no day, no hour, no response.

    `county`, `section` and `size_class` are the firm's cell on the day of the draw ("" unknown). The design
    weight is the stratum's firms over those of it invited in this wave.
    """

    public_id = PublicIdField()
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="invitations")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="survey_invitations")
    stratum = models.ForeignKey(Stratum, models.PROTECT, related_name="invitations")
    weight_population = models.PositiveIntegerField()
    weight_sample = models.PositiveIntegerField()
    county = models.CharField(max_length=6, blank=True)
    section = models.CharField(max_length=1, blank=True)
    size_class = models.CharField(max_length=16, blank=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, default=Outcome.PENDING)
    # Why an officer set the outcome; never of who answered.
    note = models.CharField(_("备注"), max_length=200, blank=True)
    invited_at = models.DateTimeField(_("邀请时间"), null=True)
    last_message_at = models.DateTimeField(_("最近发送"), null=True)
    reminders = models.PositiveSmallIntegerField(_("提醒次数"), default=0)
    no_more_reminders = models.BooleanField(_("停止提醒"), default=False)
    skipped = models.CharField(max_length=8, choices=Skipped, blank=True)
    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("调查邀请")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "enterprise"], name="invitation_once_a_wave"),
            models.CheckConstraint(
                name="invitation_weight",
                condition=Q(weight_sample__gt=0, weight_population__gte=models.F("weight_sample")),
            ),
        ]
        indexes = [
            # The board is counted from this alone.
            models.Index(
                fields=["wave", "county", "section", "size_class", "outcome"], name="invitation_board"
            ),
            models.Index(fields=["wave", "outcome", "id"], name="invitation_by_outcome"),
            # How often a firm was asked this month, by all offices.
            models.Index(fields=["enterprise", "invited_at"], name="invitation_of_firm"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def weight(self) -> Fraction:
        """How many firms of the stratum it stands for, exactly."""
        return Fraction(self.weight_population, self.weight_sample)


class InvitationCode(models.Model):
    """A code that was handed out; only its keyed digest is kept. All codes of a firm lead to the one form.

    A reminder needs a new one, because nobody can read the first one back.
    """

    class Way(models.TextChoices):
        MESSAGE = "message", _("短信")
        LIST = "list", _("名单")
        OFFICER = "officer", _("电话代填")

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=INDEX_LENGTH, unique=True)
    way = models.CharField(max_length=8, choices=Way, default=Way.MESSAGE)

    class Meta:
        verbose_name = _("邀请码")

    def __str__(self) -> str:
        return self.digest[:12]


class CodeTry(models.Model):
    """A code that nobody was given, tried from an address (its digest): too many, and the address waits."""

    address_digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("试邀请码")
        indexes = [models.Index(fields=["address_digest", "at"], name="code_try_by_address")]

    def __str__(self) -> str:
        return f"{self.pk}"


class SendRun(models.Model):
    """One round of messages: whom it was for and what it came to. Goes on where it stopped."""

    class Kind(models.TextChoices):
        INVITE = "invite", _("邀请")
        REMIND = "remind", _("提醒")
        # By the wave's rule: after so many days.
        DUE = "due", _("到期提醒")

    public_id = PublicIdField()
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=8, choices=Kind)
    # "https://…": what the links begin with, as the officer's browser saw the site.
    origin = models.CharField(max_length=100, blank=True)
    # Cells as [county, section, size_class], "" for all; empty for the whole wave.
    cells = models.JSONField(default=list)
    # Keys of invitations behind this one are still to be looked at.
    last_pk = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    queued = models.PositiveIntegerField(default=0)
    no_phone = models.PositiveIntegerField(default=0)
    spared = models.PositiveIntegerField(default=0)
    today = models.PositiveIntegerField(default=0)
    job_id = models.CharField(max_length=16, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("发送批次")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def job(self) -> Job | None:
        """The work it was last given to."""
        return Job.objects.filter(public_id=self.job_id).order_by("pk").first() if self.job_id else None
