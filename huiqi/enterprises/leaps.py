"""Whether a stated figure leaps away from the one known before: asked back, never refused. Pure.

The thresholds are this product's own: tenfold is one digit too many or too few, and ten thousand times is
what an amount becomes when 元 and 万元 are taken for each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from huiqi.enterprises.catalogue import Cell
from huiqi.enterprises.resolution import Stated
from huiqi.rules.catalogue import Fact

LEAP = 10
UNITS_MIXED = 10_000


@dataclass(frozen=True)
class Leap:
    """A figure (`now`) and the one before it, both as stored, and how many times one is the other."""

    before: int
    now: int
    times: int

    @property
    def is_of_units(self) -> bool:
        """Whether it is as far as 元 from 万元 (within half and double, because figures change too)."""
        return UNITS_MIXED <= self.times * 2 and self.times <= UNITS_MIXED * 2


def leap(fact: Fact, before: Cell | None, now: Cell) -> Leap | None:
    """The leap from one cell of a fact to another, None when there is none or the fact is no figure.

    From or to zero is no slip of a digit: firms start and stop.
    """
    if fact.type not in {"int", "ratio"} or not isinstance(before, int) or not isinstance(now, int):
        return None
    low, high = sorted((abs(before), abs(now)))
    if low == 0 or high < low * LEAP:
        return None
    return Leap(before, now, high // low)


def last_cell(stated: Iterable[Stated], on: date) -> Cell | None:
    """What was last said of a fact by `on`, of whatever period: the newest that was not taken back."""
    said = [one for one in stated if one.cell is not None and one.retracted_on is None and one.as_of <= on]
    newest = max(said, key=lambda one: (one.as_of, one.recorded_on, one.id), default=None)
    return newest.cell if newest else None
