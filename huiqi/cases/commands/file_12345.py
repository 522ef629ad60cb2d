"""A file of the 12345 hotline from upload to report: good rows become cases, bad rows are listed.

Each batch is one transaction that also moves the run forward; a row's number of origin (`source_ref`) is a
case once, so that the same file, a corrected file and a run begun again add nothing twice.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.models import RequestColumns, RequestFault, RequestImport
from huiqi.cases.queries.request_tables import (
    Batch,
    batches,
    check_columns,
    look_at,
    open_requests,
    recognise_columns,
    remembered_columns,
    table_of,
    taken_refs,
)
from huiqi.cases.sheet_rows import LABELS, RequestRow, missing, recognise
from huiqi.cases.workflow import Channel
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, cancel_job, start_job
from huiqi.core.messages import gettext_noop
from huiqi.core.personal import mask_name, mask_phone
from huiqi.enterprises.models import Enterprise
from huiqi.files.table_runs import AT_WORK, Superseded, headings_signature
from huiqi.files.tables.table import Table

CHECK, IMPORT = "cases.check_requests", "cases.import_requests"
State = RequestImport.State
MOST_BYTES = 20_000_000
# A file with telephone numbers is not kept for longer than mending its rejected rows takes.
KEPT_FOR = timedelta(days=7)
_PREVIEWED = 20


@dataclass
class Tally:
    """What a check found."""

    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    faults: list[RequestFault] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.accepted + self.unchanged + self.rejected


def upload_requests(file: "File[bytes]", *, actor: User, at: datetime, wall: datetime) -> RequestImport:
    """Look at the file and keep it encrypted until the rows are in.

    Columns are read as this unit read the same headings last time, else by their words. When none is missing,
    a job checks every row, without writing any; else a person says first what the columns are.

    Refused when it cannot be read (TableRefused, located); nothing is kept then.
    """
    if (file.size or 0) > MOST_BYTES:
        said = gettext_noop("文件超过20 MB。请分成几个文件分别上传，每个保留表头。")
        raise Refused("cases.file_too_big", said)
    content = file.read()
    run = RequestImport(
        owner=actor,
        unit=actor.unit,
        state=State.UPLOADED,
        created_at=at,
        kept_until=wall + KEPT_FOR,
    )
    file.seek(0)
    with open_requests(file.file) as table:
        run.mapping = remembered_columns(table, run.unit) or recognise_columns(table)
        run.seen = json.dumps(look_at(table, run.mapping), ensure_ascii=False)
        run.total_rows = table.filled_rows
    run.keep(content, str(file.name))
    with transaction.atomic():
        if not missing(run.mapping):
            _have_checked(run, actor=actor)
        run.save()
        audit.record("request_import.uploaded", run, actor=actor, rows=run.total_rows)
    return run


@transaction.atomic
def set_request_columns(
    run: RequestImport, mapping: Mapping[str, str], *, actor: User, at: datetime
) -> RequestImport:
    """Read the columns as a person says, have every row checked by a job, and remember it for this unit and
    these headings.

    Refused: `cases.columns_missing`, `cases.import_moved_on` once rows are going in, `cases.import_busy`
    while they are being checked.
    """
    check_columns(dict(mapping))
    run = _held(run, State.UPLOADED, State.CHECKING, State.READY, State.FAILED)
    if not run.may_set_columns:
        raise _moved_on()
    if run.is_moving:
        raise Refused("cases.import_busy", gettext_noop("这个文件正在预检，请等它结束后再改。"))
    run.mapping = dict(mapping)
    run.last_row = run.done_rows = run.accepted = run.unchanged = run.rejected = 0
    run.faults.all().delete()
    _have_checked(run, actor=actor)
    run.save()
    with table_of(run) as table:
        signature = headings_signature(header.text for header in table.headers)
    RequestColumns.objects.update_or_create(
        unit=run.unit, signature=signature, defaults={"mapping": run.mapping, "used_at": at}
    )
    audit.record("request_import.columns_set", run, actor=actor, columns=len(run.mapping))
    return run


def _have_checked(run: RequestImport, *, actor: User) -> None:
    """Give the run, unsaved, to a job that checks its rows. To be called in a transaction."""
    run.state, run.message, run.preview = State.CHECKING, "", ""
    run.job_id = start_job(CHECK, {"run": run.public_id}, actor=actor).public_id


def _held(run: RequestImport, *states: State) -> RequestImport:
    held = RequestImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state not in states:
        raise _moved_on()
    return held


def _moved_on() -> Refused:
    return Refused("cases.import_moved_on", gettext_noop("这次导入已进入下一步，请刷新页面。"))


def check_requests(run: RequestImport, table: Table, tally: Tally, today: date) -> Iterator[Progress]:
    """Go through all rows, recognising the columns where nobody said what they are; fills the run (unsaved)
    and the tally, and yields progress. Refused (`cases.columns_missing`) without a column each row needs."""
    headings = [header.text for header in table.headers]
    run.mapping = run.mapping or recognise(headings)
    run.unread = [heading for heading in headings if heading not in run.mapping][:40]
    run.notices = [str(notice) for notice in table.notices][:20]
    check_columns(run.mapping)
    for batch in batches(run, table, today):
        known = taken_refs(batch.rows)
        for row in batch.rows:
            _count(tally, row, is_known=row.ref in known)
            tally.faults += _fault_rows(run, row)
        yield min(tally.rows, table.filled_rows), table.filled_rows
    run.total_rows = tally.rows


@transaction.atomic
def save_check(run: RequestImport, tally: Tally) -> None:
    """Keep what the check found, for the page that asks whether the rows go in. Raises Superseded when
    somebody has stopped the check, or has had another one begun with other columns."""
    held = RequestImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state != State.CHECKING or held.job_id != run.job_id:
        raise Superseded(run.public_id)
    run.accepted, run.unchanged, run.rejected = tally.accepted, tally.unchanged, tally.rejected
    run.done_rows = tally.rows
    run.preview = json.dumps(tally.preview, ensure_ascii=False)
    run.state = State.READY
    run.save()
    run.faults.all().delete()
    RequestFault.objects.bulk_create(tally.faults, batch_size=1000)
    audit.record("request_import.checked", run, actor=run.owner, rows=run.total_rows, rejected=run.rejected)


def _count(tally: Tally, row: RequestRow, *, is_known: bool) -> None:
    outcome = "rejected" if row.faults else "unchanged" if is_known else "accepted"
    setattr(tally, outcome, getattr(tally, outcome) + 1)
    if len(tally.preview) < _PREVIEWED:
        tally.preview.append(
            {
                "row": row.number,
                "outcome": outcome,
                "ref": row.ref,
                "who": f"{mask_name(row.name)} {mask_phone(row.phone) if row.phone else ''}".strip(),
                "firm": row.firm or row.code,
                "title": row.title,
            }
        )


def _fault_rows(run: RequestImport, row: RequestRow) -> list[RequestFault]:
    return RequestFault.of_row(run, row.number, row.faults)


@transaction.atomic
def start_requests(run: RequestImport, *, actor: User) -> RequestImport:
    """Begin to open the cases, or go on behind the last row that went in. Refused: `cases.import_busy`."""
    run = RequestImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not run.file:
        raise Refused("cases.import_file_gone", gettext_noop("上传的文件已按期删除，请重新上传。"))
    if run.state != State.READY and not run.may_go_on:
        said = gettext_noop("这个文件正在导入，或已经导入过。请刷新页面看结果。")
        raise Refused("cases.import_busy", said)
    if run.state == State.READY:
        begin_requests(run)
    run.state, run.message = State.RUNNING, ""
    run.job_id = start_job(IMPORT, {"run": run.public_id}, actor=actor).public_id
    run.save()
    audit.record("request_import.started", run, actor=actor, rows=run.total_rows)
    return run


@transaction.atomic
def stop_requests(run: RequestImport, *, actor: User, at: datetime, wall: datetime) -> RequestImport:
    """Stop for now, or for good before anything went in: cases that were opened stay, and a run that had
    begun can go on. A file not yet begun is deleted."""
    run = _held(run, State.UPLOADED, State.CHECKING, State.READY, State.RUNNING, State.FAILED)
    job = run.job
    if job is not None and not job.is_finished:
        cancel_job(job, actor=actor)
    if not run.is_begun:
        run.drop_file()
    run.state, run.finished_at, run.kept_until = State.CANCELLED, at, wall + KEPT_FOR
    run.save()
    audit.record("request_import.stopped", run, actor=actor, rows=run.done_rows)
    return run


def begin_requests(run: RequestImport) -> None:
    """Forget what the check counted (unsaved, but for its faults)."""
    run.state, run.is_begun = State.RUNNING, True
    run.last_row = run.done_rows = run.accepted = run.unchanged = run.rejected = 0
    run.faults.all().delete()


def import_requests(run: RequestImport, table: Table, *, today: date, at: datetime) -> Iterator[Progress]:
    """Open cases from the rows behind `run.last_row`, batch by batch; yields progress after each.

    Raises Superseded when another worker has taken the run over or somebody has stopped it.
    """
    for batch in batches(run, table, today):
        if batch.last_row > run.last_row:
            run = _write(run, batch, at)
        yield run.done_rows, run.total_rows


@transaction.atomic
def _write(run: RequestImport, batch: Batch, at: datetime) -> RequestImport:
    held = (
        RequestImport.objects.select_for_update(of=("self",)).select_related("owner", "unit").get(pk=run.pk)
    )
    if held.last_row != run.last_row or held.state != State.RUNNING:
        raise Superseded(run.public_id)
    known, firms = taken_refs(batch.rows), _firms(batch.rows)
    for row in batch.rows:
        outcome = _take(row, held, known, firms, at)
        setattr(held, outcome, getattr(held, outcome) + 1)
    RequestFault.objects.bulk_create([one for row in batch.rows for one in _fault_rows(held, row)])
    held.last_row = batch.last_row
    held.done_rows += len(batch.rows)
    held.save()
    return held


def _take(
    row: RequestRow, run: RequestImport, known: set[str], firms: dict[str, Enterprise], at: datetime
) -> str:
    """Open the row's case; what became of it."""
    if row.faults:
        return "rejected"
    if row.ref in known:
        return "unchanged"
    firm = firms.get(row.code) if row.code else None
    said_at = f"\n\n{LABELS['said_at']}：{row.said_at}" if row.said_at else ""
    asked = Asked(
        item=row.item,
        topic=row.topic,
        title=row.title,
        text=f"{row.text}{said_at}",
        channel=Channel.FILE_12345,
        name=row.name,
        phone=row.phone,
        firm_name=row.firm,
        credit_code=row.code,
        has_no_code=row.has_no_code,
        prefecture=row.county,
        enterprise=firm,
        urgency=row.urgency,
        source_ref=row.ref,
    )
    try:
        open_case(asked, actor=run.owner, at=at)
    except Refused as refused:
        if refused.code == "cases.taken_before":  # by somebody else, a moment ago
            return "unchanged"
        raise
    return "accepted"


