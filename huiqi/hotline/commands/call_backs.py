"""Calling back: one claims one, the number is shown for that reason and no other, every try is kept."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.cases.commands.closing import record_call_back
from huiqi.cases.commands.moving import lock_case
from huiqi.cases.commands.reveal import reveal_requester
from huiqi.cases.models import Case
from huiqi.cases.workflow import Word
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.hotline.models import CallBackClaim, CallWish
from huiqi.hotline.queries.call_backs import due_call_backs

# Ours: time to call and to write down; then the next may claim it.
HOLDS = timedelta(minutes=30)
REASON = "call_back"
_TAKEN = gettext_noop("这一件刚被同事认领，或今天已经打过。请换一件。")


@transaction.atomic
def claim_call_back(case: Case, *, actor: User, at: datetime, wall: datetime) -> CallBackClaim:
    """Take one to call now; the requester's number is revealed with the reason 回访, which is on record.

    One at a time: an agent's earlier claim is given back. Refused: `hotline.claimed`,
    `cases.too_many_reveals`.
    """
    locked = lock_case(case)
    today = timezone.localdate(at)
    CallBackClaim.objects.filter(agent=actor).exclude(case=locked).delete()
    CallBackClaim.objects.filter(case=locked, until__lte=wall).delete()
    if not due_call_backs(actor, today).filter(pk=locked.pk).exists():
        raise Refused("hotline.claimed", _TAKEN)
    claim = CallBackClaim(case=locked, agent=actor, until=wall + HOLDS)
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError:
        raise Refused("hotline.claimed", _TAKEN) from None
    reveal_requester(locked, reason=REASON, actor=actor, at=at, wall=wall)
    audit.record("call_back.claimed", locked, actor=actor)
    return claim


@transaction.atomic
def release_call_back(claim: CallBackClaim, *, actor: User) -> None:
    """Give it back without having called."""
    CallBackClaim.objects.filter(pk=claim.pk, agent=actor).delete()
    audit.record("call_back.released", claim.case, actor=actor)


@transaction.atomic
def answer_call_back(  # noqa: PLR0913  what was heard
    claim: CallBackClaim,
    *,
    word: str,
    rating: int | None,
    note: str,
    actor: User,
    at: datetime,
    wall: datetime,
) -> Case:
    """Write down what was heard, or that nobody answered. Refused: `hotline.claim_lapsed`, and whatever
    `record_call_back` refuses."""
    held = CallBackClaim.objects.select_for_update(of=("self",)).filter(pk=claim.pk, agent=actor)
    kept = held.filter(until__gt=wall).select_related("case").first()
    if kept is None:
        said = gettext_noop("认领已超过30分钟，可能已由同事接着打。请重新认领。")
        raise Refused("hotline.claim_lapsed", said)
    case = record_call_back(
        kept.case,
        word=word,
        rating=None if word == Word.UNREACHABLE else rating,
        note=note,
        actor=actor,
        at=at,
    )
    kept.delete()
    return case


@transaction.atomic
def wish_call_back(phone: str, *, about: str, wanted_at: datetime, actor: User, at: datetime) -> CallWish:
    """A caller asks to be called at a time."""
    wish = CallWish.objects.create(phone=phone, about=about, wanted_at=wanted_at, asked_at=at, asked_by=actor)
    audit.record("call_back.wished", wish, actor=actor)
    return wish


@transaction.atomic
def take_wish(wish: CallWish, *, actor: User, wall: datetime) -> CallWish:
    """Claim a wish; its number is shown to this agent. Refused: `hotline.claimed`."""
    locked = CallWish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    held = locked.taken_by_id not in (None, actor.pk) and locked.taken_until and locked.taken_until > wall
    if locked.done_at is not None or held:
        raise Refused("hotline.claimed", _TAKEN)
    locked.taken_by, locked.taken_until = actor, wall + HOLDS
    locked.save(update_fields=["taken_by", "taken_until"])
    audit.record("call_back.wish_taken", locked, actor=actor)
    return locked


@transaction.atomic
def answer_wish(wish: CallWish, *, reached: bool, actor: User, at: datetime, wall: datetime) -> CallWish:
    """Called: done, or nobody answered and it stays. Refused: `hotline.claim_lapsed`."""
    locked = CallWish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if locked.taken_by_id != actor.pk or locked.taken_until is None or locked.taken_until <= wall:
        said = gettext_noop("认领已超过30分钟，可能已由同事接着打。请重新认领。")
        raise Refused("hotline.claim_lapsed", said)
    locked.taken_by = locked.taken_until = None
    if reached:
        locked.done_at = at
    else:
        locked.tries += 1
    locked.save(update_fields=["taken_by", "taken_until", "done_at", "tries"])
    audit.record("call_back.wish_answered", locked, actor=actor, reached=reached)
    return locked
