"""Calling out through the telephone system: logged as a call before the line is asked for."""

from datetime import datetime

import structlog
from django.db import transaction

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.core.personal import plain_phone
from huiqi.hotline.models import Call, CallTouch, CallWish, Proof
from huiqi.hotline.ports import NotConnected, telephony_port

log = structlog.get_logger("huiqi.hotline")


def dial_requester(case: Case, *, actor: User, at: datetime, wall: datetime) -> Call:
    """Connect the person's telephone with the requester's; the number need not be shown for it.

    Refused: `hotline.no_telephony`, `hotline.no_number`, `hotline.not_connected`.
    """
    return _dial(case.requester_phone, case, actor=actor, at=at, wall=wall)


def dial_wish(wish: CallWish, *, actor: User, at: datetime, wall: datetime) -> Call:
    """The same for a caller who asked to be called back."""
    return _dial(wish.phone, None, actor=actor, at=at, wall=wall)


def _dial(phone: str, case: Case | None, *, actor: User, at: datetime, wall: datetime) -> Call:
    port = telephony_port()
    if not port.can_dial:
        said = gettext_noop("没有接入电话系统，请用话机拨打。")
        raise Refused("hotline.no_telephony", said)
    number = plain_phone(phone)
    if not number:
        raise Refused("hotline.no_number", gettext_noop("这件没有登记电话号码。"))
    call = _log(number, case, actor=actor, at=at, wall=wall)
    try:
        # The telephone system knows which telephone belongs to the account.
        port.dial(actor.username, number)
    except NotConnected as fault:
        log.warning("not connected", call=call.public_id, fault=type(fault).__name__)
        with transaction.atomic():
            audit.record("call.not_connected", call, actor=actor)
        said = gettext_noop("电话系统没有接通，请再试一次，或用话机拨打。")
        raise Refused("hotline.not_connected", said) from fault
    return call


@transaction.atomic
def _log(number: str, case: Case | None, *, actor: User, at: datetime, wall: datetime) -> Call:
    """A call out opens no door: it is written as ended, so that nothing of the number's cases is shown."""
    proof = Proof.DIALLED
    call = Call(agent=actor, phone=number, proof=proof, started_at=at, ended_at=at, open_until=wall)
    call.save(force_insert=True)
    if case is not None:
        CallTouch.objects.create(call=call, case=case, act=CallTouch.Act.DIALLED, at=at)
    audit.record("call.dialled", call, actor=actor, case=case.public_id if case else "")
    return call
