"""The green channel on the page of a case, and on the requester's own. config/wiring.py offers them."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.gates import user_of
from huiqi.cases.queries.page import reader_on
from huiqi.cases.queries.permits import has_permits, may_record_permits, permits_of
from huiqi.core import clock


def permits_panel(request: HttpRequest, case: Any) -> dict[str, Any] | None:
    """Permits with their promises, checks of the pass, and the ways to enter more."""
    today = clock.today()
    may_record = may_record_permits(case, reader_on(case, user_of(request), today))
    permits, checks = permits_of(case)
    if not (permits or checks or (may_record and has_permits(case))):
        return None
    rows = [(permit, permit.is_overdue(today)) for permit in permits]
    return {"case": case, "permits": rows, "checks": checks, "may_record": may_record}


def own_permits_panel(_request: HttpRequest, case: Any) -> dict[str, Any] | None:
    """How far each authority is, for who asked."""
    permits, checks = permits_of(case)
    today = clock.today()
    rows = [(permit, permit.is_overdue(today)) for permit in permits]
    return {"case": case, "permits": rows, "checks": checks[:1]} if permits or checks else None
