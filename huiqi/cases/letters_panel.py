"""Letters of consultation on the page of a case. Offered to the page's slot by config/wiring.py."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.gates import user_of
from huiqi.cases.queries.consultations import letters_seen, may_consult
from huiqi.core import clock


def letters_panel(request: HttpRequest, case: Any) -> dict[str, Any] | None:
    """Its letters, and the way to a new one; None for who has nothing to do with them."""
    user, today = user_of(request), clock.today()
    letters = list(letters_seen(user, today).filter(case=case))
    may_begin = case.is_open and may_consult(case, user, today)
    return {"case": case, "letters": letters, "may_begin": may_begin} if letters or may_begin else None
