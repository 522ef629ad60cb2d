"""异议: raised by anyone during a notice, decided with a reason by the office that runs the batch."""

import re
from datetime import date, datetime, timedelta

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token, token_digest
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import AuditRecord
from huiqi.lists.chain import Act, Place, take
from huiqi.lists.commands.batches import locked_batch, publisher_desk
from huiqi.lists.commands.entries import write_step
from huiqi.lists.models import BatchState, Entry, ListBatch, Objection
from huiqi.lists.queries.notices import SHOWN_IN_NOTICE, notice_is_over
from huiqi.lists.queries.offices import Desk
from huiqi.messages.commands.codes import CodeSent, CodeVerdict, check_code, send_code

PURPOSE = "list_objection"
RAISED = "list_objection.raised"
# Ours. Somebody with several firms to object to gets on; whoever would stop a whole list does not.
MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)
STEP_REASON = 500  # of the entry's history; the whole text stays with the objection
MOBILE = re.compile(r"1[3-9]\d{9}")


@transaction.atomic
def raise_objection(  # noqa: PLR0913  each is a field of the form
    batch: ListBatch,
    *,
    entry: Entry | None,
    name: str,
    phone: str,
    grounds: str,
    on: date,
    at: datetime,
    wall: datetime,
    organisation: str = "",
    address: str = "",
    actor: User | None = None,
) -> tuple[Objection, str]:
    """Record an objection and give the private token of its receipt. It holds nothing yet: that takes
    `prove_objection` or `admit_objection`, else anyone could stop a list with invented telephones.

    `address` is the digest of the network address. Refused outside the notice (`lists.notice_over`), when
    the same person (by telephone) has an open objection to the same firm (`lists.objection_repeated`), and
    after five from one address in an hour of real time, `wall` (`lists.too_many_objections`).
    """
    row = locked_batch(batch)
    _refuse_outside(row, on)
    _refuse_many(address, wall)
    _refuse_repeated(row, entry, phone)
    if entry is not None:
        _on_notice(row, entry)
    token = new_token()
    objection = Objection.objects.create(
        batch=row,
        entry=entry,
        name=name,
        phone=phone,
        organisation=organisation,
        grounds=grounds,
        address_digest=address,
        token_digest=token_digest(token),
        made_at=at,
    )
    audit.record(RAISED, objection, actor=actor, batch=row.public_id)
    return objection, token


def _refuse_outside(row: ListBatch, on: date) -> None:
    if row.state != BatchState.NOTICING or notice_is_over(row, on):
        raise Refused(
            "lists.notice_over", gettext_noop("公示期已过，不再在这里接收异议。请直接联系承办单位。")
        )


def _refuse_many(address: str, wall: datetime) -> None:
    """Count the last hour's from this address by the trail; what is older is forgotten with it."""
    recent = AuditRecord.objects.filter(act=RAISED, at__gt=wall - HOUR).values("subject_id")
    with_address = Objection.objects.exclude(address_digest="")
    with_address.exclude(public_id__in=recent).update(address_digest="")
    if address and Objection.objects.filter(address_digest=address).count() >= MOST_AN_HOUR:
        many = gettext_noop("这个网络地址一小时内已提交%(most)s条异议。请过一小时再提，或直接联系承办单位。")
        raise Refused("lists.too_many_objections", Message(many, {"most": MOST_AN_HOUR}))


def _refuse_repeated(row: ListBatch, entry: Entry | None, phone: str) -> None:
    """One open objection of one person to one firm suffices to hold it back."""
    same = Objection.objects.filter(batch=row, entry=entry, state=Objection.State.OPEN)
    if same.filter(phone_index__finds=phone).exists():
        known = gettext_noop("您对此已经提过异议，正在处理。请凭上次的回执网址查看结果。")
        raise Refused("lists.objection_repeated", known)


def send_objection_code(objection: Objection, *, at: datetime) -> CodeSent:
    """Send a code to the objector's mobile; see messages.send_code for the pace.

    Five codes a day for one telephone are also the most firms that one person can hold back in a day.
    """
    if objection.state != Objection.State.UNVERIFIED:
        raise _already_taken_up()
    if not MOBILE.fullmatch(objection.phone):
        landline = gettext_noop("座机收不到短信验证码。承办单位会打电话核实，核实后受理。")
        raise Refused("lists.no_mobile", landline)
    return send_code(objection.phone, PURPOSE, at=at, words="公示异议")


def prove_objection(
    objection: Objection, code: str, *, on: date, at: datetime, wall: datetime
) -> CodeVerdict:
    """Check the code; with the right one the objection is open and its entry waits for the decision.

    Refused when the notice is over or the office was quicker; the code is not used up then. It runs out by
    `wall`, real time.
    """
    _refuse_outside(ListBatch.objects.select_related("unit").get(pk=objection.batch_id), on)
    verdict = check_code(objection.phone, PURPOSE, code, at=wall)
    if verdict.ok:
        _take_up_proved(objection, on, at)
    return verdict


