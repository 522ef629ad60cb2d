"""What the hotline offers to the page of a case."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.gates import user_of
from huiqi.cases.models import Case
from huiqi.cases.queries.page import reader_on
from huiqi.core import clock
from huiqi.core.personal import mask_phone
from huiqi.hotline.models import CallTouch
from huiqi.hotline.ports import telephony_port
from huiqi.hotline.queries.dialling import may_dial

MOST_CALLS = 5


def dial_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The button that calls the requester, and the calls made with it."""
    case: Case = subject
    if not telephony_port().can_dial or not case.is_open:
        return None
    if not may_dial(case, reader_on(case, user_of(request), clock.today())):
        return None
    rows = CallTouch.objects.filter(case=case, act=CallTouch.Act.DIALLED).select_related("call__agent")
    calls = list(rows.order_by("-at", "-pk")[:MOST_CALLS])
    return {"case": case, "phone": mask_phone(case.requester_phone), "calls": calls}
