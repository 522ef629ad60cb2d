"""Seeing who asks: name, number and personal answers in full, for a reason that stays on the record."""

from datetime import datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.moving import tell
from huiqi.cases.happenings import Happening
from huiqi.cases.models import Case
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditRecord
from huiqi.enterprises.commands.contacts import CLAIM_REVEALED, MOST_REVEALS, REVEALED

UNMASKED = f"case.{Happening.UNMASKED}"


@transaction.atomic
def reveal_requester(case: Case, *, reason: str, actor: User, at: datetime, wall: datetime) -> Case:
    """The case with its requester in full; the look and its reason are on the timeline and the trail.

    `at` is the business instant of the timeline, `wall` real time: the pace is measured with it. The version
    stays: a look changes nothing. Refused (`cases.too_many_reveals`) beyond sixty an hour, contacts of the
    register counted in.
    """
    acts = (UNMASKED, REVEALED, CLAIM_REVEALED)
    recent = AuditRecord.objects.filter(
        act__in=acts, actor_id=actor.public_id, at__gte=wall - timedelta(hours=1)
    )
    if recent.count() >= MOST_REVEALS:
        often = gettext_noop("您一小时内已查看%(n)s个联系电话，请稍后再看。")
        raise Refused("cases.too_many_reveals", Message(often, {"n": MOST_REVEALS}))
    tell(case, Happening.UNMASKED, actor=actor, at=at, reason=reason)
    return case
