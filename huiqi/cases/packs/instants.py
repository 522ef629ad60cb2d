"""What a date written offline is worth: when clocks start and stop. Pure.

A date in a pack is one person's word, and clocks hang on it. Hence:

* Nothing happened later than the merging, and nothing the pack vouches for earlier than its making: before
  that the unit had the site, or a pack of its own.
* Receipt starts a clock. A request is never turned away for a wrong date: outside that span the nearest
  instant of it counts, and the receipt says so. A day without a time counts from its first minute.
* Signing, calling, answering and returning stop clocks. Here a date outside the span, or one before the step
  that precedes it, is refused: to correct it silently would make an act timely that was not. A day without a
  time counts as the close of office hours, which is the last instant at which a term of that day is kept,
  or as the next dated step or the merging when that is earlier.

What was written stays on the timeline beside the instant at which it was recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from huiqi.core.messages import Message, gettext_noop


@dataclass(frozen=True)
class Stated:
    """A day, and a time where somebody wrote one."""

    on: date
    clock: time | None = None

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}" + (f" {self.clock:%H:%M}" if self.clock else "")


@dataclass(frozen=True)
class Span:
    """From the making of the pack (or the last step merged) to the merging, and when offices close."""

    since: datetime
    until: datetime
    closes: time

    @property
    def start(self) -> datetime:
        """To the minute, as people write; on a site with a fixed date a pack may look younger than its
        merging."""
        return min(self.since, self.until).replace(second=0, microsecond=0)


_EARLY = gettext_noop("写的时间早于离线包的制作时间，时限从离线包制作时起算。")
_LATE = gettext_noop("写的时间晚于合并时间，时限从合并时起算。")
_ACT_EARLY = gettext_noop("日期早于离线包的制作时间或上一次合并的办理时间。请核对后改正。")
_ACT_LATE = gettext_noop("日期晚于现在。请核对后改正。")
_OUT_OF_ORDER = gettext_noop("日期早于前一步。应先签收，再联系，再答复。")


def receipt_instant(stated: Stated | None, span: Span) -> tuple[datetime, str]:
    """When the clocks of a request start, and a remark (a msgid) when that is not what was written."""
    if stated is None:
        return span.until, ""
    written = _instant(stated.on, stated.clock or time(), span)
    if stated.clock is None and stated.on == span.start.astimezone(span.until.tzinfo).date():
        written = max(written, span.start)
    if written < span.start:
        return span.start, _EARLY
    return (span.until, _LATE) if written > span.until else (written, "")


def act_instants(stated: Sequence[Stated], span: Span) -> list[datetime | Message]:
    """When steps, in their order, were done; a message in place of each that cannot have been then."""
    found: list[datetime] = []
    later = span.until
    for one in reversed(stated):
        if one.clock is None:
            close = _instant(one.on, span.closes, span)
            same_day = _instant(one.on, time(), span) + timedelta(days=1) > span.start
            written = max(min(close, later), span.start) if same_day and one.on <= later.date() else close
        else:
            written = _instant(one.on, one.clock, span)
        later = min(later, written)
        found.append(written)
    found.reverse()
    return [_checked(at, found[:place], span) for place, at in enumerate(found)]


def _checked(at: datetime, before: list[datetime], span: Span) -> datetime | Message:
    if at < span.start:
        return Message(_ACT_EARLY)
    if at > span.until:
        return Message(_ACT_LATE)
    return Message(_OUT_OF_ORDER) if before and at < max(before) else at


def _instant(day: date, clock: time, span: Span) -> datetime:
    return datetime.combine(day, clock, tzinfo=span.until.tzinfo)
