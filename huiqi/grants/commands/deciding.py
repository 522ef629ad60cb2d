"""The office's side up to the proposal and its check: accept, return, look into, review, propose, agree."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import POWERS, Power
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.enterprises.models import Enterprise, Membership
from huiqi.grants.commands.moving import (
    hold,
    lock_application,
    lock_call,
    noted,
    people_of,
    release,
    save,
    take,
    tell,
)
from huiqi.grants.models import Application, Call, CallKind, Finding, Judgement, Review
from huiqi.grants.notices import ASKED, DECIDED, RETURNED
from huiqi.grants.queries.checking import find_troubles
from huiqi.grants.queries.judging import judged, standing_of
from huiqi.grants.workflow import State
from huiqi.messages.commands.notices import notify, notify_all


def own_url(row: Application) -> str:
    """The firm's page of it."""
    return reverse("grants:own_application", args=[row.public_id])


@transaction.atomic
def accept_application(
    application: Application, *, actor: User, at: datetime, expected: int | None = None
) -> Application:
    """The papers are complete: judge and check it."""
    row = lock_application(application, expected)
    take(row, "accept")
    save(row)
    _check(row, base=row.base if row.base is not None else row.asked_base, actor=actor, at=at)
    tell(row, "accept", at=at, by=actor)
    noted(row, "grant.accepted", actor=actor)
    return row


@transaction.atomic
def prepare_application(call: Call, firm: Enterprise, *, actor: User, on: date, at: datetime) -> Application:
    """免申即享: put an entitled firm on the call without any act of it; it is asked for its account only.

    Refused: `grants.not_without` for another kind of call, `grants.not_settled` unless the verdict rests on
    confirmed facts or lists, `grants.applied_already`.
    """
    call = lock_call(call)
    if call.kind != CallKind.WITHOUT or call.state != "open":
        raise Refused("grants.not_without", gettext_noop("只有已开放的免申即享批次可以这样列入企业。"))
    if Application.objects.filter(call=call, enterprise=firm).exclude(state=State.WITHDRAWN).exists():
        raise Refused("grants.applied_already", gettext_noop("这家企业已在批次里。"))
    standing = standing_of(call, firm, on)
    if standing.explanation.status != "eligible" or standing.explanation.assurance == "claimed":
        said = gettext_noop("这家企业的条件没有全部由部门数据或名单确认，不能免申即享。")
        raise Refused("grants.not_settled", said)
    row = Application(call=call, enterprise=firm, made_at=at, is_prepared=True, first_on=on, submitted_at=at)
    take(row, "prepare")
    row.save(force_insert=True)
    row = lock_application(row)
    _check(row, base=None, actor=actor, at=at)
    tell(row, "prepare", at=at, by=actor)
    noted(row, "grant.prepared", actor=actor)
    text = gettext_noop("贵企业已列入免申即享名单，请补填收款账户。")
    notify_all(people_of(row), DECIDED, text, own_url(row), at=at, about=row)
    return row


@transaction.atomic
def return_application(
    application: Application, *, reason: str, actor: User, at: datetime, expected: int | None = None
) -> Application:
    """Back to the firm with what is missing; the firm corrects the same application."""
    row = lock_application(application, expected)
    take(row, "return")
    row.return_reason = reason
    save(row, "return_reason")
    tell(row, "return", at=at, by=actor, text=reason)
    noted(row, "grant.returned", actor=actor)
    text = gettext_noop("资金申报需要补正，请按说明修改后重新提交。")
    notify_all(people_of(row), RETURNED, text, own_url(row), at=at, about=row)
    return row


@transaction.atomic
def check_again(
    application: Application, *, base: int | None, actor: User, at: datetime, expected: int | None = None
) -> Application:
    """Judge it anew with the base the office accepts (fen), and look for troubles again."""
    row = lock_application(application, expected)
    if row.state not in (State.CHECKING, State.REVIEWING):
        raise Refused("grants.not_now", gettext_noop("只有核查中的申报可以重新核查。"))
    if base is not None and row.asked_base is not None and base > row.asked_base:
        said = gettext_noop("审定费用不能高于企业申报的%(asked)s。")
        raise Refused("grants.base_raised", Message(said, {"asked": Sum(row.asked_base)}))
    _check(row, base=base, actor=actor, at=at)
    noted(row, "grant.checked", actor=actor)
    return row


def _check(row: Application, *, base: int | None, actor: User | None, at: datetime) -> None:
    """A new judgement as of the day of application, and the findings of today; what was cleared and is found
    again stays cleared."""
    assert row.first_on is not None
    standing = standing_of(row.call, row.enterprise, row.first_on, row.stated)
    row.judgement = Judgement.objects.create(
        application=row, made_at=at, made_by=actor, **judged(row, standing, base=base)
    )
    row.base = base
    save(row, "judgement", "base")
    found = {each.key: each for each in find_troubles(row, standing)}
    known = {(each.kind, each.other_id, each.words): each for each in row.findings.all()}
    for key, finding in known.items():
        if key not in found:
            finding.delete()
    Finding.objects.bulk_create(
        Finding(application=row, kind=each.kind, other=each.other, words=each.words, found_at=at)
        for key, each in found.items()
        if key not in known
    )


