"""Writes a snapshot as an SPSS system file (.sav), piece by piece, uncompressed, in UTF-8. Pure.

The layout is that of the PSPP project's description ("System File Format"). pyreadstat writes only a table
that stands whole in memory (200,000 rows of 100 columns: 435 MB); it reads our files in the tests.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.surveys.analysis.arrays import Floats
from huiqi.surveys.analysis.snapshot import WEIGHT, Field, Holds, Snapshot

_MISSING = -1.7976931348623157e308  # the system-missing value: the lowest double
_HIGHEST = 1.7976931348623157e308
_LOWEST = struct.unpack("<d", struct.pack("<Q", 0xFFEFFFFFFFFFFFFE))[0]
_NUMBER_FORMAT, _TEXT_FORMAT = 5, 1
_LONGEST_PLAIN = 255  # a longer text is kept in several variables of 255 bytes, 252 of them counted
_COUNTED = 252
LONGEST_TEXT = 32_767
_LONGEST_LABEL, _LONGEST_VALUE_LABEL, _LONGEST_NAME = 255, 120, 64


@dataclass(frozen=True)
class _Variable:
    """A column as the file has it: its short name, its width in bytes (0: a number), its first element."""

    field: Field
    short: str
    name: str
    width: int
    first: int

    @property
    def segments(self) -> tuple[int, ...]:
        """The widths of the variables a text is kept in."""
        if self.width <= _LONGEST_PLAIN:
            return (self.width,)
        count = -(-self.width // _COUNTED)
        return (*[_LONGEST_PLAIN] * (count - 1), self.width - (count - 1) * _COUNTED)

    @property
    def elements(self) -> int:
        return 1 if not self.width else sum(-(-width // 8) for width in self.segments)


def write_sav(target: IO[bytes], snapshot: Snapshot, *, on: date) -> int:
    """Write the snapshot with labels of variables and values; returns the number of rows.

    `on` is the day written into the file. A weight column is set as the file's weight. Texts beyond 32,767
    bytes are cut, which is the format's bound.
    """
    variables = _variables(snapshot)
    target.write(_header(snapshot, variables, on))
    target.writelines(_dictionary(snapshot, variables))
    for piece in snapshot.pieces():
        target.write(_cases(snapshot, variables, piece))
    return snapshot.count


def _variables(snapshot: Snapshot) -> list[_Variable]:
    widths = _widths(snapshot)
    found: list[_Variable] = []
    first, taken = 1, set[str]()
    for number, field in enumerate(snapshot.fields):
        name = _name(field.name, taken)
        variable = _Variable(field, f"V{number:04}", name, widths.get(field.name, 0), first)
        first += variable.elements
        found.append(variable)
    return found


def _widths(snapshot: Snapshot) -> dict[str, int]:
    """Bytes of the longest text of each column of text."""
    names = [field.name for field in snapshot.fields if field.holds is Holds.TEXT]
    longest = dict.fromkeys(names, 1)
    for piece in snapshot.pieces(names) if names else ():
        for name in names:
            most = pc.max(pc.binary_length(piece.column(name))).as_py() or 0
            longest[name] = min(max(longest[name], most), LONGEST_TEXT)
    return longest


def _name(name: str, taken: set[str]) -> str:
    """A name SPSS allows: letters, digits and underscores, at most 64 bytes, unlike any other."""
    plain = "".join(each if each.isalnum() or each == "_" else "_" for each in name)
    plain = plain if plain[:1].isalpha() else f"v_{plain}"
    plain, number = _cut(plain, _LONGEST_NAME).decode(), 1
    wanted = plain
    while wanted.upper() in taken:
        number += 1
        wanted = _cut(plain, _LONGEST_NAME - 6).decode() + f"_{number}"
    taken.add(wanted.upper())
    return wanted


def _cut(text: str, most: int) -> bytes:
    """The text in at most so many bytes, no character broken."""
    return text.encode()[:most].decode(errors="ignore").encode()


def _header(snapshot: Snapshot, variables: Sequence[_Variable], on: date) -> bytes:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    weights = [v.first for v in variables if v.field.name == WEIGHT and not v.field.question]
    return struct.pack(
        "<4s60siiiiid9s8s64s3s",
        b"$FL2",
        b"@(#) SPSS DATA FILE Huiqi".ljust(60),
        2,
        sum(variable.elements for variable in variables),
        0,
        weights[0] if weights else 0,
        snapshot.count,
        100.0,
        f"{on.day:02} {months[on.month - 1]} {on.year % 100:02}".encode(),
        b"00:00:00",
        _cut(snapshot.codebook.title, 64).ljust(64),
        b"   ",
    )


def _dictionary(snapshot: Snapshot, variables: Sequence[_Variable]) -> Iterator[bytes]:
    for variable in variables:
        yield from _variable_records(variable)
    for variable in variables:
        if variable.field.choices:
            yield _value_labels(variable)
    yield _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))
    yield _extension(4, 8, struct.pack("<3d", _MISSING, _HIGHEST, _LOWEST))
    yield _extension(13, 1, "\t".join(f"{v.short}={v.name}" for v in variables).encode())
    long = "".join(f"{v.short}={v.width:05}\0\t" for v in variables if v.width > _LONGEST_PLAIN)
    if long:
        yield _extension(14, 1, long.encode())
    yield _extension(20, 1, b"UTF-8")
    yield struct.pack("<ii", 999, 0)


def _variable_records(variable: _Variable) -> Iterator[bytes]:
    for number, width in enumerate(variable.segments):
        short = variable.short if number == 0 else _segment_name(variable.short, number)
        label = _cut(variable.field.label, _LONGEST_LABEL) if number == 0 else b""
        yield _record(short, width, label, variable.field.holds)
        yield from (_record("", -1, b"", Holds.TEXT) for _ in range(-(-width // 8) - 1))


def _segment_name(short: str, number: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return f"{short}{digits[number // 36 % 36]}{digits[number % 36]}"


def _record(short: str, width: int, label: bytes, holds: Holds) -> bytes:
    if width == -1:
        shown = 0
    elif width:
        shown = _TEXT_FORMAT << 16 | min(width, 255) << 8
    else:
        shown = _NUMBER_FORMAT << 16 | 12 << 8 | (4 if holds is Holds.DECIMAL else 0)
    record = struct.pack("<iiiiii8s", 2, width, int(bool(label)), 0, shown, shown, short.encode().ljust(8))
    if not label:
        return record
    return record + struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4)


def _value_labels(variable: _Variable) -> bytes:
    first = 0 if variable.field.holds is Holds.FLAG else 1
    parts = [struct.pack("<ii", 3, len(variable.field.choices))]
    for code, choice in enumerate(variable.field.choices, first):
        label = _cut(choice.label, _LONGEST_VALUE_LABEL)
        padded = label.ljust(-(-(len(label) + 1) // 8) * 8 - 1)
        parts.append(struct.pack("<dB", float(code), len(label)) + padded)
    parts.append(struct.pack("<iii", 4, 1, variable.first))
    return b"".join(parts)


def _extension(subtype: int, size: int, content: bytes) -> bytes:
    return struct.pack("<iiii", 7, subtype, size, len(content) // size) + content


def _cases(snapshot: Snapshot, variables: Sequence[_Variable], piece: pa.RecordBatch) -> bytes:
    layout = [
        (variable.short, "<f8" if not variable.width else f"S{variable.elements * 8}")
        for variable in variables
    ]
    cases = np.zeros(piece.num_rows, dtype=layout)
    for variable in variables:
        column = piece.column(variable.field.name)
        if variable.width:
            cases[variable.short] = [_text(variable, text) for text in column.to_pylist()]
        else:
            cases[variable.short] = _numbers(snapshot, variable.field, column)
    return cases.tobytes()


def _numbers(snapshot: Snapshot, field: Field, column: pa.Array) -> Floats:
    if field.holds is Holds.CHOICE:
        codes = snapshot.codes(field, column)
        return np.where(codes < 0, _MISSING, codes + 1.0)
    values = column.cast(pa.int8()) if field.holds is Holds.FLAG else column
    filled: Floats = values.cast(pa.float64()).fill_null(_MISSING).to_numpy(zero_copy_only=False)
    return filled


def _text(variable: _Variable, text: str | None) -> bytes:
    """A text padded with spaces to its elements; a long one in pieces of 255 bytes and a space."""
    raw = _cut(text or "", variable.width)
    if variable.width <= _LONGEST_PLAIN:
        return raw.ljust(variable.elements * 8)
    parts, start = [], 0
    for width in variable.segments:
        parts.append(raw[start : start + width].ljust(-(-width // 8) * 8))
        start += width
    return b"".join(parts)
