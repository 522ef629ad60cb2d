"""What one line of an authority's status file does to a firm's way: taken, nothing new, or refused. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from huiqi.core.messages import Message, gettext_noop
from huiqi.reach.steps import Dates, Outcome, Source


class Said(StrEnum):
    """The results an authority may report."""

    APPLIED = "applied"
    RETURNED = "returned"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"


# As they are written in the column 办理结果; the first of each is the one our table offers.
WORDS = {
    "已受理": Said.APPLIED,
    "受理": Said.APPLIED,
    "退回补正": Said.RETURNED,
    "退回": Said.RETURNED,
    "不予认定": Said.REFUSED,
    "不同意": Said.REFUSED,
    "予以认定": Said.ACCEPTED,
    "同意": Said.ACCEPTED,
    "已到账": Said.ARRIVED,
    "已享受": Said.ARRIVED,
}
NEEDS_REASON = (Said.RETURNED, Said.REFUSED)


@dataclass(frozen=True)
class Standing:
    """How far a firm is, as kept before the line."""

    dates: Dates
    arrived_source: str = ""
    amount_fen: int | None = None
    reason_code: str = ""

    @property
    def has_arrived(self) -> bool:
        """By the authority's word; a firm's own word gives way to it."""
        return self.dates.arrived_on is not None and self.arrived_source == Source.AUTHORITY


@dataclass(frozen=True)
class StatusLine:
    """One line: a result, its day, a reason for a refusal, fen for an arrival where amounts are kept."""

    said: Said
    on: date
    reason_code: str = ""
    amount_fen: int | None = None


@dataclass(frozen=True)
class Contradiction:
    """Why a line is refused, and what to do."""

    reason: Message
    remedy: Message


_ASK = gettext_noop("请与认定机关核对；确需更正的，请对方以更正函说明后由本单位处理。")


def contradiction(before: Standing, line: StatusLine) -> Contradiction | None:
    """What is kept already speaks against the line; None when it may be taken or says nothing new."""
    if says_nothing_new(before, line):
        return None
    if before.has_arrived:
        said = gettext_noop("此前的回执已经写明%(day)s到位，与这一行不一致。")
        return Contradiction(Message(said, {"day": str(before.dates.arrived_on)}), Message(_ASK))
    decided = before.dates.decided_on
    return None if decided is None else _against_decision(before, decided, line)


def _against_decision(before: Standing, decided: date, line: StatusLine) -> Contradiction | None:
    if line.said in {Said.APPLIED, Said.RETURNED}:
        said = gettext_noop("此前的回执已经写明%(day)s认定，不能退回到受理或补正。")
        return Contradiction(Message(said, {"day": str(decided)}), Message(_ASK))
    if line.said is Said.ARRIVED and before.dates.outcome == Outcome.REFUSED:
        said = gettext_noop("此前的回执写明不予认定，现在写已到位。")
        remedy = gettext_noop("请对方先回“予以认定”及日期，再回到位。")
        return Contradiction(Message(said), Message(remedy))
    if line.said in {Said.REFUSED, Said.ACCEPTED} and line.on <= decided:
        said = gettext_noop("此前的回执在%(day)s已有不同的认定，这一行的日期不比它晚。")
        return Contradiction(Message(said, {"day": str(decided)}), Message(_ASK))
    return None


def says_nothing_new(before: Standing, line: StatusLine) -> bool:
    """The same result with the same day, reason and amount is kept already."""
    dates = before.dates
    if line.said is Said.ARRIVED:
        same_money = before.amount_fen == line.amount_fen
        return before.has_arrived and dates.arrived_on == line.on and same_money
    if line.said in {Said.REFUSED, Said.ACCEPTED}:
        same = dates.decided_on == line.on and dates.outcome == line.said.value
        return same and before.reason_code == line.reason_code
    if line.said is Said.RETURNED:
        return dates.outcome == Outcome.RETURNED and before.reason_code == line.reason_code
    return dates.applied_on == line.on and dates.outcome == ""
