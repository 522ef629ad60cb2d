"""Makers for tests of runs."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from huiqi.enterprises.commands.snapshots import make_snapshot, snapshot_root
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.snapshot_files import names
from huiqi.enterprises.tests.make import make_firm
from huiqi.runs.commands.running import Asked, begin_run, carry_out
from huiqi.runs.models import Run

ON = date(2020, 3, 1)
AT = datetime(2020, 3, 1, 9, 0, tzinfo=UTC)
SMALL = {
    "gb4754": "3411",
    "employees": 35,
    "revenue": 900_000_000,
    "assets": 700_000_000,
    "prefecture": "430181",
}
_instants = count()
COUNTIES = ("430181", "430102", "430902")


def make_firms(count: int = 5) -> list[Enterprise]:
    """Small manufacturers of several counties, some of them with gaps."""
    return [
        make_firm(
            facts={**SMALL, "prefecture": COUNTIES[at % 3], "employees": 10 + at, "job_pledge": at % 2 == 0}
        )
        for at in range(count)
    ]


def snapshot(at: datetime | None = None) -> str:
    """A new snapshot, by default at an instant of its own: its name is its instant."""
    moment = at or AT + timedelta(milliseconds=next(_instants))
    for _ in make_snapshot(snapshot_root(), on=ON, at=moment, actor=None):
        pass
    return names(snapshot_root())[-1]


def make_run(name: str = "", **asked: object) -> Run:
    """A run that is done, over the snapshot of this name (by default a new one)."""
    run = begun(name, **asked)
    for _ in carry_out(run):
        pass
    run.refresh_from_db()
    return run


def begun(name: str = "", **asked: object) -> Run:
    whole = Asked("测试", ON, ON, name or snapshot(), **asked)  # type: ignore[arg-type]
    return begin_run(whole, actor=None, at=AT, queue=False)
