"""划型异议: a firm says that its size class is another, an officer decides."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.catalogue import SIZE_CLASS
from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
from huiqi.enterprises.models import Enterprise, Filing, SizeDispute, SourceKind, Standing
from huiqi.enterprises.queries.disputes import class_on, judged_on
from huiqi.enterprises.queries.statements import catalogue

State = SizeDispute.State
# What an upheld dispute enters into the register.
FIGURES, CLASS, BOTH = "figures", "class", "both"


@dataclass(frozen=True)
class Objection:
    """What the firm says: the class, figures by fact id (persons, fen), and why. It has committed itself."""

    claimed_class: str
    grounds: str
    figures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ruling:
    """Who decides with which opinion; `on` is the day for which columns are projected."""

    actor: Any
    opinion: str
    at: datetime
    on: date


class DisputeClosed(Refused):
    """The dispute is no longer open: a colleague decided, or the firm withdrew; the caller shows which."""

    def __init__(self) -> None:
        super().__init__(
            "enterprises.dispute_closed", gettext_noop("这件划型异议已经处理过了，请核对现在的结果。")
        )


@transaction.atomic
def raise_size_dispute(firm: Enterprise, *, objection: Objection, actor: Any, at: datetime) -> SizeDispute:
    """Refused while another dispute of the firm is open, or when it claims the class it has."""
    firm = Enterprise.objects.select_for_update(of=("self",)).get(pk=firm.pk)
    shown = firm.size_class or ""
    if objection.claimed_class == shown:
        same = gettext_noop("现在的划型就是这一类，不需要提出异议。")
        raise Refused("enterprises.same_class", same)
    try:
        with transaction.atomic():
            dispute = SizeDispute.objects.create(
                enterprise=firm,
                shown_class=shown,
                claimed_class=objection.claimed_class,
                figures=objection.figures,
                grounds=objection.grounds,
                is_committed=True,
                raised_by=actor,
                raised_at=at,
            )
    except IntegrityError as error:
        already = gettext_noop("本企业已有一件划型异议在处理，请等处理结果，或先撤回那一件。")
        raise Refused("enterprises.dispute_open", already) from error
    audit.record("size_dispute.raised", dispute, actor=actor, claimed=objection.claimed_class, shown=shown)
    return dispute


@transaction.atomic
def withdraw_size_dispute(dispute: SizeDispute, *, actor: Any, at: datetime) -> SizeDispute:
    """The firm takes the dispute back. Raises DisputeClosed."""
    dispute = _open(dispute)
    dispute.state, dispute.decided_by, dispute.decided_at = State.WITHDRAWN, actor, at
    dispute.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record("size_dispute.withdrawn", dispute, actor=actor)
    return dispute


@transaction.atomic
def reject_size_dispute(dispute: SizeDispute, *, ruling: Ruling) -> SizeDispute:
    """The class stays as it is. Raises DisputeClosed."""
    return _close(_open(dispute), State.REJECTED, ruling, None)


@transaction.atomic
def uphold_size_dispute(dispute: SizeDispute, *, adopt: str, ruling: Ruling) -> SizeDispute:
    """Confirm the firm's figures, the class it claims, or both, with the dispute as the document.

    They are those of the year before the dispute was raised, whenever it is decided (see judged_on).
    Raises DisputeClosed; Refused (`enterprises.dispute_without_effect`) when after that the class would still
    not be the claimed one: an upheld dispute that changes nothing would deceive the firm.
    """
    dispute = _open(dispute)
    document = f"划型异议 {dispute.public_id}"
    filing = open_filing(
        SourceKind.OFFICER, actor=ruling.actor, at=ruling.at, document=document, purpose="划型异议采纳"
    )
    day = judged_on(dispute, ruling.on)
    year = str(day.year - 1)
    values: dict[str, int | str] = {}
    if adopt in (FIGURES, BOTH):
        values |= dispute.figures
    if adopt in (CLASS, BOTH):
        values[SIZE_CLASS] = dispute.claimed_class
    said = [Said(dispute.enterprise_id, fact, value, day, year) for fact, value in values.items()]
    file_statements(said, filing=filing, standing=Standing.CONFIRMED, on=ruling.on)
    _refuse_without_effect(dispute, day)
    return _close(dispute, State.UPHELD, ruling, filing)


def _refuse_without_effect(dispute: SizeDispute, day: date) -> None:
    row = Enterprise.objects.select_related("merged_into").get(pk=dispute.enterprise_id)
    found = class_on(row, day)
    if found == dispute.claimed_class:
        return
    labels = catalogue().facts[SIZE_CLASS].values
    without = gettext_noop(
        "按这样采纳，划型是“%(found)s”，不是企业主张的“%(claimed)s”。请同时按主张认定划型，或不采纳。"
    )
    said = {
        "found": labels.get(found or "", "尚不能判定"),
        "claimed": labels[dispute.claimed_class],
    }
    raise Refused("enterprises.dispute_without_effect", Message(without, said))


def _open(dispute: SizeDispute) -> SizeDispute:
    row = SizeDispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if row.state != State.OPEN:
        raise DisputeClosed
    return row


def _close(dispute: SizeDispute, state: str, ruling: Ruling, filing: Filing | None) -> SizeDispute:
    dispute.state, dispute.decision = State(state), ruling.opinion
    dispute.decided_by, dispute.decided_at, dispute.filing = ruling.actor, ruling.at, filing
    dispute.save(update_fields=["state", "decision", "decided_by", "decided_at", "filing"])
    audit.record("size_dispute.decided", dispute, actor=ruling.actor, state=str(state))
    return dispute
