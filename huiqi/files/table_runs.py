"""What every import of a table keeps of its run and of the rows it refused; each app adds its own columns.

The rows are abstract: an app's run has its own table, its own file folder and its own counts.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from huiqi.core.ids import PublicIdField
from huiqi.core.models import Job, JobState
from huiqi.core.personal import EncryptedTextField
from huiqi.files.stored_tables import sealed
from huiqi.files.tables.faults import Fault

LONGEST_REASON = 300
# The states, in every app's own list of them, in which a job is at work on the run.
AT_WORK = frozenset({"checking", "running"})
_Run = TypeVar("_Run", bound="TableRun")


class Superseded(RuntimeError):  # noqa: N818
    """Another worker has taken this run over, or somebody has stopped it."""


class TableRunQuerySet(models.QuerySet[_Run]):
    def visible_to(self, user: Any) -> Self:
        """A run is seen by whoever started it."""
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def with_overdue_file(self, wall: datetime) -> Self:
        """Runs, locked, whose uploaded file has been kept long enough; `wall` is real time."""
        held = self.exclude(file="").filter(kept_until__lt=wall)
        return held.select_for_update(of=("self",)).order_by("pk")

    def drop_overdue_files(self, wall: datetime) -> int:
        """Delete the files kept long enough, unless a job is at work on them; returns how many. To be called
        in a transaction."""
        runs = [run for run in self.with_overdue_file(wall) if not run.is_alive]
        for run in runs:
            run.drop_file()
            run.save()
        return len(runs)


class TableRun(models.Model):
    """One file on its way in. `last_row` and the counts rise with each piece, in the piece's transaction, so
    that a run killed half-way goes on where it stopped. A subclass has `owner`, `file` and `state`."""

    public_id = PublicIdField()
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    # The first rows as they will go in, people masked, as JSON.
    preview = EncryptedTextField(blank=True)
    job_id = models.CharField(max_length=16, blank=True)
    message = models.CharField(max_length=400, blank=True)
    total_rows = models.PositiveIntegerField(default=0)
    # Number, as Excel shows it, of the last row that was dealt with.
    last_row = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # Real time, whatever day the site acts on: when the uploaded file goes.
    kept_until = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @property
    def job(self) -> Job | None:
        """The work this run was last given to."""
        return Job.objects.filter(public_id=self.job_id).order_by("pk").first()

    @property
    def is_alive(self) -> bool:
        """Whether a job of this run waits or runs."""
        unfinished = Job.objects.filter(public_id=self.job_id)
        return unfinished.filter(state__in=[JobState.WAITING, JobState.RUNNING]).exists()

    @property
    def is_moving(self) -> bool:
        """Whether a job is at work on the run now."""
        return getattr(self, "state") in AT_WORK and self.is_alive  # noqa: B009

    @property
    def is_stuck(self) -> bool:
        """Whether its job ended without ending the run."""
        return getattr(self, "state") in AT_WORK and not self.is_alive  # noqa: B009

    @property
    def progress(self) -> tuple[int, int]:
        """Rows dealt with and all rows, as far as it is known: checks count in their job only."""
        job = self.job
        return (job.done_count, job.total_count) if job and job.total_count else (0, self.total_rows)

    def keep(self, content: bytes, name: str) -> None:
        """Store the upload encrypted, the run itself unsaved. Its own name stays out of the file system; it
        is written before the row: a file without a row is swept away, a row without its file is a fault."""
        self.file_name = name[:200]
        self.sha256 = hashlib.sha256(content).hexdigest()
        file: Any = getattr(self, "file")  # noqa: B009  each subclass has its own folder
        file.save(f"{self.public_id}.table", sealed(content), save=False)

    def drop_file(self) -> None:
        """Forget the uploaded file and what was shown of it (unsaved); delete it once that is committed."""
        file: Any = getattr(self, "file")  # noqa: B009
        name, storage = file.name, file.storage
        setattr(self, "file", "")  # noqa: B010
        self.preview = ""
        if hasattr(self, "seen"):
            self.seen = ""
        if name:
            transaction.on_commit(lambda: storage.delete(name))


class RowFault(models.Model):
    """One thing that keeps a row out. A subclass has `run`."""

    row = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=100, blank=True)
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON)
    # What stood there; empty for columns that hold people's names and numbers.
    value = models.CharField(_("内容"), max_length=60, blank=True)

    class Meta:
        abstract = True
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}"

    @classmethod
    def of_row(cls, run: TableRun, number: int, faults: Iterable[Fault], **more: Any) -> list[Self]:
        """The faults of one row, cut to length, unsaved."""
        return [
            cls(
                run=run,
                row=number,
                column=fault.column[:100],
                reason=fault.reason[:LONGEST_REASON],
                value=fault.value[:60],
                **more,
            )
            for fault in faults
        ]


def headings_signature(headings: Iterable[str]) -> str:
    """The same for two tables with the same headings in any order."""
    return hashlib.sha256("\n".join(sorted(set(headings))).encode()).hexdigest()


class ColumnsRemembered(models.Model):
    """How the columns of a table with the same headings were read last time. A subclass has `unit`."""

    # SHA-256 of the normalised headings, and the mapping by heading.
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.signature[:8]
