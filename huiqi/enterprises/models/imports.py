"""Importing firms from a spreadsheet: the run, its faults, and the mapping remembered for next time."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models.statements import Filing


class ImportQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: Any) -> "ImportQuerySet":
        """A run is seen by whoever started it."""
        return self.filter(owner=user) if user.is_authenticated else self.none()


class ImportRun(models.Model):
    """One file on its way into the register. `done_rows` rises with each batch, in the batch's transaction,
    so that a run killed half-way goes on where it stopped."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("待确认列")
        READY = "ready", _("待导入")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已取消")
        FAILED = "failed", _("未完成")

    public_id = PublicIdField()
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="imports")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="imports")
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(max_length=100, blank=True)
    # Column number (from 1, as text) to field: "name", "credit_code", a fact id … or "".
    mapping = models.JSONField(default=dict)
    # Year of figures without one of their own, and the day the file speaks of.
    period = models.CharField(max_length=7, blank=True)
    as_of = models.DateField(null=True)
    standing = models.CharField(max_length=9, default="claimed")
    state = models.CharField(max_length=9, choices=State, default=State.UPLOADED)
    job_id = models.CharField(max_length=16, blank=True)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="imports")
    total_rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="import_counts_add_up",
                condition=Q(done_rows=F("accepted") + F("updated") + F("unchanged") + F("rejected")),
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportFault(models.Model):
    """A row that did not go in, and why; the row's cells are kept so that it can be mended and sent again."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=100, blank=True)
    reason = models.CharField(_("原因"), max_length=300)
    cells = models.JSONField(default=list)

    class Meta:
        verbose_name = _("未导入的行")
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}"


class ColumnMapping(models.Model):
    """How a unit read a heading last time."""

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="column_mappings")
    # SHA-256 of the normalised heading, and the mapping by heading text.
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "signature"], name="column_mapping_once"),
        ]

    def __str__(self) -> str:
        return self.signature[:8]
