"""When people are reminded 催办 of a clock: before its end, at it, and once after. Pure.

facts: T−1 and T+1 (closed loop of 国办发〔2020〕53号 and a city's 12345 rule, "on the day after expiry").
"""

from datetime import datetime, timedelta
from enum import IntEnum

from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import Limit, LimitUnit, Term, half_way, warn_at

_TWO_HOURS = timedelta(hours=2)
_BEFORE = {
    LimitUnit.WORKING_DAYS: Limit(1, LimitUnit.WORKING_DAYS),
    LimitUnit.OFFICE_HOURS: Limit(2, LimitUnit.OFFICE_HOURS),
    LimitUnit.HOURS: Limit(2, LimitUnit.HOURS),
}


class Turn(IntEnum):
    """The reminders of one end, in order. A clock counts how many of them were sent."""

    BEFORE = 0
    AT_END = 1
    AFTER = 2


def notice_times(term: Term, due_at: datetime, scale: OfficeTime) -> tuple[datetime, datetime, datetime]:
    """The instants of the three turns.

    Before: a working day (of hours: two of them) ahead of the end, in a shorter term half-way. After: when
    the offices open on the next working day; of a clock around the clock two hours after its end, also at
    night.
    """
    unit = term.limit.unit
    before = max(warn_at(due_at, _BEFORE[unit], scale), half_way(term, due_at, scale))
    if unit == LimitUnit.HOURS:
        return before, due_at, due_at + _TWO_HOURS
    return before, due_at, scale.opening_after(due_at.astimezone(scale.zone).date())


def turns_sent(sent: int, times: tuple[datetime, ...], at: datetime) -> int:
    """How many turns count as sent when the end has moved at `at`: who was reminded of an end that moved
    away is reminded of the new one."""
    if times[Turn.AT_END] <= at:
        return sent
    return min(sent, 1) if times[Turn.BEFORE] <= at else 0


def turn_due(sent: int, times: tuple[datetime, ...], at: datetime) -> Turn | None:
    """The turn whose time has come; those missed meanwhile (nobody ran the reminders) are left out."""
    passed = [turn for turn in Turn if times[turn] <= at]
    return passed[-1] if passed and passed[-1] >= sent else None


def next_notice(sent: int, times: tuple[datetime, ...]) -> datetime | None:
    """When the next turn comes; None after the last."""
    return times[sent] if sent < len(times) else None
