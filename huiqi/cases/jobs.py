"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.cases.commands.file_12345 import IMPORT, fail_requests, finish_requests, import_requests
from huiqi.cases.models import RequestImport
from huiqi.cases.queries.request_tables import table_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, job_kind


@job_kind(IMPORT)
def run_import(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Open the cases of an uploaded file; run again after its worker died, it goes on where it was."""
    runs = RequestImport.objects.select_related("owner__unit", "unit")
    run = runs.filter(public_id=arguments["run"]).order_by("pk").first()
    if run is None or run.state != RequestImport.State.RUNNING:
        return {}
    try:
        with table_of(run) as table:
            yield from import_requests(run, table, today=clock.today(), at=clock.now())
    except Refused as refused:
        fail_requests(run, refused.message)
        raise
    done = finish_requests(run, at=clock.now(), wall=clock.wall_now())
    return {name: getattr(done, name) for name in ("accepted", "unchanged", "rejected")}
