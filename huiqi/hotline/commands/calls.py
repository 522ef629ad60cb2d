"""A call from its first word to its end. What an agent may see and do hangs on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.cases.commands.desk import withdraw_case
from huiqi.cases.commands.handling import write_to_office
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.suggestions import keep_choice
from huiqi.cases.models import Case, Consent, Suggested
from huiqi.cases.workflow import Channel
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.core.personal import plain_phone
from huiqi.hotline.models import Call, CallTouch, Pop, Proof
from huiqi.hotline.queries.calls import MOST_CASES, cases_of_caller

# Ours: longer than any call; a browser that was closed must not leave the door open.
LONGEST_CALL = timedelta(hours=2)
_BUSY = gettext_noop("您还有一通电话没有结束。请先结束那一通，再接新的。")


@dataclass(frozen=True)
class Heard:
    """What the caller says, as the agent's form checked it. `suggested` is the topic id that was offered."""

    item: str
    topic: str
    title: str
    text: str
    name: str
    firm_name: str
    prefecture: str
    key: str
    suggested: str = ""
    credit_code: str = ""
    has_no_code: bool = False


@transaction.atomic
def start_call(phone: str, *, actor: User, at: datetime, wall: datetime, pop: Pop | None = None) -> Call:
    """Take a call. With a pop the telephone system has told the number, which is proof of it.

    Refused: `hotline.busy` while another call of the agent goes on, `hotline.no_number`.
    """
    number = plain_phone(phone)
    if not number:
        raise Refused("hotline.no_number", gettext_noop("请输入来电号码。"))
    for old in Call.objects.select_for_update(of=("self",)).filter(agent=actor, ended_at=None).order_by("pk"):
        if old.open_until > wall:
            raise Refused("hotline.busy", _BUSY)
        _end(old, at, actor=None)
    if pop is not None:
        Pop.objects.filter(pk=pop.pk).update(taken_at=wall)
    proof = Proof.POPPED if pop is not None else Proof.NONE
    call = Call(agent=actor, phone=number, proof=proof, started_at=at, open_until=wall + LONGEST_CALL)
    try:
        with transaction.atomic():
            call.save()
    except IntegrityError:
        raise Refused("hotline.busy", _BUSY) from None
    audit.record("call.started", call, actor=actor, proof=proof.value)
    _note_shown(call, actor, at)
    return call


@transaction.atomic
def prove_number(call: Call, proof: Proof, *, actor: User, at: datetime, wall: datetime) -> Call:
    """The agent vouches that the person on the line has the number, and says how.

    Refused: `hotline.call_over`, `hotline.no_proof` for what only the telephone system may say.
    """
    locked = _lock(call, actor, wall)
    if proof not in {Proof.SEEN, Proof.DIALLED}:
        raise Refused("hotline.no_proof", gettext_noop("请选择怎样核实的号码。"))
    locked.proof = proof
    locked.save(update_fields=["proof"])
    audit.record("call.proven", locked, actor=actor, proof=proof.value)
    _note_shown(locked, actor, at)
    return locked


def _note_shown(call: Call, actor: User, at: datetime) -> None:
    """Keep which cases the page of the call now shows: reading them is an act too."""
    shown = list(cases_of_caller(call).order_by("-opened_at", "-pk")[:MOST_CASES])
    rows = [CallTouch(call=call, case=case, act=CallTouch.Act.SHOWN, at=at) for case in shown]
    CallTouch.objects.bulk_create(rows, ignore_conflicts=True)
    if shown:
        audit.record("call.cases_shown", call, actor=actor, cases=" ".join(row.public_id for row in shown))


@transaction.atomic
def register_by_call(call: Call, heard: Heard, *, actor: User, at: datetime, wall: datetime) -> Case:
    """Make a case of what the caller says, with spoken consent 口头. The same form sent twice is one case
    (`cases.taken_before`). Refused: `hotline.call_over`."""
    locked = _lock(call, actor, wall)
    asked = Asked(
        item=heard.item,
        topic=heard.topic,
        title=heard.title,
        text=heard.text,
        channel=Channel.PHONE,
        name=heard.name,
        phone=locked.phone,
        firm_name=heard.firm_name,
        credit_code=heard.credit_code,
        has_no_code=heard.has_no_code,
        prefecture=heard.prefecture,
        consent=Consent.SPOKEN,
        source_ref=f"{locked.public_id}-{heard.key}",
    )
    case = open_case(asked, actor=actor, at=at)
    keep_choice(case, Suggested.TOPIC, suggested=heard.suggested, chosen=heard.topic, at=at)
    _touch(locked, case, CallTouch.Act.OPENED, at)
    return case


def message_by_call(call: Call, case: Case, *, text: str, actor: User, at: datetime, wall: datetime) -> Case:
    """What the caller adds to an own case: a supplement while one is awaited, else a message."""
    return _for_caller(
        call,
        case,
        CallTouch.Act.MESSAGED,
        lambda: write_to_office(case, text=text, actor=actor, at=at),
        (actor, at, wall),
    )


def withdraw_by_call(
    call: Call, case: Case, *, reason: str, actor: User, at: datetime, wall: datetime
) -> Case:
    """The caller takes an own case back."""
    return _for_caller(
        call,
        case,
        CallTouch.Act.WITHDRAWN,
        lambda: withdraw_case(case, reason=reason, actor=actor, at=at),
        (actor, at, wall),
    )


@transaction.atomic
def _for_caller(
    call: Call, case: Case, act: CallTouch.Act, do: Callable[[], Case], when: tuple[User, datetime, datetime]
) -> Case:
    """Only while the call lasts, from the proven number, upon a case of that very number."""
    actor, at, wall = when
    locked = _lock(call, actor, wall)
    if locked.proof == Proof.NONE:
        said = gettext_noop("还没有核实来电号码，不能代来电人留言、补充或撤回。请先核实。")
        raise Refused("hotline.not_proven", said)
    if not Case.objects.filter(pk=case.pk, phone_index__finds=locked.phone).exists():
        said = gettext_noop("这件诉求登记的不是这个号码。请来电人用登记的号码拨打。")
        raise Refused("hotline.other_number", said)
    done = do()
    _touch(locked, case, act, at)
    return done


@transaction.atomic
def end_call(call: Call, *, actor: User, at: datetime) -> Call:
    """Hang up: from now on the agent sees nothing of the caller. Ending twice is no fault."""
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk, agent=actor)
    if locked.ended_at is None:
        _end(locked, at, actor=actor)
    return locked


def _end(call: Call, at: datetime, *, actor: User | None) -> None:
    call.ended_at = at
    call.save(update_fields=["ended_at"])
    audit.record("call.ended", call, actor=actor)


def _lock(call: Call, actor: User, wall: datetime) -> Call:
    rows = Call.objects.select_for_update(of=("self",)).open_of(actor, wall)
    locked = rows.filter(pk=call.pk).first()
    if locked is None:
        raise Refused("hotline.call_over", gettext_noop("这通电话已经结束。请重新接听后再办。"))
    return locked


def _touch(call: Call, case: Case, act: CallTouch.Act, at: datetime) -> None:
    CallTouch.objects.create(call=call, case=case, act=act, at=at)
