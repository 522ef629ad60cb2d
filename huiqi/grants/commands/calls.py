"""Writes on calls: drafting, opening by a second person, closing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from huiqi.accounts.models import Unit, User
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import gettext_noop
from huiqi.grants.commands.moving import lock_call
from huiqi.grants.models import Call, Treasury
from huiqi.grants.queries.judging import own_policies
from huiqi.grants.workflow import CALL
from huiqi.workflow.machine import IllegalStep

CHANGEABLE = (
    "title policy kind document payer opens_on closes_on budget quota standard_kind fixed_fen share_bp"
    " cap_fen base_words papers experts criteria notice_days target_days"
).split()


@transaction.atomic
def make_call(
    given: Mapping[str, Any],
    *,
    unit: Unit,
    treasuries: Sequence[tuple[str, str]],
    actor: User | None,
    at: datetime,
    is_synthetic: bool = False,
) -> Call:
    """Draft a call; `treasuries` are (county code or "", who pays there).

    Refused: `grants.not_ours` for a policy that this office does not decide.
    """
    _check_policy(given["policy"])
    values = {name: given[name] for name in CHANGEABLE if name in given}
    call = Call.objects.create(unit=unit, made_by=actor, made_at=at, is_synthetic=is_synthetic, **values)
    _set_treasuries(call, treasuries)
    audit.record("grant_call.made", call, actor=actor, policy=call.policy)
    return call


def _check_policy(policy: str) -> None:
    if policy not in own_policies():
        others = gettext_noop("这项政策由别的机关认定，本单位只能准备和转交，不能建立申报批次。")
        raise Refused("grants.not_ours", others)


def _set_treasuries(call: Call, treasuries: Sequence[tuple[str, str]]) -> None:
    call.treasuries.all().delete()
    Treasury.objects.bulk_create(Treasury(call=call, county=code, title=title) for code, title in treasuries)


@transaction.atomic
def change_call(
    call: Call,
    given: Mapping[str, Any],
    *,
    treasuries: Sequence[tuple[str, str]],
    actor: User,
    expected: int,
) -> Call:
    """Change a draft. Refused: `grants.call_is_open` once firms rely on it; VersionConflict."""
    row = lock_call(call)
    if row.version != expected:
        raise VersionConflict()
    if row.state != "draft":
        raise Refused("grants.call_is_open", gettext_noop("批次已经开放，企业按它申报，不能再改。"))
    _check_policy(given["policy"])
    names = [name for name in CHANGEABLE if name in given]
    for name in names:
        setattr(row, name, given[name])
    row.save_version(expected=expected, fields=names)
    _set_treasuries(row, treasuries)
    audit.record("grant_call.made", row, actor=actor, policy=row.policy, changed=True)
    return row


@transaction.atomic
def open_call(call: Call, *, actor: User, at: datetime) -> Call:
    """Open it for firms. Refused: `grants.same_person` for whoever drafted it, `grants.not_now`."""
    row = lock_call(call)
    if row.made_by_id == actor.pk:
        raise Refused("grants.same_person", gettext_noop("批次要由起草人以外的人开放。"))
    _step(row, "open")
    row.opened_by, row.opened_at = actor, at
    row.save_version(expected=row.version, fields=["state", "opened_by", "opened_at"])
    audit.record("grant_call.opened", row, actor=actor, budget=row.budget, quota=row.quota)
    return row


@transaction.atomic
def close_call(call: Call, *, actor: User, on: date) -> Call:
    """End it before its last day; what was handed in goes on."""
    row = lock_call(call)
    _step(row, "close")
    row.save_version(expected=row.version, fields=["state"])
    audit.record("grant_call.closed", row, actor=actor, on=on.isoformat())
    return row


def _step(row: Call, name: str) -> None:
    try:
        row.state = CALL.take(name, row.state)
    except IllegalStep as error:
        raise Refused("grants.not_now", gettext_noop("批次的状态已经变了。请刷新页面后再看。")) from error
