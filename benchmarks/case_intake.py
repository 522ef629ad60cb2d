"""Requests sent over HTTP: how many cases a second two workers open, and whether any is lost or doubled.

Run: `.venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/case_intake.py`
with `--cases N`, `--json`.

Two gunicorn workers (as `python -m config.serve` starts them) and PostgreSQL stand beside the load generator
on one machine, all on the loopback address. Programs of firms post to /api/v1/cases/ with access tokens
(`--session`: with the session of a signed-in person); every tenth request is sent twice with the same key,
half of those by two senders at the same time. Budget: 40 new cases a second. Checked afterwards: each key is
in the database once with the case that was answered, retries were answered alike, no transaction is left
open, and the server still takes a request. Exit 1 when one of these fails.
"""

import argparse
import http.client
import json
import logging
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BUDGET = 40
SENDERS = 6
FIRMS = 40
COUNTIES = ("430181", "430102", "430211", "433101", "431302", "430626")
TOKEN = "b" * 32
WARM_UP = range(10_000_000, 10_000_020)
AFTERWARDS = 20_000_000


def prepare(folder: str, by_session: bool = False) -> list[dict[str, str]]:
    """The database with offices, the shipped items, and people of firms; the headers that prove each."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ.setdefault("HUIQI_TEST_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ["HUIQI_DATA_DIR"] = folder
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    from huiqi.reference.commands import load_reference

    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    return [_enter(number, by_session) for number in range(FIRMS)]


def _enter(number: int, by_session: bool) -> dict[str, str]:
    """A firm with somebody of its own: a session, or a token for the firm's program."""
    from django.test import Client

    from huiqi.accounts import middleware  # noqa: F401  stamps sessions
    from huiqi.accounts.roles import Role
    from huiqi.accounts.tests.make import make_user
    from huiqi.cases.tests.make import load_shipped, make_officer
    from huiqi.enterprises.tests.make import make_firm, make_member

    if number == 0:
        make_officer("liuyang")
        make_officer("province")
        load_shipped()
    user = make_user(role=Role.FIRM)
    make_member(make_firm(county=COUNTIES[number % len(COUNTIES)]), user)
    if not by_session:
        return {"Authorization": f"Bearer {_token_of(user)}"}
    client = Client()
    client.force_login(user)
    cookies = [f"{name}={morsel.value}" for name, morsel in client.cookies.items()]
    return {"Cookie": "; ".join([*cookies, f"csrftoken={TOKEN}"]), "X-CSRFToken": TOKEN}


def _token_of(user: Any) -> str:
    from datetime import timedelta

    from huiqi.accounts.commands.tokens import Grant, draw_token, grant_token
    from huiqi.accounts.models import ApiScope
    from huiqi.accounts.roles import Role
    from huiqi.accounts.tests.make import make_user
    from huiqi.core import clock

    admin, at = make_user(role=Role.SECURITY_ADMIN), clock.wall_now()
    grant = Grant("benchmark", [ApiScope.CASES_CREATE], timedelta(days=1))
    return draw_token(grant_token(user, grant, actor=admin, at=at), actor=user, at=at)


