"""A consistent copy of the database as one file, and back: SQLite's online backup, or pg_dump and psql."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from huiqi.core.errors import Refused

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Copy:
    """The database at one moment: the file, and what the same moment says of migrations and anchor."""

    path: Path
    migrations: list[list[str]]
    anchor_lines: int


_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY id"
_ANCHOR_LINES = "SELECT anchor_lines FROM core_audithead WHERE id = 1"


@contextmanager
def database_copy(path: Path) -> Iterator[Copy]:
    """Copy the database to `path`, which is removed at the end; the site may go on working meanwhile."""
    try:
        yield _from_postgresql(path) if connection.vendor == "postgresql" else _from_sqlite(path)
    finally:
        path.unlink(missing_ok=True)


def make_room() -> None:
    """The folder of an SQLite database exists, so that it can be opened at all."""
    if connection.vendor == "sqlite":
        Path(str(connection.settings_dict["NAME"])).parent.mkdir(parents=True, exist_ok=True)


def restore_database(copy: Path, scratch: Path) -> None:
    """Put the copy in the place of the whole database in one transaction: all of it or nothing.

    `scratch` is a folder for intermediate files.
    """
    if connection.vendor == "postgresql":
        _to_postgresql(copy, scratch)
    else:
        _to_sqlite(copy)
    connection.close()


# --- SQLite -------------------------------------------------------------------------------------------


def _from_sqlite(path: Path) -> Copy:
    path.unlink(missing_ok=True)
    source = Path(str(connection.settings_dict["NAME"])).absolute()
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(path)) as copy,
        ):
            path.chmod(0o600)
            # In one step: a stepwise copy starts again whenever somebody writes.
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            # Constraints call functions that only Django's own connection has; here it is about the pages.
            copy.execute("PRAGMA ignore_check_constraints = ON")
            fault = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            if fault != "ok":
                raise Refused("core.backup_database_damaged", f"数据库文件已损坏，没有备份：{fault}。")
            lines = copy.execute(_ANCHOR_LINES).fetchone() or (0,)
            return Copy(path, [list(row) for row in copy.execute(_MIGRATIONS)], lines[0])
    except (sqlite3.Error, UnicodeDecodeError) as error:  # a damaged name is quoted in the complaint
        raise Refused("core.backup_database_failed", f"数据库无法复制，可能已损坏：{error}。") from error


def _to_sqlite(copy: Path) -> None:
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    try:
        with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(target, timeout=20)) as live:
            # Through SQLite and not by renaming: a forgotten -wal file beside a new database destroys it.
            source.backup(live)
        target.chmod(0o600)
    except sqlite3.Error as error:
        fault = f"数据库无法恢复（{error}）。请先停止网站和后台任务，再运行一次。"
        raise Refused("core.restore_database_failed", fault) from error


# --- PostgreSQL ---------------------------------------------------------------------------------------

# The database is ours alone, whatever release made what is in it; extensions and other schemas stay.
# Tables first: the sequences of their keys go with them.
_LEFTOVERS = """
SELECT format('DROP %s IF EXISTS %I.%I CASCADE;',
              CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                             WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname),
       c.relkind = 'S' AS is_late
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE;', p.oid::regprocedure), true
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = current_schema()
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY is_late
"""


def _from_postgresql(path: Path) -> Copy:
    dump = tool("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        options = ["--format=custom", f"--file={path}", f"--snapshot={cursor.fetchone()[0]}"]
        _run(dump, [*options, "--no-owner", "--no-privileges"])
        path.chmod(0o600)
        cursor.execute(_ANCHOR_LINES)
        lines = cursor.fetchone() or (0,)
        cursor.execute(_MIGRATIONS)
        return Copy(path, [list(row) for row in cursor.fetchall()], lines[0])


def _to_postgresql(copy: Path, scratch: Path) -> None:
    script, leftovers = scratch / "database.sql", scratch / "leftovers.sql"
    _run(
        tool("pg_restore"),
        ["--no-owner", "--no-privileges", f"--file={script}", str(copy)],
        is_connected=False,
    )
    with connection.cursor() as cursor:
        cursor.execute(_LEFTOVERS)
        drops = "\n".join(sql for sql, _ in cursor.fetchall())
    # A site that still runs would otherwise make us wait for ever.
    leftovers.write_text(f"SET lock_timeout = '30s';\n{drops}\n", encoding="utf-8")
    connection.close()
    files = [f"--file={leftovers}", f"--file={script}"]
    _run(tool("psql"), ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files])
    script.unlink()


def tool(name: str) -> str:
    """The path of a PostgreSQL program, the newest version installed."""
    installed = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        fault = (
            f"找不到{name}。请安装 PostgreSQL 客户端（Debian、Ubuntu：apt-get install postgresql-client）。"
        )
        raise Refused("core.backup_tool_missing", fault)
    return found


def _run(program: str, options: list[str], *, is_connected: bool = True) -> None:
    """Run a PostgreSQL program against our database; its own complaint becomes the refusal."""
    arguments, more = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    # Notices of what a drop takes along would stand before the complaint.
    env: dict[str, Any] = {**os.environ, **(more or {}), "PGOPTIONS": "-c client_min_messages=warning"}
    command = [program, *options, *(arguments[1:] if is_connected else [])]
    done = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace")  # noqa: S603
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["?"])[0][:300]
        raise Refused("core.backup_tool_failed", f"{Path(program).name}没有成功：{complaint}")
