"""A table of requests of another system on its way in: the run and the rows that did not go in."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField


class RequestImportQuerySet(models.QuerySet["RequestImport"]):
    def visible_to(self, user: Any) -> Self:
        """A run is seen by whoever started it."""
        return self.filter(owner=user) if user.is_authenticated else self.none()


class RequestImport(models.Model):
    """One file. `last_row` and the counts rise with each batch in the batch's own transaction, so that a run
    killed half-way goes on behind the last whole batch."""

    class State(models.TextChoices):
        READY = "ready", _("待导入")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")

    public_id = PublicIdField()
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="request_imports")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    # Encrypted (enterprises.stored_tables); empty once no longer needed: it holds names and numbers.
    file = models.FileField(upload_to="request-imports/", blank=True)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    # Heading → field; headings that are not read are in `unread`.
    mapping = models.JSONField(default=dict)
    unread = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    # The first rows, people masked, as JSON.
    preview = EncryptedTextField(blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.READY)
    job_id = models.CharField(max_length=16, blank=True)
    message = models.CharField(max_length=400, blank=True)
    total_rows = models.PositiveIntegerField(default=0)
    # Number, as Excel shows it, of the last row that was dealt with.
    last_row = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # Real time, whatever day the site acts on: when the uploaded file goes.
    kept_until = models.DateTimeField()
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

    def __str__(self) -> str:
        return self.file_name


class RequestFault(models.Model):
    """One thing that keeps a row from becoming a case."""

    run = models.ForeignKey(RequestImport, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=100, blank=True)
    reason = models.CharField(_("原因"), max_length=300)
    # What stood there; empty for columns that name people.
    value = models.CharField(_("内容"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("未导入的诉求行")
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}"
