"""诉求 on a firm's page: for the firm's own people theirs, for staff those they may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.cases.public_words import public_word
from huiqi.cases.queries.veil import veil_of
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import membership_in

SHOWN = 5


def firm_cases_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The newest requests of the firm; nothing for staff who see none of them."""
    firm: Enterprise = subject
    if not isinstance(request.user, User):
        return None
    is_own = membership_in(request.user, firm) is not None
    if is_own:
        rows, page = Case.objects.asked_by(request.user), "cases:own_case"
    else:
        # Where an item keeps the requester from a unit, the firm's page does not tell it either.
        seen = Case.objects.visible_to(request.user, clock.today())
        rows, page = seen.exclude(veil_of(request.user, clock.today()).rows()), "cases:case"
    found = list(
        rows.filter(enterprise=firm).select_related("lead", "desk").order_by("-opened_at", "-pk")[: SHOWN + 1]
    )
    if not found and not is_own:
        return None
    shown = [(case, public_word(case), reverse(page, args=[case.public_id])) for case in found[:SHOWN]]
    return {"rows": shown, "is_own": is_own, "has_more": len(found) > SHOWN}
