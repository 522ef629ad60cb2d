"""An escalation 上报 and the case it became, each on the page of the other. Offered by config/wiring.py."""

from typing import Any

from django.http import HttpRequest

from huiqi.accounts.gates import user_of
from huiqi.cases.commands.escalated import case_of_escalation
from huiqi.cases.models import Case
from huiqi.cases.queries.rows import state_look
from huiqi.cases.workflow import Channel
from huiqi.core import clock
from huiqi.stationing.models import Escalation
from huiqi.stationing.queries.escalations import visible_escalations


def escalated_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """On the page of an escalation: its case, its state; the link for who may open it."""
    escalation: Escalation = subject
    case = case_of_escalation(escalation.public_id)
    if case is None:
        return None
    user, today = user_of(request), clock.today()
    is_seen = Case.objects.visible_to(user, today).filter(pk=case.pk).exists()
    is_taken = Case.objects.taken_by_person(user).filter(pk=case.pk).exists()
    return {"case": case, "look": state_look(case.state), "is_seen": is_seen, "is_taken": is_taken}


def origin_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """On the page of a case: the escalation it came from, for who may open that."""
    case: Case = subject
    if case.channel != Channel.STATIONED or not case.source_ref:
        return None
    seen = visible_escalations(user_of(request), clock.today())
    found = seen.filter(public_id=case.source_ref).first()
    return {"escalation": found} if found else None
