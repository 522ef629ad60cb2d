"""Reading claims: what is still open, what was proven, which claims are the same debt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.arrears.interest import Reckoning, reckon
from huiqi.arrears.models import Claim, ClaimQuerySet, Payment, PaymentPart, Settlement
from huiqi.arrears.regimes import Track, book
from huiqi.cases.models import Case
from huiqi.cases.queries.page import reader_of
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import format_yuan
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.reference.working_days import Basis, due

MOST_LIKE = 20


@dataclass(frozen=True)
class Standing:
    """What a claim amounts to now, in fen. `open` is what of the principal was not paid by any record,
    `proven` what bank slips prove."""

    claimed: int
    paid: int
    proven: int
    interest_paid: int

    @property
    def open(self) -> int:
        return max(self.claimed - self.paid, 0)


def standing_of(claim: Claim) -> Standing:
    """Sums over the payments that stand; two queries."""
    rows = list(Payment.objects.standing().filter(claim=claim).order_by("on", "pk"))
    proven = proven_among(rows)
    principal = [row for row in rows if row.part == PaymentPart.PRINCIPAL]
    return Standing(
        claimed=claim.claimed,
        paid=sum(row.fen for row in principal),
        proven=sum(row.fen for row in principal if row.pk in proven),
        interest_paid=sum(row.fen for row in rows if row.part == PaymentPart.INTEREST),
    )


def proven_among(rows: Iterable[Payment]) -> set[int]:
    """Keys of the payments that have a sound file."""
    by_id = {row.public_id: row.pk for row in rows}
    kind = Payment._meta.label_lower
    files = Attachment.objects.filter(owner_type=kind, owner_id__in=list(by_id))
    sound = files.exclude(scan=Attachment.Scan.INFECTED).order_by().values_list("owner_id", flat=True)
    return {by_id[owner] for owner in sound}


def signed_settlement(claim: Claim) -> Settlement | None:
    """The newest settlement whose paper is attached, or None."""
    for row in claim.settlements.order_by("-signed_on", "-pk"):
        if attachments_of(row).exclude(scan=Attachment.Scan.INFECTED).exists():
            return row
    return None


def is_proven(case: Case) -> bool:
    """Whether the claim of a case has its paper: a bank slip of a payment, or a signed settlement."""
    claim = Claim.objects.filter(case=case).first()
    if claim is None:
        return False
    return standing_of(claim).proven > 0 or signed_settlement(claim) is not None


def lacks_to_be_solved(case: Case) -> Message | None:
    """What is missing before the case may end as solved: bank slips for all of the principal, or a signed
    settlement. Files of the case itself are no proof that money came."""
    claim = Claim.objects.filter(case=case).first()
    if claim is not None and signed_settlement(claim) is not None:
        return None
    found = standing_of(claim) if claim is not None else Standing(0, 0, 0, 0)
    if claim is not None and found.proven >= found.claimed:
        return None
    said = gettext_noop(
        "办结为已解决，要在欠款投诉里登记收款并上传银行回单，或上传签字的和解、还款协议。"
        "现有回单的收款%(proven)s，未付金额%(claimed)s。"
    )
    return Message(said, {"proven": format_yuan(found.proven), "claimed": format_yuan(found.claimed)})


def lacks_to_be_partly_solved(case: Case) -> Message | None:
    """A part of the money with its bank slip, or a signed settlement."""
    if is_proven(case):
        return None
    said = gettext_noop(
        "办结为部分解决，要在欠款投诉里登记至少一笔收款并上传银行回单，或上传签字的和解、还款协议。"
    )
    return Message(said)


def reckon_claim(claim: Claim, *, until: date, disputed: bool = False) -> Reckoning:
    """Interest up to and including `until`: on the undisputed part, or (`disputed`) on all that is claimed.

    What nobody divided counts as a whole.
    """
    principal = claim.claimed if disputed or claim.undisputed is None else claim.undisputed
    rows = Payment.objects.standing().filter(claim=claim, part=PaymentPart.PRINCIPAL).order_by("on", "pk")
    return reckon(principal, [row.paid for row in rows], claim.terms, until=until, book=book())


class Likeness(StrEnum):
    """Why two claims may be one debt."""

    CONTRACT = "contract"
    INVOICE = "invoice"
    CROSS = "cross"  # each side claims against the other


@dataclass(frozen=True)
class Like:
    claim: Claim
    why: Likeness


def likes_of(claim: Claim) -> list[Like]:
    """Other claims of the same contract or invoice against the same debtor, and the debtor's own against
    this creditor. For the office that keeps the claim; at most three queries."""
    others = Claim.objects.exclude(pk=claim.pk).select_related("case").order_by("-made_at", "-pk")
    found: dict[int, Like] = {}
    same = others.filter(debtor_key=claim.debtor_key)
    if claim.contract_key:
        for row in same.filter(contract_key=claim.contract_key)[:MOST_LIKE]:
            found.setdefault(row.pk, Like(row, Likeness.CONTRACT))
    numbers = list(claim.invoices.values_list("number", flat=True))
    if numbers:
        shared = same.filter(invoices__number__in=numbers).distinct()
        for row in shared[:MOST_LIKE]:
            found.setdefault(row.pk, Like(row, Likeness.INVOICE))
    if claim.creditor_key:
        crossed = others.filter(creditor_key=claim.debtor_key, debtor_key=claim.creditor_key)
        for row in crossed[:MOST_LIKE]:
            found.setdefault(row.pk, Like(row, Likeness.CROSS))
    return list(found.values())


@dataclass(frozen=True)
class ClaimReader:
    """One person before one claim."""

    may_keep: bool
    is_debtor: bool
    is_creditor: bool
    is_masked: bool


def open_to(user: User, today: date) -> ClaimQuerySet:
    """Every claim the person may open: staff's, the creditor's own, those against the person's unit."""
    rows = Claim.objects.all()
    kinds = (rows.visible_to(user, today), rows.asked_by(user), rows.against(user, today))
    wanted = Q(pk__in=[])
    for each in kinds:
        wanted |= Q(pk__in=each.order_by().values("pk"))
    return rows.filter(wanted)


