"""异议: raised by anyone during a notice, decided with a reason by the office that runs the batch."""

from datetime import date, datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.ids import new_token, token_digest
from huiqi.core.messages import gettext_noop
from huiqi.lists.chain import Act, Place, take
from huiqi.lists.commands.batches import locked_batch, publisher_desk
from huiqi.lists.commands.entries import write_step
from huiqi.lists.models import BatchState, Entry, ListBatch, Objection
from huiqi.lists.queries.notices import SHOWN_IN_NOTICE, notice_is_over
from huiqi.lists.queries.offices import Desk


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
    organisation: str = "",
    actor: User | None = None,
) -> tuple[Objection, str]:
    """Record an objection and give the private token of its receipt; the entry waits for the decision.

    Refused outside the notice (`lists.notice_over`), and when the same person (by telephone) has an open
    objection to the same firm (`lists.objection_repeated`).
    """
    row = locked_batch(batch)
    if row.state != BatchState.NOTICING or notice_is_over(row, on):
        raise Refused(
            "lists.notice_over", gettext_noop("公示期已过，不再在这里接收异议。请直接联系承办单位。")
        )
    _refuse_repeated(row, entry, phone)
    token = new_token()
    objection = Objection.objects.create(
        batch=row,
        entry=entry,
        name=name,
        phone=phone,
        organisation=organisation,
        grounds=grounds,
        token_digest=token_digest(token),
        made_at=at,
    )
    if entry is not None:
        _hold(row, entry, actor, at)
    audit.record("list_objection.raised", objection, actor=actor, batch=row.public_id)
    return objection, token


def _refuse_repeated(row: ListBatch, entry: Entry | None, phone: str) -> None:
    """One open objection of one person to one firm suffices to hold it back."""
    same = Objection.objects.filter(batch=row, entry=entry, state=Objection.State.OPEN)
    if same.filter(phone_index__finds=phone).exists():
        known = gettext_noop("您对此已经提过异议，正在处理。请凭上次的回执网址查看结果。")
        raise Refused("lists.objection_repeated", known)


def _hold(row: ListBatch, entry: Entry, actor: User | None, at: datetime) -> None:
    held = Entry.objects.select_for_update(of=("self",)).filter(batch=row, pk=entry.pk).get()
    if held.state not in SHOWN_IN_NOTICE:
        raise Refused("lists.not_on_notice", gettext_noop("这家企业已不在公示之列，请返回公示页再看。"))
    place = take(Act.OBJECT, Place(held.state, held.level, held.origin), ("province",), row.state)
    held.state = place.state
    held.save_version(expected=held.version, fields=["state"])
    write_step(held, Act.OBJECT, held.level, None, actor=actor, at=at)


@transaction.atomic
def decide_objection(  # noqa: PLR0913  each is a fact about the act
    objection: Objection, *, upheld: bool, decision: str, actor: User, today: date, at: datetime
) -> Objection:
    """Decide an objection with a reason. Upheld: the firm is not listed. Dismissed: it is again, once no
    other objection to it is open."""
    desk = publisher_desk(actor, today)
    row = locked_batch(objection.batch)
    kept = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if kept.state != Objection.State.OPEN:
        raise Refused("lists.objection_decided", gettext_noop("这条异议已经处理过，请刷新后再看。"))
    if not decision.strip():
        raise Refused("lists.needs_reason", gettext_noop("请写明处理意见，异议人会看到。"))
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
    write_step(entry, act, entry.level, desk, actor=actor, at=at, reason=decision)


@transaction.atomic
def reveal_objector(objection: Objection, *, reason: str, actor: User) -> None:
    """Name and telephone of who objected are shown in full, for a reason from a fixed list, recorded."""
    audit.record("list_objection.revealed", objection, actor=actor, reason=reason)
