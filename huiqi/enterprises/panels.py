"""What the register offers to the desk 办理台."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.enterprises.queries.people import memberships_of, waiting_claims

SHOWN = 5


def my_firms_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The firms a person acts for; for people of firms also when there is none yet."""
    if not may(request.user, Power.ACT_FOR_FIRM, clock.today()):  # type: ignore[arg-type]
        return None
    return {"memberships": memberships_of(request.user)[: SHOWN * 2]}  # type: ignore[arg-type]


def claims_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Claims that wait for this officer."""
    today = clock.today()
    if not may(request.user, Power.ADMIT_FIRM_PEOPLE, today):  # type: ignore[arg-type]
        return None
    waiting = list(waiting_claims(request.user, today)[: SHOWN + 1])  # type: ignore[arg-type]
    if not waiting:
        return None
    return {"claims": waiting[:SHOWN], "has_more": len(waiting) > SHOWN}
