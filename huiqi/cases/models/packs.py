"""Offline packs: which were handed out, with which cases, and what became of every row that came back."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import units_with
from huiqi.cases.models.case import Case
from huiqi.cases.models.items import ItemEdition
from huiqi.cases.models.orders import Order
from huiqi.cases.workflow import Stage
from huiqi.core.crypto import INDEX_LENGTH
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField
from huiqi.files.table_runs import TableRun, TableRunQuerySet

PACK_NUMBER_LENGTH = 8
KEY_LENGTH = 16


class OfflinePackQuerySet(models.QuerySet["OfflinePack"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Packs of the units at whose desk the person sits."""
        return self.filter(unit__in=units_with(user, Power.DISPATCH_CASES, today))


class OfflinePack(models.Model):
    """A workbook handed out to a unit that works without network. Its file stays as it was made: what stands
    in it is what the versions of its cases were."""

    public_id = PublicIdField()
    # Stands in the file and at the head of every row's own number.
    number = models.CharField(_("离线包编号"), max_length=PACK_NUMBER_LENGTH, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="offline_packs", verbose_name=_("用于单位"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="offline_packs")
    made_at = models.DateTimeField(_("制作时间"))
    # The last instant at which the file is merged.
    expires_at = models.DateTimeField(_("有效期至"))
    rows_each = models.PositiveSmallIntegerField(_("每个事项的行数"))
    has_contacts = models.BooleanField(_("带联系方式"), default=False)
    # Encrypted (files.stored_tables); gone some time after it expired.
    file = models.FileField(upload_to="offline-packs/", blank=True)
    kept_until = models.DateTimeField()
    objects = OfflinePackQuerySet.as_manager()

    class Meta:
        verbose_name = _("离线包")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.number


class PackSheet(models.Model):
    """An item whose requests can be taken down in a pack, in the edition whose form stands there."""

    pack = models.ForeignKey(OfflinePack, models.CASCADE, related_name="sheets")
    letter = models.CharField(max_length=1)
    edition = models.ForeignKey(ItemEdition, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["letter"]
        constraints = [models.UniqueConstraint(fields=["pack", "letter"], name="pack_sheet_once")]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.letter}"


class PackCase(models.Model):
    """An order of the unit as it stood when the pack was made, or was last merged from it."""

    pack = models.ForeignKey(OfflinePack, models.CASCADE, related_name="entries")
    key = models.CharField(_("行号"), max_length=KEY_LENGTH)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    # The newest event the people offline know of, and until when their own steps have come in.
    last_event = models.BigIntegerField()
    done_until = models.DateTimeField()

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["pack", "key"], name="pack_case_once")]

    def __str__(self) -> str:
        return self.key


class PackMergeQuerySet(TableRunQuerySet["PackMerge"]):
    def readable_by(self, user: Any, today: date) -> Self:
        """Merges of packs of the units at whose desk the person sits: a receipt is the office's."""
        return self.filter(pack__unit__in=units_with(user, Power.DISPATCH_CASES, today))


class PackMerge(TableRun):
    """One upload of a filled-in pack, and its receipt 合并回执.

    Each row is merged in a transaction of its own; `done_rows` counts filled-in rows over all sheets.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("正在预检")
        READY = "ready", _("待合并")
        RUNNING = "running", _("正在合并")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已停止")
        FAILED = "failed", _("未完成")

    pack = models.ForeignKey(OfflinePack, models.PROTECT, related_name="merges")
    owner = models.ForeignKey(User, models.PROTECT, related_name="pack_merges")
    file = models.FileField(upload_to="pack-merges/", blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    notices = models.JSONField(default=list)
    # The receipt's number; "" before the first row.
    receipt = models.CharField(_("回执编号"), max_length=PACK_NUMBER_LENGTH, blank=True)
    # Lines of the receipt by result; `rejected` are those refused.
    opened = models.PositiveIntegerField(default=0)
    acted = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    objects = PackMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("离线包合并")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt"], condition=~Q(receipt=""), name="pack_receipt_once")
        ]

    @property
    def line_count(self) -> int:
        """All lines of the receipt, or of the check before it."""
        return self.opened + self.acted + self.before + self.conflicts + self.rejected

    @property
    def is_new(self) -> bool:
        """Whether anything in the file is still to be merged."""
        return bool(self.opened or self.acted)


class PackLine(models.Model):
    """What became of one thing a row asked for. `done` once for each row and act of a pack."""

    class Result(models.TextChoices):
        OPENED = "opened", _("已登记")
        DONE = "done", _("已办")
        BEFORE = "before", _("已合并过")
        CONFLICT = "conflict", _("有冲突")
        REFUSED = "refused", _("未合并")

    merge = models.ForeignKey(PackMerge, models.CASCADE, related_name="lines")
    pack = models.ForeignKey(OfflinePack, models.CASCADE, related_name="lines")
    sheet = models.CharField(_("工作表"), max_length=40)
    row = models.PositiveIntegerField(_("行"))
    key = models.CharField(_("行号"), max_length=KEY_LENGTH, blank=True)
    act = models.CharField(max_length=9, blank=True)
    result = models.CharField(_("结果"), max_length=8, choices=Result)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    # The date as it was written, the instant that counts, and when it was recorded.
    stated = models.CharField(_("线下办理日期"), max_length=16, blank=True)
    at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(_("合并时间"))
    # Of the case's nearest clock after it.
    due_at = models.DateTimeField(_("期限"), null=True)
    due_stage = models.CharField(max_length=10, choices=Stage, blank=True)
    reason = models.CharField(_("说明"), max_length=600, blank=True)
    # What was written offline and what stands in the system, where they differ. May name people.
    ours = EncryptedTextField(blank=True)
    theirs = EncryptedTextField(blank=True)
    # Keyed digest of what was said, to tell the same row from a changed one.
    digest = models.CharField(max_length=INDEX_LENGTH, blank=True)

    class Meta:
        verbose_name = _("合并回执行")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "key", "act"],
                condition=Q(result__in=["opened", "done"]),
                name="pack_row_merged_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.act} {self.result}"
