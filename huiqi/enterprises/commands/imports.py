"""An import from upload to report. Each batch is one transaction that also moves the run forward, so that a
run killed at any point goes on behind the last whole batch."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, cancel_job, start_job
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.commands.import_rows import Outcome, Seen, Terms, decide, write
from huiqi.enterprises.commands.statements import open_filing
from huiqi.enterprises.importing.preview import Preview
from huiqi.enterprises.importing.rows import RowReader
from huiqi.enterprises.models import ColumnMapping, ImportFault, ImportRun, SourceKind
from huiqi.enterprises.queries.imports import Batch, batches, layout_of, look, signature
from huiqi.enterprises.queries.statements import catalogue
from huiqi.files.stored_tables import unsealed
from huiqi.files.table_runs import Superseded
from huiqi.files.tables.table import Table

CHECK, IMPORT = "enterprises.check_import", "enterprises.import_firms"
State = ImportRun.State
MOST_BYTES = 50_000_000
# A file with telephone numbers is not kept for longer than mending its rejected rows takes.
KEPT_FOR = timedelta(days=7)
_TRIES = 3


# --- before the rows ----------------------------------------------------------------------------------


def upload(file: File, *, actor: Any, at: datetime, wall: datetime) -> ImportRun:  # type: ignore[type-arg]
    """Look at the file and keep it encrypted; TableRefused when it cannot be read: nothing is kept then.

    `wall` is real time, from which the week counts that the file is kept for.
    """
    if (file.size or 0) > MOST_BYTES:
        said = gettext_noop("文件超过50 MB。请分成几个文件分别上传，每个保留表头。")
        raise Refused("enterprises.file_too_big", said)
    seen = look(file.file, {})
    file.seek(0)
    content = file.read()
    run = ImportRun(
        owner=actor,
        unit=actor.unit,
        seen=json.dumps(seen, ensure_ascii=False),
        total_rows=seen.get("rows", 0),
        created_at=at,
        kept_until=wall + KEPT_FOR,
    )
    run.keep(content, str(file.name))
    with transaction.atomic():
        run.save()
        audit.record("import.uploaded", run, actor=actor, rows=run.total_rows)
    return run


@transaction.atomic
def choose(run: ImportRun, choices: Mapping[str, Any], *, actor: Any) -> ImportRun:
    """Which sheet is read, whether hidden rows are, whether merged cells are filled; then look again."""
    run = _locked(run, State.UPLOADED)
    kept = {**run.choices, **choices}
    with run.file.open("rb") as file:
        seen = look(unsealed(file), kept)
    run.choices, run.total_rows = kept, seen.get("rows", 0)
    run.seen = json.dumps(seen, ensure_ascii=False)
    run.save(update_fields=["choices", "seen", "total_rows"])
    audit.record("import.chosen", run, actor=actor)
    return run


@dataclass(frozen=True)
class Statements:
    """What holds for every statement of the file: the year of its figures, its day, its standing."""

    year: str
    as_of: date
    standing: str
    document: str = ""


@transaction.atomic
def set_columns(
    run: ImportRun, mapping: Mapping[str, Mapping[str, str]], about: Statements, *, actor: Any
) -> ImportRun:
    """Fix how the columns are read and check every row, as a job; nothing goes into the register yet."""
    run = _locked(run, State.UPLOADED, State.READY, State.CHECKING, State.FAILED)
    if not run.may_set_columns:
        raise _moved_on()
    if run.state == State.CHECKING and run.is_alive:
        raise Refused("enterprises.import_busy", gettext_noop("这个文件正在预检，请等它结束后再改。"))
    run.mapping = {heading: dict(one) for heading, one in mapping.items() if one.get("field")}
    run.year, run.as_of, run.standing, run.document = about.year, about.as_of, about.standing, about.document
    run.state, run.message = State.CHECKING, ""
    _zero(run)
    run.job_id = start_job(CHECK, {"run": run.public_id}, actor=actor).public_id
    run.save()
    audit.record("import.columns_set", run, actor=actor, columns=len(run.mapping), standing=run.standing)
    return run


@transaction.atomic
def start(run: ImportRun, *, actor: Any, at: datetime) -> ImportRun:
    """Begin to write, or go on behind the last row that went in before the run was stopped."""
    run = _locked(run, State.READY, State.CANCELLED, State.RUNNING, State.FAILED)
    if run.state == State.RUNNING and run.is_alive:
        raise Refused("enterprises.import_busy", gettext_noop("这个文件正在导入。"))
    if not run.file:
        raise Refused("enterprises.import_file_gone", gettext_noop("上传的文件已按期删除，请重新上传。"))
    if run.filing is None:
        begin(run, actor=actor, at=at)
    run.state, run.message = State.RUNNING, ""
    run.job_id = start_job(IMPORT, {"run": run.public_id}, actor=actor).public_id
    run.save()
    return run


@transaction.atomic
def begin(run: ImportRun, *, actor: Any, at: datetime) -> None:
    """Open the filing under which the rows are recorded, forget the check's counts, remember the mapping."""
    issuer = run.unit.name if run.unit else ""
    run.filing = open_filing(
        SourceKind.REGISTER,
        actor=actor,
        at=at,
        issuer=issuer,
        document=run.document,
        purpose=run.file_name[:120],
    )
    _zero(run)
    run.state = State.RUNNING
    run.save()
    run.faults.all().delete()
    if run.seen:
        headings = [heading["text"] for heading in json.loads(run.seen)["headings"]]
        ColumnMapping.objects.update_or_create(
            unit=run.unit,
            signature=signature(headings),
            defaults={"mapping": run.mapping, "used_at": at},
        )
    audit.record("import.started", run, actor=actor, rows=run.total_rows, standing=run.standing)


