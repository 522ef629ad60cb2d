"""A filled-in pack from upload to receipt: rehearsed first, then merged row by row, each in a transaction."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.commands.offline_packs import new_number
from huiqi.cases.commands.pack_rows import Merging, merge_row, merging_of
from huiqi.cases.models import OfflinePack, PackLine, PackMerge
from huiqi.cases.queries.packs import Filled, PackRows, number_in, read_pack
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, cancel_job, start_job
from huiqi.core.messages import Message, gettext_noop
from huiqi.files.stored_tables import unsealed
from huiqi.files.table_runs import Superseded

CHECK, MERGE = "cases.check_pack", "cases.merge_pack"
State, Result = PackMerge.State, PackLine.Result
MOST_BYTES = 20_000_000
KEPT_FOR = timedelta(days=7)
_DRAWS = 5
_COUNTS = {
    Result.OPENED: "opened",
    Result.DONE: "acted",
    Result.BEFORE: "before",
    Result.CONFLICT: "conflicts",
    Result.REFUSED: "rejected",
}


class _Undone(Exception):  # noqa: N818
    """Ends the rehearsal of a row."""


def upload_pack(file: "File[bytes]", *, actor: User, today: date, at: datetime, wall: datetime) -> PackMerge:
    """Keep a filled-in pack encrypted and have every row rehearsed, as a job. Nothing of the rows stays.

    Refused: `cases.pack_unknown` (also for another unit's pack), `cases.pack_expired`, `cases.not_a_pack`,
    `files.…` when it cannot be read; nothing is kept then.
    """
    if (file.size or 0) > MOST_BYTES:
        said = gettext_noop("文件超过20 MB。离线包不该这么大，请核对选的是不是填好的那个文件。")
        raise Refused("cases.file_too_big", said)
    content = file.read()
    pack = pack_numbered(number_in(BytesIO(content)), actor=actor, today=today, at=at)
    merge = PackMerge(pack=pack, owner=actor, created_at=at, kept_until=wall + KEPT_FOR)
    merge.keep(content, str(file.name))
    with transaction.atomic():
        merge.job_id = start_job(CHECK, {"merge": merge.public_id}, actor=actor).public_id
        merge.save()
        audit.record("pack_merge.uploaded", merge, actor=actor, pack=pack.number)
    return merge


def pack_numbered(number: str, *, actor: User, today: date, at: datetime) -> OfflinePack:
    """The pack of the actor's desk with that number; another desk's is not there. Refused when it expired."""
    packs = OfflinePack.objects.visible_to(actor, today).select_related("unit", "made_by")
    pack = packs.filter(number=number).first()
    if pack is None or not may(actor, Power.TAKE_REQUESTS, today):
        said = gettext_noop(
            "没有这个离线包，或它不是您所在单位的。请核对“说明”里的编号，或请制作单位的同事上传。"
        )
        raise Refused("cases.pack_unknown", said)
    if pack.expires_at < at:
        expired = gettext_noop(
            "这个离线包已于%(until)s过期，不能合并。请下载新的离线包，把没有合并过的行抄过去；哪些行合并过，见回执。"
        )
        until = f"{pack.expires_at.astimezone(at.tzinfo):%Y-%m-%d %H:%M}"
        raise Refused("cases.pack_expired", Message(expired, {"until": until}))
    return pack


def check_rows(merge: PackMerge, *, today: date, at: datetime) -> Iterator[Progress]:
    """Do and undo each row: what the commands refuse is known before anything is done. Yields progress.

    Refused: `cases.pack_headings`, `cases.pack_empty`. Raises Superseded when somebody has stopped it.
    """
    filled = filled_of(merge)
    merging = merging_of(merge.pack, merge.owner, today, at)
    found: list[PackLine] = []
    seen: set[str] = set()
    for done, row in enumerate(filled.rows, 1):
        found += _tried(row, merging) if row.key not in seen else [_double(row, merging)]
        seen.add(row.key)
        yield done, len(filled.rows)
    _save_check(merge, filled, found)


@transaction.atomic
def _save_check(merge: PackMerge, filled: Filled, found: Sequence[PackLine]) -> None:
    held = PackMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if held.state != State.CHECKING:
        raise Superseded(merge.public_id)
    _count(held, found)
    held.state, held.total_rows, held.notices = State.READY, len(filled.rows), filled.notices[:20]
    held.preview = json.dumps([_as_json(line) for line in found], ensure_ascii=False)
    held.save()
    audit.record("pack_merge.checked", held, actor=merge.owner, rows=held.total_rows, rejected=held.rejected)


def _tried(row: PackRows, merging: Merging) -> list[PackLine]:
    lines: list[PackLine] = []
    try:
        with transaction.atomic():
            lines = merge_row(row, merging)
            raise _Undone
    except _Undone:
        return lines


def _double(row: PackRows, merging: Merging) -> PackLine:
    said = gettext_noop("这个行号在文件里出现了两次，只合并前一行。请把这一行移到没有用过的行号上。")
    return PackLine(
        pack=merging.pack,
        sheet=row.sheet,
        row=row.number,
        key=row.key[:16],
        result=Result.REFUSED,
        reason=said,
        recorded_at=merging.at,
    )


def _count(merge: PackMerge, lines: Sequence[PackLine]) -> None:
    for line in lines:
        name = _COUNTS[Result(line.result)]
        setattr(merge, name, getattr(merge, name) + 1)


def _as_json(line: PackLine) -> dict[str, Any]:
    is_opened = line.result == Result.OPENED  # its case was undone again
    case = None if is_opened else line.case
    return {
        "sheet": line.sheet,
        "row": line.row,
        "key": line.key,
        "act": line.act,
        "result": line.result,
        "number": case.spoken_number if case else "",
        "stated": line.stated,
        "due_at": line.due_at.isoformat() if line.due_at else "",
        "reason": line.reason,
        "ours": line.ours,
        "theirs": line.theirs,
    }


@transaction.atomic
def start_merge(merge: PackMerge, *, actor: User, today: date, at: datetime) -> PackMerge:
    """Begin to merge, or go on behind the last row; a check that broke off begins again.

    Refused: `cases.import_busy`, `cases.import_file_gone`, and as the pack is now.
    """
    merge = PackMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    is_checking = merge.state == State.CHECKING
    if merge.state == State.DONE or (merge.state in {State.CHECKING, State.RUNNING} and merge.is_alive):
        raise Refused("cases.import_busy", gettext_noop("这份离线包正在合并，或已经合并过。请刷新页面。"))
    if not merge.file:
        raise Refused("cases.import_file_gone", gettext_noop("上传的文件已按期删除，请重新上传。"))
    pack_numbered(merge.pack.number, actor=actor, today=today, at=at)
    if merge.state == State.READY:
        begin_merge(merge)
    merge.state, merge.message = State.CHECKING if is_checking else State.RUNNING, ""
    kind = CHECK if is_checking else MERGE
    merge.job_id = start_job(kind, {"merge": merge.public_id}, actor=actor).public_id
    merge.save()
    audit.record("pack_merge.started", merge, actor=actor, rows=merge.total_rows)
    return merge


def begin_merge(merge: PackMerge) -> None:
    """Forget what the rehearsal counted and draw the receipt's number; saves it."""
    merge.done_rows = 0
    for name in _COUNTS.values():
        setattr(merge, name, 0)
    for draw in range(_DRAWS):
        merge.receipt = new_number()
        try:
            with transaction.atomic():
                merge.save()
            return
        except IntegrityError:
            if draw == _DRAWS - 1:
                raise


@transaction.atomic
def stop_merge(merge: PackMerge, *, actor: User, at: datetime, wall: datetime) -> PackMerge:
    """Stop for now: rows that were merged stay merged. A file not yet begun is deleted."""
    merge = PackMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.state not in {State.CHECKING, State.READY, State.RUNNING, State.FAILED}:
        raise Refused("cases.import_moved_on", gettext_noop("这次合并已经结束，请刷新页面。"))
    job = merge.job
    if job is not None and not job.is_finished:
        cancel_job(job, actor=actor)
    if not merge.receipt:
        merge.drop_file()
    merge.state, merge.finished_at, merge.kept_until = State.CANCELLED, at, wall + KEPT_FOR
    merge.save()
    audit.record("pack_merge.stopped", merge, actor=actor, rows=merge.done_rows)
    return merge


def filled_of(merge: PackMerge) -> Filled:
    """The rows of the stored file, decrypted in memory."""
    if not merge.file:
        raise Refused("cases.import_file_gone", gettext_noop("上传的文件已按期删除，请重新上传。"))
    with merge.file.open("rb") as file:
        content = unsealed(file)
    return read_pack(merge.pack, content)


def merge_rows(merge: PackMerge, *, today: date, at: datetime) -> Iterator[Progress]:
    """Merge the rows behind `merge.done_rows`; yields progress after each. Raises Superseded."""
    filled = filled_of(merge)
    merging = merging_of(merge.pack, merge.owner, today, at)
    seen = {row.key for row in filled.rows[: merge.done_rows]}
    for row in filled.rows[merge.done_rows :]:
        merge = _write(merge, row, merging, is_double=row.key in seen)
        seen.add(row.key)
        yield merge.done_rows, merge.total_rows


@transaction.atomic
def _write(merge: PackMerge, row: PackRows, merging: Merging, *, is_double: bool) -> PackMerge:
    held = PackMerge.objects.select_for_update(of=("self",)).select_related("pack", "owner").get(pk=merge.pk)
    if held.done_rows != merge.done_rows or held.state != State.RUNNING:
        raise Superseded(merge.public_id)
    lines = [_double(row, merging)] if is_double else merge_row(row, merging)
    for line in lines:
        line.merge = held
    PackLine.objects.bulk_create(lines)
    _count(held, lines)
    held.done_rows += 1
    held.last_row = row.number
    held.save()
    return held


@transaction.atomic
def finish_merge(merge: PackMerge, *, at: datetime, wall: datetime) -> PackMerge:
    """All rows are dealt with. Without rows to mend the file has served its purpose."""
    held = PackMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if held.state != State.RUNNING:
        raise Superseded(merge.public_id)
    held.state, held.finished_at, held.kept_until, held.preview = State.DONE, at, wall + KEPT_FOR, ""
    if not held.rejected and not held.conflicts:
        held.drop_file()
    held.save()
    counts = {name: getattr(held, name) for name in _COUNTS.values()}
    audit.record("pack_merge.finished", held, actor=held.owner, receipt=held.receipt, **counts)
    return held


@transaction.atomic
def fail_merge(merge: PackMerge, message: str) -> None:
    """The file as a whole could not be read in the job. Before the first row it has served its purpose."""
    held = PackMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if held.state not in {State.CHECKING, State.RUNNING}:
        return
    if not held.receipt:
        held.drop_file()
    held.state, held.message = State.FAILED, message[:400]
    held.save()
