"""Assigning officers to firms, handing over, ending. The explicit access to the firm follows at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Enterprise, FirmAccess
from huiqi.messages.commands.notices import notify
from huiqi.stationing.models import Handover, Stationing
from huiqi.stationing.notice_kinds import STATIONED
from huiqi.stationing.queries.roster import is_key_contact


@dataclass(frozen=True)
class When:
    """From which day something holds, and when it was entered."""

    on: date
    at: datetime


@transaction.atomic
def station_officer(
    enterprise: Enterprise, officer: User, *, actor: User | None, when: When, exception_reason: str = ""
) -> Stationing:
    """Station `officer` at the firm from `when.on` and give explicit access to it.

    Refused: not a stationed officer (`stationing.not_an_officer`), the firm has one already
    (`stationing.taken`), or it is not on the provincial key-contact list on that day and no reason is given
    (`stationing.not_on_list`).
    """
    enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    _check_officer(officer)
    if Stationing.objects.filter(enterprise=enterprise).open().exists():
        taken = gettext_noop("%(firm)s已有联络员。要换人，请在名册中办理交接。")
        raise Refused("stationing.taken", Message(taken, {"firm": enterprise.name}))
    if not exception_reason.strip() and not is_key_contact(enterprise, when.on):
        off = gettext_noop("%(firm)s不在省重点联系企业名单内。确需派驻的，请填写理由。")
        raise Refused("stationing.not_on_list", Message(off, {"firm": enterprise.name}))
    row = _begin(enterprise, officer, actor, when, exception_reason.strip())
    audit.record("stationing.begun", row, actor=actor, firm=enterprise.public_id, officer=officer.public_id)
    _tell(officer, row, gettext_noop("您有新的驻企任务。"), when)
    return row


@transaction.atomic
def station_officer_at_all(
    enterprises: Iterable[Enterprise],
    officer: User,
    *,
    actor: User | None,
    when: When,
    exception_reason: str = "",
) -> list[Stationing]:
    """The same officer for several firms, all or none."""
    return [
        station_officer(firm, officer, actor=actor, when=when, exception_reason=exception_reason)
        for firm in sorted(enterprises, key=lambda firm: firm.pk)
    ]


@dataclass(frozen=True)
class HandoverNote:
    """What the leaving officer writes down."""

    open_matters: str
    contacts: str = ""


@transaction.atomic
def hand_over(
    stationing: Stationing, *, to: User, note: HandoverNote, actor: User | None, when: When
) -> Handover:
    """End one stationing and begin another in one act, with a note both officers read.

    Refused: it has ended already (`stationing.ended`), the same officer (`stationing.same_officer`), not a
    stationed officer.
    """
    outgoing = _locked_open(stationing)
    _check_officer(to)
    if to.pk == outgoing.officer_id:
        raise Refused("stationing.same_officer", gettext_noop("接手的就是现任联络员，请另选一人。"))
    _finish(outgoing, gettext_noop("交接"), actor, when)
    incoming = _begin(outgoing.enterprise, to, actor, when, outgoing.exception_reason)
    row = Handover.objects.create(
        outgoing=outgoing,
        incoming=incoming,
        open_matters=note.open_matters,
        contacts=note.contacts,
        actor=actor,
        at=when.at,
    )
    audit.record("stationing.handed_over", incoming, actor=actor, outgoing=outgoing.public_id)
    _tell(to, incoming, gettext_noop("一家企业的驻企联络已交接给您，请看交接单。"), when)
    _tell(outgoing.officer, outgoing, gettext_noop("一家企业的驻企联络已从您处交接。"), when)
    return row


@transaction.atomic
def end_stationing(stationing: Stationing, *, reason: str, actor: User | None, when: When) -> Stationing:
    """The last day is the day before `when.on`; the access ends with it. Refused when it has ended."""
    row = _locked_open(stationing)
    _finish(row, reason, actor, when)
    audit.record("stationing.ended", row, actor=actor)
    _tell(row.officer, row, gettext_noop("您的一项驻企任务已结束。"), when)
    return row


def _locked_open(stationing: Stationing) -> Stationing:
    """The stationing, locked by its firm like every act on it; Refused when somebody ended it before."""
    Enterprise.objects.select_for_update(of=("self",)).get(pk=stationing.enterprise_id)
    row = Stationing.objects.select_related("officer", "enterprise", "access").get(pk=stationing.pk)
    if row.to_on is not None:
        raise Refused("stationing.ended", gettext_noop("这项派驻已经结束，请刷新名册。"))
    return row


def _check_officer(officer: User) -> None:
    if not officer.can(Power.REPORT_KEY_MATERIALS):
        not_one = gettext_noop("%(name)s不是在岗的驻企联络员。请先由账号管理员开通这一角色。")
        raise Refused("stationing.not_an_officer", Message(not_one, {"name": officer.name}))


def _begin(
    enterprise: Enterprise, officer: User, actor: User | None, when: When, exception_reason: str
) -> Stationing:
    access = FirmAccess.objects.create(
        enterprise=enterprise, user=officer, ground=FirmAccess.Ground.STATIONED, from_on=when.on
    )
    return Stationing.objects.create(
        enterprise=enterprise,
        officer=officer,
        access=access,
        from_on=when.on,
        exception_reason=exception_reason,
        assigned_by=actor,
        assigned_at=when.at,
    )


def _finish(row: Stationing, reason: str, actor: User | None, when: When) -> None:
    """One that is ended before it began has no day at all: its last day lies before its first."""
    row.to_on = max(when.on, row.from_on) - timedelta(days=1)
    row.end_reason, row.ended_by, row.ended_at = reason, actor, when.at
    row.save(update_fields=["to_on", "end_reason", "ended_by", "ended_at"])
    row.access.to_on = row.to_on
    row.access.save(update_fields=["to_on"])


def _tell(officer: User, row: Stationing, text: str, when: When) -> None:
    notify(officer, STATIONED, text, reverse("stationing:stationing", args=[row.public_id]), at=when.at)