def claim_reader(claim: Claim, user: User, today: date) -> ClaimReader:
    """What the person may do with it, and whether the creditor is kept from them."""
    one = Claim.objects.filter(pk=claim.pk)
    is_debtor = one.against(user, today).exists()
    is_creditor = not is_debtor and one.asked_by(user).exists()
    may_keep = one.kept_by(user, today).exists()
    masks = claim.case.edition.definition.masks_requester
    is_masked = masks and (is_debtor or (not is_creditor and reader_of(claim.case, user, today).is_masked))
    return ClaimReader(may_keep, is_debtor, is_creditor, is_masked)


@dataclass(frozen=True)
class Debtor:
    """All that is claimed from one debtor, in fen, as far as the reader sees."""

    key: str
    name: str
    code: str
    party: str
    count: int
    claimed: int
    paid: int

    @property
    def open(self) -> int:
        return max(self.claimed - self.paid, 0)


def debtors(claims: ClaimQuerySet, words: str = "") -> list[Debtor]:
    """The debtors of open claims, the largest open amount first; three queries however many there are.

    Each claim's payments are capped by the claim: what one firm got too much is no relief for another.
    """
    rows = claims.open()
    if words:
        rows = rows.filter(Q(debtor_name__icontains=words) | Q(debtor_code__iexact=words))
    paid = _paid_by_claim(rows)
    grouped: dict[str, Debtor] = {}
    fields = ("pk", "debtor_key", "debtor_name", "debtor_code", "party", "claimed")
    for pk, key, name, code, party, claimed in rows.order_by("-made_at", "-pk").values_list(*fields):
        known = grouped.get(key) or Debtor(key, name, code, party, 0, 0, 0)
        got = min(paid.get(pk, 0), claimed)
        grouped[key] = Debtor(
            key,
            known.name,
            known.code or code,
            known.party,
            known.count + 1,
            known.claimed + claimed,
            known.paid + got,
        )
    return sorted(grouped.values(), key=lambda row: (-row.open, row.name))


def _paid_by_claim(claims: ClaimQuerySet) -> dict[int, int]:
    rows: QuerySet[Payment] = Payment.objects.standing().filter(
        part=PaymentPart.PRINCIPAL, claim__in=claims.order_by().values("pk")
    )
    return dict(rows.order_by().values("claim").annotate(sum=Sum("fen")).values_list("claim", "sum"))


def claims_of_debtor(claims: ClaimQuerySet, key: str) -> ClaimQuerySet:
    """The claims against one debtor, open ones first."""
    rows = claims.filter(debtor_key=key).select_related("case").annotate(payment_count=Count("payments"))
    return rows.order_by("-state", "-claimed", "-pk")  # "open" sorts after "closed"


def open_claims_against(user: User, today: date) -> ClaimQuerySet:
    """Unanswered open claims against the person's unit."""
    return Claim.objects.against(user, today).open().filter(answer="").order_by("made_at", "pk")


@dataclass(frozen=True)
class TrackLine:
    """One statutory limit of a complaint: by when, counted from what; None while it has not begun."""

    track: Track
    due_on: date | None
    is_over: bool


def track_lines(case: Case, today: date) -> list[TrackLine]:
    """The limits that were in force on the day of the request, with their days."""
    found = []
    started = {
        "accept": case.opened_at,
        "dispatch": case.accepted_at,
        "result": _passed_on(case),
        "result_most": _passed_on(case),
    }
    done = {"accept": case.accepted_at, "dispatch": _passed_on(case)}
    for name, track in book().track_on(timezone.localdate(case.opened_at)).items():
        begun = started.get(name)
        last = _last_day(track, timezone.localdate(begun), today) if begun else None
        ended = done.get(name, case.ended_at)
        on = timezone.localdate(ended) if ended else today
        found.append(TrackLine(track, last, last is not None and on > last))
    return found


_LATEST = gettext_noop("最迟应在%(day)s前书面告知办理结果（%(source)s），不能延到那以后。请按期答复。")


def beyond_the_law(case: Case, ends: datetime) -> Message | None:
    """Against an end of the handling after the last day that the rules of the day of the request allow."""
    lines = track_lines(case, timezone.localdate(ends))
    most = next((line for line in lines if line.track.id == "result_most" and line.due_on), None)
    if most is None or most.due_on is None or timezone.localdate(ends) <= most.due_on:
        return None
    day = f"{most.due_on.year}年{most.due_on.month}月{most.due_on.day}日"
    return Message(_LATEST, {"day": day, "source": most.track.basis.source})


def _passed_on(case: Case) -> datetime | None:
    first = case.orders.filter(part="lead").order_by("sent_at", "pk").first()
    return first.sent_at if first else None


def _last_day(track: Track, begun: date, today: date) -> date:
    if track.unit == "working_days":
        return due(begun, track.amount, Basis(known_on=today)).due
    return date.fromordinal(begun.toordinal() + track.amount)
