"""What every format tells about one sheet before its rows are read. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from huiqi.files.tables.values import Value

RawRow = tuple[int, list[Value]]


@dataclass(frozen=True)
class Span:
    """A rectangle of cells, counted from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Survey:
    """What one pass over a sheet finds; rows and columns count from 1."""

    last_row: int = 0
    filled_rows: int = 0
    columns: set[int] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Span] = field(default_factory=list)
    formulas: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Column → (how many formulas, the first one's row)."""
    widths: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Text files: cells in a row → (how many such rows, the first one)."""


@dataclass(frozen=True)
class Sheet:
    """One sheet, surveyed to its end, whose rows can be read again and again.

    `rows()` yields (row number, values from column A on) for every row that has a value.
    """

    name: str
    survey: Survey
    rows: Callable[[], Iterator[RawRow]]
    is_1904: bool = False


@dataclass(frozen=True)
class SheetName:
    """A sheet as the workbook lists it."""

    name: str
    is_hidden: bool
    is_empty: bool
