"""The tables of an earlier run: making them takes longer than most runs, and migrations seldom change.

Only for SQLite, whose database is a file. What was made is kept under a name that says which migrations and
libraries made it; a copy of it meets `migrate` with nothing left to do.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
_KEPT = ROOT / "var" / "test-tables"


def _name() -> str:
    made_by = [*sorted((ROOT / "huiqi").glob("*/migrations/*.py")), ROOT / "requirements" / "base.txt"]
    told = hashlib.sha256()
    for path in made_by:
        told.update(path.name.encode())
        told.update(path.read_bytes())
    return f"{told.hexdigest()[:24]}.sqlite3"


def take(database: Path) -> None:
    """Put the tables of an earlier run at `database`, if there are any."""
    kept = _KEPT / _name()
    if kept.exists():
        shutil.copyfile(kept, database)


def keep(database: str) -> None:
    """Keep these tables for the next run, in place of any others; runs beside this one may do the same."""
    kept = _KEPT / _name()
    if kept.exists():
        return
    _KEPT.mkdir(parents=True, exist_ok=True)
    writing = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(database)) as made, closing(sqlite3.connect(writing)) as copy:
        made.backup(copy)
    for old in _KEPT.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    writing.replace(kept)
