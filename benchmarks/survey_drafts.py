"""Five hundred drafts saving at once: two gunicorn workers, the load beside; nothing lost or refused.

On PostgreSQL: .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/survey_drafts.py
[--drafts 500] [--rounds 2]. Each draft posts its page at the same moment as all others, so many times; then
every draft must hold what it posted last. Prints answers a second, p95 and worst in ms.
"""

import argparse
import http.client
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> int:
    """0 when every draft was answered and holds what was posted last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HUIQI_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
        return measure(given.drafts, given.rounds)


def measure(drafts: int, rounds: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    tokens = begun(drafts)
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "-w", "2"]
    command += ["-k", "gthread", "--threads", "4", "--backlog", "2048", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        started = time.perf_counter()
        took, refused = posted(port, tokens, rounds)
        seconds = time.perf_counter() - started
    finally:
        server.terminate()
        server.wait()
    kept = held(tokens, str(rounds))
    took.sort()
    print(f"{connection.vendor}: {drafts} drafts, {rounds} rounds, {len(took) / seconds:.0f} saved a second")
    p95 = took[int(0.95 * (len(took) - 1))]
    print(f"median {statistics.median(took):.0f} ms, p95 {p95:.0f} ms, worst {took[-1]:.0f} ms")
    print(f"refused {refused}, drafts that hold what was posted last {kept} of {drafts}")
    return int(refused > 0 or kept != drafts)


def begun(drafts: int) -> list[str]:
    from huiqi.core import clock
    from huiqi.surveys.commands.responses import begin_response
    from huiqi.surveys.tests.make import make_questionnaire, make_survey, shipped_xlsx

    today = clock.today()
    form = make_questionnaire(original=shipped_xlsx("impact"))
    survey = make_survey(is_open=False, questionnaire=form, opens_on=today, closes_on=today + timedelta(9))
    from huiqi.surveys.commands.surveys import open_survey

    survey = open_survey(survey, actor=survey.made_by, today=today)
    tokens = [secrets.token_urlsafe(32) for _number in range(drafts)]
    for token in tokens:
        begin_response(survey, token, today=today, at=clock.wall_now())
    return tokens


def wait_for(port: int) -> None:
    for _try in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not come up")


def posted(port: int, tokens: list[str], rounds: int) -> tuple[list[float], int]:
    """Milliseconds of every post, and how many were not taken."""
    gate = threading.Barrier(len(tokens))
    took: list[float] = []
    refused: list[int] = []

    def one(token: str) -> None:
        for number in range(1, rounds + 1):
            body = urlencode({"data-firm-employees": str(number), "data-firm-county": "430181", "do": "back"})
            gate.wait()
            begin = time.perf_counter()
            try:
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
                head = {"Content-Type": "application/x-www-form-urlencoded", "Host": "localhost"}
                line.request("POST", f"/q/fill/{token}/1/", body, head)
                status = line.getresponse().status
            except OSError:
                status = 0
            took.append(1000 * (time.perf_counter() - begin))
            if status != 302:
                refused.append(status)

    threads = [threading.Thread(target=one, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, len(refused)


def held(tokens: list[str], last: str) -> int:
    """How many drafts hold what was posted last."""
    from huiqi.core.ids import token_digest
    from huiqi.surveys.models import Response

    rows = Response.objects.filter(token_digest__in=[token_digest(token) for token in tokens])
    return sum(row.given().get("/data/firm/employees") == last for row in rows.order_by("pk"))


if __name__ == "__main__":
    sys.exit(main())