def serve(folder: str) -> tuple[subprocess.Popen[bytes], int]:
    """Two workers on a spare port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
    command += ["--log-level", "warning"]
    log = Path(folder, "server.log").open("wb")  # noqa: SIM115  the server's for as long as it runs
    web = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)  # noqa: S603  fixed command
    until = time.monotonic() + 60
    while time.monotonic() < until and web.poll() is None:
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/healthz")[0] == 200:
                return web, port
        except OSError:
            time.sleep(0.2)
    web.terminate()
    raise SystemExit(Path(folder, "server.log").read_text()[-2000:])


def server_cpu(master: int) -> float:
    """CPU seconds the workers of this server have used so far (PostgreSQL's are not in it)."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == master:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _ask(link: http.client.HTTPConnection, method: str, path: str, **more: Any) -> tuple[int, bytes]:
    link.request(method, path, **more)
    answer = link.getresponse()
    return answer.status, answer.read()


def body_of(number: int) -> bytes:
    """A request of the shipped catalogue; the key says which."""
    return json.dumps(
        {
            "item": "request",
            "topic": ASKED["topic"],
            "title": f"复工后缺工人，第{number}件",
            "text": "口罩生产线复工，缺缝纫工20名，已在当地招聘一周没有招到。" * 4,
            "name": "李明",
            "phone": f"138{number:08d}",
            "answers": ASKED["answers"],
        },
        ensure_ascii=False,
    ).encode()


# Topic and required answers of the item, filled by `main`.
ASKED: dict[str, Any] = {"topic": "", "answers": {}}


def required_answers(definition: Any) -> dict[str, Any]:
    """An answer to each question that must be answered whatever else is said."""
    plain = {"integer": 20, "money": 1_200_000, "yes_no": False, "date": "2020-03-01", "phone": "13800000000"}
    asked = [one for one in definition.fields if one.is_required and one.shown_if is None]
    found = {}
    for one in asked:
        first = one.choices[0][0] if one.choices else ""
        found[one.id] = {"choice": first, "choices": [first]}.get(one.kind, plain.get(one.kind, "缝纫工20名"))
    return found


class Sender:
    """Sends the requests of a queue, some twice; keeps the answers by key, and what was no answer."""

    def __init__(self, port: int, people: list[dict[str, str]], numbers: range) -> None:
        self.port, self.people = port, people
        self.answers: dict[str, list[str]] = {}
        self.faults: list[str] = []
        self._lock = threading.Lock()
        self._jobs: queue.Queue[int] = queue.Queue()
        for number in numbers:
            self._jobs.put(number)
            if number % 20 == 0:
                self._jobs.put(number)  # the next sender takes it while the first is at work
        threads = [threading.Thread(target=self._work) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while True:
            try:
                number = self._jobs.get_nowait()
            except queue.Empty:
                return
            for _time in range(2 if number % 20 == 10 else 1):
                self._send(link, number)

    def _send(self, link: http.client.HTTPConnection, number: int) -> None:
        key = f"intake-{number:08d}"
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            **self.people[number % len(self.people)],
        }
        status, said = _ask(link, "POST", "/api/v1/cases/", body=body_of(number), headers=headers)
        with self._lock:
            if status == 201:
                self.answers.setdefault(key, []).append(json.loads(said)["number"])
            else:
                self.faults.append(f"{key}: {status} {said.decode()[:300]}")


def main() -> int:
    """Prepare, warm up, send, count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--session", action="store_true", help="sessions of people instead of tokens")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huiqi-intake-") as folder:
        people = prepare(folder, wanted.session)
        found = measure(folder, people, wanted.cases)
    lines = "\n".join(f"{name:24} {value}" for name, value in found.items())
    print(json.dumps(found, ensure_ascii=False) if wanted.json else lines)
    is_whole = not any(found[name] for name in ("lost", "doubled", "faults", "retries_differ", "left_open"))
    return 0 if is_whole and found["healthy_after"] else 1


def measure(folder: str, people: list[dict[str, str]], cases: int) -> dict[str, Any]:
    """Send `cases` requests to a fresh server."""
    from django.db import connection

    from huiqi.cases.models import Case
    from huiqi.cases.queries.items import current_edition

    edition = current_edition("request")
    assert edition is not None  # noqa: S101
    ASKED.update(topic=edition.definition.topics[0].id, answers=required_answers(edition.definition))
    os.environ["HUIQI_API_CALLS_PER_MINUTE"] = "1000000"  # the server's limit is not what is measured
    web, port = serve(folder)
    try:
        Sender(port, people, WARM_UP)
        before = Case.objects.count()
        connection.close()
        busy, cpu, started = server_cpu(web.pid), time.process_time(), time.perf_counter()
        sent = Sender(port, people, range(cases))
        wall, own = time.perf_counter() - started, time.process_time() - cpu
        busy = server_cpu(web.pid) - busy
        load, opened = round(os.getloadavg()[0], 1), Case.objects.count() - before
        after = Sender(port, people, range(AFTERWARDS, AFTERWARDS + 1))
        left_open = _left_open()
    finally:
        web.terminate()
        web.wait(30)
    found = {
        "database": connection.vendor,
        "cases": cases,
        "requests": sum(len(found) for found in sent.answers.values()),
        "wall_seconds": round(wall, 1),
        "cases_per_second": round(opened / wall, 1),
        "ratio_to_budget": round(opened / wall / BUDGET, 2),
        "server_cpu_ms_per_case": round(busy * 1000 / max(opened, 1), 1),
        "generator_cpu_seconds": round(own, 1),
        **_kept(sent, cases, opened),
        "retries_differ": sum(len(set(numbers)) > 1 for numbers in sent.answers.values()),
        "healthy_after": bool(after.answers) and not after.faults,
        "left_open": left_open,
        "faults": sent.faults[:5],
        "load": load,
    }
    connection.close()
    return found


def _kept(sent: Sender, cases: int, opened: int) -> dict[str, int]:
    """Keys that are not in the database once, with the case that was answered; cases without a key."""
    from huiqi.cases.models import Case
    from huiqi.core.models import IdempotencyKey

    keys = {f"intake-{number:08d}" for number in range(cases)}
    rows = IdempotencyKey.objects.filter(scope__startswith="cases.api:", key__in=keys).order_by("pk")
    kept: dict[str, list[str]] = {}
    for key, answer in rows.values_list("key", "answer"):
        kept.setdefault(key, []).append(answer["number"])
    known = set(Case.objects.order_by("pk").values_list("number", flat=True))
    right = [
        key
        for key in keys
        if len(kept.get(key, [])) == 1
        and kept[key][0] in known
        and set(sent.answers.get(key, [])) == {kept[key][0]}
    ]
    return {"lost": cases - len(right), "doubled": opened - len({kept[key][0] for key in right})}


def _left_open() -> int:
    """Transactions that the server left open."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
