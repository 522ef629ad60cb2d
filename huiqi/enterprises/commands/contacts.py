"""Looking at people to reach at a firm: each look in full leaves a trace with its reason."""

from datetime import datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Claim, Contact, Enterprise

# More than a person can call in an hour; whoever needs a whole list asks for an export.
MOST_REVEALS = 60
REVEALED = "contact.revealed"
CLAIM_REVEALED = "claim.phone_revealed"


@transaction.atomic
def note_phone_search(*, actor: User) -> None:
    """Somebody looked for a firm by a telephone number; the number itself is not recorded."""
    audit.record("register.searched_by_phone", None, actor=actor)


@transaction.atomic
def reveal_contact(contact: Contact, *, reason: str, actor: User, at: datetime) -> Contact:
    """The contact in full, for a reason from a fixed list, recorded.

    Refused (`enterprises.too_many_reveals`) beyond sixty within an hour.
    """
    _check_pace(actor, at)
    firm: Enterprise = contact.enterprise
    audit.record(REVEALED, firm, actor=actor, reason=reason, contact=contact.pk)
    return contact


@transaction.atomic
def reveal_claim_phone(claim: Claim, person: User, *, reason: str, actor: User, at: datetime) -> str:
    """The number of somebody concerned by a claim (who made it, or the present owner), for whoever decides
    it and has to ask; recorded like a contact's, and counted with them."""
    _check_pace(actor, at)
    audit.record(CLAIM_REVEALED, claim, actor=actor, reason=reason, person=person.public_id)
    return person.phone


def _check_pace(actor: User, at: datetime) -> None:
    since = at - timedelta(hours=1)
    acts = (REVEALED, CLAIM_REVEALED)
    recent = AuditRecord.objects.filter(act__in=acts, actor_id=actor.public_id, at__gte=since)
    if recent.count() >= MOST_REVEALS:
        often = gettext_noop("您一小时内已查看%(n)s个联系电话，请稍后再看；需要成批联系的，请走导出。")
        raise Refused("enterprises.too_many_reveals", Message(often, {"n": MOST_REVEALS}))
