"""Firms judged again since a run: which run is the present one, and their part in its lists."""

from typing import Any

import numpy as np
from django.db.models import QuerySet

from huiqi.accounts.scope import Scope
from huiqi.runs.models import Rejudged, Run
from huiqi.runs.one_firm import NEAR, STATUS


def current_run() -> Run | None:
    """The newest run of all policies that is done: what lists of the present rest on."""
    return Run.objects.whole().order_by("-pk").first()


def rejudged_of(run: Run, scope: Scope) -> QuerySet[Rejudged]:
    """The firms of the scope judged again since the run."""
    rows = run.rejudged.order_by("pk")
    if scope.is_whole:
        return rows
    places = rows.order_by("county", "park").values_list("county", "park").distinct()
    admitted = [(county, park) for county, park in places if scope.admits(county or None, park or None)]
    parks = {park for _county, park in admitted}
    counties = {county for county, _park in admitted}
    found = rows.filter(county__in=counties, park__in=parks).values_list("pk", "county", "park")
    return rows.filter(pk__in=[pk for pk, county, park in found if (county, park) in set(admitted)])


def found_again(
    run: Run, policy: str, status: str, region: str, scope: Scope, named: frozenset[str] | None
) -> Any:
    """Keys of the rows of a list, as an array; `named` are the firms that words found."""
    place = run.policies.index(policy)
    wanted: dict[str, Any] = {f"verdicts__{place}__{STATUS}": status}
    if status == "near":
        wanted = {f"verdicts__{place}__{NEAR}": True}
    rows = rejudged_of(run, scope).filter(county__startswith=region, **wanted)
    if named is not None:
        rows = rows.filter(enterprise__public_id__in=named)
    return np.array(list(rows.values_list("pk", flat=True)), np.int64)


def firms_again(run: Run) -> list[str]:
    """Public ids of all firms judged again, for leaving what the run said of them out of lists."""
    return list(run.rejudged.order_by("pk").values_list("enterprise__public_id", flat=True))
