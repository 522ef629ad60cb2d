"""List comparison 名单比对: codes sent to an authority, yes or no returned; never the figures themselves."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.enterprises.models import Enterprise, Filing


class ComparisonState(models.TextChoices):
    DRAFTING = "drafting", _("拟稿")
    SENT = "sent", _("已发出")
    ANSWERED = "answered", _("已答复")
    WITHDRAWN = "withdrawn", _("已撤回")


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def asked_of(self, unit: Unit | None) -> Self:
        """What was sent to an authority, for its own people."""
        sent = [ComparisonState.SENT, ComparisonState.ANSWERED]
        return self.filter(authority=unit, state__in=sent) if unit is not None else self.none()

    def prepared_by(self, unit: Unit | None) -> Self:
        """What a unit asks."""
        return self.filter(unit=unit) if unit is not None else self.none()

    def speaking_on(self, on: date) -> Self:
        """Comparisons whose answers may be used on a day: not withdrawn, not expired."""
        return self.filter(state=ComparisonState.ANSWERED, expires_on__gte=on)


class Comparison(Versioned):
    """One request to an authority: for what purpose, on what basis, which questions, until when.

    `questions`: [{"id": "q1", "label", "kind": "yes_no" | "class" | "month", "choices": [..], "fact": ""}];
    `fact` names the fact of the catalogue that a yes or a class is, if any.
    """

    public_id = PublicIdField()
    title = models.CharField(_("名称"), max_length=80)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="comparisons", verbose_name=_("发起单位"))
    authority = models.ForeignKey(
        Unit, models.PROTECT, related_name="comparisons_asked", verbose_name=_("比对部门")
    )
    purpose = models.CharField(_("用途"), max_length=200)
    basis = models.CharField(_("依据"), max_length=200)
    questions = models.JSONField(default=list)
    # The last day on which the answers may be used; after it they are unknown again.
    expires_on = models.DateField(_("答复使用期限"))
    # Of the letter, as numbered in the office's own system; this system numbers nothing.
    document = models.CharField(_("文号"), max_length=80, blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=ComparisonState, default="drafting")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="comparisons")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    objects = ComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("名单比对")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(name="comparison_has_purpose", condition=~Q(purpose="") & ~Q(basis="")),
        ]

    def __str__(self) -> str:
        return self.title


class ComparisonLine(models.Model):
    """One firm of a request. `answers`: {"q1": "yes" | "no" | class | "2020-01"}; without a key: unknown."""

    comparison = models.ForeignKey(Comparison, models.PROTECT, related_name="lines", db_index=False)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="comparison_lines")
    code = models.CharField(_("统一社会信用代码"), max_length=18)
    answers = models.JSONField(null=True)
    # The day the answer speaks of, and the filing that carried it.
    as_of = models.DateField(null=True)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="comparison_lines")

    class Meta:
        verbose_name = _("比对明细")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "code"], name="comparison_line_once"),
        ]

    def __str__(self) -> str:
        return self.code


class AnswerQuerySet(models.QuerySet["AnswerRun"]):
    def visible_to(self, user: Any) -> Self:
        """A run is seen by both sides of its comparison (the view checks which) and named by its id."""
        return self.filter(actor=user) if user.is_authenticated else self.none()


class AnswerRun(models.Model):
    """One answer file on its way in. What is stored of it are the permitted answers alone, never the file."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待处理")
        DONE = "done", _("已完成")

    public_id = PublicIdField()
    comparison = models.ForeignKey(Comparison, models.PROTECT, related_name="runs")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    document = models.CharField(_("答复文号"), max_length=80)
    as_of = models.DateField(_("截至日期"))
    # Cleaned answers, a line a firm; removed when the run is done.
    file = models.FileField(upload_to="comparisons/", max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    job_id = models.CharField(max_length=16, blank=True)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="answer_runs")
    total_rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    unasked = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("比对答复")
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return self.document


class AnswerFault(models.Model):
    """A row of an answer that was not taken, and why; never what stood in it."""

    run = models.ForeignKey(AnswerRun, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=100, blank=True)
    reason = models.CharField(_("原因"), max_length=300)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row}"
