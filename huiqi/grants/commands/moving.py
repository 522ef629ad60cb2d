"""What every act on an application shares: the lock, the step, the event, the money held."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.enterprises.models import Membership
from huiqi.grants.models import Application, Call, Event, Round
from huiqi.grants.workflow import APPLICATION
from huiqi.workflow.machine import IllegalStep

_MOVED = gettext_noop("这件申报现在的状态是“%(state)s”，不能这样办。请刷新页面后再看。")


def lock_call(call: Call) -> Call:
    """The call, locked. Always before its applications, so that no two acts wait for each other."""
    return Call.objects.select_for_update(of=("self",)).select_related("unit").get(pk=call.pk)


def lock_application(application: Application, expected: int | None = None) -> Application:
    """The application, locked; VersionConflict when somebody was quicker than `expected`."""
    rows = Application.objects.select_for_update(of=("self",))
    row = rows.select_related("call__unit", "enterprise", "round", "judgement").get(pk=application.pk)
    if expected is not None and row.version != expected:
        raise VersionConflict()
    return row


def take(row: Application, step: str) -> None:
    """Take a step of the machine (unsaved); Refused `grants.not_now`."""
    try:
        row.state = APPLICATION.take(step, row.state)
    except IllegalStep as error:
        said = Message(_MOVED, {"state": row.get_state_display()})
        raise Refused("grants.not_now", said) from error


def save(row: Application, *fields: str) -> Application:
    """Write it and raise its version."""
    return row.save_version(expected=row.version, fields=["state", *fields])


def tell(
    about: Application | Round,
    act: str,
    *,
    at: datetime,
    by: User | None,
    text: str = "",
    is_internal: bool = False,
) -> None:
    """A step for the timeline."""
    where: dict[str, Any] = {"round": about} if isinstance(about, Round) else {"application": about}
    Event.objects.create(act=act, at=at, by=by, text=text[:500], is_internal=is_internal, **where)


def noted(row: Application, act: str, *, actor: User | None, **details: str | int | bool | None) -> None:
    """The audit record of an act on an application."""
    said: dict[str, Any] = details
    audit.record(act, row, actor=actor, call=row.call.public_id, **said)


def people_of(row: Application) -> Iterable[User]:
    """Who acts for the firm today."""
    members = Membership.objects.current().filter(enterprise=row.enterprise).select_related("user")
    return [member.user for member in members.order_by("pk")]


def hold(call: Call, row: Application, fen: int) -> None:
    """Hold `fen` of the budget and a place of the quota for an application that holds nothing. `call` is
    locked by the caller; unsaved on the application, written on the call.

    Refused: `grants.budget_spent`, `grants.quota_full`. The database refuses too.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("money is held inside the command's transaction")
    if row.reserved:
        raise RuntimeError("money is held already")
    if call.left < fen:
        short = gettext_noop("预算只剩%(left)s，不够支持%(asked)s。请核对金额，或请有权的单位追加预算。")
        raise Refused("grants.budget_spent", Message(short, {"left": Sum(call.left), "asked": Sum(fen)}))
    if call.quota is not None and call.reserved_count >= call.quota:
        full = gettext_noop("支持户数已满%(quota)s户，不能再支持。")
        raise Refused("grants.quota_full", Message(full, {"quota": call.quota}))
    call.reserved += fen
    call.reserved_count += 1
    call.save(update_fields=["reserved", "reserved_count"])
    row.reserved = fen


def release(call: Call, row: Application) -> None:
    """Give back what is held for the application; nothing when nothing is. `call` is locked."""
    if not row.reserved:
        return
    call.reserved -= row.reserved
    call.reserved_count -= 1
    call.save(update_fields=["reserved", "reserved_count"])
    row.reserved = 0
