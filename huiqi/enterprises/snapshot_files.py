"""Snapshots of the register as folders of Parquet with a manifest. Pure: paths in, files out.

A folder is made under a name nobody reads and renamed when it is whole, so that a crash leaves a remainder
that the next run clears away, never half a snapshot. The manifest tells every part's size, rows and SHA-256;
a snapshot whose files differ from it is not one.

Parts that an earlier snapshot has already are the same files under another name (hard links): a snapshot is
whole by itself, and deleting the earlier one takes nothing from it. What changed since stands beside a part
in a file of changes (huiqi.rules.columnar.table.read_firms lays one over the other).
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
MAKING = ".making-"
BLOCK = 1 << 20


@dataclass(frozen=True)
class PartFile:
    """One Parquet file of a snapshot; `last` is the key in the register of a part's last firm."""

    name: str
    rows: int
    size: int
    sha256: str
    last: int = 0


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds: the register of `on`, by the catalogue of `rulebook`, written at `made_at`.

    `base` is the snapshot whose parts it shares, "" when all is its own; `changes` lie beside the parts.
    """

    name: str
    on: str
    made_at: str
    rulebook: str
    code: str
    firms: int
    columns: tuple[str, ...]
    parts: tuple[PartFile, ...]
    changes: tuple[PartFile, ...] = ()
    base: str = ""
    format: int = FORMAT


class NoSnapshot(Exception):
    """There is no such snapshot, or it cannot be read; the message says which."""


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def part_of(path: Path, rows: int, last: int = 0) -> PartFile:
    return PartFile(path.name, rows, path.stat().st_size, digest(path), last)


def share(part: PartFile, base: Path, folder: Path) -> PartFile:
    """The same file in another snapshot, without a copy where the disk can."""
    try:
        os.link(base / part.name, folder / part.name)
    except FileNotFoundError as error:
        raise NoSnapshot(base.name) from error
    except OSError:
        shutil.copyfile(base / part.name, folder / part.name)
    return part


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """While it lasts `forget` leaves the snapshot alone; it ends with the process that asked."""
    with (folder / MANIFEST).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def _is_in_use(folder: Path) -> bool:
    with (folder / MANIFEST).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def begin(root: Path, name: str) -> Path:
    """An empty folder to write parts in; remainders of runs that died are cleared away."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for remainder in root.glob(f"{MAKING}*"):
        shutil.rmtree(remainder, ignore_errors=True)
    folder = root / f"{MAKING}{name}"
    folder.mkdir(mode=0o700)
    return folder


def publish(root: Path, folder: Path, manifest: Manifest) -> Path:
    """Write the manifest, make sure all of it is on the disk, and give the folder its name."""
    path = folder / MANIFEST
    path.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
    for file in folder.iterdir():
        _sync(file)
    _sync(folder)
    final = root / manifest.name
    os.rename(folder, final)
    _sync(root)
    return final


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def names(root: Path) -> list[str]:
    """Names of the snapshots, oldest first."""
    found = [path.parent.name for path in root.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")]
    return sorted(found)


def read_manifest(folder: Path) -> Manifest:
    """Raises NoSnapshot."""
    try:
        given = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        parts = tuple(PartFile(**part) for part in given.pop("parts"))
        changes = tuple(PartFile(**part) for part in given.pop("changes", ()))
        columns = tuple(given.pop("columns"))
        manifest = Manifest(parts=parts, changes=changes, columns=columns, **given)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NoSnapshot(folder.name) from error
    if manifest.format != FORMAT:
        raise NoSnapshot(folder.name)
    return manifest


def faults(folder: Path) -> Iterator[tuple[str, str]]:
    """Files that are not as the manifest says: name and what is wrong (missing, changed, strange)."""
    manifest = read_manifest(folder)
    files = (*manifest.parts, *manifest.changes)
    for part in files:
        path = folder / part.name
        if not path.is_file():
            yield part.name, "missing"
        elif path.stat().st_size != part.size or digest(path) != part.sha256:
            yield part.name, "changed"
    known = {MANIFEST, *(part.name for part in files)}
    yield from ((path.name, "strange") for path in sorted(folder.iterdir()) if path.name not in known)


def forget(root: Path, keep: int) -> list[str]:
    """Delete all but the `keep` newest and those in use; the names of those that went."""
    old = names(root)[: -keep or None] if keep else []
    gone = [name for name in old if not _is_in_use(root / name)]
    for name in gone:
        # Out of sight first: a reader finds a whole snapshot or none.
        hidden = root / f"{MAKING}{name}"
        os.rename(root / name, hidden)
        shutil.rmtree(hidden, ignore_errors=True)
    return gone
