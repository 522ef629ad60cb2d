"""Ends of running clocks are reckoned anew when the working calendar becomes known differently.

The State Council lengthens a holiday, a prefecture gives its own: every running clock of the region moves,
the move is written with the document that caused it, the timeline says so, requester and handler hear of it.
Cases are taken in batches, each a transaction of its own: a run that is killed goes on where it stopped.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiqi.cases.commands.telling_many import Said, Told, tell_requesters_of, tell_staff_of
from huiqi.cases.commands.timing import end_of
from huiqi.cases.happenings import Happening
from huiqi.cases.models import CalendarUsed, Case, Clock, ClockMove, ClockPause, Event, MoveReason
from huiqi.cases.notice_times import next_notice, notice_times, turns_sent
from huiqi.cases.queries.office_time import office_time
from huiqi.core import audit
from huiqi.core.dates import format_month_day_zh
from huiqi.core.many_rows import insert_all
from huiqi.core.messages import gettext_noop
from huiqi.messages.commands.notices import settle_about
from huiqi.reference.calendar_news import News, calendar_digest, newest_news, news_between
from huiqi.workflow.office_time import OfficeTime
from huiqi.workflow.terms import Limit, LimitUnit, Pause, Term

Times = tuple[datetime, datetime, datetime]
BATCH = 2000
_ENDS = ("due_at", "known_on", "next_notice_at", "notices_sent")
_MIRRORED = ("due_at", "due_stage", "is_paused")
_UPDATED = gettext_noop("工作日历或办公时间已更新")
_TO_STAFF = Said(
    gettext_noop("诉求%(number)s的办理期限因节假日安排有变，请查看新的期限。"),
    gettext_noop("您手上多件诉求的办理期限因节假日安排有变，请查看新的期限。"),
)
_TO_REQUESTER = Said(
    gettext_noop("您的诉求%(number)s的办理期限因节假日安排有变，请查看新的日期。"),
    gettext_noop("您有多件诉求的办理期限因节假日安排有变，请查看新的日期。"),
)


class _Running(NamedTuple):
    """A running clock as it is read: a hundred thousand of them, so no rows of the model."""

    pk: int
    case_id: int
    stage: str
    limit_amount: int
    limit_unit: str
    extensions: list[int]
    started_at: datetime
    due_at: datetime
    is_paused: bool
    is_reference: bool
    known_on: date
    next_notice_at: datetime | None
    notices_sent: int


@dataclass
class _Counts:
    clocks: int = 0
    moved: int = 0
    cases: int = 0
    skipped: int = 0


def recompute_clocks(
    *, at: datetime, everything: bool = False, after_batch: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Reckon anew the running clocks that rest on less than is known at `at`.

    `everything`: all of them, whatever they rest on; so too when the carried calendar or the office hours
    changed since the last time. May run at any time and twice at once; cases somebody works on at this
    moment are left to the next run. `after_batch` hears how many clocks were looked at so far; what it
    raises ends the run, and the next one goes on. Returns {"clocks", "moved", "cases", "skipped"}.
    """
    digest = _digest()
    everything = everything or not CalendarUsed.objects.filter(digest=digest).exists()
    counts, ends, last = _Counts(), _Ends(at), 0
    while batch := _next_cases(timezone.localdate(at), last, everything):
        last = batch[-1]
        _recompute(batch, ends, counts)
        if after_batch is not None:
            after_batch(counts.clocks)
    if everything and not counts.skipped:
        _remember(digest, at)
    return {
        "clocks": counts.clocks, "moved": counts.moved, "cases": counts.cases, "skipped": counts.skipped
    }  # fmt: skip


def _digest() -> str:
    return hashlib.sha256(f"{calendar_digest()} {settings.HUIQI_OFFICE_HOURS}".encode()).hexdigest()


@transaction.atomic
def _remember(digest: str, at: datetime) -> None:
    CalendarUsed.objects.exclude(digest=digest).delete()
    CalendarUsed.objects.get_or_create(digest=digest, defaults={"at": at})


def _next_cases(today: date, last: int, everything: bool) -> list[int]:
    """Keys of the next cases with a running clock to look at."""
    clocks = Clock.objects.running().filter(case_id__gt=last)
    if not everything:
        clocks = clocks.filter(known_on__lt=newest_news(today))
    return list(clocks.order_by("case_id").values_list("case_id", flat=True).distinct()[:BATCH])


