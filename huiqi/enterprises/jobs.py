"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, job_kind
from huiqi.enterprises.commands.exports import EXPORT, make_export
from huiqi.enterprises.commands.imports import (
    CHECK,
    IMPORT,
    Now,
    Tally,
    check_rows,
    fail,
    finish,
    import_rows,
    save_check,
)
from huiqi.enterprises.models import ExportRun, ImportRun
from huiqi.enterprises.queries.exports import export_columns, firms_for, takes_contacts, wanted_of
from huiqi.enterprises.queries.imports import table_of
from huiqi.files.table_runs import Superseded

State = ImportRun.State
Steps = Generator[Progress, None, dict[str, Any]]


@job_kind(CHECK)
def check_import(arguments: dict[str, Any]) -> Steps:
    """Read every row of an uploaded table without writing any."""
    run = _run(arguments)
    if run is None or run.state != State.CHECKING:
        return {}
    tally = Tally()
    try:
        with table_of(run) as table:
            yield from check_rows(run, table, tally, _now())
    except Refused as refused:
        fail(run, refused.message)
        raise
    save_check(run, tally)
    return _result(tally)


@job_kind(IMPORT)
def import_firms(arguments: dict[str, Any]) -> Steps:
    """Write the rows of an uploaded table; run again after its worker died, it goes on where it was."""
    run = _run(arguments)
    if run is None or run.state != State.RUNNING:
        return {}
    try:
        with table_of(run) as table:
            yield from import_rows(run, table, _now())
        finish(run, at=clock.now(), wall=clock.wall_now())
    except Superseded:
        return {}
    except Refused as refused:
        fail(run, refused.message)
        raise
    run.refresh_from_db()
    return _result(run)


@job_kind(EXPORT)
def export_firms(arguments: dict[str, Any]) -> Steps:
    """Write a long list of firms to a file. What its owner may see is asked again now."""
    run = ExportRun.objects.select_related("owner__unit").get(public_id=arguments["export"])
    today = clock.today()
    allowed = export_columns(with_contacts=takes_contacts(run.owner, today))
    columns = [allowed[key] for key in run.columns if key in allowed]
    firms = firms_for(run.owner, wanted_of(run.wanted), today=today, on=today)
    yield from make_export(run, firms, columns)
    return {"rows": run.rows}


def _run(arguments: dict[str, Any]) -> ImportRun | None:
    runs = ImportRun.objects.select_related("owner__unit", "unit", "filing")
    return runs.filter(public_id=arguments["run"]).order_by("pk").first()


def _now() -> Now:
    return Now(clock.today(), clock.now())


def _result(counts: Any) -> dict[str, Any]:
    names = ("accepted", "updated", "unchanged", "rejected")
    return {name: getattr(counts, name) for name in names}
