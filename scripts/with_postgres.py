"""Run a command against a PostgreSQL of its own: `with_postgres.py [--if-available] -- COMMAND …`.

A fresh cluster in a temporary folder, on a spare port of the loopback address, without durability; the
command finds it in HUIQI_TEST_DATABASE_URL (and HUIQI_DATABASE_URL). The cluster is stopped and removed
whatever happens. PostgreSQL refuses to run as root, so root starts it as `postgres` or `nobody`.
"""

import argparse
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPEED = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    # Restoring is one transaction with a lock on every table and index, and two workers may restore at once.
    "max_locks_per_transaction=256",
    "shared_buffers=64MB",
    "log_min_messages=warning",
]


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server here, or None."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def unprivileged() -> str | None:
    """Whom to run the server as: nobody special unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _as(user: str | None, command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
    # Not the caller's folder: the other user may not be allowed to enter it.
    return subprocess.run(command, user=user, check=True, text=True, capture_output=True, cwd="/", **more)  # type: ignore[call-overload, no-any-return]


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A running cluster whose address is yielded as a database URL; always stopped at the end."""
    home, data, user = Path(tempfile.mkdtemp(prefix="huiqi-pg-")), "", unprivileged()
    try:
        if user:
            shutil.chown(home, user)
        data = str(home / "data")
        owner = user or getpass.getuser()
        _as(
            user,
            [
                str(folder / "initdb"),
                "-D",
                data,
                "-U",
                owner,
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
        )
        port = _spare_port()
        options = " ".join(
            f"-c {setting}" for setting in [*SPEED, "listen_addresses=127.0.0.1", "unix_socket_directories="]
        )
        pg_ctl = [str(folder / "pg_ctl"), "-D", data, "-w", "-t", "60", "-l", str(home / "log")]
        try:
            _as(user, [*pg_ctl, "-o", f"{options} -p {port}", "start"])
        except subprocess.CalledProcessError:
            log = home / "log"
            sys.stderr.write(log.read_text(encoding="utf-8") if log.exists() else "")
            raise
        try:
            yield f"postgres://{owner}@127.0.0.1:{port}/postgres"
        finally:
            _as(user, [*pg_ctl, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _missing(if_available: bool) -> int:
    print(
        "SKIPPED: PostgreSQL is not installed, so nothing was tried on it "
        "(Debian and Ubuntu: apt-get install postgresql).",
        file=sys.stderr,
    )
    required = os.environ.get("HUIQI_REQUIRE_POSTGRES", "") not in {"", "0"}
    return 0 if if_available and not required else 1


def _leave(number: int, frame: object) -> None:
    """A stop signal becomes an exception, so that the cluster is stopped on the way out."""
    sys.exit(128 + number)


def main() -> int:
    """The command's exit code; 1 (or 0 with --if-available) where there is no PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--if-available", action="store_true", help="exit 0 where PostgreSQL is not installed"
    )
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    folder = binaries()
    if folder is None:
        return _missing(arguments.if_available)
    signal.signal(signal.SIGTERM, _leave)
    started = time.monotonic()
    with cluster(folder) as url:
        print(
            f"PostgreSQL ready after {time.monotonic() - started:.1f} s ({folder})",
            file=sys.stderr,
            flush=True,
        )
        env = {**os.environ, "HUIQI_TEST_DATABASE_URL": url, "HUIQI_DATABASE_URL": url}
        return subprocess.run(arguments.command, env=env).returncode


if __name__ == "__main__":
    sys.exit(main())
