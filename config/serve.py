"""`python -m config.serve`: the demo or a small installation on one machine: web server, task
worker and the sealer of the audit trail.

Production runs gunicorn and the worker under a service manager instead (docs/operations.md).
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import IO

import django
from django.conf import settings

from huiqi.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD

START_SECONDS = 30


def main() -> int:
    """Start web server, task worker and sealer, print the address and the demo accounts, end all together."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()
    port = os.environ.get("PORT", "8000")
    address = f"http://127.0.0.1:{port}"
    if _answers(address):
        print(
            f"端口 {port} 已被占用。请先结束占用它的程序，或换一个端口：PORT=8001 make run", file=sys.stderr
        )
        return 1
    log = Path(settings.DATA_DIR) / "huiqi.log"
    with log.open("ab") as output:
        processes = [_web(port, output), _worker(output), _sealer(output)]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if not _wait_until_up(address, processes[0]):
            print(f"网站没有启动成功，原因见 {log} 的最后几行：\n{_tail(log)}", file=sys.stderr)
            return 1
        _welcome(address, log)
        return _watch(processes)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(processes)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _web(port: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += [
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "4",
        "--log-level",
        "warning",
        "--preload",
    ]
    return subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603  fixed command


def _worker(output: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "db_worker", "--verbosity", "0"]
    return subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603  fixed command


def _sealer(output: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "audit", "seal", "--every", "60"]
    return subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603  fixed command


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:  # noqa: S310  loopback
            return bool(answer.status)
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def _wait_until_up(address: str, web: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        if _answers(address):
            return True
        time.sleep(0.2)
    return False


def _welcome(address: str, log: Path) -> None:
    print(f"\n惠企 Huiqi {settings.HUIQI_RELEASE} 已启动：{address}\n")
    if settings.REFERENCE_DATE:
        print(f"参考日期：{settings.REFERENCE_DATE}（演示用；HUIQI_DEMO_DATE=false 时按当天判断）")
    if settings.HUIQI_DEMO:
        print(f"演示账号（公众页面无需登录），密码都是 {DEMO_PASSWORD}：")
        for account in DEMO_ACCOUNTS:
            role = _padded(str(account.role.label), 16)
            print(f"  {account.username:<12}{role}{account.name}  {account.unit}")
    print(f"\n日志：{log}\n按 Ctrl+C 结束。", flush=True)


def _padded(text: str, columns: int) -> str:
    """`text` filled up to so many columns of a terminal, where a Chinese character takes two."""
    return text + " " * max(1, columns - sum(2 if ord(character) > 0x2E80 else 1 for character in text))


def _watch(processes: list[subprocess.Popen[bytes]]) -> int:
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    # A second Ctrl+C must not interrupt the tidying up.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
