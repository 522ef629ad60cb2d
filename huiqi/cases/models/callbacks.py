"""Asking the requester how it went 回访: every try is kept, also those that reached nobody."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.models.case import Case
from huiqi.cases.workflow import Word


class CallBack(models.Model):
    """One try to reach the requester, or the requester's own word on the web."""

    class Way(models.TextChoices):
        WEB = "web", _("网上自评")
        PHONE = "phone", _("电话回访")
        VISIT = "visit", _("上门回访")

    case = models.ForeignKey(Case, models.PROTECT, related_name="call_backs")
    round = models.PositiveSmallIntegerField(default=1)
    way = models.CharField(_("方式"), max_length=5, choices=Way)
    # UNREACHABLE is a class of its own, never counted as satisfied.
    word = models.CharField(_("结果"), max_length=11, choices=Word)
    rating = models.PositiveSmallIntegerField(_("满意度"), null=True)
    note = models.CharField(_("备注"), max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("回访")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.word}"
