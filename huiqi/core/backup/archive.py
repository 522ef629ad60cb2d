"""The backup file: a gzipped tar whose last member, the manifest, lists every part with size and SHA-256.

Without a manifest a file is no backup, so that an aborted one never looks whole. Reading trusts nothing:
only plain files with known names, nothing outside its folder, every byte accounted for.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from huiqi.core.errors import Refused

MANIFEST, DATABASE, ANCHOR, PRIVATE = "manifest.json", "database", "audit-anchor.log", "private/"
FORMAT = 1
CHUNK = 1 << 20
# A manifest takes about 150 bytes a file: a million private files.
MANIFEST_LIMIT = 200 << 20
# gzip: 9 is three times slower than 5 for some percent of size.
GZIP_LEVEL = 5


class Part(NamedTuple):
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `key_checks` tell keys apart without holding them."""

    format: int
    release: str
    made_at: str
    vendor: str
    migrations: list[list[str]]
    key_checks: dict[str, str]
    parts: list[Part]


class Digested:
    """A reader that remembers how much went through it, and its digest."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._digest.update(block)
        self.size += len(block)
        return block

    def part(self, name: str) -> Part:
        return Part(name, self.size, self._digest.hexdigest())


# --- writing ------------------------------------------------------------------------------------------


class Writer:
    """Writes `path`.part; `finish` makes it `path`."""

    def __init__(self, path: Path) -> None:
        self.path, self.partial = path, path.with_name(path.name + ".part")
        self.parts: list[Part] = []
        descriptor = os.open(self.partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._raw = open(descriptor, "wb")
        self._packed = gzip.GzipFile("", "wb", GZIP_LEVEL, self._raw, mtime=0)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|", format=tarfile.PAX_FORMAT)

    def add_file(self, name: str, source: Path) -> None:
        """Copy a file in as it is at this moment; OSError when it shrinks meanwhile."""
        with source.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        """A part made in memory."""
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        digested = Digested(file)
        self._tar.addfile(member, digested)
        self.parts.append(digested.part(name))

    def finish(self, manifest: Manifest) -> int:
        """Write the manifest, wait for the disk and give the file its name; returns its size in bytes."""
        self.add_bytes(MANIFEST, json.dumps(asdict(manifest)).encode())
        self._tar.close()
        self._packed.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self.partial.rename(self.path)
        _sync_folder(self.path.parent)
        return self.path.stat().st_size

    def abort(self) -> None:
        """Leave nothing behind."""
        self.close()
        self.partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file as it is; on a full disk even the last bytes may not fit."""
        for layer in (self._tar, self._packed, self._raw):
            with suppress(OSError, ValueError):
                layer.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- reading ------------------------------------------------------------------------------------------

Keep = Callable[[str, "Digested"], None]


def read_archive(path: Path, keep: Keep = lambda name, content: None) -> Manifest:
    """Read every part to its end and hold it against the manifest; Refused names the first bad part.

    `keep` gets each part but the manifest while it is read, before its digest is known to be right. What
    it cannot write it refuses itself.
    """
    reading = _Reading(path, keep)
    manifest = reading.run()
    _compare(reading.found, manifest.parts)
    return manifest


class _Reading:
    """One pass over an archive; `place` is the part being read, for the refusal."""

    def __init__(self, path: Path, keep: Keep) -> None:
        self.path, self.keep = path, keep
        self.place = "文件头"
        self.found: list[Part] = []
        self.manifest: Manifest | None = None

    def run(self) -> Manifest:
        with self._readable(), gzip.open(self.path) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for member in tar:
                    self._take(tar, member)
            self.place = "文件尾"
            while packed.read(CHUNK):
                pass
        if self.manifest is None:
            raise _refusal(MANIFEST, "缺失：备份没有写完，或被截断")
        return self.manifest

    def _take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        self.place = _safe_name(member)
        if self.manifest:
            raise _refusal(self.place, "在清单之后，不属于备份")
        content = tar.extractfile(member)
        assert content is not None  # a plain file, as _safe_name has made sure
        if self.place == MANIFEST:
            self.manifest = _parse(content.read(MANIFEST_LIMIT))
            return
        digested = Digested(content)
        self.keep(self.place, digested)
        while digested.read(CHUNK):
            pass
        self.found.append(digested.part(self.place))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Whatever is wrong with the bytes becomes a sentence that names the part being read."""
        try:
            yield
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise Refused(
                "core.backup_unreadable", f"无法打开备份文件{self.path}：{error.strerror}。"
            ) from error
        except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError) as error:
            raise _refusal(self.place, "无法读取：文件被截断、改动，或不是惠企的备份") from error


def _compare(found: list[Part], listed: list[Part]) -> None:
    known = {part.name: part for part in listed}
    if len(known) < len(listed) or len(found) > len({part.name for part in found}):
        raise _refusal(MANIFEST, "把一个部分列了两次")
    for part in found:
        if part != known.pop(part.name, None):
            raise _refusal(part.name, "与清单不符：内容被改动")
    for name in known:
        raise _refusal(name, "列在清单里，备份中却没有")


def _safe_name(member: tarfile.TarInfo) -> str:
    name = member.name
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
        raise _refusal(name, "不是普通文件")
    inside = name.removeprefix(PRIVATE)
    if name in (MANIFEST, DATABASE, ANCHOR):
        return name
    plain = str(PurePosixPath(inside)) == inside and not inside.startswith("/")
    if inside == name or not plain or ".." in inside.split("/") or re.search(r"[\\\x00]", inside):
        raise _refusal(name, "的名称不允许")
    return name


def _parse(text: bytes) -> Manifest:
    try:
        written: dict[str, Any] = json.loads(text)
        if written["format"] != FORMAT:
            raise _refusal(MANIFEST, f"的格式版本是{written['format']}，本版本只认{FORMAT}")
        parts = [Part(str(name), int(size), str(digest)) for name, size, digest in written["parts"]]
        return Manifest(
            format=FORMAT,
            release=str(written["release"]),
            made_at=str(written["made_at"]),
            vendor=str(written["vendor"]),
            migrations=[[str(app), str(name)] for app, name in written["migrations"]],
            key_checks={str(key): str(check) for key, check in written["key_checks"].items()},
            parts=parts,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refusal(MANIFEST, "无法读取") from error


def _refusal(part: str, fault: str) -> Refused:
    shown = part.encode("utf-8", "replace").decode()[:200]
    return Refused("core.backup_damaged", f"备份中的“{shown}”{fault}。没有恢复任何内容，请换一份备份。")
