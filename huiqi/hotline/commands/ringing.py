"""A call that comes in rings at the agent on duty who has been free the longest."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.core.personal import plain_phone
from huiqi.hotline.models import Call, Pop, Shift
from huiqi.hotline.ports import telephony_port
from huiqi.hotline.queries.calls import pops_ringing


@transaction.atomic
def ring_in(phone: str, *, wall: datetime) -> Pop:
    """Show the number to an agent on duty who is in no call and has nothing ringing.

    Refused: `hotline.no_telephony`, `hotline.no_number`, `hotline.nobody_free`.
    """
    if not telephony_port().tells_calls:
        said = gettext_noop("没有接入电话系统。请设置HUIQI_TELEPHONY_PORT。")
        raise Refused("hotline.no_telephony", said)
    number = plain_phone(phone)
    if not number:
        raise Refused("hotline.no_number", gettext_noop("请写明来电号码，如13800001234。"))
    agent = _free_agent(wall)
    if agent is None:
        said = gettext_noop("没有空闲的在岗坐席。请坐席先上班，或结束手上的通话。")
        raise Refused("hotline.nobody_free", said)
    pop = Pop.objects.create(agent=agent, phone=number, rang_at=wall)
    audit.record("call.popped", pop, actor=None, agent=agent.public_id)
    return pop


def _free_agent(wall: datetime) -> User | None:
    talks = Call.objects.order_by().filter(agent=OuterRef("pk"), ended_at=None, open_until__gt=wall)
    rings = pops_ringing(wall).order_by().filter(agent=OuterRef("pk"))
    duty = Shift.objects.order_by().filter(ended_at=None).values("agent")
    free = User.objects.filter(pk__in=duty, is_active=True).exclude(Exists(talks)).exclude(Exists(rings))
    last = free.annotate(last=Max("calls_taken__ended_at"))
    return last.order_by(F("last").asc(nulls_first=True), "pk").first()
