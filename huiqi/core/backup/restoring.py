"""Bring a site back from a backup: check everything, then replace everything; repeatable after a crash."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from huiqi.core import audit, crypto
from huiqi.core.backup.archive import ANCHOR, CHUNK, DATABASE, PRIVATE, Digested, Manifest, read_archive
from huiqi.core.backup.databases import make_room, restore_database
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.core.trail.sealer import anchor_path
from huiqi.core.trail.verification import Verified, verify_trail

Say = Callable[[str], None]
VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Restored:
    """A restored site: when its backup was made, by which release, and the state of its audit trail."""

    made_at: str
    release: str
    private_files: int
    trail: Verified


def check_backup(path: Path, *, other_keys: bool = False) -> Manifest:
    """Read the whole backup and say whether this installation can take it; changes nothing.

    Refused for a damaged file, another kind of database, a newer release, and for keys that are not
    those of the backup unless `other_keys` says that encrypted fields may stay unreadable.
    """
    manifest = read_archive(path)
    if manifest.vendor != connection.vendor:
        theirs, mine = (VENDORS.get(name, name) for name in (manifest.vendor, connection.vendor))
        fault = f"备份来自{theirs}，本站使用{mine}。请把 HUIQI_DATABASE_URL 指向{theirs}数据库。"
        raise Refused("core.backup_other_database", fault)
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    newer = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if newer:
        fault = f"备份由较新的版本（{manifest.release}）制作，本版本不认识{newer[0]}。请先升级程序。"
        raise Refused("core.backup_newer", fault)
    ours = crypto.key_checks()
    strange = [key_id for key_id, check in manifest.key_checks.items() if ours.get(key_id) != check]
    if strange and not other_keys:
        names = "、".join(_key_words(key_id) for key_id in strange)
        raise Refused(
            "core.backup_other_keys",
            f"本站的密钥与备份时不同（{names}）：恢复后用它加密的内容读不出来。"
            "请配置备份时的密钥；确实没有时，用 --other-keys 恢复其余内容。",
        )
    return manifest


def _key_words(key_id: str) -> str:
    return f"{key_id}，由 HUIQI_SECRET_KEY 得出" if key_id == crypto.DERIVED_KEY_ID else key_id


def restore_backup(
    path: Path, *, at: datetime, replace: bool = False, other_keys: bool = False, say: Say = lambda line: None
) -> Restored:
    """Put the backup in the place of this site's database, private files and audit anchor.

    Refused before anything is touched when the backup is bad or this site holds something and `replace`
    is not said. Afterwards the database is migrated and the audit trail verified. Nobody may use the site
    meanwhile. A crash in the middle is made good by running it again.
    """
    make_room()
    say("检查备份……")
    manifest = check_backup(path, other_keys=other_keys)
    stage = _Stage(manifest)
    if not replace and not stage.is_unfinished:
        _refuse_if_used()
    say("取出文件……")
    stage.fill(path)
    say("恢复数据库……")
    restore_database(stage.folder / DATABASE, stage.folder)
    say("恢复文件……")
    stage.put_files(at)
    call_command("migrate", verbosity=0, interactive=False)
    stage.clear()
    say("核验审计记录……")
    _record(manifest)
    trail = verify_trail(anchor_path())
    files = sum(part.name.startswith(PRIVATE) for part in manifest.parts)
    return Restored(manifest.made_at, manifest.release, files, trail)


@transaction.atomic
def _record(manifest: Manifest) -> None:
    audit.record("backup.restored", None, actor=None, made_at=manifest.made_at)


def _refuse_if_used() -> None:
    """A site with people, acts or files is somebody's site."""
    tables = set(connection.introspection.table_names())
    rows = [model for model in (get_user_model(), AuditRecord) if model._meta.db_table in tables]
    used = any(model._default_manager.exists() for model in rows)
    root = Path(settings.PRIVATE_ROOT)
    if used or (root.exists() and any(root.iterdir())):
        fault = "本站已有内容，恢复会取代全部数据库和文件。请先备份；确认后加 --replace 再运行。"
        raise Refused("core.site_not_empty", fault)


class _Stage:
    """A folder beside the private files, on the same disk, from which the last step is only renaming."""

    def __init__(self, manifest: Manifest) -> None:
        self.root = Path(settings.PRIVATE_ROOT)
        self.folder = self.root.with_name(self.root.name + ".restoring")
        self._note = self.folder.with_name(self.folder.name + ".json")
        self._name = json.dumps([manifest.made_at, *(part.sha256 for part in manifest.parts[:2])])
        # The same backup was being restored when something stopped it.
        self.is_unfinished = self._note.exists() and self._note.read_text(encoding="utf-8") == self._name

    def fill(self, path: Path) -> None:
        """Take every part out of the backup, checking digests again on the way."""
        with _writable(self.folder):
            if self.folder.exists():
                shutil.rmtree(self.folder)
            (self.folder / PRIVATE).mkdir(parents=True)
            self.folder.chmod(0o700)
        read_archive(path, self._keep)
        self._note.write_text(self._name, encoding="utf-8")

    def _keep(self, name: str, content: Digested) -> None:
        target = self.folder / name
        with _writable(target):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            while block := content.read(CHUNK):
                with _writable(target):
                    file.write(block)

    def put_files(self, at: datetime) -> None:
        """Private files and anchor take their places; what was there is put aside, not deleted."""
        if self.root.exists():
            self.root.rename(_aside(self.root, at))
        (self.folder / PRIVATE).rename(self.root)
        self.root.chmod(0o700)
        anchor, written = anchor_path(), self.folder / ANCHOR
        if anchor.exists():
            anchor.rename(_aside(anchor, at))
        if written.stat().st_size:
            anchor.parent.mkdir(parents=True, exist_ok=True)
            # Copied under another name first: the anchor may be on another disk.
            partial = anchor.with_name(anchor.name + ".part")
            shutil.copyfile(written, partial)
            partial.chmod(0o600)
            partial.rename(anchor)

    def clear(self) -> None:
        """The restoring is over: a crash from here on needs no repetition."""
        shutil.rmtree(self.folder)
        self._note.unlink()


def _aside(path: Path, at: datetime) -> Path:
    """A free name for what is put aside."""
    names = (path.with_name(f"{path.name}.before-{at:%Y%m%d%H%M%S}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fault = f"无法写入{target}：{error.strerror}。本站的内容没有改动。"
        raise Refused("core.restore_unwritable", fault) from error
