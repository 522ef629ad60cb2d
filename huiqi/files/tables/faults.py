"""Why a row of an imported table cannot go in, as a person is told. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or to look at in one that goes in; `column` is the heading, "" for the whole
    row. `value` is what stood there; "" where it would name a person."""

    column: str
    reason: str
    value: str = ""
