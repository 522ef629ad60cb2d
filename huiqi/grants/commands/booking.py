"""Money that moved: return files of treasuries booked line by line, and what firms paid back."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.core.personal import plain_code
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.grants.commands.deciding import own_url
from huiqi.grants.commands.moving import lock_application, lock_call, noted, people_of, save, take, tell
from huiqi.grants.commands.rounds import lock_round, step
from huiqi.grants.models import (
    Application,
    Booking,
    LineState,
    PaymentLine,
    PaymentList,
    ReturnFault,
    ReturnFile,
)
from huiqi.grants.notices import BOUNCED, PAID
from huiqi.grants.tables import Returned, ReturnTable, read_return
from huiqi.grants.workflow import RoundState, State
from huiqi.messages.commands.notices import notify_all


@dataclass(frozen=True)
class Control:
    """What the treasury says of its file beside it: how many lines, and fen over all of them."""

    count: int
    total: int


@dataclass(frozen=True)
class Taken:
    """A return file after it was taken in; `is_again` when the same file had been before."""

    file: ReturnFile
    is_again: bool


@dataclass(frozen=True)
class _By:
    file: ReturnFile
    actor: User
    at: datetime


@transaction.atomic
def take_return(  # noqa: PLR0913  each is a fact about the file
    payment_list: PaymentList,
    content: bytes,
    *,
    name: str,
    control: Control,
    actor: User,
    today: date,
    at: datetime,
) -> Taken:
    """Book what a treasury returned for a list. The same file again changes nothing; a line that was booked
    by another file is counted as known and not booked twice.

    Refused whole: TableRefused for what cannot be read or does not add up, `grants.control_differs` when
    lines or sum are not what the treasury says (a truncated file), `grants.not_released`.
    Refused by line, with the row named: unknown accounts, other amounts, doubled lines, days to come.
    """
    digest = hashlib.sha256(content).hexdigest()
    lock_call(payment_list.round.call)
    round_ = lock_round(payment_list.round)
    asked = PaymentList.objects.select_for_update(of=("self",)).get(pk=payment_list.pk)
    known = ReturnFile.objects.filter(payment_list=asked, sha256=digest).first()
    if known is not None:
        return Taken(known, True)
    if asked.released_at is None:
        raise Refused("grants.not_released", gettext_noop("清单还没有放行，不会有国库回单。"))
    table = read_return(BytesIO(content))
    _check_control(table, control)
    file = ReturnFile.objects.create(
        payment_list=asked,
        sha256=digest,
        file_name=name[:200],
        lines=table.count,
        booked=0,
        bounced=0,
        known=0,
        total=0,
        taken_by=actor,
        taken_at=at,
    )
    by = _By(file, actor, at)
    faults = [*table.faults, *_book_all(table, asked, by, today)]
    ReturnFault.objects.bulk_create(
        ReturnFault(file=file, row=row, reason=reason[:200]) for row, reason in sorted(faults)
    )
    file.save()
    audit.record(
        "grant_list.returned",
        file,
        actor=actor,
        lines=file.lines,
        booked=file.booked,
        bounced=file.bounced,
        known=file.known,
        faults=len(faults),
        fen=file.total,
    )
    is_paying = round_.state == RoundState.PAYING
    if is_paying and not round_.applications.filter(state=State.LISTED).exists():
        step(round_, "finish")
        tell(round_, "finish", at=at, by=actor)
    return Taken(file, False)


def _check_control(table: ReturnTable, control: Control) -> None:
    total = sum(line.fen for line in table.lines)
    if table.count != control.count:
        said = gettext_noop(
            "国库说有%(said)s笔，文件里有%(found)s笔，整份文件没有入账。文件可能不完整，请让国库重新导出。"
        )
        raise Refused("grants.control_differs", Message(said, {"said": control.count, "found": table.count}))
    if not table.faults and total != control.total:
        said = gettext_noop(
            "国库说合计%(said)s，文件各行相加是%(found)s，整份文件没有入账。请核对后重新上传。"
        )
        values = {"said": Sum(control.total), "found": Sum(total)}
        raise Refused("grants.control_differs", Message(said, values))


def _book_all(table: ReturnTable, asked: PaymentList, by: _By, today: date) -> list[tuple[int, str]]:
    """Book each line; the faults by row."""
    lines = {plain_code(line.account): line for line in asked.lines.order_by("pk")}
    times = Counter((line.account, line.is_paid) for line in table.lines)
    seen: set[str] = set()
    faults: list[tuple[int, str]] = []
    for returned in table.lines:
        line = lines.get(returned.account)
        fault = _fault(returned, line, today)
        if returned.account in seen:
            fault = gettext_noop("这个账号在上面已经有一行，重复的行没有入账。")
        elif times[returned.account, True] and times[returned.account, False]:
            fault = gettext_noop("同一个账号又成功又退票，没有入账，请向国库核实。")
        seen.add(returned.account)
        if fault or line is None:
            faults.append((returned.row, fault))
        else:
            fault = _book(returned, line, by)
            if fault:
                faults.append((returned.row, fault))
    return faults


def _fault(returned: Returned, line: PaymentLine | None, today: date) -> str:
    if line is None:
        return gettext_noop("这份清单里没有这个收款账号。")
    if returned.fen != line.fen:
        return str(
            Message(
                gettext_noop("金额%(given)s和清单上的%(asked)s不一致。"),
                {"given": Sum(returned.fen), "asked": Sum(line.fen)},
            )
        )
    if returned.on is not None and returned.on > today:
        return gettext_noop("拨付日期还没有到。")
    return ""


def _book(returned: Returned, line: PaymentLine, by: _By) -> str:
    """Book one line; why not, if not."""
    row = PaymentLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    wanted = LineState.PAID if returned.is_paid else LineState.BOUNCED
    if row.state == wanted:
        by.file.known += 1
        return ""
    if row.state != LineState.WAITING:
        return gettext_noop("这一笔以前的回单是另一个结果，没有改动，请向国库核实。")
    application = lock_application(row.application)
    row.state = wanted
    row.bounce_reason = "" if returned.is_paid else returned.reason
    row.save(update_fields=["state", "bounce_reason"])
    if returned.is_paid:
        _paid(returned, row, application, by)
    else:
        by.file.bounced += 1
        tell(application, "bounce", at=by.at, by=by.actor, text=returned.reason)
        text = gettext_noop("拨付的资金被银行退回，请更正收款账户。")
        notify_all(people_of(application), BOUNCED, text, own_url(application), at=by.at, about=application)
    return ""


def _paid(returned: Returned, line: PaymentLine, application: Application, by: _By) -> None:
    assert returned.on is not None  # the reader refuses paid lines without a day
    booking = Booking.objects.create(
        application=application,
        line=line,
        file=by.file,
        row=returned.row,
        kind=Booking.Kind.PAID,
        fen=line.fen,
        on=returned.on,
        voucher=returned.voucher,
        booked_by=by.actor,
        booked_at=by.at,
    )
    take(application, "pay")
    application.paid += line.fen
    save(application, "paid")
    by.file.booked += 1
    by.file.total += line.fen
    tell(application, "pay", at=by.at, by=by.actor)
    _audit(booking, by.actor)
    text = gettext_noop("资金已拨付到贵企业账户，请查收。")
    notify_all(people_of(application), PAID, text, own_url(application), at=by.at, about=application)


def _audit(booking: Booking, actor: User | None) -> None:
    audit.record("grant.booked", booking, actor=actor, fen=booking.fen, kind=booking.kind)


@transaction.atomic
def record_repayment(  # noqa: PLR0913  each is a fact about the money
    application: Application,
    *,
    fen: int,
    on: date,
    reason: str,
    scan: Attachment,
    actor: User,
    at: datetime,
    wall: datetime,
) -> Booking:
    """Money that the firm paid back to the treasury; it does not return to the budget of the call, because it
    belongs to the treasury again. Refused: `grants.repaid_more` than was paid."""
    row = lock_application(application)
    if fen > row.paid - row.repaid:
        said = gettext_noop("退回的%(fen)s多于还没有退回的%(left)s。")
        raise Refused(
            "grants.repaid_more", Message(said, {"fen": Sum(fen), "left": Sum(row.paid - row.repaid)})
        )
    booking = Booking.objects.create(
        application=row,
        kind=Booking.Kind.REPAID,
        fen=fen,
        on=on,
        reason=reason,
        booked_by=actor,
        booked_at=at,
    )
    attach(scan, owner=booking, actor=actor, at=wall)
    row.repaid += fen
    save(row, "repaid")
    tell(row, "repay", at=at, by=actor, text=reason)
    _audit(booking, actor)
    noted(row, "grant.repaid", actor=actor, fen=fen)
    return booking
