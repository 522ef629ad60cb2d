"""Parts of other apps' pages: the way from a closed case to a wording."""

from typing import Any

from django.http import HttpRequest

from huiqi.core import clock
from huiqi.knowledge.growing import GROWING
from huiqi.knowledge.models import Wording


def case_panel(request: HttpRequest, case: Any) -> dict[str, Any] | None:
    """On the page of a case (of the app above) that may become a wording."""
    user: Any = request.user
    # Nothing grows from an open case: not even asked.
    if case.ended_at is None or GROWING.seed(user, case.number, clock.today()) is None:
        return None
    return {"grown": list(Wording.objects.filter(grown_from=case.number).order_by("pk")[:5])}