def _firms(rows: list[RequestRow]) -> dict[str, Enterprise]:
    """The register's firms by credit code; a name alone is never matched."""
    codes = [row.code for row in rows if row.code]
    found = Enterprise.objects.present().filter(credit_code__in=codes).select_related("park")
    return {str(firm.credit_code): firm for firm in found.order_by("pk")}


@transaction.atomic
def finish_requests(run: RequestImport, *, at: datetime, wall: datetime) -> RequestImport:
    """All rows are dealt with. Without rejected rows the file has served its purpose."""
    held = RequestImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state != State.RUNNING:
        raise Superseded(run.public_id)
    held.state, held.finished_at, held.kept_until = State.DONE, at, wall + KEPT_FOR
    held.preview = held.seen = ""
    if not held.rejected:
        held.drop_file()
    held.save()
    audit.record(
        "request_import.finished",
        held,
        actor=held.owner,
        accepted=held.accepted,
        unchanged=held.unchanged,
        rejected=held.rejected,
    )
    return held


def fail_requests(run: RequestImport, message: str) -> None:
    """The file as a whole could not be read in the job."""
    at_work = RequestImport.objects.filter(pk=run.pk, state__in=AT_WORK)
    at_work.update(state=State.FAILED, message=message[:400])


@transaction.atomic
def tidy_requests(*, wall: datetime) -> int:
    """Delete the files of runs a week old; returns how many. `wall` is real time."""
    files = RequestImport.objects.drop_overdue_files(wall)
    if files:
        audit.record("request_import.files_deleted", None, actor=None, files=files)
    return files
