"""Seven small bars as geometry for an SVG; a day nobody reported is a gap, not a zero. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, STEP, BAR = 84, 24, 12, 9
LEAST = 1  # so that a reported zero is still seen


@dataclass(frozen=True)
class Bar:
    """A rectangle; `height` 0 stands for a day without a report."""

    x: int
    y: int
    height: int


def bars(numbers: Sequence[int | None]) -> list[Bar]:
    """One bar per day, the highest as high as the picture."""
    highest = max((number for number in numbers if number), default=0)
    return [_bar(place * STEP, number, highest) for place, number in enumerate(numbers)]


def _bar(x: int, number: int | None, highest: int) -> Bar:
    if number is None:
        return Bar(x, HEIGHT, 0)
    height = max(LEAST, number * HEIGHT // highest) if highest else LEAST
    return Bar(x, HEIGHT - height, height)
