"""The staff's list of applications: search, filters, figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import QueryDict

from huiqi.grants.models import Application, ApplicationQuerySet, Call
from huiqi.grants.models.applications import STATES


@dataclass(frozen=True)
class Filters:
    """What was asked for, as far as it makes sense."""

    words: str = ""
    call: str = ""
    state: str = ""
    county: str = ""

    @property
    def is_any(self) -> bool:
        return bool(self.words or self.call or self.state or self.county)


def read_filters(query: QueryDict) -> Filters:
    """The filters of an address; what is no choice is dropped."""
    state = query.get("state", "")
    county = query.get("county", "")
    return Filters(
        words=query.get("q", "").strip()[:60],
        call=query.get("call", "")[:16],
        state=state if state in dict(STATES) else "",
        county=county if county.isdigit() and len(county) == 6 else "",
    )


def find(user: Any, today: date, filters: Filters) -> ApplicationQuerySet:
    """Those the person may see, newest first."""
    rows = Application.objects.visible_to(user, today).select_related("call__unit", "enterprise", "round")
    if filters.words:
        name = Q(enterprise__name__icontains=filters.words)
        rows = rows.filter(name | Q(enterprise__credit_code__iexact=filters.words))
    if filters.call:
        rows = rows.filter(call__public_id=filters.call)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.county:
        rows = rows.filter(enterprise__prefecture=filters.county)
    return rows.order_by("-submitted_at", "-pk")


def figures(rows: ApplicationQuerySet) -> dict[str, int]:
    """How many, and fen held and paid, over all that the filters find."""
    return rows.order_by().aggregate(
        count=Count("pk"), reserved=Sum("reserved", default=0), paid=Sum("paid", default=0)
    )


def by_state(call: Call) -> list[tuple[str, Any, int]]:
    """How many applications of a call stand where: code, words, count; only those there are."""
    rows = call.applications.exclude(state="draft").order_by().values("state").annotate(n=Count("pk"))
    counts = {row["state"]: row["n"] for row in rows}
    return [(code, words, counts[code]) for code, words in STATES if code in counts]
