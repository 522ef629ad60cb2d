import errno
import gzip
import io
import json
import os
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.db import connection

from huiqi.accounts.models import User
from huiqi.accounts.tests.make import make_user
from huiqi.core import crypto
from huiqi.core.backup import archive, databases, making, restoring
from huiqi.core.backup.archive import read_archive
from huiqi.core.backup.making import make_backup
from huiqi.core.backup.restoring import check_backup, restore_backup
from huiqi.core.errors import Refused
from huiqi.core.management.commands import backup, restore
from huiqi.core.models import AuditRecord, Job
from huiqi.core.storage import PrivateStorage
from huiqi.core.tests.make import Terminal, make_job
from huiqi.core.tests.trail_acts import AT, forge, record_acts
from huiqi.core.trail.sealer import seal_records
from huiqi.core.trail.verification import verify_trail

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]


class CrashError(Exception):
    pass


@pytest.fixture
def site(settings, tmp_path):
    """A site with a person, a job, sealed acts and two private files."""
    settings.PRIVATE_ROOT = tmp_path / "site" / "private"
    settings.HUIQI_AUDIT_ANCHOR = tmp_path / "site" / "audit.log"
    make_user(username="li.na", name="李娜")
    make_job(kind="count", total_count=7)
    record_acts(3)
    seal_records(at=AT)
    PrivateStorage().save("a/文件.txt", ContentFile("甲".encode()))
    PrivateStorage().save("empty.bin", ContentFile(b""))
    return tmp_path / "site"


@pytest.fixture
def saved(site, tmp_path):
    """A backup of the site."""
    path = tmp_path / "saved.tar.gz"
    make_backup(path, at=AT)
    return path


def files_of(site):
    root = site / "private"
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def spoil(site):
    """The site after a bad day."""
    Job.objects.all().delete()
    User.objects.update(name="坏")
    (site / "private" / "a" / "文件.txt").write_text("坏")
    (site / "private" / "new.txt").write_text("新")
    record_acts(2)
    seal_records(at=AT)


def assert_as_saved(site):
    assert Job.objects.get().total_count == 7
    assert User.objects.get().name == "李娜"
    assert files_of(site) == {"a/文件.txt": "甲".encode(), "empty.bin": b""}
    seal_records(at=AT)
    assert verify_trail(site / "audit.log").waiting == 0


def repack(path, change):
    """Write the archive anew after `change` altered its list of (name, content, type)."""
    with tarfile.open(path) as tar:
        members = [
            [member.name, tar.extractfile(member).read(), tarfile.REGTYPE] for member in tar.getmembers()
        ]
    change(members)
    with tarfile.open(path, "w:gz") as tar:
        for name, content, kind in members:
            member = tarfile.TarInfo(name)
            member.type, member.size = kind, len(content) if kind == tarfile.REGTYPE else 0
            member.linkname = "../../outside"
            tar.addfile(member, io.BytesIO(content))


def edit_manifest(path, **changes):
    def change(members):
        manifest = {**json.loads(members[-1][1]), **changes}
        members[-1][1] = json.dumps(manifest).encode()

    repack(path, change)


# --- a backup that does not come about ----------------------------------------------------------------


def test_an_existing_file_is_never_overwritten(site, tmp_path):
    path = tmp_path / "saved.tar.gz"
    path.write_bytes(b"precious")
    with pytest.raises(Refused, match="已经存在"):
        make_backup(path, at=AT)
    assert path.read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_said(site, tmp_path):
    with pytest.raises(Refused, match="没有写成"):
        make_backup(tmp_path / "no" / "saved.tar.gz", at=AT)