@transaction.atomic
def stop(run: ImportRun, *, actor: Any, at: datetime, wall: datetime) -> ImportRun:
    """Stop a run for good or for now; rows that went in stay in. A file not yet begun is deleted."""
    run = _locked(run, State.UPLOADED, State.CHECKING, State.READY, State.RUNNING)
    job = run.job
    if job is not None and not job.is_finished:
        cancel_job(job, actor=actor)
    if run.filing is None:
        run.drop_file()
    run.state, run.finished_at, run.kept_until = State.CANCELLED, at, wall + KEPT_FOR
    run.save()
    audit.record("import.stopped", run, actor=actor, rows=run.done_rows)
    return run


@transaction.atomic
def fail(run: ImportRun, message: str) -> None:
    """The file as a whole could not be read in the job."""
    ImportRun.objects.filter(pk=run.pk).update(state=State.FAILED, message=message[:400])
    audit.record("import.failed", run, actor=run.owner)


@transaction.atomic
def tidy_imports(*, at: datetime) -> int:
    """Delete the files of runs that ended or were abandoned a week ago; returns how many.

    A run that a killed worker left behind counts as abandoned, one whose job is alive does not.
    """
    files = ImportRun.objects.drop_overdue_files(at)
    if files:
        audit.record("import.files_deleted", None, actor=None, files=files)
    return files


def _locked(run: ImportRun, *states: State) -> ImportRun:
    held = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state not in states:
        raise _moved_on()
    return held


def _moved_on() -> Refused:
    return Refused("enterprises.import_moved_on", gettext_noop("这次导入已进入下一步，请刷新页面。"))


def _zero(run: ImportRun) -> None:
    run.last_row = run.done_rows = run.left_out = 0
    run.accepted = run.updated = run.unchanged = run.rejected = 0


# --- the rows -----------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What a check found."""

    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    left_out: int = 0
    faults: list[ImportFault] = field(default_factory=list)
    preview: Preview = field(default_factory=Preview)

    @property
    def rows(self) -> int:
        return self.accepted + self.updated + self.unchanged + self.rejected


@dataclass(frozen=True)
class Now:
    """The day on which the site acts, for which columns are made, and the instant."""

    on: date
    at: datetime


def terms_of(run: ImportRun, now: Now, heading: Mapping[str, str]) -> Terms:
    """What holds for all rows. The scope is that of today: who lost a region imports nothing there."""
    scope = None if run.owner is None else scope_with(run.owner, Power.IMPORT_FIRMS, now.on)
    at = run.filing.recorded_at if run.filing else now.at
    return Terms(scope, run.standing, run.as_of or now.on, now.on, at, run.owner, heading, catalogue())


def check_rows(run: ImportRun, table: Table, tally: Tally, now: Now) -> Iterator[Progress]:
    """Go through all rows without writing; yields progress and fills `tally`."""
    reader = RowReader(table, layout_of(run))
    terms = terms_of(run, now, reader.heading)
    seen = Seen()
    for batch in batches(table, reader):
        outcome, _holdings = decide(batch.rows, terms, seen, lock=False)
        seen.keep()
        tally.preview.add(batch.rows, outcome_of(outcome), reader)
        accepted, updated, unchanged, rejected = outcome.counts
        tally.accepted += accepted
        tally.updated += updated
        tally.unchanged += unchanged
        tally.rejected += rejected
        tally.left_out += batch.left_out
        tally.faults += _fault_rows(run, outcome)
        yield min(tally.rows + tally.left_out, table.filled_rows), table.filled_rows


