"""Micro-data that leave the house: asked for with a purpose, written in a job, open for a day, then gone."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pyarrow as pa
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.jobs import Progress, start_job
from huiqi.files.sheets import watermark_text
from huiqi.surveys.analysis.anonymity import Ladder, plan, write_anonymous
from huiqi.surveys.analysis.snapshot import Snapshot
from huiqi.surveys.microdata import Format, Marked, write_microdata
from huiqi.surveys.models import MicrodataRun, ResultSnapshot
from huiqi.surveys.queries.results_ladders import ladders_of
from huiqi.surveys.queries.results_wave import opened, told_message
from huiqi.surveys.sealed_files import seal, unseal

MICRODATA = "surveys.microdata"
OPEN_FOR = timedelta(hours=24)
BEAT = 1.0  # seconds between two looks at the writing thread


@dataclass(frozen=True)
class Asked:
    """What for, in which form, and whether firms must be indistinguishable (by `least_alike`)."""

    purpose: str
    form: str
    is_anonymised: bool
    least_alike: int


@transaction.atomic
def ask_microdata(
    row: ResultSnapshot, asked: Asked, *, actor: User, at: datetime, wall: datetime
) -> MicrodataRun:
    """Have a file written. Recorded with who, what for, how many rows; `wall` is real time."""
    run = MicrodataRun.objects.create(
        snapshot=row,
        owner=actor,
        purpose=asked.purpose,
        form=asked.form,
        is_anonymised=asked.is_anonymised,
        least_alike=asked.least_alike,
        rows=row.answers,
        created_at=at,
        expires_at=wall + OPEN_FOR,
    )
    run.job_id = start_job(MICRODATA, {"run": run.public_id}, actor=actor).public_id
    run.save(update_fields=["job_id"])
    audit.record(
        "survey.microdata_asked",
        row.wave.survey,
        actor=actor,
        run=run.public_id,
        form=run.form,
        rows=run.rows,
        is_anonymised=run.is_anonymised,
    )
    return run


def watermark(run: MicrodataRun) -> str:
    """The line at the top of the file."""
    unit = run.owner.unit.name if run.owner.unit else "—"
    told = {"who": run.owner.name, "unit": unit, "at": run.created_at, "purpose": run.purpose}
    return watermark_text(**told, rows=run.rows)  # type: ignore[arg-type]


def make_microdata(run: MicrodataRun) -> Iterator[Progress]:
    """Write the file and keep it for its owner. Refused: `surveys.not_anonymous` when k cannot be had."""
    with opened(run.snapshot) as read, tempfile.TemporaryDirectory(prefix="huiqi-") as folder:
        snapshot = read.file
        if run.is_anonymised:
            ladders = ladders_of(snapshot.codebook)
            snapshot, run.report = _anonymised(snapshot, Path(folder), ladders, run.least_alike)
            run.rows = snapshot.count
        yield 0, run.rows
        made = Path(folder) / "export"
        yield from _written(run, snapshot, made)
        with made.open("rb") as source, (Path(folder) / "sealed").open("w+b") as sealed:
            seal(source, sealed)
            sealed.seek(0)
            run.file.save(f"{run.public_id}.sealed", File(sealed), save=False)
    keep_microdata(run)
    yield run.rows, run.rows


def _anonymised(
    snapshot: Snapshot, folder: Path, ladders: Sequence[Ladder], least: int
) -> tuple[Snapshot, list[Any]]:
    planned = plan(snapshot.path, ladders, least)
    made = write_anonymous(snapshot.path, folder / "anonymous.parquet", ladders, planned)
    return made, [told_message(said) for said in planned.report]


def _written(run: MicrodataRun, snapshot: Snapshot, target: Path) -> Iterator[Progress]:
    """The writers take all rows in one call and would keep the job's heart from beating: they get a thread,
    which touches no database."""
    failures: list[BaseException] = []
    counted = _Counted(**{name: getattr(snapshot, name) for name in ("path", "codebook", "fields", "count")})
    marked = Marked(watermark(run), timezone.localdate(run.created_at))

    def write() -> None:
        try:
            with target.open("wb") as file:
                write_microdata(file, counted, Format(run.form), marked)
        except BaseException as failure:
            failures.append(failure)

    writer = Thread(target=write, daemon=True)
    writer.start()
    try:
        while writer.is_alive():
            writer.join(BEAT)
            yield min(counted.taken[0], run.rows), run.rows
    finally:
        counted.stop[0] = True
        writer.join()
    if failures:
        raise failures[0]


class _StoppedError(Exception):
    pass


@dataclass(frozen=True)
class _Counted(Snapshot):
    """A snapshot that tells how many rows were taken, and can be told to stop."""

    taken: list[int] = field(default_factory=lambda: [0])
    stop: list[bool] = field(default_factory=lambda: [False])

    def pieces(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        self.taken[0] = 0
        for piece in super().pieces(names):
            if self.stop[0]:
                raise _StoppedError
            yield piece
            self.taken[0] += piece.num_rows


@transaction.atomic
def keep_microdata(run: MicrodataRun) -> None:
    """The file is there to be fetched."""
    run.save(update_fields=["file", "report", "rows"])
    audit.record("survey.microdata_ready", run.snapshot.wave.survey, actor=run.owner, run=run.public_id)


@transaction.atomic
def note_microdata_taken(run: MicrodataRun, *, actor: User) -> None:
    """The owner fetched the file."""
    survey = run.snapshot.wave.survey
    audit.record("survey.microdata_taken", survey, actor=actor, run=run.public_id, rows=run.rows)


@transaction.atomic
def drop_microdata(runs: Sequence[MicrodataRun]) -> None:
    """Delete the files of expired exports; that they were made stays."""
    for run in runs:
        name, storage = run.file.name, run.file.storage
        run.file = ""
        run.save(update_fields=["file"])
        if name:
            transaction.on_commit(partial(storage.delete, name))


def unsealed_copy(run: MicrodataRun) -> IO[bytes]:
    """The plain file, to be sent; gone when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    try:
        with run.file.open("rb") as source:
            unseal(source, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
