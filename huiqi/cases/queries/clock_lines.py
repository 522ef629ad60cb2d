"""The clocks of a case as pages show them, and the end of a case as lists show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from huiqi.accounts.models import Unit
from huiqi.cases.clock_words import ClockWords, clock_words, move_sentence, short_words
from huiqi.cases.models import Case, CaseQuerySet, Clock, ClockMove, MoveReason
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.workflow import Stage
from huiqi.core.messages import Message
from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import Limit, LimitUnit, Pause, Term, reckon


@dataclass(frozen=True)
class ClockLine:
    """One clock: what it measures, whose it is, its words and how its end moved."""

    stage: Stage
    unit: Unit
    words: ClockWords
    moves: tuple[Message, ...]
    is_reference: bool
    is_running: bool
    round: int


def clock_lines(case: Case, at: datetime, *, running_only: bool = False) -> list[ClockLine]:
    """The clocks of a case: running ones by their end, then the stopped, the last first. Three queries."""
    rows = case.clocks.select_related("unit").prefetch_related("pauses", "moves").order_by("pk")
    found = list(rows.running() if running_only else rows)
    running = sorted((row for row in found if row.stopped_at is None), key=lambda row: (row.due_at, row.pk))
    stopped = sorted((row for row in found if row.stopped_at is not None), key=lambda row: -row.pk)
    return [_line(row, case, at) for row in (*running, *stopped)]


def _line(clock: Clock, case: Case, at: datetime) -> ClockLine:
    scale, term, stage = scale_of(clock, case), term_of(clock), Stage(clock.stage)
    found = reckon(term, scale, at)
    words = clock_words(stage, term, found, scale, at, is_reference=clock.is_reference)
    moves = tuple(_move(move, stage, scale) for move in clock.moves.all())
    return ClockLine(
        stage, clock.unit, words, moves, clock.is_reference, clock.stopped_at is None, clock.round
    )


def _move(move: ClockMove, stage: Stage, scale: OfficeTime) -> Message:
    # Words of an extension are the handler's reason, which is for colleagues.
    said = move.words if move.reason == MoveReason.CALENDAR else ""
    why = said or str(MoveReason(move.reason).label)
    return move_sentence(stage, move.from_due, move.to_due, scale, why)


def term_of(clock: Clock) -> Term:
    """The stored clock as the pure code reckons it; prefetch `pauses` for many."""
    return Term(
        clock.started_at,
        Limit(clock.limit_amount, LimitUnit(clock.limit_unit)),
        tuple(Pause(row.from_at, row.to_at, row.reason) for row in clock.pauses.all()),
        tuple(clock.extensions),
        clock.stopped_at,
    )


def scale_of(clock: Clock, case: Case) -> OfficeTime:
    """The office time a clock runs on: as its county's offices knew it on the clock's day of knowledge."""
    return office_time(clock.known_on, case.prefecture)


@dataclass(frozen=True)
class DueWords:
    """The end of a case for a row of a list."""

    tone: str
    words: Message


def with_due_unit(cases: CaseQuerySet) -> CaseQuerySet:
    """Cases with `due_unit`, the unit of the clock that `due_at` mirrors: what `due_words` needs."""
    clocks = Clock.objects.running().filter(case=OuterRef("pk"), is_reference=False)
    first = clocks.order_by("is_paused", "due_at", "pk").values("limit_unit")[:1]
    return cases.annotate(due_unit=Coalesce(Subquery(first), Value(LimitUnit.WORKING_DAYS.value)))


def due_words(case: Case, at: datetime) -> DueWords | None:
    """The end of a case in a few words; None when no clock runs or it stands still.

    Without `with_due_unit` the end is taken for one in working days.
    """
    if case.due_at is None or case.is_paused:
        return None
    unit = LimitUnit(getattr(case, "due_unit", LimitUnit.WORKING_DAYS))
    scale = office_time(timezone.localdate(at), case.prefecture)
    return DueWords(*short_words(case.due_at, unit, scale, at))


def nearest(lines: Iterable[ClockLine]) -> ClockLine | None:
    """The line a page puts at its head: the first that runs and binds."""
    return next((line for line in lines if line.is_running and not line.is_reference), None)
