"""Letting a list of firms out of the register: asked for with a purpose, recorded with its number of rows."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from queue import Queue
from threading import Thread
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from huiqi.core import audit
from huiqi.core.jobs import Progress, start_job
from huiqi.enterprises.models import ExportRun
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.exports import FORMS, ExportColumn, asked_json, rows_of_export
from huiqi.enterprises.wanted import Wanted
from huiqi.files.sheets import GB18030, UTF8, Column, Row, csv_pieces, watermark_text
from huiqi.files.xlsx_writer import write_xlsx

EXPORT = "enterprises.export_firms"
# So many rows are made while the browser waits: some two seconds.
MOST_AT_ONCE = 5_000
OPEN_FOR = timedelta(hours=24)
STEP = 1_000


@transaction.atomic
def begin_export(  # noqa: PLR0913  each is a fact about the act
    firms: EnterpriseQuerySet,
    columns: Sequence[ExportColumn],
    *,
    actor: Any,
    purpose: str,
    form: str,
    wanted: Wanted,
    at: datetime,
    wall: datetime,
) -> ExportRun:
    """Record who takes which firms out, why, and how many; more than MOST_AT_ONCE become a job.

    `wanted` holds the list's filters, from which the job finds the firms again. `at` is
    what the file says of itself; its day of keeping counts from `wall`, real time.
    """
    run = ExportRun.objects.create(
        owner=actor,
        purpose=purpose,
        wanted=asked_json(actor, wanted, timezone.localdate(at)),
        columns=[column.key for column in columns],
        form=form,
        rows=firms.count(),
        created_at=at,
        expires_at=wall + OPEN_FOR,
    )
    if run.rows > MOST_AT_ONCE:
        run.job_id = start_job(EXPORT, {"export": run.public_id}, actor=actor).public_id
        run.save(update_fields=["job_id"])
    audit.record(
        "export.made",
        run,
        actor=actor,
        rows=run.rows,
        columns=len(columns),
        has_contacts=any(column.is_personal for column in columns),
    )
    return run


def watermark(run: ExportRun) -> str:
    """The line at the top of the file: who, of which office, when, what for, how many rows."""
    unit = run.owner.unit.name if run.owner.unit else "—"
    return watermark_text(
        who=run.owner.name, unit=unit, at=run.created_at, purpose=run.purpose, rows=run.rows
    )


def write_export(
    run: ExportRun, firms: EnterpriseQuerySet, columns: Sequence[ExportColumn], target: IO[bytes]
) -> Iterator[Progress]:
    """Write the file; yields progress every STEP rows. Memory stays the same for a million rows."""
    rows = rows_of_export(firms, columns)
    heads = [column.column for column in columns]
    form = FORMS[run.form]
    if form.is_xlsx:
        yield from _xlsx_steps(run, heads, rows, target)
        return
    encoding = GB18030 if form.encoding == GB18030 else UTF8
    counted = _Counted(rows)
    for piece in csv_pieces(heads, counted, watermark=watermark(run), encoding=encoding):
        target.write(piece)
        yield counted.count, run.rows


def _xlsx_steps(
    run: ExportRun, heads: Sequence[Column], rows: Iterator[Row], target: IO[bytes]
) -> Iterator[Progress]:
    """The writer takes all rows in one call and would keep the job's heart from beating: it gets a thread,
    which touches no database, and a short queue of rows."""
    pieces: Queue[list[Row] | None] = Queue(maxsize=2)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            write_xlsx(target, heads, _taken(pieces), watermark=watermark_line)
        except BaseException as failure:
            failures.append(failure)
            for _piece in iter(pieces.get, None):
                pass  # the other side must not wait for room

    watermark_line = watermark(run)
    writer = Thread(target=write, daemon=True)
    writer.start()
    done = 0
    try:
        while piece := list(islice(rows, STEP)):
            pieces.put(piece)
            done += len(piece)
            yield done, run.rows
    finally:
        pieces.put(None)
        writer.join()
    if failures:
        raise failures[0]


def _taken(pieces: Queue[list[Row] | None]) -> Iterator[Row]:
    for piece in iter(pieces.get, None):
        yield from piece


class _Counted:
    """Rows that can be asked how many were taken."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def make_export(
    run: ExportRun, firms: EnterpriseQuerySet, columns: Sequence[ExportColumn]
) -> Iterator[Progress]:
    """Write the file of a long export and keep it for its owner until it expires."""
    with tempfile.TemporaryFile() as file:
        yield from write_export(run, firms, columns, file)
        file.seek(0)
        run.file.save(f"{run.public_id}{FORMS[run.form].suffix}", File(file), save=False)
    keep_export(run)


@transaction.atomic
def keep_export(run: ExportRun) -> None:
    """The file is there to be fetched."""
    run.save(update_fields=["file"])
    audit.record("export.ready", run, actor=run.owner, rows=run.rows)


@transaction.atomic
def note_download(run: ExportRun, *, actor: Any) -> None:
    """The owner fetched the file."""
    audit.record("export.downloaded", run, actor=actor, rows=run.rows)


@transaction.atomic
def tidy_exports(*, at: datetime) -> int:
    """Delete the files of expired exports; returns how many."""
    expired = ExportRun.objects.exclude(file="").filter(expires_at__lte=at)
    runs = list(expired.select_for_update(of=("self",)).order_by("pk"))
    for run in runs:
        name, storage = run.file.name, run.file.storage
        run.file = ""
        run.save(update_fields=["file"])
        if name:
            transaction.on_commit(partial(storage.delete, name))
    if runs:
        audit.record("export.files_deleted", None, actor=None, files=len(runs))
    return len(runs)
