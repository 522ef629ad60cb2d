"""Ends of running clocks are reckoned anew when the working calendar becomes known differently.

The State Council lengthens a holiday, a prefecture gives its own: every running clock of the region moves,
the move is written with the document that caused it, the timeline says so, requester and handler hear of it.
Cases are taken in batches, each a transaction of its own: a run that is killed goes on where it stopped.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiqi.cases.commands.telling_many import tell_requesters_of, tell_staff_of
from huiqi.cases.commands.timing import mirror_nearest, moved
from huiqi.cases.happenings import Happening
from huiqi.cases.models import CalendarUsed, Case, Clock, ClockMove, Event, MoveReason
from huiqi.core import audit
from huiqi.core.dates import format_month_day_zh
from huiqi.core.messages import gettext_noop
from huiqi.reference.calendar_news import News, calendar_digest, newest_news, news_between

BATCH = 1000
_MIRRORED = ("due_at", "due_stage", "is_paused")
_ENDS = ("due_at", "known_on", "next_notice_at", "notices_sent")
_NEEDED = ("id", "public_id", "number", "prefecture", "requester", "handler", "lead", "desk", *_MIRRORED)
_UPDATED = gettext_noop("工作日历或办公时间已更新")
_TO_STAFF = gettext_noop("诉求%(number)s的办理期限因节假日安排有变，请查看新的期限。")
_TO_REQUESTER = gettext_noop("您的诉求%(number)s的办理期限因节假日安排有变，请查看新的日期。")


@dataclass
class _Counts:
    clocks: int = 0
    moved: int = 0
    cases: int = 0
    skipped: int = 0


def recompute_clocks(*, at: datetime, everything: bool = False) -> dict[str, int]:
    """Reckon anew the running clocks that rest on less than is known at `at`.

    `everything`: all of them, whatever they rest on; so too when the carried calendar or the office hours
    changed since the last time. May run at any time and twice at once; cases somebody works on at this
    moment are left to the next run. Returns {"clocks", "moved", "cases", "skipped"}.
    """
    digest = _digest()
    everything = everything or not CalendarUsed.objects.filter(digest=digest).exists()
    counts, last = _Counts(), 0
    while batch := _next_cases(timezone.localdate(at), last, everything):
        last = batch[-1]
        _recompute(batch, at, counts)
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
def _recompute(keys: list[int], at: datetime, counts: _Counts) -> None:
    # Skipping what is locked keeps this from waiting for, or against, whoever holds two cases.
    rows = Case.objects.select_for_update(of=("self",), skip_locked=True).only(*_NEEDED)
    cases = rows.filter(pk__in=keys).order_by("pk").in_bulk()
    counts.skipped += len(keys) - len(cases)
    clocks = defaultdict(list)
    found = Clock.objects.running().filter(case__in=list(cases)).prefetch_related("pauses").order_by("pk")
    for clock in found:
        clocks[clock.case_id].append(clock)
    work = _Work(at)
    for key, case in cases.items():
        work.take(case, clocks[key])
    work.save()
    counts.clocks += sum(len(rows) for rows in clocks.values())
    counts.moved += len(work.moves)
    counts.cases += len(work.cases)


class _Work:
    """What one batch changes, written at once."""

    def __init__(self, at: datetime) -> None:
        self.at, self.today = at, timezone.localdate(at)
        self.moves: list[ClockMove] = []
        self.changed: list[Clock] = []
        self.seen: list[int] = []
        self.cases: list[Case] = []
        self.events: list[Event] = []

    def take(self, case: Case, clocks: list[Clock]) -> None:
        """Reckon the clocks of one case."""
        moves = [move for clock in clocks if (move := self._reckon(clock, case)) is not None]
        if not moves:
            return
        self.moves += moves
        self.cases.append(case)
        self.events.append(put_event(case, moves, self.at))
        mirror_nearest(case, clocks)

    def _reckon(self, clock: Clock, case: Case) -> ClockMove | None:
        was_known, was_next = clock.known_on, clock.next_notice_at
        clock.known_on = max(self.today, was_known)
        move = moved(clock, case, reason=MoveReason.CALENDAR, at=self.at)
        if move is None and clock.next_notice_at == was_next:
            self.seen.append(clock.pk)
            return None
        self.changed.append(clock)
        if move is not None:
            move.words = _why(move, clock, news_between(was_known, self.today, region=case.prefecture))
        return move

    def save(self) -> None:
        """Write everything, tell everybody."""
        Clock.objects.filter(pk__in=self.seen, known_on__lt=self.today).update(known_on=self.today)
        _update(self.changed, _ENDS)
        ClockMove.objects.bulk_create(self.moves)
        if not self.cases:
            return
        _update(self.cases, _MIRRORED)
        Event.objects.bulk_create(self.events)
        audit.record("case.clock_moved", None, actor=None, cases=len(self.cases), clocks=len(self.moves))
        key = f"calendar:{self.today}"
        tell_staff_of(self.cases, _TO_STAFF, at=self.at, once=key)
        tell_requesters_of(self.cases, _TO_REQUESTER, at=self.at, once=key)


def _update(rows: Sequence[Case] | Sequence[Clock], fields: tuple[str, ...]) -> None:
    """Write these fields of saved rows. Ends fall on few instants: an update for each takes a tenth of what
    bulk_update's CASE for each row does."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row in rows:
        groups[tuple(getattr(row, name) for name in fields)].append(row.pk)
    for values, keys in groups.items():
        table = type(rows[0])._default_manager.filter(pk__in=keys).order_by()
        table.update(**dict(zip(fields, values, strict=True)))


def put_event(case: Case, moves: list[ClockMove], at: datetime) -> Event:
    """The event that tells of the moves of one case (unsaved)."""
    told = [
        {"stage": move.clock.stage, "from": move.from_due.isoformat(), "to": move.to_due.isoformat()}
        for move in moves
    ]
    details = {"reason": MoveReason.CALENDAR.value, "moves": told, "why": moves[0].words}
    return Event(case=case, kind=Happening.CLOCK_MOVED, at=at, is_public=True, details=details)


def _why(move: ClockMove, clock: Clock, news: Iterable[News]) -> str:
    """The documents that speak of the days of the term, in Chinese as laws are quoted."""
    first = timezone.localdate(clock.started_at)
    last = timezone.localdate(max(move.from_due, move.to_due))
    found = [_document(each) for each in news if each.first_on <= last and each.last_on >= first]
    return ("；".join(dict.fromkeys(found)) or _UPDATED)[:300]


def _document(news: News) -> str:
    days = f"{format_month_day_zh(news.first_on)}至{format_month_day_zh(news.last_on)}"
    if news.first_on == news.last_on:
        days = format_month_day_zh(news.first_on)
    is_year = (news.last_on - news.first_on).days > 300
    said = news.name if is_year else f"{news.name}{days}"
    return f"{news.document}：{said}" if news.document else said
