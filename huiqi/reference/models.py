"""Code lists: dated divisions and their risk levels, the industry classification, what was loaded when."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DivisionQuerySet(models.QuerySet["Division"]):
    def within(self, province: str) -> Self:
        """Divisions of one province, by the two digits its codes share."""
        return self.filter(code__startswith=province[:2])

    def valid_on(self, day: date) -> Self:
        """Divisions that existed on `day` (valid_to is the first day without)."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day)
        )


class Division(models.Model):
    """A province, prefecture or county by its GB/T 2260 code; codes are never given twice."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        PREFECTURE = "prefecture", "市级"
        COUNTY = "county", "县级"

    code = models.CharField("代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=40)
    full_name = models.CharField("全称", max_length=100)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    pinyin = models.CharField("拼音", max_length=200)
    initials = models.CharField("拼音首字母", max_length=40)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="division_valid_from_before_to",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to")),
            ),
            models.CheckConstraint(
                name="division_code_is_six_digits", condition=Q(code__regex=r"^[0-9]{6}$")
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class RiskLevelQuerySet(models.QuerySet["RiskLevel"]):
    def holding(self, on: date, known_on: date) -> Self:
        """Rows that speak of day `on` and were known on `known_on`, the one that counts first of each county.

        What became known last counts; of what became known on one day, what begins last.
        """
        rows = self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
        known = rows.filter(known_on__lte=known_on)
        return known.order_by("division", "-known_on", "-valid_from", "-pk")


class RiskLevel(models.Model):
    """How high the risk in a county was held to be, from a day to a day (县域风险等级), by which document.

    Rows are only added: a later decision about the same days counts instead of the earlier one, which stays.
    `valid_to` is the last day, None until something else is decided. NONE ends it: the county has no level.
    """

    class Level(models.TextChoices):
        LOW = "low", _("低风险")
        MEDIUM = "medium", _("中风险")
        HIGH = "high", _("高风险")
        NONE = "none", _("不再分级")

    division = models.ForeignKey(Division, models.PROTECT, related_name="risk_levels")
    level = models.CharField(_("等级"), max_length=6, choices=Level)
    valid_from = models.DateField(_("起"), db_index=True)
    valid_to = models.DateField(_("止"), null=True, blank=True)
    document = models.CharField(_("依据文号"), max_length=80)
    # The day the public could know it: a case is judged by what was known then.
    known_on = models.DateField(_("公布日期"))
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = RiskLevelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("县域风险等级")
        ordering = ["division", "-known_on", "-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="risk_level_from_before_to",
                condition=Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
            ),
            models.UniqueConstraint(
                name="risk_level_once",
                fields=["division", "level", "valid_from", "valid_to", "document", "known_on"],
            ),
            models.UniqueConstraint(
                name="risk_level_open_once",
                fields=["division", "level", "valid_from", "document", "known_on"],
                condition=Q(valid_to=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_id} {self.level} {self.valid_from}"


class Industry(models.Model):
    """A section 门类, division 大类, group 中类 or class 小类 of GB/T 4754-2017."""

    class Level(models.IntegerChoices):
        SECTION = 1, "门类"
        DIVISION = 2, "大类"
        GROUP = 3, "中类"
        CLASS = 4, "小类"

    code = models.CharField("代码", max_length=4, primary_key=True)
    level = models.PositiveSmallIntegerField("层级", choices=Level)
    name = models.CharField("名称", max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    section = models.CharField("门类字母", max_length=1)
    pinyin = models.CharField("拼音", max_length=300)
    initials = models.CharField("拼音首字母", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "国民经济行业（GB/T 4754-2017）"
        ordering = ["section", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CodeList(models.Model):
    """One loaded code list; its checksum tells whether a reload changed anything."""

    name = models.CharField("代码表", max_length=40, primary_key=True)
    checksum = models.CharField("校验和", max_length=64)
    rows = models.PositiveIntegerField("行数")
    loaded_at = models.DateTimeField("载入时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "已载入的代码表"

    def __str__(self) -> str:
        return self.name