@pytest.mark.parametrize(
    ("part", "named"),
    [("database", "数据库"), ("private/a/文件.txt", "a/文件.txt"), ("manifest.json", "清单")],
)
def test_a_full_disk_leaves_no_backup_and_names_the_part(site, tmp_path, monkeypatch, part, named):
    plain = archive.Writer._add

    def full(self, name, file, size):
        if name == part:
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(self, name, file, size)

    monkeypatch.setattr(archive.Writer, "_add", full)
    with pytest.raises(Refused) as refusal:
        make_backup(tmp_path / "saved.tar.gz", at=AT)
    assert "磁盘空间不足" in refusal.value.message
    assert named in refusal.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_an_aborted_backup_leaves_nothing_that_looks_like_one(site, tmp_path, monkeypatch):
    def stop(line):
        if line.startswith("文件"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_backup(tmp_path / "saved.tar.gz", at=AT, say=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_a_killed_backup_left_is_refused_and_does_not_hinder_the_next(site, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(archive.Writer, "abort", archive.Writer.close)
        patch.setattr(making, "_manifest", lambda *arguments: (_ for _ in ()).throw(CrashError()))
        with pytest.raises(CrashError):
            make_backup(tmp_path / "saved.tar.gz", at=AT)
    (left,) = tmp_path.glob("saved*")
    assert left.name == "saved.tar.gz.part"
    with pytest.raises(Refused, match="没有恢复任何内容"):
        check_backup(left)
    make_backup(tmp_path / "saved.tar.gz", at=AT)
    assert check_backup(tmp_path / "saved.tar.gz").made_at.startswith("2020-03-01")


def test_a_file_deleted_while_the_backup_runs_is_left_out_and_said(site, tmp_path):
    said = []

    def say(line):
        said.append(line)
        if line.startswith("数据库"):
            (site / "private" / "empty.bin").unlink()

    plain = making._private_files
    found = list(plain(site / "private"))
    assert len(found) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "_private_files", lambda root: found)
        assert make_backup(tmp_path / "saved.tar.gz", at=AT, say=say).private_files == 1
    assert "备份期间已被删除，略过：empty.bin" in said


# --- archives that are refused ------------------------------------------------------------------------


def test_a_file_cut_anywhere_is_refused(saved, tmp_path):
    whole = saved.read_bytes()
    cut = tmp_path / "cut.tar.gz"
    for size in [0, 1, 10, *range(100, len(whole), len(whole) // 15), len(whole) - 1]:
        cut.write_bytes(whole[:size])
        with pytest.raises(Refused, match="备份中的“.+”"):
            read_archive(cut)


# Bytes of a gzip file (RFC 1952) that no reader holds against anything: the time, the flags of the packer and
# the system in its head.
HEAD, TAIL = range(4, 10), 8


def test_an_altered_byte_is_refused_wherever_it_has_a_meaning(saved, tmp_path):
    whole, before = saved.read_bytes(), read_archive(saved)
    altered = tmp_path / "altered.tar.gz"

    def read_altered(place):
        altered.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        return read_archive(altered)

    for place in (0, 1, 2, *range(len(whole) - TAIL, len(whole))):
        with pytest.raises(Refused):
            read_altered(place)
    for place in HEAD:
        assert read_altered(place) == before
    # A deflate stream (RFC 1951) has bits that mean nothing: lengths of codes that never occur, bits that
    # fill up the last byte. About one byte in seven hundred here; such a change must leave the content as
    # it was.
    refused = 0
    places = range(HEAD.stop, len(whole) - TAIL, len(whole) // 50)
    for place in places:
        try:
            assert read_altered(place) == before
        except Refused:
            refused += 1
    assert refused >= 0.9 * len(places)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\x1f\x8b", gzip.compress(b""), gzip.compress(b"x" * 2000), b"\x00" * 5000],
    ids=["nothing", "zip", "two bytes", "gzip of nothing", "gzip of text", "zeros"],
)
def test_another_kind_of_file_is_refused(tmp_path, content):
    path = tmp_path / "other.bin"
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        read_archive(path)
    assert refusal.value.code == "core.backup_damaged"


def test_a_missing_file_or_a_folder_is_said(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(Refused, match="无法打开"):
            read_archive(path)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x",
        "private/../x",
        "private/a/../../x",
        "private//etc/x",
        "private/",
        "private/./x",
        "private\\x",
        "private/a\\..\\x",
        "secret_key",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(saved, name):
    repack(saved, lambda members: members.insert(0, [name, b"x", tarfile.REGTYPE]))
    with pytest.raises(Refused, match="名称不允许"):
        read_archive(saved)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_anything_but_a_plain_file_is_refused(saved, kind):
    repack(saved, lambda members: members.insert(0, ["private/x", b"", kind]))
    with pytest.raises(Refused, match="不是普通文件"):
        read_archive(saved)


CHANGES = {
    "a part altered": (lambda m: m[0].__setitem__(1, m[0][1] + b"x"), "“database”与清单不符"),
    "a part missing": (lambda m: m.pop(0), "“database”列在清单里"),
    "a part too many": (lambda m: m.insert(0, ["private/x", b"x", tarfile.REGTYPE]), "“private/x”与清单不符"),
    "a part twice": (lambda m: m.insert(0, list(m[0])), "两次"),
    "no manifest": (lambda m: m.pop(), "manifest.json”缺失"),
    "a part after the manifest": (lambda m: m.append(["private/x", b"x", tarfile.REGTYPE]), "在清单之后"),
    "two manifests": (lambda m: m.append(list(m[-1])), "在清单之后"),
    "an unreadable manifest": (lambda m: m[-1].__setitem__(1, b"[" * 100_000), "manifest.json”无法读取"),
    "an empty manifest": (lambda m: m[-1].__setitem__(1, b"{}"), "manifest.json”无法读取"),
    "a manifest of lists": (lambda m: m[-1].__setitem__(1, b"[]"), "manifest.json”无法读取"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_archive_that_differs_from_its_manifest_is_refused(saved, what):
    change, said = CHANGES[what]
    repack(saved, change)
    with pytest.raises(Refused, match=said):
        read_archive(saved)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": 2}, "core.backup_damaged"),
        ({"vendor": "oracle"}, "core.backup_other_database"),
        ({"migrations": [["core", "9999_future"]], "release": "9.9"}, "core.backup_newer"),
        ({"key_checks": {"d0": "0" * 32}}, "core.backup_other_keys"),
        ({"key_checks": {"k7": "0" * 32}}, "core.backup_other_keys"),
    ],
)
def test_a_backup_this_installation_cannot_take_changes_nothing(saved, site, changes, code):
    edit_manifest(saved, **changes)
    spoil(site)
    before = files_of(site)
    with pytest.raises(Refused) as refusal:
        restore_backup(saved, at=AT, replace=True)
    assert refusal.value.code == code
    assert files_of(site) == before
    assert User.objects.get().name == "坏"
    assert [path.name for path in site.iterdir() if "restoring" in path.name] == []


def test_a_site_that_holds_something_is_not_replaced_unasked(saved, site):
    spoil(site)
    with pytest.raises(Refused, match="--replace"):
        restore_backup(saved, at=AT)
    assert User.objects.get().name == "坏"


def test_a_full_disk_while_unpacking_changes_nothing(saved, site, monkeypatch):
    spoil(site)

    def full(path, *arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(restoring.os, "open", full)
        with pytest.raises(Refused, match="没有改动"):
            restore_backup(saved, at=AT, replace=True)
    assert User.objects.get().name == "坏"
    restore_backup(saved, at=AT, replace=True)
    assert_as_saved(site)


# --- there and back -----------------------------------------------------------------------------------


def test_a_restored_site_is_as_it_was(saved, site):
    spoil(site)
    said = []
    restored = restore_backup(saved, at=AT, replace=True, say=said.append)
    assert_as_saved(site)
    assert (restored.private_files, restored.trail.sealed) == (2, 3)
    assert said[0] == "检查备份……"
    assert AuditRecord.objects.filter(act="backup.restored").count() == 1
    mode = stat.S_IMODE((site / "private" / "a" / "文件.txt").stat().st_mode)
    assert mode == 0o600
    (aside,) = site.glob("private.before-*")
    assert (aside / "new.txt").read_text() == "新"
    assert len(list(site.glob("audit.log.before-*"))) == 1


def test_the_backup_holds_no_key_and_is_readable_by_its_owner_alone(saved, settings):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    packed = gzip.decompress(saved.read_bytes())
    assert settings.SECRET_KEY.encode() not in packed
    assert not list(saved.parent.glob("*.part"))


def test_the_anchor_saved_is_that_of_the_moment_of_the_database(site, tmp_path):
    path = tmp_path / "saved.tar.gz"

    def meanwhile(line):
        if line.startswith("数据库"):
            record_acts(4)
            seal_records(at=AT)

    make_backup(path, at=AT, say=meanwhile)
    assert restore_backup(path, at=AT, replace=True).trail.sealed == 3
    assert_as_saved(site)


def test_a_trail_broken_before_the_backup_is_said_after_the_restoring(site, tmp_path):
    forge("DELETE FROM core_auditlink WHERE number = 2")
    path = tmp_path / "saved.tar.gz"
    make_backup(path, at=AT)
    with pytest.raises(Refused, match="第2环缺失"):
        restore_backup(path, at=AT, replace=True)
    assert User.objects.get().name == "李娜"


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (restoring, "restore_database"),
        (restoring._Stage, "put_files"),
        (restoring, "call_command"),
        (restoring._Stage, "clear"),
        (restoring, "_record"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_is_made_good_by_running_it_again(saved, site, monkeypatch, module, step, when):
    spoil(site)
    plain = getattr(module, step)

    def crash(*args, **more):
        if when == "after":
            plain(*args, **more)
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(module, step, crash)
        with pytest.raises(CrashError):
            restore_backup(saved, at=AT, replace=True)
    # Whoever has said --replace once need not say it again, unless the restoring had come to its end.
    is_over = step == "_record" or (step, when) == ("clear", "after")
    restore_backup(saved, at=AT, replace=is_over)
    assert_as_saved(site)


def test_a_crash_between_the_two_renamings_loses_no_file(saved, site, monkeypatch):
    spoil(site)
    plain, renamed = Path.rename, []

    def rename(self, target):
        if self.name == "private" and self.parent.name == "private.restoring":
            renamed.append(target)
            raise CrashError
        return plain(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(CrashError):
            restore_backup(saved, at=AT, replace=True)
    assert renamed
    assert not (site / "private").exists()
    restore_backup(saved, at=AT)
    assert_as_saved(site)


def test_a_backup_made_with_another_key_is_restored_on_demand(saved, site, settings):
    settings.SECRET_KEY = "another-" + "y" * 50
    with pytest.raises(Refused, match="HUIQI_SECRET_KEY"):
        check_backup(saved)
    restore_backup(saved, at=AT, replace=True, other_keys=True)
    assert_as_saved(site)


def test_a_ring_that_gained_a_key_reads_older_backups(site, tmp_path, settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.HUIQI_KEYS = f"k1:{old}"
    path = tmp_path / "saved.tar.gz"
    make_backup(path, at=AT)
    settings.HUIQI_KEYS = f"k2:{new},k1:{old}"
    assert set(check_backup(path).key_checks) == {"k1", crypto.DERIVED_KEY_ID}


def test_a_missing_program_of_postgresql_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(databases, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="找不到pg_dump"):
        databases.tool("pg_dump")


def test_a_damaged_database_is_not_backed_up(site, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL checks its own pages")
    broken = tmp_path / "broken.sqlite3"
    make_backup(tmp_path / "saved.tar.gz", at=AT)
    with tarfile.open(tmp_path / "saved.tar.gz") as tar:
        content = bytearray(tar.extractfile("database").read())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    broken.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", str(broken))
        with pytest.raises(Refused, match="数据库"):
            make_backup(tmp_path / "other.tar.gz", at=AT)
    assert not (tmp_path / "other.tar.gz").exists()


# --- the commands -------------------------------------------------------------------------------------


def run(module, *argv):
    out, err = Terminal(), io.StringIO()
    code = 0
    name = module.__name__.rpartition(".")[2]
    try:
        module.Command(stdout=out, stderr=err, no_color=True).run_from_argv(["huiqi", name, *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


def test_the_commands_say_what_they_do(site, tmp_path):
    path = str(tmp_path / "saved.tar.gz")
    code, out, err = run(backup, path)
    assert (code, "备份不含 HUIQI_SECRET_KEY" in out, "数据库" in err) == (0, True, True)
    spoil(site)
    code, out, _ = run(restore, path, "--check")
    assert (code, out.startswith("备份完好")) == (0, True)
    assert User.objects.get().name == "坏"
    code, out, err = run(restore, path)
    assert (code, out, "--replace" in err) == (1, "", True)
    code, out, err = run(restore, path, "--replace")
    assert (code, "审计记录完好（3条已封存）" in out) == (0, True)
    assert_as_saved(site)


def test_the_command_names_the_first_unreadable_part(saved):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: len(whole) // 2])
    code, out, err = run(restore, str(saved))
    assert (code, out) == (1, "")
    assert "备份中的“database”无法读取" in err
    assert "Traceback" not in err


def test_a_trail_that_was_broken_is_an_exit_with_1_after_the_restoring(site, tmp_path):
    forge("DELETE FROM core_auditlink WHERE number = 2")
    path = str(tmp_path / "saved.tar.gz")
    assert run(backup, path)[0] == 0
    code, _, err = run(restore, path, "--replace")
    assert (code, "内容已恢复，但审计记录核验未通过" in err) == (1, True)


def test_a_new_machine_gets_the_whole_site_from_the_file_alone(saved, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("needs a second database")
    home = tmp_path / "new" / "home"
    env = {key: value for key, value in os.environ.items() if not key.startswith(("HUIQI_", "DJANGO_"))}
    env |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "HUIQI_DATA_DIR": str(home),
        "HUIQI_TEST_DATABASE_URL": f"sqlite:///{home}/huiqi.sqlite3",
    }

    def huiqi(*argv):
        command = [sys.executable, "manage.py", *argv]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)

    done = huiqi("restore", str(saved), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trail"]["sealed"] == 3
    assert (home / "private" / "a" / "文件.txt").read_bytes() == "甲".encode()
    assert stat.S_IMODE((home / "huiqi.sqlite3").stat().st_mode) == 0o600
    assert json.loads(huiqi("audit", "verify", "--json").stdout)["ok"] is True
    again = huiqi("restore", str(saved))
    assert (again.returncode, "--replace" in again.stderr) == (1, True)


def test_a_table_that_the_backup_does_not_know_is_gone_after_the_restoring(saved, site):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE huiqi_later (job_id bigint REFERENCES core_job (id))")
    restore_backup(saved, at=AT, replace=True)
    assert "huiqi_later" not in connection.introspection.table_names()
    assert_as_saved(site)
