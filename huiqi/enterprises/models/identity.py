"""What a firm was called before, what it came from and became, and which rows may be one firm."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models.firm import Enterprise
from huiqi.enterprises.models.statements import Filing


class FormerIdentity(models.Model):
    """What a firm was called, coded, where it sat, how it stood before: so that old papers find it."""

    class Kind(models.TextChoices):
        NAME = "name", _("曾用名")
        CREDIT_CODE = "credit_code", _("原统一社会信用代码")
        PARK = "park", _("原所在园区")
        REGISTRATION = "registration", _("原登记状态")

    class Reason(models.TextChoices):
        RENAMED = "renamed", _("更名")
        INCORPORATED = "incorporated", _("个转企")
        REISSUED = "reissued", _("换发代码")
        CORRECTED = "corrected", _("更正错误")
        MOVED = "moved", _("迁移")
        REGISTERED = "registered", _("登记变更")

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="former_identities")
    kind = models.CharField(max_length=12, choices=Kind)
    # The name, the code, the park's name, the registration's key.
    value = models.CharField(max_length=120, db_index=True)
    until_on = models.DateField(_("使用至"))
    reason = models.CharField(max_length=14, choices=Reason)
    document = models.CharField(_("依据"), max_length=80, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("曾用标识")
        ordering = ["-until_on", "pk"]

    def __str__(self) -> str:
        return self.value


class Succession(models.Model):
    """One firm came from another: merger 合并, split 分立, incorporation 个转企."""

    class Kind(models.TextChoices):
        MERGER = "merger", _("合并")
        SPLIT = "split", _("分立")
        INCORPORATION = "incorporation", _("个转企")

    predecessor = models.ForeignKey(Enterprise, models.PROTECT, related_name="became")
    successor = models.ForeignKey(Enterprise, models.PROTECT, related_name="came_from")
    kind = models.CharField(max_length=14, choices=Kind)
    on = models.DateField(_("日期"))
    document = models.CharField(_("依据"), max_length=80, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("承继关系")
        ordering = ["-on", "pk"]
        constraints = [
            models.CheckConstraint(name="succession_of_two_firms", condition=~Q(predecessor=F("successor"))),
            models.UniqueConstraint(fields=["predecessor", "successor", "kind"], name="succession_once"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"


class Merging(models.Model):
    """From when to when a row counted as another firm's: what was known on a day follows it.

    `Enterprise.merged_into` points at the row that stands for the firm today, also over several mergings.
    """

    public_id = PublicIdField()
    dropped = models.ForeignKey(Enterprise, models.PROTECT, related_name="mergings")
    kept = models.ForeignKey(Enterprise, models.PROTECT, related_name="absorbed")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undo_reason = models.CharField(_("撤销理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("归并")
        ordering = ["-merged_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dropped"], condition=Q(undone_at=None), name="merging_one_at_a_time"
            ),
            models.CheckConstraint(name="merging_of_two_rows", condition=~Q(dropped=F("kept"))),
        ]

    def __str__(self) -> str:
        return f"{self.dropped_id} → {self.kept_id}"


class DuplicatePair(models.Model):
    """Two rows that may be one firm, found by at least two signals; a person decides."""

    class State(models.TextChoices):
        OPEN = "open", _("待判断")
        MERGED = "merged", _("已合并")
        DISTINCT = "distinct", _("不是同一家")

    public_id = PublicIdField()
    first = models.ForeignKey(Enterprise, models.CASCADE, related_name="duplicates_as_first")
    second = models.ForeignKey(Enterprise, models.CASCADE, related_name="duplicates_as_second")
    # Names of the signals that agreed (huiqi.enterprises.likeness.SIGNALS).
    signals = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    # When merged: the row that was kept.
    kept = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("疑似重复")
        ordering = ["-found_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(name="duplicate_pair_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"


class SizeDispute(models.Model):
    """划型异议: a firm says its size class is another and commits itself to it; an officer decides.

    Source of the procedure: 工信部联企业〔2011〕300号 lets firms declare their class by themselves; disputes
    are settled by the office that keeps the register.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        UPHELD = "upheld", _("采纳")
        REJECTED = "rejected", _("不采纳")
        WITHDRAWN = "withdrawn", _("企业撤回")

    public_id = PublicIdField()
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="size_disputes")
    shown_class = models.CharField(_("系统划型"), max_length=14)
    claimed_class = models.CharField(_("企业主张"), max_length=14)
    # Figures the firm gives in support: {"employees": 120, "revenue": fen, "assets": fen}.
    figures = models.JSONField(default=dict)
    grounds = models.TextField(_("理由"), max_length=1000)
    is_committed = models.BooleanField(_("承诺所报属实"), default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="size_disputes")
    raised_at = models.DateTimeField()
    decision = models.TextField(_("处理意见"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # The act by which an upheld dispute entered the facts.
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="size_disputes")

    class Meta:
        verbose_name = _("划型异议")
        ordering = ["-raised_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(state="open"), name="size_dispute_one_open"
            ),
            models.CheckConstraint(name="size_dispute_committed", condition=Q(is_committed=True)),
            models.CheckConstraint(
                name="size_dispute_decided_by_someone",
                condition=~Q(state__in=["upheld", "rejected"]) | Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.claimed_class}"