def outcome_of(outcome: Outcome) -> dict[int, str]:
    """Row number to what becomes of it."""
    found = {row.number: "new" for row in outcome.new}
    found |= {row.number: "changed" for row, _pk, _change in outcome.changed}
    found |= {row.number: "unchanged" for row in outcome.unchanged}
    return found | {row.number: "rejected" for row, _faults in outcome.rejected}


@transaction.atomic
def save_check(run: ImportRun, tally: Tally) -> None:
    """Keep what a check found, for the preview page."""
    run.faults.all().delete()
    ImportFault.objects.bulk_create(tally.faults, batch_size=1000)
    ImportRun.objects.filter(pk=run.pk, state=State.CHECKING).update(
        state=State.READY,
        accepted=tally.accepted,
        updated=tally.updated,
        unchanged=tally.unchanged,
        rejected=tally.rejected,
        done_rows=tally.rows,
        left_out=tally.left_out,
    )
    run.preview = tally.preview.as_json()
    run.save(update_fields=["preview"])
    audit.record("import.checked", run, actor=run.owner, rows=tally.rows, rejected=tally.rejected)


def import_rows(run: ImportRun, table: Table, now: Now) -> Iterator[Progress]:
    """Write the rows behind `run.last_row`, batch by batch; yields progress after each.

    Raises Superseded when the run was taken over or stopped meanwhile.
    """
    reader = RowReader(table, layout_of(run))
    terms = terms_of(run, now, reader.heading)
    seen = Seen()
    for batch in batches(table, reader):
        if batch.last_row <= run.last_row:
            decide(batch.rows, terms, seen, lock=False)  # only to know which firms stood in these rows
            seen.keep()
        else:
            run = _write_batch(run, batch, terms, seen)
        yield min(run.done_rows + run.left_out, table.filled_rows), table.filled_rows


def _write_batch(run: ImportRun, batch: Batch, terms: Terms, seen: Seen) -> ImportRun:
    for attempt in range(_TRIES):
        try:
            moved = _try_batch(run, batch, terms, seen)
        except IntegrityError:
            # Somebody else entered one of these firms between our looking and our writing: look again.
            seen.forget()
            if attempt + 1 == _TRIES:
                raise
        else:
            seen.keep()
            return moved
    raise AssertionError("unreachable")


@transaction.atomic
def _try_batch(run: ImportRun, batch: Batch, terms: Terms, seen: Seen) -> ImportRun:
    held = ImportRun.objects.select_for_update(of=("self",)).select_related("filing").get(pk=run.pk)
    if held.last_row != run.last_row or held.state != State.RUNNING or held.filing is None:
        raise Superseded(run.public_id)
    outcome, holdings = decide(batch.rows, terms, seen, lock=True)
    write(outcome, holdings, held.filing, terms)
    ImportFault.objects.bulk_create(_fault_rows(held, outcome))
    accepted, updated, unchanged, rejected = outcome.counts
    held.last_row = batch.last_row
    held.done_rows += len(batch.rows)
    held.left_out += batch.left_out
    held.accepted += accepted
    held.updated += updated
    held.unchanged += unchanged
    held.rejected += rejected
    held.save()
    audit.record(
        "import.batch_written",
        held,
        actor=terms.actor,
        last_row=batch.last_row,
        accepted=accepted,
        updated=updated,
        unchanged=unchanged,
        rejected=rejected,
    )
    return held


def _fault_rows(run: ImportRun, outcome: Outcome) -> list[ImportFault]:
    """What keeps rows out and what to look at in those that go in, in the order of the table."""
    kinds = ((outcome.rejected, False), (outcome.remarked, True))
    found = [
        one
        for rows, is_remark in kinds
        for row, faults in rows
        for one in ImportFault.of_row(run, row.number, faults, is_remark=is_remark)
    ]
    return sorted(found, key=lambda one: one.row)


@transaction.atomic
def finish(run: ImportRun, *, at: datetime, wall: datetime) -> None:
    """All rows are dealt with. Without rejected rows the file has served its purpose."""
    held = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state != State.RUNNING:
        raise Superseded(run.public_id)
    held.state, held.finished_at, held.kept_until = State.DONE, at, wall + KEPT_FOR
    held.seen = held.preview = ""
    if not held.rejected:
        held.drop_file()
    held.save()
    audit.record("import.finished", held, actor=held.owner, rows=held.done_rows, rejected=held.rejected)
