"""The rounds of a survey, and how many answers are enough for a part of the firms."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.surveys.models.surveys import Survey

# The office's own wish, to be changed on the page: the Small Business Pulse Survey got answers from about 22
# of 100 firms by e-mail alone, so 30 with reminders is a target that can be missed and met.
TARGET_PERCENT = 30
# Kalton and Flores-Cervantes, Weighting Methods, J. Official Statistics 19, 2003: 20 to 30 respondents for a
# cell that is to be weighted (also huiqi.surveys.analysis.response.LEAST_IN_A_CELL).
LEAST_IN_A_CELL = 20


class WaveState(models.TextChoices):
    DRAFT = "draft", _("准备中")
    OPEN = "open", _("填报中")
    CLOSED = "closed", _("已截止")


class WaveQuerySet(models.QuerySet["Wave"]):
    def answerable(self, today: date) -> Self:
        """Those that take answers on the day, the last day included."""
        surveys = Survey.objects.answerable(today).order_by()
        opened = self.filter(state=WaveState.OPEN, survey__in=surveys)
        return opened.filter(opens_on__lte=today, closes_on__gte=today)


class Wave(Versioned):
    """One round: an open link has one, a survey that follows firms has one a week or a month.

    The days of a survey span those of its waves.
    """

    public_id = PublicIdField()
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField(_("轮次"), default=1)
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("截止日期"))
    state = models.CharField(_("状态"), max_length=8, choices=WaveState, default=WaveState.DRAFT)
    # Reminders go out so many days after the last message, at most so often; 0 = none by themselves.
    remind_after = models.PositiveSmallIntegerField(
        _("几天后提醒"), default=3, validators=[MaxValueValidator(60)]
    )
    remind_most = models.PositiveSmallIntegerField(
        _("最多提醒几次"), default=2, validators=[MaxValueValidator(5)]
    )
    # A cell of the board is weak below both: this share of the invited, and this many answers.
    target_percent = models.PositiveSmallIntegerField(
        _("目标应答率"),
        default=TARGET_PERCENT,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    least_in_cell = models.PositiveSmallIntegerField(
        _("每格最少份数"), default=LEAST_IN_A_CELL, validators=[MinValueValidator(1)]
    )
    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("调查轮次")
        ordering = ["survey", "number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="wave_number_once"),
            models.CheckConstraint(name="wave_days", condition=Q(closes_on__gte=F("opens_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.number}"

    def takes_answers(self, today: date) -> bool:
        """Whether it can be answered on the day; asks for its survey."""
        is_open = self.state == WaveState.OPEN and self.survey.takes_answers(today)
        return is_open and self.opens_on <= today <= self.closes_on


class Quota(models.Model):
    """So many answers are enough from these firms; "" stands for all. Without any of them: from all firms."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="quotas")
    county = models.CharField(_("区县"), max_length=6, blank=True)
    section = models.CharField(_("行业门类"), max_length=1, blank=True)
    size_class = models.CharField(_("规模"), max_length=16, blank=True)
    most = models.PositiveIntegerField(_("最多份数"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("配额")
        ordering = ["county", "section", "size_class", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["wave", "county", "section", "size_class"], name="quota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.county}{self.section}{self.size_class} {self.most}"
