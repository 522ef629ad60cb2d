"""Writes on claims: opening from a request, correcting, what came in, what the debtor says, the end."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.arrears.debts import contract_key, invoice_numbers, invoices_fault, key_of, parts_fault, stated_in
from huiqi.arrears.models import (
    Claim,
    ClaimState,
    ClosedAs,
    DebtorAnswer,
    Invoice,
    Payment,
    PaymentPart,
    Settlement,
)
from huiqi.arrears.notices import DEBTOR_ASKED
from huiqi.arrears.queries.claims import signed_settlement, standing_of
from huiqi.cases.models import Case
from huiqi.cases.queries.people import people_with
from huiqi.cases.workflow import State
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import Sum
from huiqi.enterprises.models import Enterprise
from huiqi.files.commands import attach
from huiqi.files.models import Attachment
from huiqi.messages.commands.notices import notify_all, settle_about

KIND = "arrears"
# What a person may correct; the keys follow from them.
CHANGEABLE = (
    "was_sme debtor_name debtor_code debtor_unit party debtor_region contract_title contract_number signed_on"
    " delivered_on agreed_on agreed_rate agreed_per rate_words contract_amount invoiced claimed undisputed"
    " disputed"
).split()


def open_accepted(case: Case, actor: User | None, at: datetime) -> None:
    """What cases calls when one was accepted: a late-payment request gets its claim."""
    if case.edition.definition.kind == KIND:
        open_claim(case, actor=actor, at=at)


@transaction.atomic
def open_claim(case: Case, *, actor: User | None, at: datetime) -> Claim:
    """The claim of a late-payment request, from the answers to its form; the same one when asked again.

    Refused: `arrears.other_item` for another kind of request.
    """
    if case.edition.definition.kind != KIND:
        raise Refused("arrears.other_item", gettext_noop("这件诉求不是拖欠账款投诉，不能建立欠款投诉。"))
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    known = Claim.objects.filter(case=case).first()
    if known is not None:
        return known
    said = stated_in(case.answers)
    claim = Claim(
        case=case,
        creditor=case.enterprise,
        creditor_name=case.firm_name,
        creditor_code=case.credit_code,
        was_sme=said.was_sme,
        debtor_name=said.debtor_name,
        debtor_code=said.debtor_code,
        debtor_region=said.debtor_region,
        party=said.party,
        contract_title=said.contract_title,
        contract_number=said.contract_number,
        signed_on=said.signed_on,
        delivered_on=said.delivered_on,
        agreed_on=said.agreed_on,
        rate_words=said.rate_words,
        contract_amount=said.contract_amount,
        invoiced=said.invoiced,
        claimed=said.claimed,
        undisputed=said.undisputed,
        disputed=said.disputed,
        claimed_on=timezone.localdate(case.opened_at),
        made_at=at,
    )
    _set_keys(claim)
    claim.save(force_insert=True)
    Invoice.objects.bulk_create(Invoice(claim=claim, number=number) for number in said.invoices)
    audit.record("claim.opened", claim, actor=actor, case=case.public_id)
    return claim


def _set_keys(claim: Claim) -> None:
    claim.debtor_key = key_of(claim.debtor_code, claim.debtor_name)
    claim.creditor_key = key_of(claim.creditor_code, claim.creditor_name)
    claim.contract_key = contract_key(claim.contract_number)
    # The register knows the debtor by its code; a name alone is no proof of who it is.
    known = Enterprise.objects.filter(credit_code=claim.debtor_code, merged_into=None)
    claim.debtor_firm = known.order_by("pk").first() if claim.debtor_code else None


def _locked(claim: Claim, expected: int | None = None) -> Claim:
    row = Claim.objects.select_for_update(of=("self",)).select_related("case__edition").get(pk=claim.pk)
    if expected is not None and row.version != expected:
        raise VersionConflict()
    return row


def _open_one(claim: Claim, expected: int | None = None) -> Claim:
    row = _locked(claim, expected)
    if row.state != ClaimState.OPEN:
        raise Refused("arrears.closed", gettext_noop("这笔欠款已经了结，不能再改。请先重启。"))
    return row


def _save(claim: Claim, *fields: str) -> Claim:
    return claim.save_version(expected=claim.version, fields=list(fields))


@transaction.atomic
def change_claim(
    claim: Claim,
    given: Mapping[str, Any],
    *,
    invoices: str | None = None,
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Claim:
    """Correct what the claim says. Naming the debtor's unit asks its people to check.

    Refused: `arrears.closed`; when an amount is changed, `arrears.parts_differ` unless the undisputed and the
    disputed part together are what was owed and not paid, `arrears.invoices_exceed` when more was invoiced
    than the contract is about, `arrears.paid_more` when less would be claimed than was paid.
    """
    row = _open_one(claim, expected)
    before = row.debtor_unit_id
    names = [name for name in CHANGEABLE if name in given]
    for name in names:
        setattr(row, name, given[name])
    _check_amounts(row, names)
    _set_keys(row)
    _save(row, *names, "debtor_firm", "debtor_key", "creditor_key", "contract_key")
    if invoices is not None:
        row.invoices.all().delete()
        Invoice.objects.bulk_create(Invoice(claim=row, number=one) for one in invoice_numbers(invoices))
    audit.record("claim.changed", row, actor=actor, fields=",".join(names))
    if row.debtor_unit_id != before:
        settle_about([row], DEBTOR_ASKED, at=at)
    if row.debtor_unit is not None and row.debtor_unit_id != before:
        url = reverse("arrears:claim", args=[row.public_id])
        text = "有一笔被投诉的欠款请核对并答复。"
        people = people_with(row.debtor_unit, Power.HANDLE_CASES)
        once = f"{row.public_id}:{row.debtor_unit.public_id}"
        notify_all(people, DEBTOR_ASKED, text, url, at=at, once_key=once, about=row)
    return row


def _check_amounts(claim: Claim, names: Collection[str]) -> None:
    """Of a claim whose amounts nobody touches nothing is asked: what its request said may stand as it is."""
    parts = parts_fault(claim.undisputed, claim.disputed, claim.claimed)
    if parts is not None and not {"undisputed", "disputed", "claimed"}.isdisjoint(names):
        raise Refused("arrears.parts_differ", parts)
    invoices = invoices_fault(claim.invoiced, claim.contract_amount)
    if invoices is not None and not {"invoiced", "contract_amount"}.isdisjoint(names):
        raise Refused("arrears.invoices_exceed", invoices)
    if standing_of(claim).paid > claim.claimed:
        raise Refused("arrears.paid_more", gettext_noop("未付金额不能少于已登记的收款。请先核对收款。"))


@transaction.atomic
def record_payment(  # noqa: PLR0913  each is a fact about the payment
    claim: Claim,
    *,
    on: date,
    fen: int,
    part: str = PaymentPart.PRINCIPAL,
    proof: Attachment | None = None,
    actor: User,
    at: datetime,
    wall: datetime,
) -> Payment:
    """Money came in, with its bank slip if there is one; without it nothing is proven.

    Refused: `arrears.closed`, `arrears.payment_in_future`, `arrears.payment_before_claim` (what was paid
    before the request is not in the amount claimed), `arrears.paid_more`, `arrears.payment_twice`.
    """
    row = _open_one(claim)
    if on > timezone.localdate(at):
        raise Refused("arrears.payment_in_future", gettext_noop("到账日期不能晚于今天。请核对日期。"))
    if on < row.claimed_on:
        said = gettext_noop("投诉日以前付的款不在未付金额里，不再登记。请核对到账日期。")
        raise Refused("arrears.payment_before_claim", said)
    _check_payment(row, on, fen, part)
    payment = Payment.objects.create(claim=row, on=on, fen=fen, part=part, recorded_by=actor, recorded_at=at)
    if proof is not None:
        attach(proof, owner=payment, actor=actor, at=wall)
    _save(row)
    audit.record("claim.paid", row, actor=actor, part=part, proven=proof is not None)
    return payment


def _check_payment(claim: Claim, on: date, fen: int, part: str) -> None:
    if part == PaymentPart.PRINCIPAL and fen > standing_of(claim).open:
        said = gettext_noop("登记的本金超过了还没有付的%(sum)s。多付的如是利息，请选利息。")
        raise Refused("arrears.paid_more", Message(said, {"sum": Sum(standing_of(claim).open)}))
    if Payment.objects.standing().filter(claim=claim, on=on, fen=fen, part=part).exists():
        said = gettext_noop("同一天同一金额的收款已经登记过。确有两笔的，请合成一笔登记。")
        raise Refused("arrears.payment_twice", said)


@transaction.atomic
def take_back_payment(payment: Payment, *, reason: str, actor: User, at: datetime) -> Payment:
    """A payment was recorded by mistake: it stays on record and counts no more."""
    claim = _open_one(payment.claim)
    row = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if row.taken_back_at is not None:
        raise Refused("arrears.taken_back", gettext_noop("这笔收款已经撤回。"))
    row.taken_back_at, row.taken_back_because = at, reason
    row.save(update_fields=["taken_back_at", "taken_back_because"])
    _save(claim)
    audit.record("claim.payment_taken_back", claim, actor=actor)
    return row


@transaction.atomic
def record_settlement(  # noqa: PLR0913  each is a fact about the paper
    claim: Claim, *, signed_on: date, fen: int, paper: Attachment, actor: User, at: datetime, wall: datetime
) -> Settlement:
    """Both sides signed a settlement or a plan of payment; the signed paper is attached."""
    row = _open_one(claim)
    if signed_on > timezone.localdate(at):
        raise Refused("arrears.settled_in_future", gettext_noop("签订日期不能晚于今天。请核对日期。"))
    settlement = Settlement.objects.create(
        claim=row, signed_on=signed_on, fen=fen, recorded_by=actor, recorded_at=at
    )
    attach(paper, owner=settlement, actor=actor, at=wall)
    _save(row)
    audit.record("claim.settled", row, actor=actor)
    return settlement


@transaction.atomic
def answer_claim(  # noqa: PLR0913  what was answered
    claim: Claim,
    *,
    answer: str,
    acknowledged: int | None = None,
    text: str = "",
    actor: User,
    at: datetime,
    expected: int | None = None,
) -> Claim:
    """The debtor's word, by its own people or entered by the office from paper.

    Refused: `arrears.reason_missing` for a dispute without its reason, `arrears.amount_missing` for a part
    without its amount, `arrears.amount_wrong` beyond what is claimed.
    """
    row = _open_one(claim, expected)
    amounts = {DebtorAnswer.ACKNOWLEDGED: row.claimed, DebtorAnswer.DISPUTED: 0}
    if answer != DebtorAnswer.ACKNOWLEDGED and not text.strip():
        raise Refused("arrears.reason_missing", gettext_noop("有争议的，请写明争议在哪里。"))
    if answer == DebtorAnswer.PARTLY:
        if acknowledged is None:
            raise Refused("arrears.amount_missing", gettext_noop("部分认账的，请填认账的金额。"))
        if not 0 < acknowledged < row.claimed:
            said = gettext_noop("部分认账的金额应大于0、小于未付金额%(sum)s。")
            raise Refused("arrears.amount_wrong", Message(said, {"sum": Sum(row.claimed)}))
    row.answer, row.answer_text = answer, text.strip()
    row.acknowledged = amounts.get(DebtorAnswer(answer), acknowledged)
    row.answered_at, row.answered_by = at, actor
    fields = ["answer", "answer_text", "acknowledged", "answered_at", "answered_by"]
    _save(row, *fields)
    settle_about([row], DEBTOR_ASKED, at=at)
    audit.record("claim.answered", row, actor=actor, answer=answer)
    return row


@transaction.atomic
def close_claim(claim: Claim, *, how: str, actor: User, at: datetime, expected: int | None = None) -> Claim:
    """End a claim; only with its paper.

    Refused: `arrears.slip_missing` unless bank slips prove the whole principal, `arrears.paper_missing`
    unless a signed settlement is attached, `arrears.case_open` for dropping while the request goes on.
    """
    row = _open_one(claim, expected)
    if how == ClosedAs.PAID:
        _check_slips(row)
    elif how == ClosedAs.SETTLED and signed_settlement(row) is None:
        said = gettext_noop("请先上传双方签字的和解或还款协议，才能这样了结。")
        raise Refused("arrears.paper_missing", said)
    elif how == ClosedAs.DROPPED and not _ended_without_debt(row.case):
        said = gettext_noop("诉求还没有以其他方式办结，不能这样了结。请用付款凭证或签字的协议了结。")
        raise Refused("arrears.case_open", said)
    row.state, row.closed_as, row.closed_at = ClaimState.CLOSED, how, at
    _save(row, "state", "closed_as", "closed_at")
    settle_about([row], DEBTOR_ASKED, at=at)
    audit.record("claim.closed", row, actor=actor, how=how)
    return row


def _check_slips(claim: Claim) -> None:
    found = standing_of(claim)
    if found.proven < found.claimed:
        said = gettext_noop(
            "有付款凭证的收款只有%(proven)s，未付金额是%(claimed)s。请登记收款并上传银行回单。"
        )
        values = {"proven": Sum(found.proven), "claimed": Sum(found.claimed)}
        raise Refused("arrears.slip_missing", Message(said, values))


def _ended_without_debt(case: Case) -> bool:
    """Ended in a way that asks for no proof: withdrawn, merged, outside our power and the like."""
    case = Case.objects.select_related("edition").get(pk=case.pk)
    return case.state == State.ENDED and case.ending not in case.edition.definition.needs_proof


@transaction.atomic
def reopen_claim(claim: Claim, *, actor: User, at: datetime, expected: int | None = None) -> Claim:
    """Go on with a closed claim, as when a plan of payment was not kept."""
    row = _locked(claim, expected)
    if row.state != ClaimState.CLOSED:
        raise Refused("arrears.not_closed", gettext_noop("这笔欠款没有了结，不用重启。"))
    row.state, row.closed_as, row.closed_at = ClaimState.OPEN, "", None
    _save(row, "state", "closed_as", "closed_at")
    audit.record("claim.reopened", row, actor=actor)
    return row
