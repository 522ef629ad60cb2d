"""Whom a survey asks: the firms of the register on a day, the strata, and who was drawn."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.core.models import Job
from huiqi.enterprises.models import Enterprise
from huiqi.surveys.models.surveys import Survey

MOST_ROTATION_GROUPS = 52


class Method(models.TextChoices):
    CENSUS = "census", _("全部企业（普查）")
    SAMPLE = "sample", _("分层抽样")


class Allocation(models.TextChoices):
    PROPORTIONAL = "proportional", _("按各层企业数的比例")
    EQUAL = "equal", _("各层一样多")


class RegionDepth(models.IntegerChoices):
    """By how many digits of the division code firms are put into strata."""

    NONE = 0, _("不分地区")
    CITY = 4, _("市州")
    COUNTY = 6, _("区县")


class FrameState(models.TextChoices):
    DRAFT = "draft", _("未抽取")
    DRAWING = "drawing", _("抽取中")
    DRAWN = "drawn", _("已抽取")


class Frame(models.Model):
    """Firms chosen by the filters of the register's list, under the scope of who chose; frozen when drawn.

    `query` is the list's own query string, `wanted` what it asks, `words` what it says to people. After the
    draw nothing here changes: the same seed and the same register give the same sample.
    """

    public_id = PublicIdField()
    survey = models.OneToOneField(Survey, models.PROTECT, related_name="frame")
    query = models.CharField(max_length=800, blank=True)
    # The same, read: enterprises.wanted.Wanted as JSON, since work in the background reads no forms.
    wanted = models.JSONField(default=dict)
    words = models.CharField(_("范围"), max_length=600, blank=True)
    method = models.CharField(_("方法"), max_length=8, choices=Method, default=Method.CENSUS)
    # What strata are made of.
    by_region = models.PositiveSmallIntegerField(_("分地区"), choices=RegionDepth, default=RegionDepth.CITY)
    by_section = models.BooleanField(_("分行业门类"), default=True)
    by_size = models.BooleanField(_("分规模"), default=True)
    allocation = models.CharField(
        _("分配"), max_length=12, choices=Allocation, default=Allocation.PROPORTIONAL
    )
    sample_size = models.PositiveIntegerField(_("样本量"), null=True, blank=True)
    least_per_stratum = models.PositiveSmallIntegerField(_("每层最少"), default=2)
    # Each firm is asked once in so many waves (the Small Business Pulse Survey: nine weekly panels).
    rotation_groups = models.PositiveSmallIntegerField(
        _("轮换组数"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ROTATION_GROUPS)],
    )
    seed = models.CharField(_("随机种子"), max_length=32)
    state = models.CharField(max_length=8, choices=FrameState, default=FrameState.DRAFT)
    job_id = models.CharField(max_length=16, blank=True)
    drawn_on = models.DateField(_("抽取日期"), null=True)
    drawn_at = models.DateTimeField(null=True)
    population = models.PositiveIntegerField(_("企业总数"), default=0)
    drawn = models.PositiveIntegerField(_("抽中"), default=0)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("抽样框")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="frame_sample_has_size", condition=Q(method="census") | Q(sample_size__gt=0)
            ),
            models.CheckConstraint(name="frame_drawn_of_population", condition=Q(drawn__lte=F("population"))),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def job(self) -> Job | None:
        """The work that drew or draws it."""
        return Job.objects.filter(public_id=self.job_id).order_by("pk").first() if self.job_id else None


class Stratum(models.Model):
    """Firms among which so many were drawn by chance. "" = not told apart by it, or unknown of the firms."""

    frame = models.ForeignKey(Frame, models.CASCADE, related_name="strata")
    region = models.CharField(_("地区"), max_length=6, blank=True)
    section = models.CharField(_("行业门类"), max_length=1, blank=True)
    size_class = models.CharField(_("规模"), max_length=16, blank=True)
    population = models.PositiveIntegerField(_("企业数"))
    drawn = models.PositiveIntegerField(_("抽中"), default=0)

    class Meta:
        verbose_name = _("层")
        ordering = ["region", "section", "size_class"]
        constraints = [
            models.UniqueConstraint(fields=["frame", "region", "section", "size_class"], name="stratum_once"),
            models.CheckConstraint(
                name="stratum_drawn_of_population", condition=Q(drawn__lte=F("population"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region or '-'}·{self.section or '-'}·{self.size_class or '-'}"


class Member(models.Model):
    """A firm that was drawn, with the cell it lay in on that day and the group it rotates with."""

    frame = models.ForeignKey(Frame, models.CASCADE, related_name="members")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    stratum = models.ForeignKey(Stratum, models.CASCADE, related_name="members")
    # 0 … rotation_groups - 1: asked in the waves whose number less one leaves this rest.
    rotation = models.PositiveSmallIntegerField(default=0)
    county = models.CharField(max_length=6, blank=True)
    section = models.CharField(max_length=1, blank=True)
    size_class = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("样本企业")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["frame", "enterprise"], name="member_once"),
        ]
        indexes = [models.Index(fields=["frame", "rotation"], name="member_of_group")]

    def __str__(self) -> str:
        return f"{self.frame_id} {self.enterprise_id}"
