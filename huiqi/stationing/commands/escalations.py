"""上报: asking for help beyond one's reach, and the answer."""

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.messages.commands.notices import notify, notify_all, settle_notices
from huiqi.stationing.events import EscalationRaised, publish
from huiqi.stationing.models import Escalation
from huiqi.stationing.notice_kinds import ANSWERED, ESCALATED
from huiqi.stationing.queries.recipients import officers_in_charge


@transaction.atomic
def escalate(
    enterprise: Enterprise, text: str, *, urgency: str, actor: User, on: date, at: datetime
) -> Escalation:
    """Put a matter before the county's officers (and the province's when urgent) and tell the apps above.

    The same text of the same firm on the same day is one matter, however often it is sent.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = Escalation(
        enterprise=enterprise,
        on=on,
        text=text,
        text_digest=digest,
        urgency=urgency,
        raised_by=actor,
        raised_at=at,
    )
    Escalation.objects.bulk_create([row], ignore_conflicts=True)
    kept = Escalation.objects.get(enterprise=enterprise, on=on, text_digest=digest)
    if kept.public_id != row.public_id:
        return kept
    audit.record("escalation.raised", kept, actor=actor, urgency=urgency)
    publish(EscalationRaised(kept.public_id, enterprise.pk, text, urgency, actor.pk, at))
    people = officers_in_charge(enterprise, with_province=urgency == Escalation.Urgency.URGENT)
    link = reverse("stationing:escalation", args=[kept.public_id])
    notify_all(people, ESCALATED, gettext_noop("有1件驻企上报待答复。"), link, at=at, about=kept)
    return kept


@transaction.atomic
def answer_escalation(escalation: Escalation, *, answer: str, actor: User, at: datetime) -> Escalation:
    """Answer and thereby close it; the one who raised it is told. Refused (`stationing.answered`)."""
    row = Escalation.objects.select_for_update(of=("self",)).get(pk=escalation.pk)
    if row.answered_at is not None:
        if (row.answer, row.answered_by_id) == (answer, actor.pk):
            return row  # the same press of the button, sent twice
        raise Refused("stationing.answered", gettext_noop("这件上报已经有人答复，请先看答复。"))
    row.answer, row.answered_by, row.answered_at = answer, actor, at
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("escalation.answered", row, actor=actor)
    settle_notices(ESCALATED, row, at=at)
    link = reverse("stationing:escalation", args=[row.public_id])
    notify(row.raised_by, ANSWERED, gettext_noop("您的1件上报有了答复。"), link, at=at)
    return row
