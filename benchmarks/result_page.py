"""The result page: server time for distinct firms, and pages a second with gunicorn and a loader beside it.

Run: `.venv/bin/python benchmarks/result_page.py [--firms N] [--seconds S] [--workers W] [--json]`

Budgets: 95 of 100 pages within 80 ms of server time; 60 distinct pages a second on two cores.
Works in a temporary folder on an embedded database; the server listens on 127.0.0.1 and is stopped.
"""

import argparse
import http.client
import json
import logging
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
PORT = 8747
BUDGET_MS, BUDGET_RATE = 80, 60
LOADERS = 4
CORES = 2


def prepare(folder: str, firms: int, seed: int) -> list[str]:
    """A database with one answered check per firm; returns the result pages' addresses."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ["HUIQI_TEST_DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    import question_order
    from django.core.management import call_command

    from huiqi.core import clock
    from huiqi.policies import commands
    from huiqi.policies.queries.question_book import question_book
    from huiqi.reference import judging
    from huiqi.reference.commands import load_reference

    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    dice, catalogue = random.Random(seed), judging.rulebook().catalogue.facts
    questions = question_book().questions
    addresses = []
    for _ in range(firms):
        asked = [questions[0], *dice.sample(questions[1:], 6)]
        values = question_order.make_firm(dice, catalogue, [name for one in asked for name in one.facts])
        check, token = commands.start_check(credit_code="", at=clock.wall_now())
        steps = [(one.id, "answered", 7) for one in asked]
        for step in steps:
            commands.save_answer(check, stored=values, private={}, step=step, at=clock.wall_now())
        addresses.append(f"/check/{token}/")
    return addresses


def server_times(addresses: list[str]) -> tuple[list[float], list[float], list[int]]:
    """Milliseconds by the clock and of the processor, and bytes, of each page after a warm-up."""
    from django.test import Client

    client = Client()
    for address in addresses[:10]:
        client.get(address)
    times, cpu, sizes = [], [], []
    for address in addresses:
        started, worked = time.perf_counter(), time.process_time()
        response = client.get(address)
        times.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
        assert response.status_code == 200
        sizes.append(len(response.content))
    return times, cpu, sizes


def pages_a_second(addresses: list[str], workers: int, seconds: float) -> tuple[float, list[float]]:
    """Pages served in a second by gunicorn to four loaders, and the time each page took for them (ms)."""
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{PORT}",
        "--workers", str(workers), "--worker-class", "gthread", "--threads", "4", "--log-level", "error",
    ]  # fmt: skip
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_until_up()
            _load(addresses, min(2.0, seconds))
            return _load(addresses, seconds)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_up() -> None:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not come up")


def _load(addresses: list[str], seconds: float) -> tuple[float, list[float]]:
    end, times, lock = time.monotonic() + seconds, [], threading.Lock()
    queue = iter([address for _ in range(1000) for address in addresses])

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        while time.monotonic() < end:
            with lock:
                address = next(queue)
            started = time.perf_counter()
            connection.request("GET", address)
            response = connection.getresponse()
            response.read()
            assert response.status == 200, response.status
            with lock:
                times.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=work) for _ in range(LOADERS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.monotonic() - began), times


def children_cpu() -> float:
    """Processor seconds of ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description="The result page's speed.")
    parser.add_argument("--firms", type=int, default=250)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        addresses = prepare(folder, options.firms, 2020)
        times, cpu, sizes = server_times(addresses)
        own, children = time.process_time(), children_cpu()
        rate, latencies = pages_a_second(addresses, options.workers, options.seconds)
        # All processor time of server and loader, start-up and warm-up included, over the pages measured.
        worked = time.process_time() - own + children_cpu() - children
    found = {
        "firms": options.firms,
        "server_ms_median": round(statistics.median(times), 1),
        "server_ms_p95": round(percentile(times, 0.95), 1),
        "cpu_ms_median": round(statistics.median(cpu), 1),
        "cpu_ms_p95": round(percentile(cpu, 0.95), 1),
        "page_kb_median": round(statistics.median(sizes) / 1000, 1),
        "pages_per_second": round(rate, 1),
        "cpu_ms_page_all": round(worked / len(latencies) * 1000, 1),
        # What two cores that do nothing else could serve; the figure above depends on who shares them.
        "pages_per_second_by_cpu": round(CORES * len(latencies) / worked, 1),
        "latency_ms_p95": round(percentile(latencies, 0.95), 1),
        "within_budget": percentile(times, 0.95) <= BUDGET_MS and rate >= BUDGET_RATE,
    }
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
