"""Long work on results, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, job_kind
from huiqi.surveys.commands.microdata import MICRODATA, make_microdata
from huiqi.surveys.commands.result_themes import THEMES, group_texts
from huiqi.surveys.commands.results import SNAPSHOT, fail_snapshot, make_snapshot
from huiqi.surveys.models import MicrodataRun, ResultSnapshot, SnapshotState


@job_kind(SNAPSHOT)
def run_snapshot(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Sum up a wave; run again after its worker died, it begins anew."""
    rows = ResultSnapshot.objects.select_related("wave__survey__owner", "made_by")
    row = rows.filter(public_id=arguments["snapshot"], state=SnapshotState.MAKING).first()
    if row is None:
        return {}
    try:
        yield from make_snapshot(row, today=clock.today())
    except Refused as refused:
        fail_snapshot(row, refused.message)
        raise
    except Exception:
        fail_snapshot(row, "")
        raise
    return {"answers": row.answers}


@job_kind(THEMES)
def run_themes(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Group the free text of a snapshot."""
    rows = ResultSnapshot.objects.ready().select_related("wave__survey")
    row = rows.filter(public_id=arguments["snapshot"]).first()
    if row is not None:
        yield from group_texts(row)
    return {}


@job_kind(MICRODATA)
def run_microdata(arguments: dict[str, Any]) -> Generator[Progress, None, dict[str, Any]]:
    """Write a file of micro-data."""
    runs = MicrodataRun.objects.select_related("snapshot__wave__survey", "owner__unit")
    run = runs.filter(public_id=arguments["run"], file="").first()
    if run is not None:
        yield from make_microdata(run)
    return {}