@transaction.atomic
def _recompute(keys: list[int], ends: "_Ends", counts: _Counts) -> None:
    # Skipping what is locked keeps this from waiting for, or against, whoever holds two cases.
    rows = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=keys).only("pk")
    locked = [case.pk for case in rows.order_by("pk")]
    counts.skipped += len(keys) - len(locked)
    told = Case.objects.filter(pk__in=locked).order_by("pk").values_list(*Told._fields, "prefecture")
    cases = {row[0]: row for row in told}
    work = _Work(ends, _pauses(cases))
    found = Clock.objects.running().filter(case__in=list(cases)).order_by("case_id", "pk")
    clocks = map(_Running._make, found.values_list(*_Running._fields))
    for key, rows_of_case in groupby(clocks, key=attrgetter("case_id")):
        *case, prefecture = cases[key]
        running = list(rows_of_case)
        counts.clocks += len(running)
        work.take(Told(*case), prefecture, running)
    work.save()
    counts.moved += len(work.moves)
    counts.cases += len(work.cases)


def _pauses(cases: Iterable[int]) -> dict[int, tuple[Pause, ...]]:
    """The pauses of running clocks by their clock; most have none."""
    rows = ClockPause.objects.filter(clock__case__in=list(cases), clock__stopped_at=None)
    found: dict[int, tuple[Pause, ...]] = defaultdict(tuple)
    columns = rows.order_by("from_at", "pk").values_list("clock", "from_at", "to_at", "reason")
    for clock, from_at, to_at, reason in columns:
        found[clock] += (Pause(from_at, to_at, reason),)
    return found


