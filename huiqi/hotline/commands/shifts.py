"""Who is on duty, and what one leaves to the next."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.hotline.models import Call, CallBackClaim, HandOver, Shift
from huiqi.hotline.queries.call_backs import due_call_backs, open_wishes


@transaction.atomic
def begin_shift(*, actor: User, at: datetime) -> Shift:
    """Go on duty; beginning twice is no fault."""
    known = Shift.objects.filter(agent=actor, ended_at=None).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            shift = Shift.objects.create(agent=actor, begun_at=at)
    except IntegrityError:
        return Shift.objects.get(agent=actor, ended_at=None)
    audit.record("shift.begun", shift, actor=actor)
    return shift


@transaction.atomic
def end_shift(shift: Shift, *, note: str, actor: User, at: datetime, wall: datetime) -> HandOver:
    """Leave duty with a note to the next; claims are given back. Refused: `hotline.shift_over`,
    `hotline.busy` while a call goes on."""
    locked = Shift.objects.select_for_update(of=("self",)).get(pk=shift.pk)
    if locked.ended_at is not None or locked.agent_id != actor.pk:
        raise Refused("hotline.shift_over", gettext_noop("这一班已经交接过。"))
    if Call.objects.open_of(actor, wall).exists():
        raise Refused("hotline.busy", gettext_noop("还有一通电话没有结束。请先结束通话，再交班。"))
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    CallBackClaim.objects.filter(agent=actor).delete()
    actor.wishes_taken.filter(done_at=None).update(taken_by=None, taken_until=None)
    made = HandOver.objects.create(
        shift=locked,
        note=note.strip(),
        due=due_call_backs(actor, timezone.localdate(at)).order_by().count(),
        wishes=open_wishes().order_by().count(),
        made_at=at,
    )
    audit.record("shift.ended", locked, actor=actor, due=made.due, wishes=made.wishes)
    return made


@transaction.atomic
def take_over(hand_over: HandOver, *, actor: User, at: datetime) -> HandOver:
    """Read and confirmed. Refused: `hotline.own_hand_over`; confirming what is confirmed is no fault."""
    locked = HandOver.objects.select_for_update(of=("self",)).select_related("shift").get(pk=hand_over.pk)
    if locked.shift.agent_id == actor.pk:
        raise Refused("hotline.own_hand_over", gettext_noop("交接由接班的同事确认，不能自己确认自己的。"))
    if locked.taken_over_by_id is None:
        locked.taken_over_by, locked.taken_over_at = actor, at
        locked.save(update_fields=["taken_over_by", "taken_over_at"])
        audit.record("shift.taken_over", locked, actor=actor)
    return locked
