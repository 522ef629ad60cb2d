"""Looking for the firm one wants to claim: each look leaves a trace, so that nobody lists the register."""

from datetime import datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditRecord
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import claimable

# Nobody acts for so many firms; a bookkeeper of thirty still enters them within the hour.
MOST_LOOKUPS = 30
LOOKED_UP = "claim.looked_up"


@transaction.atomic
def look_up_firm(credit_code: str, *, actor: User, at: datetime) -> Enterprise | None:
    """The firm to claim by its present or a former code, or None; recorded without the code.

    Refused (`enterprises.too_many_lookups`) beyond thirty of one account within an hour, found or not.
    """
    since = at - timedelta(hours=1)
    recent = AuditRecord.objects.filter(act=LOOKED_UP, actor_id=actor.public_id, at__gte=since)
    if recent.count() >= MOST_LOOKUPS:
        often = gettext_noop("您一小时内已查询%(n)s次，请一小时后再查。急需认领的，请拨打服务热线。")
        raise Refused("enterprises.too_many_lookups", Message(often, {"n": MOST_LOOKUPS}))
    firm = claimable(credit_code)
    audit.record(LOOKED_UP, firm, actor=actor, found=firm is not None)
    return firm
