"""What an authority sent back about firms: one file, its counts, the lines that were not taken."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.core.ids import PublicIdField


class StatusFileQuerySet(models.QuerySet["StatusFile"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Those that the person's units received."""
        return self.filter(unit__in=units_with(user, Power.VIEW_REACH, today))


class StatusFile(models.Model):
    """A status file that was taken, whole or but for some lines. One that was refused whole leaves no row.

    The file itself is not kept: only status, reason, day and, where lawful, the amount of each firm are.
    """

    public_id = PublicIdField()
    policy = models.CharField(_("政策"), max_length=60)
    edition = models.CharField(_("版本"), max_length=60, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("接收单位"))
    authority = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("认定机关"))
    document = models.CharField(_("回执文号"), max_length=80)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    taken = models.PositiveIntegerField(_("采用"), default=0)
    unchanged = models.PositiveIntegerField(_("没有变化"), default=0)
    refused = models.PositiveIntegerField(_("没有采用"), default=0)
    # Fen, of the lines taken; None where amounts are not kept.
    total_fen = models.BigIntegerField(_("到账金额合计"), null=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    at = models.DateTimeField(_("上传时间"))
    objects = StatusFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("认定机关回执")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "policy", "edition", "sha256"], name="reach_status_file_once"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class StatusFault(models.Model):
    """One line that was not taken: where, why, and what to do."""

    status_file = models.ForeignKey(StatusFile, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=40, blank=True)
    reason = models.CharField(_("原因"), max_length=300)
    remedy = models.CharField(_("怎么办"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("回执问题行")
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}"