@transaction.atomic
def _take_up_proved(objection: Objection, on: date, at: datetime) -> None:
    row = locked_batch(objection.batch)
    _refuse_outside(row, on)
    kept = _waiting(objection)
    _refuse_repeated(row, kept.entry, kept.phone)
    kept.state, kept.verified_at = Objection.State.OPEN, at
    kept.save(update_fields=["state", "verified_at"])
    if kept.entry is not None:
        _hold(row, kept.entry, (None, at, ""), None)
    audit.record("list_objection.verified", kept, actor=None, batch=row.public_id)


@transaction.atomic
def admit_objection(
    objection: Objection, *, reason: str, actor: User, today: date, at: datetime
) -> Objection:
    """受理: the office takes up an objection whose telephone no code proved, saying why."""
    desk = publisher_desk(actor, today)
    row = locked_batch(objection.batch)
    kept = _waiting(objection)
    if row.state != BatchState.NOTICING:
        raise Refused("lists.notice_over", gettext_noop("名单已不在公示，不能再受理异议。"))
    if not reason.strip():
        raise Refused("lists.needs_reason", gettext_noop("请写明受理的理由，如已电话核实异议人。"))
    kept.state, kept.admitted_because = Objection.State.OPEN, reason.strip()
    kept.save(update_fields=["state", "admitted_because"])
    if kept.entry is not None:
        _hold(row, kept.entry, (actor, at, kept.admitted_because), desk)
    audit.record("list_objection.admitted", kept, actor=actor, on_behalf=desk.absent)
    return kept


def _waiting(objection: Objection) -> Objection:
    """The row, locked, still neither proved nor admitted."""
    kept = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if kept.state != Objection.State.UNVERIFIED:
        raise _already_taken_up()
    return kept


def _already_taken_up() -> Refused:
    return Refused("lists.objection_taken_up", gettext_noop("这条异议已经受理或处理，请刷新后再看。"))


def _on_notice(row: ListBatch, entry: Entry) -> Entry:
    held = Entry.objects.select_for_update(of=("self",)).filter(batch=row, pk=entry.pk).get()
    if held.state not in SHOWN_IN_NOTICE:
        raise Refused("lists.not_on_notice", gettext_noop("这家企业已不在公示之列，请返回公示页再看。"))
    return held


def _hold(row: ListBatch, entry: Entry, by: tuple[User | None, datetime, str], desk: Desk | None) -> None:
    actor, at, reason = by
    held = _on_notice(row, entry)
    place = take(Act.OBJECT, Place(held.state, held.level, held.origin), ("province",), row.state)
    held.state = place.state
    held.save_version(expected=held.version, fields=["state"])
    write_step(held, Act.OBJECT, held.level, desk, actor=actor, at=at, reason=reason[:STEP_REASON])


@transaction.atomic
def decide_objection(  # noqa: PLR0913  each is a fact about the act
    objection: Objection, *, upheld: bool, decision: str, actor: User, today: date, at: datetime
) -> Objection:
    """Decide an objection with a reason. Upheld: the firm is not listed. Dismissed: it is again, once no
    other objection to it is open. One that holds nothing yet can only be dismissed (不予受理)."""
    desk = publisher_desk(actor, today)
    row = locked_batch(objection.batch)
    kept = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if kept.state not in (Objection.State.OPEN, Objection.State.UNVERIFIED):
        raise Refused("lists.objection_decided", gettext_noop("这条异议已经处理过，请刷新后再看。"))
    if not decision.strip():
        raise Refused("lists.needs_reason", gettext_noop("请写明处理意见，异议人会看到。"))
    if upheld and kept.state == Objection.State.UNVERIFIED:
        raise Refused("lists.not_admitted", gettext_noop("这条异议还没有受理，请先受理再作结论。"))
    kept.state = Objection.State.UPHELD if upheld else Objection.State.DISMISSED
    kept.decision, kept.decided_by, kept.decided_at = decision, actor, at
    kept.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    if kept.entry is not None:
        _settle(row, kept, Act.UPHOLD if upheld else Act.DISMISS, (actor, at, decision), desk)
    audit.record("list_objection.decided", kept, actor=actor, on_behalf=desk.absent, outcome=str(kept.state))
    return kept


def _settle(row: ListBatch, kept: Objection, act: Act, by: tuple[User, datetime, str], desk: Desk) -> None:
    actor, at, decision = by
    entry = Entry.objects.select_for_update(of=("self",)).get(objections=kept)
    others = Objection.objects.filter(entry=entry, state=Objection.State.OPEN).exists()
    if entry.state != "objected" or (act == Act.DISMISS and others):
        return
    place = take(act, Place(entry.state, entry.level, entry.origin), ("province",), row.state)
    entry.state = place.state
    entry.save_version(expected=entry.version, fields=["state"])
    write_step(entry, act, entry.level, desk, actor=actor, at=at, reason=decision[:STEP_REASON])


@transaction.atomic
def reveal_objector(objection: Objection, *, reason: str, actor: User) -> None:
    """Name and telephone of who objected are shown in full, for a reason from a fixed list, recorded."""
    audit.record("list_objection.revealed", objection, actor=actor, reason=reason)
