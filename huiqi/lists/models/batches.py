"""One batch of a list: what is decided together, under one document of the office's own OA."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned
from huiqi.enterprises.models import Enterprise, Filing


class BatchState(models.TextChoices):
    DRAFTING = "drafting", _("起草中")
    COLLECTING = "collecting", _("征集中")
    REVIEWING = "reviewing", _("审核中")
    NOTICING = "noticing", _("公示中")
    # Statements are being written piece by piece; nobody is shown the batch as published before the last.
    PUBLISHING = "publishing", _("正在发布")
    PUBLISHED = "published", _("已发布")
    CLOSED = "closed", _("已结束")


class Secrecy(models.TextChoices):
    PUBLIC = "public", _("公开")
    INTERNAL = "internal", _("内部")
    # Key materials: not for the public, nor for exports and searches of people without that power.
    COMPARTMENT = "compartment", _("限定知悉")


IN_FORCE = (BatchState.PUBLISHED, BatchState.CLOSED)


class ListBatchQuerySet(models.QuerySet["ListBatch"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Batches that staff with a view of lists may open; the compartment only with its own power."""
        if not user.is_authenticated or not may(user, Power.VIEW_LISTS, today):
            return self.none()
        return self if may(user, Power.VIEW_KEY_MATERIALS, today) else self.open_to_staff()

    def open_to_staff(self) -> Self:
        """Without those kept in the compartment."""
        return self.exclude(secrecy=Secrecy.COMPARTMENT)

    def shown_to_public(self) -> Self:
        """Public lists while they are noticed and once they are published."""
        return self.filter(
            secrecy=Secrecy.PUBLIC,
            state__in=[BatchState.NOTICING, BatchState.PUBLISHED, BatchState.CLOSED],
        )

    def published(self) -> Self:
        """Completely published, also when closed since."""
        return self.filter(state__in=IN_FORCE)


class ListBatch(Versioned):
    """One batch of a kind of list (`rulebook/lists.yaml`). Its document number is typed, never made here."""

    public_id = PublicIdField()
    kind = models.CharField(_("名单"), max_length=40)
    title = models.CharField(_("批次名称"), max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="list_batches", verbose_name=_("承办单位"))
    issuer = models.CharField(_("公布机关"), max_length=120)
    # Typed from the office's OA; empty means 待发文.
    document = models.CharField(_("文号"), max_length=80, blank=True)
    secrecy = models.CharField(_("知悉范围"), max_length=11, choices=Secrecy)
    state = models.CharField(_("状态"), max_length=10, choices=BatchState, default=BatchState.DRAFTING)
    # Somebody else's list, taken in as published.
    is_import = models.BooleanField(_("外部名单"), default=False)
    # A whole list stands for all earlier batches of its kind: who is not on it any more is removed.
    is_whole = models.BooleanField(_("代替以前各批"), default=False)
    collect_until = models.DateField(_("征集截止"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("公示工作日数"), null=True, blank=True)
    notice_from = models.DateField(_("公示起"), null=True, blank=True)
    notice_until = models.DateField(_("公示止"), null=True, blank=True)
    valid_from = models.DateField(_("生效日"), null=True, blank=True)
    valid_to = models.DateField(_("有效至"), null=True, blank=True)
    published_on = models.DateField(_("发布日"), null=True, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    closed_on = models.DateField(_("结束日"), null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("建立时间"))
    objects = ListBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("名单批次")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["kind", "state"], name="list_batch_kind_state")]
        constraints = [
            models.CheckConstraint(
                name="list_batch_published_is_dated",
                condition=~Q(state__in=["published", "closed"])
                | Q(published_at__isnull=False, valid_from__isnull=False),
            ),
            models.CheckConstraint(
                name="list_batch_valid_in_order",
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_from__lte=F("valid_to")),
            ),
            models.CheckConstraint(
                name="list_batch_numbered_when_published",
                condition=~Q(state__in=["publishing", "published", "closed"]) | ~Q(document=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BatchFiling(models.Model):
    """A filing made for a batch: its publication, a daily reading, a removal. Leads to its statements."""

    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="filings")
    filing = models.OneToOneField(Filing, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.filing_id}"


class ImportLine(models.Model):
    """A line of an imported list that no firm was found for; a person matches it, now or later."""

    class State(models.TextChoices):
        OPEN = "open", _("待匹配")
        MATCHED = "matched", _("已匹配")
        DISMISSED = "dismissed", _("不处理")

    public_id = PublicIdField()
    batch = models.ForeignKey(ListBatch, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField(_("行号"))
    name = models.CharField(_("名单上的名称"), max_length=120, blank=True)
    credit_code = models.CharField(_("名单上的代码"), max_length=32, blank=True)
    problem = models.CharField(_("原因"), max_length=300)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("待匹配行")
        ordering = ["row", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row", "name", "credit_code"], name="list_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.row}"
