"""Clocks of a case: what they rest on is kept, what follows is reckoned (huiqi.workflow.terms)."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit
from huiqi.cases.models.case import Case
from huiqi.cases.models.orders import Order
from huiqi.cases.workflow import PauseReason, Stage


class LimitUnitChoice(models.TextChoices):
    WORKING_DAYS = "working_days", _("个工作日")
    OFFICE_HOURS = "office_hours", _("个工作小时")
    HOURS = "hours", _("小时")


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> Self:
        """Not stopped; paused ones among them."""
        return self.filter(stopped_at=None)


class Clock(models.Model):
    """One measured stage. Rows of the same stage follow one another in later rounds; none is overwritten."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    # Of the order it measures; None for the desk's own stages.
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="clocks")
    stage = models.CharField(_("环节"), max_length=10, choices=Stage)
    # Whose clock it is: statistics and queues go by it.
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    round = models.PositiveSmallIntegerField(default=1)
    limit_amount = models.PositiveSmallIntegerField(_("时限"))
    limit_unit = models.CharField(max_length=12, choices=LimitUnitChoice)
    # Working days added by approved extensions, one after another: [3].
    extensions = models.JSONField(default=list)
    # A clock to a unit we cannot order is a reference: late is said, never counted as a breach.
    is_reference = models.BooleanField(_("参考时限"), default=False)
    started_at = models.DateTimeField(_("起算时间"))
    stopped_at = models.DateTimeField(_("结束时间"), null=True)
    due_at = models.DateTimeField(_("期限"))
    original_due_at = models.DateTimeField(_("原期限"))
    is_paused = models.BooleanField(_("暂停"), default=False)
    # Set when it stops: in time or not. None while it runs.
    was_late = models.BooleanField(null=True)
    # Office minutes used when it stopped (plain minutes for hour clocks).
    used_minutes = models.PositiveIntegerField(null=True)
    # The day whose knowledge of the calendar `due_at` rests on.
    known_on = models.DateField()
    # The next instant at which somebody is told (before the end, after it); None: nobody more.
    next_notice_at = models.DateTimeField(null=True)
    notices_sent = models.PositiveSmallIntegerField(default=0)
    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("计时")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["case", "stage"], name="clock_of_case"),
            # What is late is counted and ordered by this alone.
            models.Index(
                fields=["stopped_at", "due_at", "is_paused", "is_reference", "stage", "unit", "case"],
                name="clock_running",
            ),
            models.Index(fields=["next_notice_at"], name="clock_notice", condition=Q(stopped_at=None)),
            models.Index(fields=["unit", "stage", "stopped_at"], name="clock_unit"),
            # The account of a month: clocks by the end of their term.
            models.Index(fields=["stage", "due_at"], name="clock_account"),
            models.Index(fields=["stage", "stopped_at"], name="clock_days"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage", "order"],
                condition=Q(stopped_at=None, order__isnull=False),
                name="clock_order_once",
            ),
            models.UniqueConstraint(
                fields=["case", "stage"], condition=Q(stopped_at=None, order=None), name="clock_desk_once"
            ),
            models.CheckConstraint(
                name="clock_stopped_whole",
                condition=Q(stopped_at=None, was_late=None)
                | Q(stopped_at__isnull=False, was_late__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.stage}"


class ClockPause(models.Model):
    """A clock stood still from one instant to another."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="pauses")
    reason = models.CharField(_("原因"), max_length=10, choices=PauseReason)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("计时暂停")
        ordering = ["from_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(to_at=None), name="clock_pause_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.reason}"


class MoveReason(models.TextChoices):
    CALENDAR = "calendar", _("节假日安排调整")
    EXTENSION = "extension", _("经批准延期")
    URGENCY = "urgency", _("紧急程度调整")
    PAUSE = "pause", _("暂停后恢复计时")


class ClockMove(models.Model):
    """The end of a clock moved, and why, in words for the timeline."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="moves")
    reason = models.CharField(_("原因"), max_length=9, choices=MoveReason)
    from_due = models.DateTimeField()
    to_due = models.DateTimeField()
    words = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("期限变动")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.from_due} → {self.to_due}"


class CalendarUsed(models.Model):
    """With which calendar tables and office hours all running clocks were last reckoned; one row."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("计时所用日历")

    def __str__(self) -> str:
        return self.digest
