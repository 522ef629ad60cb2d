"""A county's risk level as somebody states it, and as it holds on a day. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NewLevel:
    """One row to record; `valid_to` is the last day, None for open end."""

    county: str
    level: str
    valid_from: date
    valid_to: date | None
    document: str
    known_on: date


@dataclass(frozen=True)
class Holding:
    """What holds in a county on a day: `level` is low, medium or high."""

    level: str
    valid_from: date
    document: str
