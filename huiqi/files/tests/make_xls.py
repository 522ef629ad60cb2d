"""A legacy .xls small enough to write by hand: BIFF8 records ([MS-XLS]) in an OLE container ([MS-CFB])."""

import io
import struct
from collections.abc import Iterable

_FREE, _END, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def make_xls(
    rows: Iterable[Iterable[str | float | None]],
    *,
    title: str = "企业",
    merged: tuple[int, ...] = (),
    extra: bytes = b"",
) -> io.BytesIO:
    """One sheet of texts and numbers; `merged` is first row, last row, first column, last column from 0;
    `extra` records come right after the workbook's first one."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    cells = b"".join(
        _cell(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value is not None
    )
    if merged:
        cells += _record(0x00E5, struct.pack("<HHHHH", 1, *merged))
    sheet = _record(0x0809, begin[:2] + b"\x10\x00" + begin[4:]) + cells + _record(0x000A, b"")
    name = title.encode("utf-16le")
    start = _record(0x0809, begin) + extra
    bound_length = 4 + 8 + len(name)
    offset = len(start) + bound_length + 4
    bound = struct.pack("<IBBBB", offset, 0, 0, len(title), 1) + name
    return make_ole("Workbook", start + _record(0x0085, bound) + _record(0x000A, b"") + sheet)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("utf-16le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def make_ole(name: str, stream: bytes) -> io.BytesIO:
    """An OLE container with one stream."""
    stream = stream.ljust(4096, b"\0")  # shorter streams would need a second allocation table
    stream += bytes(-len(stream) % _SECTOR)
    sectors = len(stream) // _SECTOR
    tables = -(-(sectors + 2) // 126)  # room for the directory and for the tables themselves
    fat = [*range(1, sectors), _END, _END, *([_FAT_SECTOR] * tables)]
    fat += [_FREE] * (tables * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, sectors, 0, 4096, _END, 0, _END, 0)
    table_places = [sectors + 1 + index for index in range(tables)] + [_FREE] * (109 - tables)
    header += struct.pack("<109I", *table_places)
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, 0, len(stream))
    directory = directory.ljust(_SECTOR, b"\0")
    return io.BytesIO(header + stream + directory + struct.pack(f"<{len(fat)}I", *fat))


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
