"""The way of each firm to each relief: a row with the day of every step, and the steps as they were told."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models import Enterprise, Membership
from huiqi.reach.steps import ORDER, Dates, Outcome, RefusalCode, Source, Step, furthest

_DAYS = ("entitled_on", "told_on", "applied_on", "decided_on", "arrived_on")


def _step_agrees() -> Q:
    """The stored step is the furthest one that has a day: every firm stands in exactly one."""
    # Who lacks facts may have been told what is missing, and still does not count as told that it fits.
    agrees = Q(step=Step.UNSETTLED, **{f"{day}__isnull": True for day in _DAYS if day != "told_on"})
    for place, (step, day) in enumerate(zip(ORDER[1:], _DAYS, strict=True)):
        later = {f"{one}__isnull": True for one in _DAYS[place + 1 :]}
        before = {"entitled_on__isnull": False} if step is Step.TOLD else {}
        agrees |= Q(step=step, **{f"{day}__isnull": False}, **later, **before)
    return agrees


class JourneyQuerySet(models.QuerySet["Journey"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Of firms in the scope of posts that may look at what arrives."""
        return self.filter(scope_with(user, Power.VIEW_REACH, today).rows("enterprise__"))

    def followed_by(self, user: Any, today: date) -> Self:
        """Of firms that the person may ring up."""
        return self.filter(scope_with(user, Power.FOLLOW_REACH, today).rows("enterprise__"))

    def of_member(self, user: Any) -> Self:
        """Of the person's own firms."""
        own = Membership.objects.current().filter(user=user).order_by()
        return self.filter(enterprise__in=own.values("enterprise"))

    def with_ties(self) -> Any:
        """These rows with `is_dismissed` and `has_account`, by which reasons are told apart; typed Any, since
        the type checker knows no columns that a query adds."""
        gone = Dismissal.objects.filter(enterprise=OuterRef("enterprise"), policy=OuterRef("policy"))
        people = Membership.objects.current().filter(enterprise=OuterRef("enterprise"))
        return self.annotate(
            is_dismissed=Exists(gone.order_by()),
            has_account=Exists(people.order_by()),
        )


class Journey(models.Model):
    """One firm, one edition of one policy. Never two: hence nobody is told or counted twice."""

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="reach_journeys")
    policy = models.CharField(_("政策"), max_length=60)
    edition = models.CharField(_("版本"), max_length=60, blank=True)
    # The office that prepared the list and the unit it was handed to; the deciding authority in words stands
    # in the rulebook.
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("准备单位"))
    authority = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("认定机关"))
    assurance = models.CharField(_("可信程度"), max_length=9)
    missing = models.JSONField(_("缺的情况"), default=list)
    step = models.CharField(_("进度"), max_length=9, choices=Step, default=Step.UNSETTLED)
    listed_on = models.DateField(_("列入名单日期"))
    entitled_on = models.DateField(_("初步符合日期"), null=True)
    told_on = models.DateField(_("告知日期"), null=True)
    applied_on = models.DateField(_("申请日期"), null=True)
    decided_on = models.DateField(_("认定日期"), null=True)
    arrived_on = models.DateField(_("到位日期"), null=True)
    applied_source = models.CharField(max_length=9, choices=Source, blank=True)
    arrived_source = models.CharField(max_length=9, choices=Source, blank=True)
    outcome = models.CharField(_("认定结果"), max_length=8, choices=Outcome, blank=True)
    reason_code = models.CharField(_("原因"), max_length=3, choices=RefusalCode, blank=True)
    # Fen; only where the preparation keeps amounts, else always empty.
    amount_fen = models.BigIntegerField(_("到账金额"), null=True)
    keeps_amount = models.BooleanField(default=False)
    # What the firm last said of it on the telephone or in a survey (CallWord or a survey's word).
    word = models.CharField(_("企业的说法"), max_length=12, blank=True)
    word_on = models.DateField(null=True)
    objects = JourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策直达")
        ordering = ["-listed_on", "-pk"]
        indexes = [
            models.Index(fields=["policy", "edition", "step"], name="reach_by_step"),
            models.Index(fields=["step", "told_on"], name="reach_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "policy", "edition"], name="reach_journey_once"),
            models.CheckConstraint(name="reach_one_furthest_step", condition=_step_agrees()),
            models.CheckConstraint(
                name="reach_amount_where_kept",
                condition=Q(amount_fen=None)
                | Q(keeps_amount=True, amount_fen__gt=0, arrived_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.enterprise_id}"

    @property
    def dates(self) -> Dates:
        """For the pure rules."""
        return Dates(
            self.entitled_on, self.told_on, self.applied_on, self.decided_on, self.arrived_on, self.outcome
        )

    def settle_step(self) -> None:
        """Make the stored step agree with the days (unsaved)."""
        self.step = furthest(self.dates)


class JourneyStep(models.Model):
    """One thing that happened on the way, with its day and who said so; never changed."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="steps")
    kind = models.CharField(_("事项"), max_length=9)  # a Step, or an Outcome
    on = models.DateField(_("日期"))
    source = models.CharField(_("依据"), max_length=9, choices=Source)
    by = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("责任单位"))
    reason_code = models.CharField(_("原因"), max_length=3, choices=RefusalCode, blank=True)
    status_file = models.ForeignKey("reach.StatusFile", models.PROTECT, null=True, related_name="steps")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("政策直达进度")
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["journey", "on"], name="reach_step_of_journey")]

    def __str__(self) -> str:
        return f"{self.journey_id} {self.kind}"


class Dismissal(models.Model):
    """A firm does not want to hear of a policy any more, whatever edition comes."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    on = models.DateField()

    class Meta:
        verbose_name = _("不需要的政策")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "policy"], name="reach_dismissed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.policy}"


class Telling(models.Model):
    """One digest to one firm: how many policies it spoke of. By its day the ceiling is kept."""

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    on = models.DateField()
    policies = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("政策告知")
        indexes = [models.Index(fields=["enterprise", "-on"], name="reach_telling_of_firm")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.on}"
