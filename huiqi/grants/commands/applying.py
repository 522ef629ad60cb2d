"""The firm's side: fill in, hand in, withdraw, correct the account."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.grants.commands.moving import lock_application, lock_call, noted, release, save, take, tell
from huiqi.grants.models import Application, Call, CallKind, LineState
from huiqi.grants.workflow import State
from huiqi.messages.commands.notices import settle_about

FILLED = ("asked_base", "stated", "statement", "contact", "phone", "address", "bank", "account")
_INDEXED = {"phone": "phone_index", "address": "address_index", "account": "account_index"}


@transaction.atomic
def save_application(  # noqa: PLR0913  each is a fact about the form
    call: Call,
    firm: Enterprise,
    given: Mapping[str, Any],
    *,
    uploads: Sequence[Attachment] = (),
    actor: User,
    on: date,
    at: datetime,
    wall: datetime,
    expected: int | None = None,
) -> Application:
    """Keep what the firm has filled in so far, as a draft or during a correction; the same row again.

    `given` holds any of FILLED. Refused: `grants.not_open` outside the days of the call,
    `grants.applied_already`, `grants.not_now`.
    """
    call = lock_call(call)
    # The register's row is locked so that two people of one firm do not make two drafts.
    firm = Enterprise.objects.select_for_update(of=("self",)).get(pk=firm.pk)
    known = Application.objects.filter(call=call, enterprise=firm).exclude(state=State.WITHDRAWN).first()
    if known is None:
        _check_open(call, on)
        row = Application(call=call, enterprise=firm, made_at=at)
        _fill(row, given)
        row.save(force_insert=True)
    else:
        row = lock_application(known, expected)
        if row.state not in (State.DRAFT, State.RETURNED):
            raise Refused("grants.applied_already", gettext_noop("贵企业已申报过这个批次，每户只报一次。"))
        _fill(row, given)
        save(row, *FILLED, *_INDEXED.values())
    for upload in uploads:
        attach(upload, owner=row, actor=actor, at=wall)
    noted(row, "grant.saved", actor=actor)
    return row


def _check_open(call: Call, on: date) -> None:
    if call.state != "open" or not call.opens_on <= on <= call.closes_on:
        raise Refused("grants.not_open", gettext_noop("这个批次现在不接受申报。请看批次的起止日期。"))
    if call.kind == CallKind.WITHOUT:
        known = gettext_noop("这个批次免申即享，不用申报；名单由主管部门按已有数据列出。")
        raise Refused("grants.not_applied_for", known)


def _fill(row: Application, given: Mapping[str, Any]) -> None:
    for name in FILLED:
        if name in given:
            setattr(row, name, given[name])
    _index(row)


def _index(row: Application) -> None:
    """`update()` does not go through save: the blind indexes are set here."""
    for index in _INDEXED.values():
        field: Any = Application._meta.get_field(index)
        field.pre_save(row, False)


@transaction.atomic
def submit_application(
    application: Application, *, actor: User, on: date, at: datetime, expected: int | None = None
) -> Application:
    """Hand it in, for the first time or corrected. The day of the first time is the day it is judged by.

    Refused: `grants.incomplete`, `grants.not_open` (a correction is not bound by the last day),
    `grants.not_now`.
    """
    row = lock_application(application, expected)
    if row.first_on is None:
        _check_open(row.call, on)
    _check_whole(row)
    take(row, "submit")
    row.first_on = row.first_on or on
    row.submitted_at, row.return_reason = at, ""
    save(row, "first_on", "submitted_at", "return_reason")
    settle_about([row], at=at)
    tell(row, "submit", at=at, by=actor)
    noted(row, "grant.submitted", actor=actor)
    return row


def _check_whole(row: Application) -> None:
    asked = [row.contact, row.phone, row.bank, row.account, row.address]
    if not all(asked):
        said = gettext_noop("联系人、电话、地址、开户银行和账号都要填。")
        raise Refused("grants.incomplete", said)
    if row.call.standard_kind == "share" and not row.asked_base:
        words = Message(gettext_noop("请填写%(base)s。"), {"base": row.call.base_words or "申报费用"})
        raise Refused("grants.incomplete", words)
    if row.call.paper_lines and not attachments_of(row).exists():
        raise Refused("grants.incomplete", gettext_noop("请上传申报材料。"))


@transaction.atomic
def withdraw_application(application: Application, *, actor: User, at: datetime) -> Application:
    """The firm takes it back; what was held for it is free again. Refused `grants.not_now` once it is in a
    round: then the office has to be told."""
    call = lock_call(application.call)
    row = lock_application(application)
    take(row, "withdraw")
    release(call, row)
    save(row, "reserved")
    settle_about([row], at=at)
    tell(row, "withdraw", at=at, by=actor)
    noted(row, "grant.withdrawn", actor=actor)
    return row


@transaction.atomic
def change_account(
    application: Application, *, bank: str, account: str, actor: User, at: datetime
) -> Application:
    """Another account, before the payment is asked for or after it bounced.

    Refused: `grants.being_paid` while a payment is on its way or has arrived.
    """
    row = lock_application(application)
    if row.state in (State.REFUSED, State.WITHDRAWN, State.PAID) or (
        row.payment_lines.exclude(state=LineState.BOUNCED).exists()
    ):
        raise Refused("grants.being_paid", gettext_noop("款项正在拨付或已了结，现在不能改收款账户。"))
    row.bank, row.account = bank, account
    _index(row)
    save(row, "bank", "account", "account_index")
    settle_about([row], at=at)
    tell(row, "account", at=at, by=actor)
    noted(row, "grant.account_changed", actor=actor)
    return row
