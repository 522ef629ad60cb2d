"""Importing firms from a spreadsheet: the run, its faults, the mapping remembered for next time; exports."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField
from huiqi.enterprises.models.statements import Filing, Standing
from huiqi.files.table_runs import ColumnsRemembered, RowFault, TableRun, TableRunQuerySet


class ImportQuerySet(TableRunQuerySet["ImportRun"]):
    """Runs of tables of firms."""


class ImportRun(TableRun):
    """One file on its way into the register; a run killed half-way goes on behind the last whole batch."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("待确认列")
        CHECKING = "checking", _("正在预检")
        READY = "ready", _("待导入")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已停止")
        FAILED = "failed", _("未完成")

    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="imports")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="imports")
    # Encrypted (files.stored_tables); empty once no longer needed: it holds people's telephone numbers.
    file = models.FileField(upload_to="imports/", blank=True)
    # What the person decided about the file: sheet, hidden (read, skip), fill_merged.
    choices = models.JSONField(default=dict)
    # What was seen on opening: headings with sample values, notices. Encrypted: samples may name people.
    seen = EncryptedTextField(blank=True)
    # Heading to {"field", "unit", "year"}; headings that are not read are left out.
    mapping = models.JSONField(default=dict)
    # Year of figures whose heading names none, and the day the file speaks of.
    year = models.CharField(max_length=4, blank=True)
    as_of = models.DateField(null=True)
    standing = models.CharField(max_length=9, choices=Standing, default=Standing.CLAIMED)
    document = models.CharField(_("文号"), max_length=80, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.UPLOADED)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="imports")
    accepted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    # Rows of totals and notes, which are no firms.
    left_out = models.PositiveIntegerField(default=0)
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

    @property
    def importable(self) -> int:
        """Rows that add a firm or change one; those that are as they are need no import."""
        return self.accepted + self.updated

    @property
    def may_set_columns(self) -> bool:
        """Nothing has been written yet, and the file is still there to be read otherwise."""
        before = {self.State.UPLOADED, self.State.READY, self.State.CHECKING, self.State.FAILED}
        return self.filing_id is None and self.state in before and bool(self.file)

    @property
    def may_go_on(self) -> bool:
        """Begun, not ended, and the file is still there."""
        begun = {self.State.CANCELLED, self.State.RUNNING, self.State.FAILED}
        return self.filing_id is not None and self.state in begun and bool(self.file)


class ImportFault(RowFault):
    """One thing that keeps a row out of the register, or to look at in a row that goes in (`is_remark`)."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="faults")
    is_remark = models.BooleanField(default=False)

    class Meta(RowFault.Meta):
        verbose_name = _("未导入的行")


class ColumnMapping(ColumnsRemembered):
    """How a unit read a heading last time."""

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="column_mappings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "signature"], name="column_mapping_once"),
        ]


class ExportQuerySet(models.QuerySet["ExportRun"]):
    def open_to(self, user: Any, now: datetime) -> Self:
        """An export is opened by whoever asked for it, until it expires."""
        return self.filter(owner=user, expires_at__gt=now) if user.is_authenticated else self.none()


class ExportRun(models.Model):
    """A list of firms that left the register, or is about to: who, why, which columns, how many rows."""

    public_id = PublicIdField()
    owner = models.ForeignKey(User, models.PROTECT, related_name="exports")
    purpose = models.CharField(_("用途"), max_length=120)
    # The list's filters (wanted.Wanted), from which a job finds the firms again.
    wanted = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    form = models.CharField(_("格式"), max_length=12)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    file = models.FileField(upload_to="exports/", blank=True)
    job_id = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("导出")
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return self.public_id
