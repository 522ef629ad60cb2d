"""Statements: who said what about a firm, of which day and period, through which door. Append-only."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models.firm import Enterprise


class SourceKind(models.TextChoices):
    REGISTER = "register", _("登记或导入")
    COMPARISON = "comparison", _("名单比对")
    LIST = "list", _("名单")
    SURVEY = "survey", _("问卷")
    FIRM = "firm", _("企业填报")
    OFFICER = "officer", _("干部核实")
    COMPUTED = "computed", _("系统计算")


class Standing(models.TextChoices):
    LISTED = "listed", _("以名单为准")
    CONFIRMED = "confirmed", _("已核实")
    CLAIMED = "claimed", _("企业自报")


class Filing(models.Model):
    """One act of stating: an import, an answer of an authority, an officer's correction, a firm's form."""

    public_id = PublicIdField()
    source = models.CharField(_("来源"), max_length=12, choices=SourceKind)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="filings")
    # Who vouches for it, in words: the authority, the office, the firm.
    issuer = models.CharField(_("提供方"), max_length=80, blank=True)
    document = models.CharField(_("文号"), max_length=80, blank=True)
    purpose = models.CharField(_("用途"), max_length=120, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = _("填报")

    def __str__(self) -> str:
        return f"{self.source} {self.public_id}"


class AppendOnly(RuntimeError):
    """Somebody tried to change or delete a statement."""


class StatementQuerySet(models.QuerySet["Statement"]):
    def update(self, **kwargs: Any) -> int:
        if set(kwargs) - {"retracted_at", "retracted_by"}:
            raise AppendOnly("statements are taken back, never changed")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("statements are taken back, never deleted")


class Statement(models.Model):
    """One fact of one firm, as somebody stated it.

    `number` holds counts, money (fen), scaled ratios, booleans and day numbers; `text` codes and
    enumerations; both null: the one who stated the fact before no longer does. See catalogue.to_cell.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="statements", db_index=False)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="statements")
    fact = models.CharField(_("事实"), max_length=40)
    # "" (no period), a year "2019" or a month "2020-01".
    period = models.CharField(_("所属期"), max_length=7, blank=True)
    number = models.BigIntegerField(null=True)
    text = models.CharField(max_length=64, null=True)
    as_of = models.DateField(_("截至日期"))
    recorded_at = models.DateTimeField(_("记录时间"))
    expires_on = models.DateField(_("有效至"), null=True)
    standing = models.CharField(_("可信程度"), max_length=9, choices=Standing)
    # Set once, by the command that takes the statement back.
    retracted_at = models.DateTimeField(null=True)
    retracted_by = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="retractions")
    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("事实陈述")
        indexes = [models.Index(fields=["enterprise", "fact"], name="statement_firm_fact")]
        constraints = [
            # Resolution ranks by standing and would stumble over a word it does not know.
            models.CheckConstraint(
                name="statement_standing_known", condition=Q(standing__in=["listed", "confirmed", "claimed"])
            ),
            models.CheckConstraint(name="statement_one_value", condition=Q(number=None) | Q(text=None)),
            models.CheckConstraint(
                name="statement_retraction_whole",
                condition=Q(retracted_at=None, retracted_by=None)
                | Q(retracted_at__isnull=False, retracted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.fact}"
