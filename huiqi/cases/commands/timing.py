"""Starting, stopping, pausing and moving the clocks of a locked case. Parts of other commands."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from huiqi.accounts.models import Unit
from huiqi.cases.models import Case, Clock, ClockMove, ClockPause, Order
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.workflow import PauseReason, Stage
from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import Limit, LimitUnit, Pause, Reckoning, Term, reckon, warn_at

_DAY_BEFORE, _HOURS_BEFORE = Limit(1, LimitUnit.WORKING_DAYS), Limit(2, LimitUnit.HOURS)


def start_clock(
    case: Case, stage: Stage, *, unit: Unit, at: datetime, order: Order | None = None
) -> Clock | None:
    """Start the clock of a stage by the item's limit for the case's urgency; None when it has no limit."""
    limit = case.edition.definition.limit_for(stage, case.urgency)
    if limit is None:
        return None
    known_on = timezone.localdate(at)
    clock = Clock(
        case=case,
        order=order,
        stage=stage,
        unit=unit,
        round=case.round,
        limit_amount=limit.limit.amount,
        limit_unit=limit.limit.unit.value,
        is_reference=stage == Stage.CONSULT,
        started_at=at,
        known_on=known_on,
    )
    found = reckon(term_of(clock, ()), _scale_of(clock, case), at)
    clock.due_at = clock.original_due_at = found.due_at
    clock.next_notice_at = first_notice_at(clock, _scale_of(clock, case))
    clock.save(force_insert=True)
    return clock


def stop_clocks(case: Case, *stages: Stage, at: datetime, order: Order | None = None) -> None:
    """Stop the running clocks of these stages (of one order when given); note whether in time."""
    running = case.clocks.running().filter(stage__in=stages).prefetch_related("pauses")
    for clock in running.filter(order=order) if order else running:
        _close_pause(clock, at)
        clock.stopped_at = at
        found = reckon(term_of(clock), _scale_of(clock, case), at)
        clock.was_late, clock.used_minutes = found.is_late, max(found.used, 0)
        clock.is_paused, clock.next_notice_at = False, None
        clock.save()


def stop_all(case: Case, *, at: datetime) -> None:
    """Stop every clock of a case that ends."""
    stop_clocks(case, *Stage, at=at)


def pause_clocks(
    case: Case, reason: PauseReason, *, at: datetime, stages: Iterable[Stage] = (Stage.HANDLE, Stage.CONTACT)
) -> None:
    """Let the running clocks of these stages stand still."""
    for clock in case.clocks.running().filter(stage__in=list(stages), is_paused=False):
        ClockPause.objects.create(clock=clock, reason=reason, from_at=at)
        clock.is_paused, clock.next_notice_at = True, None
        clock.save(update_fields=["is_paused", "next_notice_at"])


def resume_clocks(case: Case, *, at: datetime) -> None:
    """Let paused clocks run again; their ends move by what the offices worked meanwhile."""
    for clock in case.clocks.running().filter(is_paused=True).prefetch_related("pauses"):
        _close_pause(clock, at)
        clock.is_paused = False
        move_clock(clock, case, reason="pause", at=at)


def move_clock(clock: Clock, case: Case, *, reason: str, at: datetime, words: str = "") -> bool:
    """Reckon the clock anew and keep the move when its end changed; returns whether it did."""
    clock.known_on = max(clock.known_on, timezone.localdate(at))
    scale = _scale_of(clock, case)
    due = reckon(term_of(clock), scale, at).due_at
    before, clock.due_at = clock.due_at, due
    if not clock.is_paused:
        clock.next_notice_at = first_notice_at(clock, scale) if due > at else clock.next_notice_at
    clock.save()
    if due != before:
        ClockMove.objects.create(
            clock=clock, reason=reason, from_due=before, to_due=due, words=words[:300], at=at
        )
    return due != before


def _close_pause(clock: Clock, at: datetime) -> None:
    if clock.is_paused:
        ClockPause.objects.filter(clock=clock, to_at=None).update(to_at=at)
        # Read the pauses again: what was fetched still says that it goes on.
        clock.__dict__.pop("_prefetched_objects_cache", None)


def term_of(clock: Clock, pauses: Iterable[ClockPause] | None = None) -> Term:
    """The stored clock as the pure code reckons it."""
    rows = clock.pauses.all() if pauses is None else pauses
    return Term(
        clock.started_at,
        Limit(clock.limit_amount, LimitUnit(clock.limit_unit)),
        tuple(Pause(row.from_at, row.to_at, row.reason) for row in rows),
        tuple(clock.extensions),
        clock.stopped_at,
    )


def reckoning_of(clock: Clock, case: Case, at: datetime) -> Reckoning:
    """What the clock says at an instant."""
    return reckon(term_of(clock), _scale_of(clock, case), at)


def _scale_of(clock: Clock, case: Case) -> OfficeTime:
    return office_time(clock.known_on, case.prefecture)


def first_notice_at(clock: Clock, scale: OfficeTime) -> datetime:
    """When people are first reminded 催办: a working day before the end, of hour clocks two hours before.

    Never before the start: a term of a day reminds half-way at the latest.
    """
    before = _DAY_BEFORE if clock.limit_unit == LimitUnit.WORKING_DAYS else _HOURS_BEFORE
    half = clock.started_at + (clock.due_at - clock.started_at) / 2
    return max(warn_at(clock.due_at, before, scale), half.replace(second=0, microsecond=0))


def show_nearest(case: Case) -> None:
    """Mirror the running clock that ends first into the case's columns (not saved here)."""
    rows = list(case.clocks.running().filter(is_reference=False).order_by("due_at", "pk"))
    counting = [row for row in rows if not row.is_paused] or rows
    nearest: Any = counting[0] if counting else None
    case.due_at = nearest.due_at if nearest else None
    case.due_stage = nearest.stage if nearest else ""
    case.is_paused = bool(rows) and all(row.is_paused for row in rows)