class _Ends:
    """Ends and reminders of terms as they are at one instant.

    Those of a term in working days that never stood still follow from the day it began: of many thousand
    clocks a few hundred are reckoned, the others are the same again.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._known: dict[tuple[int, date, int], tuple[datetime, Times, OfficeTime]] = {}

    def of(self, clock: _Running, scale: OfficeTime, pauses: tuple[Pause, ...]) -> tuple[datetime, Times]:
        """When the clock ends, and when people are reminded of it."""
        limit = Limit(clock.limit_amount, LimitUnit(clock.limit_unit))
        term = Term(clock.started_at, limit, pauses, tuple(clock.extensions))
        days = limit.amount + sum(term.extensions)
        if pauses or not days or limit.unit != LimitUnit.WORKING_DAYS:
            return self._reckoned(term, scale)
        # The scale is kept beside what it gave, so that its id is its own for as long as this lives.
        key = id(scale), clock.started_at.astimezone(scale.zone).date(), days
        if key not in self._known:
            self._known[key] = *self._reckoned(term, scale), scale
        return self._known[key][:2]

    def _reckoned(self, term: Term, scale: OfficeTime) -> tuple[datetime, Times]:
        due_at = end_of(term, scale, self.at)
        return due_at, notice_times(term, due_at, scale)


class _Work:
    """What one batch changes, written at once."""

    def __init__(self, ends: _Ends, pauses: Mapping[int, tuple[Pause, ...]]) -> None:
        self.ends, self.at, self.today, self.pauses = ends, ends.at, timezone.localdate(ends.at), pauses
        self.moves: list[ClockMove] = []
        self.seen: list[int] = []
        self.cases: list[Told] = []
        self.events: list[Event] = []
        # Ends fall on few instants: one update for all rows that get the same values takes a tenth of what
        # bulk_update's CASE for each row does.
        self.ends_of_clocks: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self.mirrored: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self.reminded: list[Clock] = []

    def take(self, case: Told, prefecture: str, clocks: Sequence[_Running]) -> None:
        """Reckon the clocks of one case."""
        now = [self._reckon(clock, prefecture) for clock in clocks]
        moves = [
            (was.stage, self._move(was, clock, prefecture))
            for was, clock in zip(clocks, now, strict=True)
            if clock.due_at != was.due_at
        ]
        if not moves:
            return
        self.moves += [move for _stage, move in moves]
        self.cases.append(case)
        self.events.append(put_event(case, moves, self.at))
        self.mirrored[_nearest(now)].append(case.pk)

    def _reckon(self, clock: _Running, prefecture: str) -> _Running:
        """The clock as it is now (as timing.moved does it for one)."""
        known_on = max(self.today, clock.known_on)
        scale = office_time(known_on, prefecture)
        due_at, times = self.ends.of(clock, scale, self.pauses.get(clock.pk, ()))
        sent, following = clock.notices_sent, None
        if not clock.is_paused:
            sent = turns_sent(sent, times, self.at)
            following = next_notice(sent, times)
        if (due_at, following) == (clock.due_at, clock.next_notice_at):
            self.seen.append(clock.pk)
            return clock
        self.ends_of_clocks[due_at, known_on, following, sent].append(clock.pk)
        if clock.notices_sent and due_at > self.at and due_at != clock.due_at:
            self.reminded.append(Clock(pk=clock.pk))
        return clock._replace(due_at=due_at)

    def _move(self, was: _Running, clock: _Running, prefecture: str) -> ClockMove:
        news = news_between(was.known_on, self.today, region=prefecture)
        return ClockMove(
            clock_id=clock.pk,
            reason=MoveReason.CALENDAR,
            from_due=was.due_at,
            to_due=clock.due_at,
            words=_why(was, clock.due_at, news),
            at=self.at,
        )

    def save(self) -> None:
        """Write everything, tell everybody."""
        Clock.objects.filter(pk__in=self.seen, known_on__lt=self.today).update(known_on=self.today)
        for ends, keys in self.ends_of_clocks.items():
            Clock.objects.filter(pk__in=keys).update(**dict(zip(_ENDS, ends, strict=True)))
        if not self.cases:
            return
        insert_all(self.moves)
        for shown, keys in self.mirrored.items():
            Case.objects.filter(pk__in=keys).update(**dict(zip(_MIRRORED, shown, strict=True)))
        insert_all(self.events)
        audit.record("case.clock_moved", None, actor=None, cases=len(self.cases), clocks=len(self.moves))
        settle_about(self.reminded, at=self.at)
        key = f"calendar:{self.today}"
        tell_staff_of(self.cases, _TO_STAFF, at=self.at, once=key)
        tell_requesters_of(self.cases, _TO_REQUESTER, at=self.at, once=key)


def _nearest(clocks: Iterable[_Running]) -> tuple[object, ...]:
    """What the case shows of its clocks, by name in _MIRRORED (as timing.mirror_nearest does it for one)."""
    binding = [
        (clock.is_paused, clock.due_at, clock.pk, clock.stage) for clock in clocks if not clock.is_reference
    ]
    if not binding:
        return None, "", False
    is_paused, due_at, _key, stage = min(binding)
    return due_at, stage, is_paused


def put_event(case: Told, moves: Sequence[tuple[str, ClockMove]], at: datetime) -> Event:
    """The event that tells of the moves of one case, each with its stage (unsaved)."""
    told = [
        {"stage": stage, "from": move.from_due.isoformat(), "to": move.to_due.isoformat()}
        for stage, move in moves
    ]
    why = moves[0][1].words
    details = {"reason": MoveReason.CALENDAR.value, "moves": told, "why": why}
    return Event(case_id=case.pk, kind=Happening.CLOCK_MOVED, at=at, is_public=True, details=details)


def _why(was: _Running, due_at: datetime, news: tuple[News, ...]) -> str:
    """The documents that speak of the days of the term, in Chinese as laws are quoted."""
    first = timezone.localdate(was.started_at)
    last = timezone.localdate(max(was.due_at, due_at))
    return _documents(news, first, last)


@lru_cache(maxsize=4096)
def _documents(news: tuple[News, ...], first: date, last: date) -> str:
    found = [_document(each) for each in news if each.first_on <= last and each.last_on >= first]
    return ("；".join(dict.fromkeys(found)) or _UPDATED)[:300]


def _document(news: News) -> str:
    days = f"{format_month_day_zh(news.first_on)}至{format_month_day_zh(news.last_on)}"
    if news.first_on == news.last_on:
        days = format_month_day_zh(news.first_on)
    is_year = (news.last_on - news.first_on).days > 300
    said = news.name if is_year else f"{news.name}{days}"
    return f"{news.document}：{said}" if news.document else said
