"""Starting, stopping, pausing and moving the clocks of a locked case. Parts of other commands."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from huiqi.accounts.models import Unit
from huiqi.cases.models import Case, Clock, ClockMove, ClockPause, MoveReason, Order
from huiqi.cases.notice_times import next_notice, notice_times, turns_sent
from huiqi.cases.queries.clock_lines import scale_of, term_of
from huiqi.cases.workflow import PauseReason, Stage
from huiqi.messages.commands.notices import settle_about
from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import Limit, Reckoning, Term, reckon


def start_clock(
    case: Case, stage: Stage, *, unit: Unit, at: datetime, order: Order | None = None
) -> Clock | None:
    """Start the clock of a stage by the item's limit for the case's urgency; None when it has no limit."""
    clock = new_clock(case, stage, unit=unit, at=at, order=order)
    if clock is not None:
        clock.save(force_insert=True)
    return clock


def new_clock(
    case: Case, stage: Stage, *, unit: Unit, at: datetime, order: Order | None = None
) -> Clock | None:
    """The same, unsaved; the case need not be saved either."""
    limit = limit_of(case, stage, case.round)
    if limit is None:
        return None
    known_on = timezone.localdate(at)
    clock = Clock(
        case=case,
        order=order,
        stage=stage,
        unit=unit,
        round=case.round,
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        is_reference=stage == Stage.CONSULT,
        started_at=at,
        known_on=known_on,
    )
    scale, term = scale_of(clock, case), Term(at, limit)
    clock.due_at = clock.original_due_at = reckon(term, scale, at).due_at
    clock.next_notice_at = next_notice(0, notice_times(term, clock.due_at, scale))
    return clock


def limit_of(case: Case, stage: Stage, round_: int) -> Limit | None:
    """The limit of a stage for the case's urgency; None when the item gives it none.

    After the first round handling gets half of it, rounded up: who was told "not solved" waits no second
    full term. No rule names a figure for this; the half is ours.
    """
    found = case.edition.definition.limit_for(stage, case.urgency)
    if found is None or stage != Stage.HANDLE or round_ == 1:
        return found.limit if found else None
    return Limit(max(1, (found.limit.amount + 1) // 2), found.limit.unit)


def stop_clocks(case: Case, *stages: Stage, at: datetime, order: Order | None = None) -> None:
    """Stop the running clocks of these stages (of one order when given); note whether in time."""
    running = case.clocks.running().filter(stage__in=stages).prefetch_related("pauses")
    for clock in running.filter(order=order) if order else running:
        _close_pause(clock, at)
        clock.stopped_at = at
        found = reckon(term_of(clock), scale_of(clock, case), at)
        clock.due_at, clock.was_late, clock.used_minutes = found.due_at, found.is_late, found.used
        clock.is_paused, clock.next_notice_at = False, None
        clock.save()
        _settle_reminders(clock, at)


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
        _settle_reminders(clock, at)


def resume_clocks(case: Case, *, at: datetime) -> None:
    """Let paused clocks run again; their ends move by what the offices worked meanwhile."""
    for clock in case.clocks.running().filter(is_paused=True).prefetch_related("pauses"):
        _close_pause(clock, at)
        clock.is_paused = False
        move_clock(clock, case, reason=MoveReason.PAUSE, at=at)


def move_clock(clock: Clock, case: Case, *, reason: str, at: datetime, words: str = "") -> bool:
    """Reckon the clock anew and keep the move when its end changed; returns whether it did.

    The knowledge of the calendar stays as it was: what became known since is a move of its own
    (commands.recalculation), told with its document.
    """
    was_sent = clock.notices_sent
    move = moved(clock, case, reason=reason, at=at, words=words)
    clock.save()
    if move is not None:
        move.save(force_insert=True)
        if was_sent and clock.due_at > at:
            settle_about([clock], at=at)
    return move is not None


def moved(clock: Clock, case: Case, *, reason: str, at: datetime, words: str = "") -> ClockMove | None:
    """Set the end of the clock and its next reminder (unsaved); the move to be kept, if it moved."""
    scale, term = scale_of(clock, case), term_of(clock)
    before, clock.due_at = clock.due_at, end_of(term, scale, at)
    if clock.is_paused:
        clock.next_notice_at = None
    else:
        times = notice_times(term, clock.due_at, scale)
        clock.notices_sent = turns_sent(clock.notices_sent, times, at)
        clock.next_notice_at = next_notice(clock.notices_sent, times)
    if clock.due_at == before:
        return None
    return ClockMove(
        clock=clock, reason=reason, from_due=before, to_due=clock.due_at, words=words[:300], at=at
    )


def end_of(term: Term, scale: OfficeTime, at: datetime) -> datetime:
    """When a term ends; a paused one when it would have ended, had it run on when the pause began."""
    open_from = [pause.from_at for pause in term.pauses if pause.to_at is None]
    return reckon(term, scale, min([*open_from, at])).due_at


def _settle_reminders(clock: Clock, at: datetime) -> None:
    """What the clock reminded of is done, or nobody's turn while it stands still."""
    if clock.notices_sent:
        settle_about([clock], at=at)


def _close_pause(clock: Clock, at: datetime) -> None:
    if clock.is_paused:
        ClockPause.objects.filter(clock=clock, to_at=None).update(to_at=at)
        # Read the pauses again: what was fetched still says that it goes on.
        clock.__dict__.pop("_prefetched_objects_cache", None)


def reckoning_of(clock: Clock, case: Case, at: datetime) -> Reckoning:
    """What the clock says at an instant."""
    return reckon(term_of(clock), scale_of(clock, case), at)


def show_nearest(case: Case) -> None:
    """Mirror the running clock that ends first into the case's columns (not saved here)."""
    mirror_nearest(case, case.clocks.running().order_by("due_at", "pk"))


def mirror_nearest(case: Case, clocks: Iterable[Clock]) -> None:
    """The same from clocks at hand; those that are stopped or for reference are left out."""
    rows = [row for row in clocks if row.stopped_at is None and not row.is_reference]
    rows.sort(key=lambda row: (row.is_paused, row.due_at, row.pk))
    nearest: Any = rows[0] if rows else None
    case.due_at = nearest.due_at if nearest else None
    case.due_stage = nearest.stage if nearest else ""
    case.is_paused = bool(nearest and nearest.is_paused)
