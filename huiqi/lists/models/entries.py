"""Firms on a batch, and each step of their way up the chain."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.queries.people import scope_of
from huiqi.core.ids import PublicIdField
from huiqi.core.models import AppendOnly, AppendOnlyQuerySet, Versioned
from huiqi.core.personal import EncryptedTextField
from huiqi.enterprises.models import Enterprise
from huiqi.lists.models.batches import IN_FORCE, ListBatch
from huiqi.questionnaires.models import QuestionnaireVersion

# All answers of a form of some hundred questions.
FORM_LENGTH = 100_000


class EntryState(models.TextChoices):
    PROPOSED = "proposed", _("待推荐")
    RETURNED = "returned", _("已退回")
    RECOMMENDED = "recommended", _("待审核")
    ACCEPTED = "accepted", _("拟列入")
    OBJECTED = "objected", _("有异议")
    REJECTED = "rejected", _("不列入")
    PUBLISHED = "published", _("已列入")
    REMOVED = "removed", _("已移出")


class Level(models.TextChoices):
    COUNTY = "county", _("县级")
    CITY = "city", _("市级")
    PROVINCE = "province", _("省级")


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Entries of batches the person may open, of firms in the person's scope."""
        batches = ListBatch.objects.order_by().visible_to(user, today)
        if not user.is_authenticated:
            return self.none()
        return self.filter(scope_of(user, today).rows("enterprise__"), batch__in=batches)

    def in_force_on(self, on: date, known_on: date | None = None) -> Self:
        """Members on a day: published, valid, not yet removed; as far as was known on another day.

        On the day of removal a firm is a member no more.
        """
        found = self.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), batch__state__in=IN_FORCE, valid_from__lte=on
        )
        if known_on is None:
            return found.filter(Q(removed_on=None) | Q(removed_on__gt=on), published_on__isnull=False)
        gone = Q(removed_on__lte=on, removed_known_on__lte=known_on)
        return found.filter(published_on__lte=known_on).exclude(gone)


class Entry(Versioned):
    """One firm on one batch. `level` is where its next step is taken, `origin` where it came in."""

    class Door(models.TextChoices):
        SEARCH = "search", _("查找添加")
        CODES = "codes", _("粘贴代码")
        TABLE = "table", _("表格导入")
        CRITERIA = "criteria", _("按条件筛选")
        IMPORT = "import", _("外部名单")

    public_id = PublicIdField()
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="entries")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="list_entries")
    door = models.CharField(_("提出方式"), max_length=8, choices=Door)
    state = models.CharField(_("状态"), max_length=11, choices=EntryState)
    level = models.CharField(_("当前层级"), max_length=8, choices=Level)
    origin = models.CharField(_("提出层级"), max_length=8, choices=Level)
    # What the criteria said when the entry was last decided: result, conditions, on, known_on, fingerprint.
    finding = models.JSONField(default=dict)
    # Points that are certain, and those that missing facts may still add.
    score = models.IntegerField(_("得分"), null=True)
    score_most = models.IntegerField(_("最多可得"), null=True)
    # The kind's questionnaire as it was last filled in for this firm: JSON of texts by path.
    form_version = models.ForeignKey(QuestionnaireVersion, models.PROTECT, null=True, related_name="+")
    form_answers = EncryptedTextField(max_length=FORM_LENGTH, blank=True)
    form_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    form_at = models.DateTimeField(_("填表时间"), null=True)
    remark = models.CharField(_("备注"), max_length=300, blank=True)
    valid_from = models.DateField(_("生效日"), null=True)
    valid_to = models.DateField(_("有效至"), null=True)
    published_on = models.DateField(_("发布日"), null=True)
    # Set in the transaction that writes the statements: what a resumed publication need not write again.
    stated_at = models.DateTimeField(null=True)
    # The day for which membership was last stated in the register, and the day its end was.
    read_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    removed_on = models.DateField(_("移出日"), null=True)
    removed_known_on = models.DateField(null=True)
    removal_reason = models.CharField(_("移出原因"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("名单企业")
        ordering = ["-score", "pk"]
        indexes = [
            models.Index(fields=["batch", "state", "level"], name="list_entry_work"),
            models.Index(fields=["enterprise", "state"], name="list_entry_firm"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "enterprise"], name="list_entry_once"),
            models.CheckConstraint(
                name="list_entry_removed_with_reason",
                condition=~Q(state="removed") | Q(removed_on__isnull=False) & ~Q(removal_reason=""),
            ),
            models.CheckConstraint(
                name="list_entry_published_dated",
                condition=~Q(state__in=["published", "removed"])
                | Q(valid_from__isnull=False, published_on__isnull=False),
            ),
            models.CheckConstraint(
                name="list_entry_valid_in_order",
                condition=Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.enterprise_id}"


class Step(AppendOnly):
    """One step of an entry's way: who, for which unit, when, what and why. Written once."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="steps")
    # Counted within the entry, so that two acts on the same state cannot both be written.
    number = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=10)
    state = models.CharField(_("之后的状态"), max_length=11, choices=EntryState)
    level = models.CharField(_("办理层级"), max_length=8, choices=Level)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # A deputy acts in the name of somebody absent.
    on_behalf = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    at = models.DateTimeField()
    objects = AppendOnlyQuerySet["Step"].as_manager()

    class Meta:
        verbose_name = _("办理步骤")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="list_step_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.number} {self.act}"
