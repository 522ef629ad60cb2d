"""Narrow rows packed in columns of small whole numbers, and unpacked as fast as memory is copied. Pure.

Counting goes over the numbers; what they stand for (a unit, a county) is looked at once a block, not once a
row. A year of 100,000 cases is some 600,000 rows and 6 MB.
"""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Columns that point into a table of the values that occur, in the order in which rows bring them …
TABLED = ("month", "unit", "place", "topic", "channel")
# … after two that are whole numbers as they are: the case (counted from the block's first) and what is
# counted of the row: the parts it falls into (figure_rows.py), or minutes.
PLAIN = ("case", "value")
_CODES = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))
# A block is read by machines of the same kind as wrote it; others make it anew.
ORDER = sys.byteorder


@dataclass
class Packed:
    """Rows in columns. `extra` holds columns of 64-bit numbers by name, of any length."""

    values: dict[str, list[Any]]
    columns: dict[str, "array[int]"]
    extra: dict[str, "array[int]"]

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.columns["case"])


def pack(rows: Sequence[tuple[Any, ...]], extra: Mapping[str, Iterable[int]]) -> Packed:
    """Rows of (case, value, month, unit, place, topic, channel); the tabled ones numbers or texts."""
    turned = list(zip(*rows, strict=True)) if rows else [()] * (len(PLAIN) + len(TABLED))
    columns, values = {}, {}
    for name, column in zip(PLAIN, turned, strict=False):
        columns[name] = array(_code(max(column, default=0) + 1), column)
    for name, column in zip(TABLED, turned[len(PLAIN) :], strict=True):
        places: dict[Any, int] = {}
        codes = [places.setdefault(value, len(places)) for value in column]
        values[name], columns[name] = list(places), array(_code(len(places)), codes)
    return Packed(values, columns, {name: array("q", numbers) for name, numbers in extra.items()})


def _code(size: int) -> str:
    return next(code for code, limit in _CODES if size <= limit)


def dump(packed: Packed) -> tuple[dict[str, Any], bytes]:
    """A header for a JSON field, and the columns as bytes."""
    columns = [*packed.columns.items(), *packed.extra.items()]
    shape = [[name, column.typecode, len(column)] for name, column in columns]
    return {"values": packed.values, "columns": shape}, b"".join(column.tobytes() for _n, column in columns)


def load(header: Mapping[str, Any], content: bytes | memoryview) -> Packed:
    """What `dump` made."""
    found = Packed(header["values"], {}, {})
    view, start = memoryview(content), 0
    for name, code, length in header["columns"]:
        column: array[int] = array(code)
        end = start + length * column.itemsize
        column.frombytes(view[start:end])
        (found.columns if name in PLAIN or name in TABLED else found.extra)[name] = column
        start = end
    return found
