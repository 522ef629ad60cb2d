"""Lists of cases at full size: the day's desk, the queue's tabs, filters and search, as staff ask for them.

Run: `.venv/bin/python benchmarks/case_pages.py [--cases N] [--units U] [--repeats R] [--json]`.

Budget: at 100,000 cases and 500 units, 95 of 100 pages within 80 ms of server time, in a number of queries
that does not depend on what is found. `cpu` is what the process spent, which a machine with other work to do
does not stretch, and what the budget is held against; `wall` is beside it.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
BUDGET = 80
PAGES = {
    "day list": ["/cases/queue/?tab=mine", "/cases/queue/?tab=unsigned", "/cases/queue/?tab=back"],
    "queue": [
        "/cases/queue/?tab=overdue",
        "/cases/queue/?tab=all",
        "/cases/queue/?tab=all&page=9",
        "/cases/queue/?tab=all&matter=request&state=handling",
        "/cases/queue/?tab=all&region=430100&due=three",
        "/cases/queue/?tab=desk&urgency=urgent",
    ],
    "search": [
        "/cases/queue/?tab=all&q=0000012345",
        f"/cases/queue/?tab=all&q={quote('口罩')}",
        f"/cases/queue/?tab=all&q={quote('基准企业00')}",
        f"/cases/queue/?tab=all&q={quote('没有这样的词')}",
    ],
}


def prepare(folder: str, cases: int, units: int) -> list[Any]:
    """The site on the database of the environment (else SQLite in `folder`), with the cases in it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ.setdefault("HUIQI_TEST_DATABASE_URL", f"sqlite:///{folder}/cases.sqlite3")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    import case_rows
    from django.core.management import call_command

    from huiqi.core import clock
    from huiqi.reference.commands import load_reference

    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    started = time.perf_counter()
    found = case_rows.load(cases, units, clock.now())
    print(f"{cases:,} cases there after {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return found


def measure(client: Any, url: str, repeats: int) -> tuple[list[float], list[float], set[int]]:
    """Wall and CPU milliseconds of each asking, and the numbers of queries seen."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    wall, cpu, queries = [], [], set()
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200, url
    queries.add(len(seen))
    for _ in range(repeats):
        begun, spent = time.perf_counter(), time.process_time()
        client.get(url)
        wall.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return wall, cpu, queries


def p95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[int(len(values) * 0.95) - 1]


def main() -> int:
    """Measure and tell; 1 when the budget is exceeded."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--units", type=int, default=500)
    reader.add_argument("--repeats", type=int, default=20)
    reader.add_argument("--json", action="store_true")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        units = prepare(folder, asked.cases, asked.units)
        from django.test import Client

        from huiqi.accounts import middleware  # noqa: F401  stamps sessions
        from huiqi.accounts.models import User

        found: dict[str, dict[str, Any]] = {}
        for who, unit in (("province", units[0]), ("county", units[1])):
            client = Client()
            client.force_login(User.objects.filter(unit=unit).order_by("pk")[0])
            for kind, urls in PAGES.items():
                wall, cpu, queries = [], [], set()
                for url in urls:
                    one = measure(client, url, asked.repeats)
                    wall += one[0]
                    cpu += one[1]
                    queries |= one[2]
                    print(f"{who} {url}: {p95(one[1]):.0f} ms cpu, {p95(one[0]):.0f} wall", file=sys.stderr)
                found[f"{kind}, {who}"] = {
                    "wall_p95": round(p95(wall)), "cpu_p95": round(p95(cpu)), "queries": sorted(queries)
                }  # fmt: skip
    is_fine = all(row["cpu_p95"] <= BUDGET for row in found.values())
    if asked.json:
        print(json.dumps({"pages": found, "budget_ms": BUDGET, "ok": is_fine}, ensure_ascii=False))
    else:
        for name, row in found.items():
            print(
                f"{name:24} p95 {row['cpu_p95']:4} ms cpu, {row['wall_p95']:4} wall, queries {row['queries']}"
            )
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
