"""Firms judged again when they were written, beside the run, whose own files stay as they are.

At once for the few firms of an act on a page; an import's thousands come with `huiqi runs rejudge`, which
also finds what a process that died in between left over: the register notes every firm written
(enterprises/change_log.py).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache

import pyarrow as pa
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from huiqi.core import clock
from huiqi.core.jobs import Progress
from huiqi.enterprises.models import ChangedFirm
from huiqi.enterprises.queries.snapshot_rows import snapshot_of
from huiqi.reference.judging import judge, rulebook_fingerprint
from huiqi.runs.commands.running import section_of
from huiqi.runs.models import Rejudged, Run
from huiqi.runs.one_firm import OneFirm
from huiqi.runs.pieces import COUNTY, INDUSTRY, SIZE, with_lists
from huiqi.runs.queries.listings import lists_on
from huiqi.runs.queries.rejudged import current_run

AT_ONCE = 20
STEP = 500
WRITTEN = ("county", "park", "section", "size", "verdicts", "noted", "rejudged_at")


def note_written(enterprise_ids: Sequence[int]) -> None:
    """Called by the register within the write: once it stands, these firms are judged again."""
    if len(enterprise_ids) <= AT_ONCE:
        firms = list(enterprise_ids)
        # What fails here is made up for by `huiqi runs rejudge`; the write stands whatever happens.
        transaction.on_commit(lambda: _at_once(firms), robust=True)


def _at_once(enterprise_ids: Sequence[int]) -> None:
    run = current_run()
    if run is not None:
        rejudge_firms(run, enterprise_ids, at=clock.wall_now())


def rejudge_written(*, at: datetime) -> Iterator[Progress]:
    """Judge again all firms written since the snapshot and not judged since; yields done and in all."""
    run = current_run()
    if run is None:
        return
    noted = Rejudged.objects.filter(run=run, enterprise=OuterRef("firm_id")).order_by().values("noted")
    changed = ChangedFirm.objects.order_by().values("firm_id").annotate(last=Max("pk"))
    due = changed.filter(last__gt=Coalesce(Subquery(noted), 0)).order_by("firm_id")
    pks = list(due.values_list("firm_id", flat=True))
    for first in range(0, len(pks), STEP):
        rejudge_firms(run, pks[first : first + STEP], at=at)
        yield min(first + STEP, len(pks)), len(pks)


@transaction.atomic
def rejudge_firms(run: Run, enterprise_ids: Sequence[int], *, at: datetime) -> int:
    """Judge these firms by the run's day and policies, their facts as they are now; returns how many.

    Nothing when the rulebook is no longer the run's: then the whole register is to be judged anew.
    """
    if run.rulebook != rulebook_fingerprint():
        return 0
    pks = sorted(set(enterprise_ids))
    noted = dict(
        ChangedFirm.objects.filter(firm_id__in=pks)
        .order_by()
        .values("firm_id")
        .annotate(last=Max("pk"))
        .values_list("firm_id", "last")
    )
    held, batch = snapshot_of(pks, clock.today())
    Rejudged.objects.filter(run=run, enterprise__in=set(pks) - set(held)).delete()
    cells = with_lists(pa.Table.from_batches([batch]), lists_on(run.on, run.known_on, held)).to_pylist()
    one = _one_firm(run.rulebook, run.on, run.known_on)
    rows = [
        Rejudged(
            run=run,
            enterprise_id=pk,
            county=row[COUNTY] or "",
            park=row["park_id"] or 0,
            section=section_of(row[INDUSTRY] or ""),
            size=row[SIZE] or "",
            verdicts=one.rows(row),
            noted=noted.get(pk, 0),
            rejudged_at=at,
        )
        for pk, row in zip(held, cells, strict=True)
    ]
    Rejudged.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "enterprise"], update_fields=list(WRITTEN)
    )
    return len(rows)


@lru_cache(maxsize=4)
def _one_firm(fingerprint: str, on: date, known_on: date) -> OneFirm:
    """`fingerprint` names the rulebook: with another the judge is another."""
    return OneFirm(judge(on, known_on))
