"""What reach offers to other pages: the firm's page and the desk."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.core.together import counts_together
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import membership_in
from huiqi.reach.models import Journey, ListState, Preparation
from huiqi.reach.queries.journeys import count_to_call, ways_of

SHOWN = 5
# Nobody has so many lists to review; counting them has to end somewhere.
MOST_LISTS = 10_000


def firm_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """政策直达 on a firm's page: for its own people, and for offices that follow it up."""
    user, today, firm = request.user, clock.today(), subject
    if not isinstance(user, User):
        return None
    is_own = membership_in(user, firm) is not None
    if not is_own and not _follows(user, firm):
        return None
    ways = ways_of(firm, today)
    if not ways:
        return None
    may_call = scope_with(user, Power.FOLLOW_REACH, today).admits(firm.prefecture, firm.park_id)
    return {"ways": ways[:SHOWN], "more": len(ways) - SHOWN, "is_own": is_own, "may_call": may_call}


def _follows(user: User, firm: Enterprise) -> bool:
    return scope_with(user, Power.VIEW_REACH, clock.today()).admits(firm.prefecture, firm.park_id)


def desk_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Lists to review, lists that wait for their letter, firms to ring up."""
    user, today = request.user, clock.today()
    if not isinstance(user, User):
        return None
    mine = Preparation.objects.prepared_by(user, today).filter(prepared_by=user)
    asked = [Preparation.objects.reviewable_by(user, today), mine.filter(state=ListState.REVIEWED)]
    review, hand = counts_together(asked, MOST_LISTS)
    rows = Journey.objects.followed_by(user, today)
    calls = count_to_call(rows, today) if may(user, Power.FOLLOW_REACH, today) else 0
    if not (review or hand or calls):
        return None
    return {"review": review, "hand": hand, "calls": calls}
