"""Office time: instants counted in minutes during which an office works. Pure.

A scale turns every instant into the number of office minutes before it (never decreasing, flat at night, at
lunch and on days of rest). On that line terms and pauses are additions, so a pause that lies wholly outside
office hours adds nothing, and one over a weekend adds what the offices worked of it and no more.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise


@dataclass(frozen=True)
class OfficeHours:
    """The hours of a working day: (from, to), in order, without overlap, none empty (ValueError)."""

    periods: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        is_in_order = all(left[1] <= right[0] for left, right in pairwise(self.periods))
        if not self.periods or not is_in_order or any(start >= end for start, end in self.periods):
            raise ValueError("office hours must be in order, without overlap, and none empty")

    @cached_property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """The periods in minutes after midnight."""
        return tuple((_minutes(start), _minutes(end)) for start, end in self.periods)

    @cached_property
    def length(self) -> int:
        """Office minutes of a whole working day."""
        return sum(end - start for start, end in self.bounds)

    def passed(self, minute: int) -> int:
        """Office minutes of a working day before `minute` after midnight."""
        return sum(min(max(minute - start, 0), end - start) for start, end in self.bounds)

    def minute_at(self, passed: int) -> int:
        """The first minute after midnight at which so many office minutes have passed; 1 to `length`."""
        left = passed
        for start, end in self.bounds:
            if left <= end - start:
                return start + left
            left -= end - start
        raise ValueError(passed)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


class OutsideScale(ValueError):  # noqa: N818
    """The instant lies outside the days the scale was made for."""


@dataclass(frozen=True)
class OfficeTime:
    """The working days from `first_on` to `last_on` (both ends) and the hours of each, in one time zone."""

    working_days: Sequence[date]  # ascending
    first_on: date
    last_on: date
    hours: OfficeHours
    zone: tzinfo
    _ordinals: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ordinals", [day.toordinal() for day in self.working_days])

    @property
    def day(self) -> int:
        """Office minutes of one working day."""
        return self.hours.length

    def mark(self, at: datetime) -> int:
        """Office minutes between the beginning of the scale and `at`; seconds are dropped."""
        local = at.astimezone(self.zone)
        today = self._within(local.date()).toordinal()
        place = bisect_left(self._ordinals, today)
        whole = place * self.day
        if place < len(self._ordinals) and self._ordinals[place] == today:
            return whole + self.hours.passed(local.hour * 60 + local.minute)
        return whole

    def close_of(self, day: date) -> int:
        """Office minutes up to the end of `day`, whether or not it is a working day."""
        return bisect_right(self._ordinals, self._within(day).toordinal()) * self.day

    def instant(self, mark: int) -> datetime:
        """The earliest instant at that mark: the close of a day rather than the opening of the next."""
        if mark <= 0:
            raise OutsideScale(mark)
        place, passed = divmod(mark - 1, self.day)
        if place >= len(self._ordinals):
            raise OutsideScale(mark)
        day = date.fromordinal(self._ordinals[place])
        minute = self.hours.minute_at(passed + 1)
        return datetime.combine(day, time(), tzinfo=self.zone) + timedelta(minutes=minute)

    def is_working(self, day: date) -> bool:
        """Whether the offices work on `day`."""
        ordinal = self._within(day).toordinal()
        place = bisect_left(self._ordinals, ordinal)
        return place < len(self._ordinals) and self._ordinals[place] == ordinal

    def opening_after(self, day: date) -> datetime:
        """When the offices open on the first working day after `day`."""
        place = bisect_right(self._ordinals, self._within(day).toordinal())
        if place >= len(self._ordinals):
            raise OutsideScale(day)
        minute = self.hours.bounds[0][0]
        opens = datetime.combine(date.fromordinal(self._ordinals[place]), time(), tzinfo=self.zone)
        return opens + timedelta(minutes=minute)

    def _within(self, day: date) -> date:
        if not self.first_on <= day <= self.last_on:
            raise OutsideScale(day)
        return day
