"""How the money and the firms follow one figure, and which value of it spends a budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from huiqi.accounts.scope import Scope
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.rules.policy import Policy
from huiqi.whatif.estimating import Source, Sum, sums
from huiqi.whatif.models import Scenario
from huiqi.whatif.queries.sources import source_of, variant
from huiqi.whatif.values import from_steps, show_value
from huiqi.whatif.variants import AddedFigure, Changes

MOST_POINTS = 15
AT_A_TIME = 9  # points of one pass over the register while a budget is sought


@dataclass(frozen=True)
class Point:
    """A value of the figure (in its smallest steps) and what the scenario comes to with it."""

    steps: int
    text: str
    sum: Sum


@dataclass(frozen=True)
class Found:
    """The value that spends most of a budget without going over it, and the next one, which goes over.

    `points` are all values tried; `is_monotone` says whether the sums went one way through them all.
    """

    best: Point | None
    beyond: Point | None
    points: tuple[Point, ...]
    is_monotone: bool


class Trial:
    """A scenario of which one figure is tried out."""

    def __init__(self, scenario: Scenario, name: str, unit: str, scope: Scope) -> None:
        self.scenario, self.name, self.unit = scenario, name, unit
        self.source: Source = source_of(scenario)[0]
        self.admits: Callable[[str, int], bool] | None = None
        if not scope.is_whole:
            self.admits = lambda county, park: scope.admits(county or None, park or None)
        self.tried: dict[int, Point] = {}

    def points(self, steps: Sequence[int]) -> list[Point]:
        """What the values come to, in one pass for those not tried yet."""
        new = [one for one in dict.fromkeys(steps) if one not in self.tried]
        if new:
            found = sums([self._policy(one) for one in new], self.source, self.admits)
            for one, total in zip(new, found, strict=True):
                text = show_value(self.unit, from_steps(self.unit, one))
                self.tried[one] = Point(one, text, total)
        return [self.tried[one] for one in steps]

    def _policy(self, steps: int) -> Policy:
        changes = with_value(self.scenario.changed, self.name, from_steps(self.unit, steps))
        made = variant(self.scenario, changes)
        if made.policy is None:
            told = {"fault": made.faults[0].message, "remedy": made.faults[0].remedy}
            raise Refused("whatif.faulty", Message(gettext_noop("%(fault)s。%(remedy)s。"), told))
        return made.policy


def with_value(changes: Changes, name: str, value: Any) -> Changes:
    """The changes with one figure set."""
    if any(one.id == name for one in changes.added):
        added: list[AddedFigure] = [
            replace(one, value=value) if one.id == name else one for one in changes.added
        ]
        return replace(changes, added=tuple(added))
    return replace(changes, parameters={**changes.parameters, name: value})


def curve(trial: Trial, low: int, high: int, count: int) -> list[Point]:
    """Up to fifteen values from `low` to `high`, evenly apart as far as whole steps allow."""
    return trial.points(spread(low, high, min(count, MOST_POINTS)))


def spread(low: int, high: int, count: int) -> list[int]:
    """Whole numbers from low to high, both of them in it, each once."""
    if high <= low or count < 2:  # noqa: PLR2004  two ends
        return [low]
    return list(dict.fromkeys(low + (high - low) * at // (count - 1) for at in range(count)))


def spend(trial: Trial, low: int, high: int, budget: int) -> Found:
    """Close in on the value between `low` and `high` whose sum comes nearest to the budget from below.

    Each pass tries some values between the two that enclose the budget. When the sums do not go one way over
    the values tried, closing in would be a guess: the best value tried is told, marked as not monotone.
    """
    trial.points(spread(low, high, MOST_POINTS))
    while True:
        points = sorted(trial.tried.values(), key=lambda one: one.steps)
        way = _way(points)
        pair = _enclosing(points, budget) if way else None
        if pair is None or pair[1].steps - pair[0].steps <= 1:
            return _found(points, budget, is_monotone=bool(way))
        trial.points(spread(pair[0].steps, pair[1].steps, AT_A_TIME + 2))


def _way(points: Sequence[Point]) -> int:
    """1 for sums that never fall, -1 for sums that never rise, 0 for neither."""
    money = [one.sum.amount_fen for one in points]
    if money == sorted(money):
        return 1
    return -1 if money == sorted(money, reverse=True) else 0


def _enclosing(points: Sequence[Point], budget: int) -> tuple[Point, Point] | None:
    """Two neighbours of which one keeps to the budget and one does not; None when all do or none."""
    for one, other in zip(points, points[1:], strict=False):
        if (one.sum.amount_fen <= budget) != (other.sum.amount_fen <= budget):
            return one, other
    return None


def _found(points: Sequence[Point], budget: int, *, is_monotone: bool) -> Found:
    within = [one for one in points if one.sum.amount_fen <= budget]
    over = [one for one in points if one.sum.amount_fen > budget]
    best = max(within, key=lambda one: one.sum.amount_fen, default=None)
    beyond = min(over, key=lambda one: one.sum.amount_fen, default=None)
    return Found(best, beyond, tuple(points), is_monotone)
