"""Payment lists: drawn up by the maker, released by another person, handed over to the treasury."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.personal import plain_code
from huiqi.grants.commands.moving import lock_application, lock_call, tell
from huiqi.grants.commands.rounds import lock_round, step
from huiqi.grants.models import Application, Call, LineState, PaymentLine, PaymentList, Round
from huiqi.grants.workflow import State


@transaction.atomic
def make_payment_lists(round_: Round, *, actor: User, at: datetime) -> list[PaymentList]:
    """One list for each county whose firms wait for their money, bounced ones with a corrected account
    included. Nobody is on two lists at once; the database says so too.

    Refused: `grants.nobody_to_pay`, `grants.no_account`, `grants.no_treasury`, `grants.round_not_now`.
    """
    call = lock_call(round_.call)
    row = lock_round(round_)
    ready = [lock_application(each) for each in _unpaid(row)]
    if not ready:
        raise Refused("grants.nobody_to_pay", gettext_noop("没有等待拨付的企业。"))
    lacking = [each.enterprise.name for each in ready if not each.account or not each.bank]
    if lacking:
        said = gettext_noop("这些企业还没有填收款账户：%(firms)s。")
        raise Refused("grants.no_account", Message(said, {"firms": "、".join(lacking[:5])}))
    _refuse_shared(ready)
    step(row, "order")
    by_county: dict[str, list[Application]] = defaultdict(list)
    for each in ready:
        by_county[each.enterprise.prefecture or ""].append(each)
    lists = [_list(row, call, county, rows, actor, at) for county, rows in sorted(by_county.items())]
    tell(row, "order", at=at, by=actor)
    return lists


def _refuse_shared(rows: list[Application]) -> None:
    """An account of two firms could be neither paid rightly nor matched with the treasury's return."""
    holders: dict[str, str] = {}
    for each in rows:
        account = plain_code(each.account)
        if account in holders:
            said = gettext_noop("%(first)s和%(second)s填了同一个收款账号，不能拨付。请让企业更正。")
            values = {"first": holders[account], "second": each.enterprise.name}
            raise Refused("grants.account_shared", Message(said, values))
        holders[account] = each.enterprise.name


def _unpaid(row: Round) -> list[Application]:
    rows = row.applications.filter(state=State.LISTED).order_by("pk")
    live = PaymentLine.objects.exclude(state=LineState.BOUNCED).order_by().values("application")
    return list(rows.exclude(pk__in=live))


def _list(
    row: Round, call: Call, county: str, rows: list[Application], actor: User, at: datetime
) -> PaymentList:
    payer = {each.county: each.title for each in call.treasuries.all()}
    treasury = payer.get(county) or payer.get("")
    if not treasury:
        said = gettext_noop("区划%(county)s没有设定由哪个国库拨付。请在申报批次里补上。")
        raise Refused("grants.no_treasury", Message(said, {"county": county or "—"}))
    made = PaymentList.objects.create(
        round=row,
        county=county,
        treasury=treasury,
        total=sum(each.reserved for each in rows),
        count=len(rows),
        made_by=actor,
        made_at=at,
    )
    PaymentLine.objects.bulk_create(
        PaymentLine(
            payment_list=made,
            application=each,
            fen=each.reserved,
            holder=each.enterprise.name,
            bank=each.bank,
            account=each.account,
        )
        for each in rows
    )
    audit.record("grant_round.listed", made, actor=actor, fen=made.total, count=made.count)
    return made


@transaction.atomic
def release_list(payment_list: PaymentList, *, actor: User, at: datetime) -> PaymentList:
    """The second person releases it. Refused `grants.same_person`, `grants.released_already`."""
    row = PaymentList.objects.select_for_update(of=("self",)).get(pk=payment_list.pk)
    if row.made_by_id == actor.pk:
        raise Refused("grants.same_person", gettext_noop("拨付清单要由制单人以外的人放行。"))
    if row.released_at is not None:
        raise Refused("grants.released_already", gettext_noop("这份清单已经放行。"))
    row.released_by, row.released_at = actor, at
    row.save(update_fields=["released_by", "released_at"])
    audit.record("grant_list.released", row, actor=actor, fen=row.total, count=row.count)
    return row


@transaction.atomic
def hand_over_list(payment_list: PaymentList, *, actor: User) -> list[PaymentLine]:
    """The lines with whole account numbers, for the file of the treasury; that they were seen is recorded.

    Refused `grants.not_released` before the second person has released it.
    """
    row = PaymentList.objects.get(pk=payment_list.pk)
    if row.released_at is None:
        raise Refused("grants.not_released", gettext_noop("清单要先复核放行，才能导出给国库。"))
    lines = list(row.lines.order_by("pk"))
    audit.record("grant_list.exported", row, actor=actor, fen=row.total, count=row.count)
    return lines