@transaction.atomic
def clear_finding(finding: Finding, *, reason: str, actor: User, at: datetime) -> Finding:
    """Say why something found does not stand in the way. Refused `grants.hard_finding` for what no reason
    sets aside."""
    row = lock_application(finding.application)
    if row.state not in (State.CHECKING, State.REVIEWING):
        raise Refused("grants.not_now", gettext_noop("只有核查中的申报可以核实。"))
    if finding.is_hard:
        raise Refused("grants.hard_finding", gettext_noop("这一项是不予支持的情形，不能凭说明排除。"))
    finding.cleared_because, finding.cleared_by, finding.cleared_at = reason, actor, at
    finding.save(update_fields=["cleared_because", "cleared_by", "cleared_at"])
    noted(row, "grant.finding_cleared", actor=actor, kind=finding.kind)
    return finding


# --- expert review -----------------------------------------------------------------------------------


@transaction.atomic
def send_to_review(
    application: Application, experts: list[User], *, actor: User, at: datetime, expected: int | None = None
) -> Application:
    """Ask experts. Refused: `grants.too_few_experts`, `grants.expert_of_firm` for people of the firm."""
    row = lock_application(application, expected)
    if len({each.pk for each in experts}) < max(row.call.experts, 1):
        few = gettext_noop("这个批次至少要%(least)s位专家。")
        raise Refused("grants.too_few_experts", Message(few, {"least": max(row.call.experts, 1)}))
    for expert in experts:
        if Power.REVIEW_GRANTS not in POWERS.get(expert.role, frozenset()):  # type: ignore[call-overload]
            raise Refused("grants.no_expert", gettext_noop("只能指派评审专家。"))
        if Membership.objects.current().filter(user=expert, enterprise=row.enterprise).exists():
            raise Refused("grants.expert_of_firm", gettext_noop("企业自己的人员不能评审本企业的申报。"))
    if row.state != State.REVIEWING:
        take(row, "review")
        save(row)
        tell(row, "review", at=at, by=actor)
        noted(row, "grant.sent_to_review", actor=actor)
    for expert in experts:
        review, is_new = Review.objects.get_or_create(
            application=row, expert=expert, defaults={"assigned_by": actor, "assigned_at": at}
        )
        if is_new:
            audit.record("grant_review.assigned", review, actor=actor)
            url = reverse("grants:review", args=[review.public_id])
            text = gettext_noop("有一件资金申报请您评审，请先声明有没有利益关系。")
            notify(expert, ASKED, text, url, at=at, about=review)
    return row


# --- proposal and its check --------------------------------------------------------------------------


@transaction.atomic
def propose(
    application: Application,
    *,
    grant: bool,
    opinion: str,
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Application:
    """The maker's opinion: support by the amount of the judgement, which is held at once, or not.

    Refused: `grants.open_findings`, `grants.not_entitled`, `grants.not_reviewed`, `grants.budget_spent`,
    `grants.quota_full`, `grants.not_now`.
    """
    call = lock_call(application.call)
    row = lock_application(application, expected)
    row.call = call
    take(row, "propose")
    row.outcome, row.opinion = ("grant" if grant else "refuse"), opinion
    row.proposed_by, row.checked_by_person = actor, None
    row.granted = None
    if grant:
        row.granted = _amount(row)
        hold(call, row, row.granted)
    save(row, "outcome", "opinion", "proposed_by", "checked_by_person", "granted", "reserved")
    tell(row, "propose", at=at, by=actor, text=opinion, is_internal=True)
    noted(row, "grant.proposed", actor=actor, grant=grant, fen=row.granted)
    return row


def _amount(row: Application) -> int:
    if row.findings.filter(cleared_at=None).exists():
        said = gettext_noop("还有没有核实的核查发现，请先逐项核实。")
        raise Refused("grants.open_findings", said)
    fen = row.judgement.awarded_fen if row.judgement else None
    if not fen:
        said = gettext_noop("按判定这家企业还不能确定支持金额：条件不符合，或者还有缺数据的条件。")
        raise Refused("grants.not_entitled", said)
    scored = row.reviews.filter(scored_at__isnull=False).count()
    if scored < row.call.experts:
        few = gettext_noop("还差%(left)s位专家的评分。")
        raise Refused("grants.not_reviewed", Message(few, {"left": row.call.experts - scored}))
    return fen


@transaction.atomic
def send_back(
    application: Application, *, reason: str, actor: User, at: datetime, expected: int | None = None
) -> Application:
    """The checker wants it looked into again; what was held is free."""
    call = lock_call(application.call)
    row = lock_application(application, expected)
    _other_person(row, actor)
    take(row, "send_back")
    release(call, row)
    row.outcome, row.granted = "", None
    save(row, "outcome", "granted", "reserved")
    tell(row, "send_back", at=at, by=actor, text=reason, is_internal=True)
    noted(row, "grant.sent_back", actor=actor)
    return row


@transaction.atomic
def agree(application: Application, *, actor: User, at: datetime, expected: int | None = None) -> Application:
    """The checker agrees with the proposal, whichever it is. Refused `grants.same_person`."""
    row = lock_application(application, expected)
    _other_person(row, actor)
    is_grant = row.outcome == "grant"
    take(row, "agree" if is_grant else "refuse")
    row.checked_by_person = actor
    save(row, "checked_by_person")
    tell(row, "agree" if is_grant else "refuse", at=at, by=actor, text="" if is_grant else row.opinion)
    noted(row, "grant.agreed" if is_grant else "grant.refused", actor=actor, fen=row.granted)
    if not is_grant:
        text = gettext_noop("贵企业的资金申报不予支持，理由见申报页。")
        notify_all(people_of(row), DECIDED, text, own_url(row), at=at, about=row)
    return row


def _other_person(row: Application, actor: User) -> None:
    if row.proposed_by_id == actor.pk:
        raise Refused("grants.same_person", gettext_noop("经办和复核要由两个人做。"))
