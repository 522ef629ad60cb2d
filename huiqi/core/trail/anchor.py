"""The anchor: a file beside the database in which each sealing leaves the number and digest of the last link.

One JSON object a line, appended and never rewritten: `{"line", "number", "digest", "at"}`. Who cuts off the
end of the chain in the database cannot make this file forget it. The same values go to the log.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

# Far more than one line, which is about 150 bytes.
TAIL_BYTES = 4096


@dataclass(frozen=True)
class Mark:
    """One line of the file."""

    line: int
    number: int
    digest: str
    at: str


def append_mark(path: Path, *, number: int, digest: str, at: datetime) -> Mark:
    """Add one line and wait until it is on the disk; creates the file, readable by this account alone."""
    last = last_mark(path)
    mark = Mark(last.line + 1 if last else 1, number, digest, at.isoformat(timespec="seconds"))
    text = _line(mark)
    if not _ends_whole(path):
        # A power cut left half a line: it stays, skipped by every reader, and the line is written again.
        text = "\n" + text
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return mark


def last_mark(path: Path) -> Mark | None:
    """The last whole line, or None when the file is absent or has none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().split(b"\n")
    marks = [mark for line in lines if (mark := _read(line))]
    return marks[-1] if marks else None


def marks_in(path: Path, size: int) -> Iterator[Mark]:
    """The lines within the first `size` bytes, one at a time; OSError when the file cannot be read."""
    with path.open("rb") as file:
        while size > 0:
            line = file.readline(min(size, TAIL_BYTES))
            if not line:
                return
            size -= len(line)
            mark = _read(line)
            if mark:
                yield mark


def marks_as_text(path: Path, *, lines: int) -> str:
    """The first `lines` lines, for a backup; fewer, or none, when the file does not have them."""
    if not path.is_file():
        return ""
    marks = marks_in(path, path.stat().st_size)
    return "".join(_line(mark) for mark in islice(marks, lines))


def _line(mark: Mark) -> str:
    return json.dumps(asdict(mark), separators=(",", ":")) + "\n"


def _ends_whole(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _read(line: bytes) -> Mark | None:
    try:
        found = json.loads(line)
        return Mark(int(found["line"]), int(found["number"]), str(found["digest"]), str(found["at"]))
    except (ValueError, TypeError, KeyError):
        return None
