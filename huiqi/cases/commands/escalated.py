"""An escalation 上报 of a stationed officer becomes a request, in the escalation's own transaction."""

import structlog
from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.models import Case
from huiqi.cases.queries.items import current_edition
from huiqi.cases.workflow import Channel, Urgency
from huiqi.enterprises.models import Enterprise
from huiqi.stationing.events import EscalationRaised

log = structlog.get_logger("huiqi.cases")
ITEM = "request"
_TITLE = 40


def open_for_escalation(event: EscalationRaised) -> None:
    """Open the case of an escalation: channel stationed, its `source_ref` the escalation's public id.

    What fails here fails alone (a savepoint, and a line in the log): the officer's words are kept by the
    escalation, whose own people are told in any case. The same escalation twice is one case.
    """
    try:
        with transaction.atomic():
            _open(event)
    except Exception:
        log.exception("escalation without case", escalation=event.escalation_id)


def _open(event: EscalationRaised) -> Case | None:
    if case_of_escalation(event.escalation_id) is not None:
        return None
    edition = current_edition(ITEM)
    if edition is None:
        log.error("escalation without case", escalation=event.escalation_id, item=ITEM)
        return None
    officer = User.objects.get(pk=event.raised_by_id)
    is_urgent = event.urgency == "urgent"
    asked = Asked(
        item=ITEM,
        # The last topic of an item is "other": nobody chose one, the desk classifies.
        topic=edition.definition.topics[-1].id,
        title=event.text.split("\n")[0][:_TITLE],
        text=event.text,
        channel=Channel.STATIONED,
        name=officer.name,
        phone=officer.phone,
        enterprise=Enterprise.objects.get(pk=event.enterprise_id),
        urgency=Urgency.URGENT if is_urgent else Urgency.ORDINARY,
        source_ref=event.escalation_id,
    )
    return open_case(asked, actor=officer, at=event.raised_at)


def case_of_escalation(escalation_id: str) -> Case | None:
    """The case an escalation became, or None."""
    return Case.objects.filter(channel=Channel.STATIONED, source_ref=escalation_id).first()
