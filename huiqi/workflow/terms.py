"""Segmented clocks: a term, its pauses and extensions, and what follows from them at an instant. Pure.

A term is never advanced; it is reckoned whole from what happened, every time, so that a changed calendar,
limit or pause gives the same answer as if it had been known from the start.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from huiqi.workflow.office_time import OfficeTime

_MINUTE = timedelta(minutes=1)


class LimitUnit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAYS = "working_days"  # whole days from the day after the start, to the close of the last
    OFFICE_HOURS = "office_hours"  # hours during which offices work, from the instant of the start
    HOURS = "hours"  # around the clock (wartime)


@dataclass(frozen=True)
class Limit:
    """How long something may take: `amount` of `unit`."""

    amount: int
    unit: LimitUnit = LimitUnit.WORKING_DAYS


@dataclass(frozen=True)
class Pause:
    """The term did not run from one instant to another (None: it still does not), and why (a code)."""

    from_at: datetime
    to_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Term:
    """What is known of a clock. `extensions` are amounts in the limit's unit, approved one after another."""

    started_at: datetime
    limit: Limit
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[int, ...] = ()
    stopped_at: datetime | None = None


@dataclass(frozen=True)
class Segment:
    """A stretch of a term: running, or paused for a reason. `minutes` as the limit counts them."""

    from_at: datetime
    to_at: datetime
    reason: str  # "" while running
    minutes: int


@dataclass(frozen=True)
class Reckoning:
    """What follows from a term at an instant. Minutes are office minutes, or plain ones for HOURS."""

    due_at: datetime
    original_due_at: datetime
    segments: tuple[Segment, ...]
    allowed: int
    used: int
    paused: int
    is_paused: bool
    is_late: bool

    @property
    def left(self) -> int:
        """Minutes left; negative when late."""
        return self.allowed - self.used


def reckon(term: Term, scale: OfficeTime, at: datetime) -> Reckoning:
    """The state of a term at `at`: when it ends, what of it is used, whether it is late.

    A pause moves the end if it began while time was left; while it lasts the end moves on with `at`: it is
    what it would be if the pause ended now. An end that has passed does not come back, whatever pause begins
    after it, so that nobody makes an overdue case timely by setting it aside; the minutes by which it is late
    do not grow meanwhile. What two pauses share counts once.
    """
    line = _line(term, scale)
    until = min(term.stopped_at, at) if term.stopped_at else at
    pauses = _clipped(term, until)
    allowed = line.amount(term.limit.amount + sum(term.extensions))
    paused = moved = 0
    for pause in pauses:
        length = line.between(pause.from_at, pause.to_at or until)
        if line.mark(pause.from_at) < line.start + allowed + moved:
            moved += length
        paused += length
    segments = _segments(term, pauses, until, line)
    due = line.instant(line.start + allowed + moved)
    return Reckoning(
        due_at=due,
        original_due_at=line.instant(line.start + line.amount(term.limit.amount)),
        segments=segments,
        allowed=allowed,
        used=sum(segment.minutes for segment in segments if not segment.reason),
        paused=paused,
        is_paused=term.stopped_at is None and bool(pauses) and pauses[-1].to_at is None,
        is_late=until > due,
    )


def warn_at(due_at: datetime, limit: Limit, scale: OfficeTime) -> datetime:
    """The instant `limit` before a term ends: a day before in working days, an hour before in hours.

    For an office term ending Tuesday 11:00 one office hour before is Tuesday 10:00, whatever lies between
    other hours; one working day before is the same time of the working day before.
    """
    if limit.unit == LimitUnit.HOURS:
        return due_at - timedelta(hours=limit.amount)
    step = scale.day if limit.unit == LimitUnit.WORKING_DAYS else 60
    return scale.instant(max(scale.mark(due_at) - limit.amount * step, 1))


def later(instant: datetime, limit: Limit, scale: OfficeTime) -> datetime:
    """The instant `limit` after another: five working days after Friday 17:30 is the next Friday 17:30."""
    if limit.unit == LimitUnit.HOURS:
        return instant + timedelta(hours=limit.amount)
    step = scale.day if limit.unit == LimitUnit.WORKING_DAYS else 60
    return max(scale.instant(scale.mark(instant) + limit.amount * step), instant)


def half_way(term: Term, due_at: datetime, scale: OfficeTime) -> datetime:
    """The instant at which half of the time from the beginning of the count to `due_at` has passed.

    Measured on the line of the term: of an office term from Friday 17:00 to Monday 10:30 it is Monday 09:30,
    not a night in between.
    """
    line = _line(term, scale)
    return line.instant(line.start + -(-(line.mark(due_at) - line.start) // 2))


# --- the line on which a term is measured ---------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """Minutes along which a term runs: office minutes, or minutes around the clock when `scale` is None."""

    origin: datetime
    start: int
    day: int
    scale: OfficeTime | None
    unit: LimitUnit

    def amount(self, count: int) -> int:
        return count * (self.day if self.unit == LimitUnit.WORKING_DAYS else 60)

    def mark(self, at: datetime) -> int:
        if self.scale is None:
            return (at - self.origin) // _MINUTE
        return self.scale.mark(at)

    def between(self, start: datetime, end: datetime) -> int:
        """Minutes of the term's run between two instants: nothing counts before its first day."""
        return max(self.mark(end), self.start) - max(self.mark(start), self.start)

    def instant(self, mark: int) -> datetime:
        """The earliest instant at that mark, but none before the term began (a term of no hours)."""
        if self.scale is None:
            return self.origin + mark * _MINUTE
        return max(self.scale.instant(mark), self.origin)


def _line(term: Term, scale: OfficeTime) -> _Line:
    unit = term.limit.unit
    if unit == LimitUnit.HOURS:
        return _Line(term.started_at, 0, 0, None, unit)
    if unit == LimitUnit.OFFICE_HOURS:
        return _Line(term.started_at, scale.mark(term.started_at), scale.day, scale, unit)
    received = term.started_at.astimezone(scale.zone).date()
    start = scale.close_of(received)
    # A term of no days ends with the day of receipt, or with the next working day after a day of rest.
    if term.limit.amount + sum(term.extensions) == 0 and not scale.is_working(received):
        start += scale.day
    return _Line(term.started_at, start, scale.day, scale, unit)


def _clipped(term: Term, until: datetime) -> list[Pause]:
    """The pauses that lie within the term's life up to `until`, in order and without overlap."""
    found: list[Pause] = []
    here = term.started_at
    for pause in sorted(term.pauses, key=lambda each: each.from_at):
        if pause.from_at >= until:
            break
        ended = pause.to_at if pause.to_at is not None and pause.to_at <= until else None
        begun = max(pause.from_at, here)
        if ended is None and begun < until or ended is not None and ended > begun:
            found.append(Pause(begun, ended, pause.reason))
            here = ended or until
    return found


def _segments(term: Term, pauses: list[Pause], until: datetime, line: _Line) -> tuple[Segment, ...]:
    found: list[Segment] = []
    here = term.started_at

    def add(end: datetime, reason: str) -> None:
        if end > here:
            found.append(Segment(here, end, reason, line.between(here, end)))

    for pause in pauses:
        add(pause.from_at, "")
        here = max(here, pause.from_at)
        end = pause.to_at or until
        add(end, pause.reason)
        here = max(here, end)
    add(until, "")
    return tuple(found)
