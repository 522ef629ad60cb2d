"""异议 during the notice of a round: raised by anyone, answered by the office before the round goes on."""

from datetime import date, datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token, token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditRecord
from huiqi.grants.commands.moving import lock_application, lock_call, noted, release, save, take, tell
from huiqi.grants.commands.rounds import lock_round
from huiqi.grants.models import Application, Objection, Round
from huiqi.grants.workflow import RoundState

RAISED = "grant_objection.raised"
# Ours, as for lists: whoever would flood a notice does not get far.
MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)


@transaction.atomic
def raise_objection(  # noqa: PLR0913  each is a field of the form
    round_: Round,
    *,
    application: Application | None,
    name: str,
    phone: str,
    grounds: str,
    on: date,
    at: datetime,
    wall: datetime,
    address: str = "",
    actor: User | None = None,
) -> tuple[Objection, str]:
    """Record an objection and give the private token of its receipt. It stops nobody's money by itself: the
    round waits for its answer. `address` is the digest of the network address.

    Refused: `grants.notice_over`, `grants.too_many_objections` after five from one address in an hour.
    """
    row = lock_round(round_)
    if row.state != RoundState.NOTICING or row.notice_until is None or on > row.notice_until:
        raise Refused("grants.notice_over", gettext_noop("公示期已过，请直接联系承办单位。"))
    _refuse_many(address, wall)
    token = new_token()
    objection = Objection.objects.create(
        round=row,
        application=application,
        name=name,
        phone=phone,
        grounds=grounds,
        address_digest=address,
        token_digest=token_digest(token),
        made_at=at,
    )
    audit.record(RAISED, objection, actor=actor, round=row.public_id)
    return objection, token


def _refuse_many(address: str, wall: datetime) -> None:
    recent = AuditRecord.objects.filter(act=RAISED, at__gt=wall - HOUR).values("subject_id")
    Objection.objects.exclude(address_digest="").exclude(public_id__in=recent).update(address_digest="")
    if address and Objection.objects.filter(address_digest=address).count() >= MOST_AN_HOUR:
        many = gettext_noop("这个网络地址一小时内已提交%(most)s条异议。请过一小时再提，或直接联系承办单位。")
        raise Refused("grants.too_many_objections", Message(many, {"most": MOST_AN_HOUR}))


@transaction.atomic
def answer_objection(
    objection: Objection, *, upheld: bool, answer: str, actor: User, at: datetime
) -> Objection:
    """Decide it with a reason that the objector reads; a firm against which it holds leaves the round and its
    money is free. Refused `grants.answered_already`, `grants.no_firm_named`."""
    lock_call(objection.round.call)
    lock_round(objection.round)
    row = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if row.state != Objection.State.OPEN:
        raise Refused("grants.answered_already", gettext_noop("这条异议已经答复。"))
    row.state = Objection.State.UPHELD if upheld else Objection.State.DISMISSED
    row.answer, row.answered_by, row.answered_at = answer, actor, at
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    if upheld:
        _take_out(row, actor, at)
    audit.record("grant_objection.answered", row, actor=actor, upheld=upheld)
    return row


def _take_out(row: Objection, actor: User, at: datetime) -> None:
    if row.application is None:
        said = gettext_noop("这条异议没有指明企业，不能按成立处理。请答复说明。")
        raise Refused("grants.no_firm_named", said)
    call = lock_call(row.application.call)
    application = lock_application(row.application)
    take(application, "uphold")
    release(call, application)
    application.opinion = gettext_noop("公示期间的异议成立。")
    save(application, "reserved", "opinion")
    tell(application, "uphold", at=at, by=actor)
    noted(application, "grant.refused", actor=actor, objection=row.public_id)


@transaction.atomic
def reveal_objector(objection: Objection, *, reason: str, actor: User) -> None:
    """Record that somebody sees who objected, and why."""
    audit.record("grant_objection.revealed", objection, actor=actor, reason=reason)
