"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.cases.commands import file_12345
from huiqi.cases.commands.file_12345 import (
    Tally,
    check_requests,
    fail_requests,
    finish_requests,
    import_requests,
    save_check,
)
from huiqi.cases.commands.pack_merges import CHECK, MERGE, check_rows, fail_merge, finish_merge, merge_rows
from huiqi.cases.models import PackMerge, RequestImport
from huiqi.cases.queries.request_tables import table_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, job_kind
from huiqi.files.table_runs import Superseded


@job_kind(file_12345.CHECK)
def run_request_check(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Read every row of an uploaded file; run again after its worker died, from the first row."""
    run = _request_import(arguments, RequestImport.State.CHECKING)
    if run is None:
        return {}
    tally = Tally()
    try:
        with table_of(run) as table:
            yield from check_requests(run, table, tally, clock.today())
        save_check(run, tally)
    except Superseded:
        return {}
    except Refused as refused:
        fail_requests(run, refused.message)
        raise
    return {name: getattr(tally, name) for name in ("accepted", "unchanged", "rejected")}


@job_kind(file_12345.IMPORT)
def run_import(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Open the cases of an uploaded file; run again after its worker died, it goes on where it was."""
    run = _request_import(arguments, RequestImport.State.RUNNING)
    if run is None:
        return {}
    try:
        with table_of(run) as table:
            yield from import_requests(run, table, today=clock.today(), at=clock.now())
        done = finish_requests(run, at=clock.now(), wall=clock.wall_now())
    except Superseded:
        return {}
    except Refused as refused:
        fail_requests(run, refused.message)
        raise
    return {name: getattr(done, name) for name in ("accepted", "unchanged", "rejected")}


@job_kind(CHECK)
def run_check(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Rehearse the rows of an uploaded offline pack; run again after its worker died, from the first row."""
    merge = _merge(arguments, PackMerge.State.CHECKING)
    if merge is None:
        return {}
    try:
        yield from check_rows(merge, today=clock.today(), at=clock.now())
    except Superseded:
        return {}
    except Refused as refused:
        fail_merge(merge, refused.message)
        raise
    merge.refresh_from_db()
    return _counts(merge)


@job_kind(MERGE)
def run_merge(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Merge a filled-in offline pack; run again after its worker died, it goes on behind the last row."""
    merge = _merge(arguments, PackMerge.State.RUNNING)
    if merge is None:
        return {}
    try:
        yield from merge_rows(merge, today=clock.today(), at=clock.now())
        done = finish_merge(merge, at=clock.now(), wall=clock.wall_now())
    except Superseded:
        return {}
    except Refused as refused:
        fail_merge(merge, refused.message)
        raise
    return _counts(done)


def _request_import(arguments: dict[str, Any], state: RequestImport.State) -> RequestImport | None:
    runs = RequestImport.objects.select_related("owner__unit", "unit")
    return runs.filter(public_id=arguments["run"], state=state).first()


def _merge(arguments: dict[str, Any], state: PackMerge.State) -> PackMerge | None:
    merges = PackMerge.objects.select_related("pack__unit", "owner__unit")
    return merges.filter(public_id=arguments["merge"], state=state).first()


def _counts(merge: PackMerge) -> dict[str, Any]:
    return {name: getattr(merge, name) for name in ("opened", "acted", "before", "conflicts", "rejected")}
