"""Make one file that holds the whole site except its keys."""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from huiqi.core import audit, crypto
from huiqi.core.backup.archive import ANCHOR, DATABASE, FORMAT, PRIVATE, Manifest, Writer
from huiqi.core.backup.databases import Copy, database_copy
from huiqi.core.errors import Refused
from huiqi.core.trail.anchor import marks_as_text
from huiqi.core.trail.sealer import anchor_path

Say = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A finished backup: its file, its size in bytes, the private files in it."""

    file: str
    size: int
    private_files: int


def make_backup(path: Path, *, at: datetime, say: Say = lambda line: None) -> Made:
    """Write database, private files and audit anchor to `path`, which must not exist.

    The database is copied first, at one moment, so that every file it names is in the backup. Written
    under another name and renamed at the end; nothing is left of a backup that fails.
    """
    if path.exists():
        raise Refused("core.file_exists", f"{path}已经存在。请换一个文件名，或先移走它。")
    place = ["准备"]
    writer = None
    try:
        writer = Writer(path)
        with database_copy(path.with_name(path.name + ".database.part")) as copy:
            files = _write(writer, copy, say, place)
            place[0] = "清单"
            size = writer.finish(_manifest(writer, copy, at))
    except BaseException as error:
        if writer:
            writer.abort()
        if isinstance(error, OSError):
            raise _unwritable(path, place[0], error) from error
        raise
    _record(files, size)
    return Made(str(path), size, files)


def _write(writer: Writer, copy: Copy, say: Say, place: list[str]) -> int:
    place[0] = "数据库"
    say(f"数据库：{copy.path.stat().st_size:,}字节")
    writer.add_file(DATABASE, copy.path)
    place[0] = "审计锚定文件"
    # No more lines than the copied database knows of: a line written meanwhile would speak of links it lacks.
    writer.add_bytes(ANCHOR, marks_as_text(anchor_path(), lines=copy.anchor_lines).encode())
    count = 0
    for name, file in _private_files(Path(settings.PRIVATE_ROOT)):
        place[0] = f"文件{name}"
        try:
            writer.add_file(PRIVATE + name, file)
        except FileNotFoundError:
            say(f"备份期间已被删除，略过：{name}")
            continue
        count += 1
        if count % 1000 == 0:
            say(f"文件：{count}个")
    say(f"文件：共{count}个")
    return count


def _private_files(root: Path) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink():
                yield file.relative_to(root).as_posix(), file


def _manifest(writer: Writer, copy: Copy, at: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        release=settings.HUIQI_RELEASE,
        made_at=at.isoformat(timespec="seconds"),
        vendor=connection.vendor,
        migrations=copy.migrations,
        key_checks=crypto.key_checks(),
        parts=list(writer.parts),
    )


def _unwritable(path: Path, place: str, error: OSError) -> Refused:
    why = "磁盘空间不足" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else str(error)
    return Refused("core.backup_unwritable", f"备份没有完成，{path}没有写成：写到“{place}”时出错（{why}）。")


@transaction.atomic
def _record(files: int, size: int) -> None:
    audit.record("backup.made", None, actor=None, private_files=files, size=size)
