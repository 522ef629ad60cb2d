"""A knot 堵点: many alike requests with one cause, one owner and one task."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.cases.models.case import TEXT_LENGTH
from huiqi.cases.models.items import ITEM_LENGTH, TOPIC_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned


class Knot(Versioned):
    """Requests alike (same item and topic in one region, a number of them within a week) taken up as one."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        OPEN = "open", _("攻坚中")
        UNTIED = "untied", _("已疏通")
        DISMISSED = "dismissed", _("不成立")

    public_id = PublicIdField()
    title = models.CharField(_("名称"), max_length=80)
    item = models.CharField(max_length=ITEM_LENGTH)
    topic = models.CharField(max_length=TOPIC_LENGTH)
    prefecture = models.CharField(_("县市区"), max_length=6, blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.PROPOSED)
    owner = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="knots", verbose_name=_("牵头单位")
    )
    cause = models.TextField(_("根源"), max_length=TEXT_LENGTH, blank=True)
    task = models.TextField(_("任务"), max_length=TEXT_LENGTH, blank=True)
    due_on = models.DateField(_("完成日期"), null=True, blank=True)
    result = models.TextField(_("结果"), max_length=TEXT_LENGTH, blank=True)
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("堵点")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "topic", "prefecture"],
                condition=Q(state__in=["proposed", "open"]),
                name="knot_one_open",
            ),
            models.CheckConstraint(
                name="knot_open_has_owner", condition=~Q(state="open") | Q(owner__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title
