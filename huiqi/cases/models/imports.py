"""A table of requests of another system on its way in: the run and the rows that did not go in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.personal import EncryptedTextField
from huiqi.files.table_runs import ColumnsRemembered, RowFault, TableRun, TableRunQuerySet


class RequestImportQuerySet(TableRunQuerySet["RequestImport"]):
    """Runs of the 12345 hotline's files."""


class RequestImport(TableRun):
    """One file; a run killed half-way goes on behind the last whole batch."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("待确认列")
        CHECKING = "checking", _("正在预检")
        READY = "ready", _("待导入")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已停止")
        FAILED = "failed", _("未完成")

    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="request_imports")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    # Encrypted (files.stored_tables); empty once no longer needed: it holds names and numbers.
    file = models.FileField(upload_to="request-imports/", blank=True)
    # Headings in their order with the first values below, people masked, as JSON.
    seen = EncryptedTextField(blank=True)
    # Heading → field; headings that are not read are in `unread`.
    mapping = models.JSONField(default=dict)
    unread = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.READY)
    # Whether rows have begun to go in: what is stopped before leaves nothing behind.
    is_begun = models.BooleanField(default=False)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    objects = RequestImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求导入")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="request_import_adds_up",
                condition=Q(done_rows=F("accepted") + F("unchanged") + F("rejected")),
            )
        ]

    @property
    def may_set_columns(self) -> bool:
        """Whether the columns can still be told, and the rows be checked anew: nothing has gone in yet."""
        early = {self.State.UPLOADED, self.State.CHECKING, self.State.READY, self.State.FAILED}
        return self.state in early and not self.is_begun and bool(self.file)

    @property
    def may_go_on(self) -> bool:
        """Whether it stopped half-way through the rows and can go on behind the last one."""
        ended = self.state in {self.State.CANCELLED, self.State.FAILED} or self.is_stuck
        return ended and self.is_begun and bool(self.file)


class RequestFault(RowFault):
    """One thing that keeps a row from becoming a case."""

    run = models.ForeignKey(RequestImport, models.CASCADE, related_name="faults")

    class Meta(RowFault.Meta):
        verbose_name = _("未导入的诉求行")


class RequestColumns(ColumnsRemembered):
    """How a unit read a table of this source, told by its headings, last time."""

    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="request_columns")

    class Meta:
        verbose_name = _("12345表格的列")
        constraints = [models.UniqueConstraint(fields=["unit", "signature"], name="request_columns_once")]
