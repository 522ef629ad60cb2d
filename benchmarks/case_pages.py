"""Pages of cases at full size: the day's list, the unit's queue, search, the dispatcher's desk, the red list,
a case and the public progress page, as each kind of person asks for them.

Run: `.venv/bin/python benchmarks/case_pages.py [--cases N] [--units U] [--repeats R] [--json]` on SQLite; the
same behind `.venv/bin/python scripts/with_postgres.py --` on PostgreSQL. A database (HUIQI_TEST_DATABASE_URL)
that has the cases already is used as it is.

Budget: at 100,000 cases and 500 units, 95 of 100 pages within 80 ms of server time, in a number of queries
that does not depend on what is found. Times are of the whole request in Django's test client: middleware,
view, rendering and compression. `cpu` is what the process and its database session spent, which a machine
with other work to do does not stretch, and what the budget is held against; `wall` is beside it.
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
QUEUE = "/cases/queue/?tab="
CASES_READ = 8
DAY = ["/desk/", f"{QUEUE}mine", f"{QUEUE}unsigned", f"{QUEUE}back"]
UNIT = [
    f"{QUEUE}overdue",
    f"{QUEUE}all",
    f"{QUEUE}all&page=9",
    f"{QUEUE}all&matter=request&state=handling",
    f"{QUEUE}all&region=430100&due=three",
]
SEARCH = [
    f"{QUEUE}all&q={quote(words)}" for words in ("0000012345", "口罩", "口罩 7", "基准企业00", "没有这样的词")
]
DESK = ["/cases/desk/", f"{QUEUE}desk", f"{QUEUE}desk&urgency=urgent"]
# Who asks for what: role, whether of the province or of a county's office, kind of page, addresses.
ASKED = {
    "officer": {"day list": DAY, "queue": UNIT, "search": SEARCH},
    "dispatcher": {"desk": DESK, "queue": UNIT, "search": SEARCH},
    "supervisor": {"red list": ["/cases/red-list/"], "day list": ["/desk/"], "queue": UNIT},
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

    from config.warm_up import warm_up
    from huiqi.core import clock
    from huiqi.reference.commands import load_reference

    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    started = time.perf_counter()
    found = case_rows.load(cases, units, clock.now())
    warm_up()  # as every web process is
    print(f"{cases:,} cases there after {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return found


def measure(client: Any, url: str, repeats: int) -> dict[str, Any]:
    """Wall and CPU milliseconds of each asking, after one to warm up, and how many queries it takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from register_pages import spent

    wall, cpu = [], []
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200, url
    queries = len(seen)  # a later request empties the log
    for _ in range(repeats):
        began, started = spent(), time.perf_counter()
        client.get(url)
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append(spent() - began)
    return {"wall": wall, "cpu": cpu, "queries": queries}


def enter(user: Any = None) -> Any:
    """The browser of a person, which takes compressed pages as browsers do."""
    from django.test import Client

    from huiqi.accounts import middleware  # noqa: F401  stamps sessions

    client = Client(headers={"Accept-Encoding": "gzip"})
    if user is not None:
        client.force_login(user)
    return client


def people(units: list[Any]) -> dict[tuple[str, str], Any]:
    """Browsers by role and place; the first two units are the province's office and a county's."""
    from huiqi.accounts.models import User

    return {
        (role, place): enter(User.objects.filter(unit=unit, role=role).order_by("pk")[0])
        for place, unit in zip(("province", "county"), units[:2], strict=True)
        for role in ASKED
    }


def case_pages(place: str, units: list[Any]) -> list[str]:
    """Addresses of cases in hand: of the province's desk, or of the county's."""
    from huiqi.cases.models import Case

    desk = units[0 if place == "province" else 1]
    rows = Case.objects.filter(desk=desk, state__in=["registered", "assigned", "handling", "answered"])
    return [f"/cases/{key}/" for key in rows.order_by("pk").values_list("public_id", flat=True)[:CASES_READ]]


def public_pages() -> list[str]:
    """The form of number and code, and what it opens."""
    from huiqi.cases.models import Case
    from huiqi.cases.views.public import CODE, _token

    shown = Case.objects.filter(state="handling").order_by("pk")[:CASES_READ]
    return ["/cases/progress/", *(f"/cases/progress/{_token(case, CODE)}/" for case in shown)]


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share does not exceed."""
    return round(sorted(values)[max(0, int(len(values) * share) - 1)], 1)


def told(name: str, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """What is printed of one kind of page; its p95 is that of its slowest address."""
    found: dict[str, Any] = {"pages": name, "queries": sorted({each["queries"] for each in samples})}
    for kind in ("wall", "cpu"):
        found[f"{kind}_p50"] = percentile([one for each in samples for one in each[kind]], 0.5)
        found[f"{kind}_p95"] = max(percentile(each[kind], 0.95) for each in samples)
    return found


def run(units: list[Any], repeats: int) -> list[dict[str, Any]]:
    """A line for each kind of page and person; every address on the error stream."""
    asked = [
        (client, f"{kind}, {place} {role}", urls)
        for (role, place), client in people(units).items()
        for kind, urls in {**ASKED[role], "case": case_pages(place, units)}.items()
    ]
    lines = []
    for client, name, urls in [*asked, (enter(), "progress, visitor", public_pages())]:
        samples = [measure(client, url, repeats) for url in urls]
        for url, each in zip(urls, samples, strict=True):
            line = told(url, [each])
            print(f"{name} {line}", file=sys.stderr)
        lines.append(told(name, samples))
    return lines


def main() -> int:
    """Measure and tell; 1 when the budget is exceeded."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--units", type=int, default=500)
    reader.add_argument("--repeats", type=int, default=20)
    reader.add_argument("--json", action="store_true")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = run(prepare(folder, asked.cases, asked.units), asked.repeats)
    is_fine = all(line["cpu_p95"] <= BUDGET for line in lines)
    if asked.json:
        print(json.dumps({"pages": lines, "budget_ms": BUDGET, "ok": is_fine}, ensure_ascii=False))
        return 0 if is_fine else 1
    for line in lines:
        print(
            f"{line['pages']:28} cpu p50 {line['cpu_p50']:6} p95 {line['cpu_p95']:6}  "
            f"wall p50 {line['wall_p50']:6} p95 {line['wall_p95']:6}  queries {line['queries']}"
            f"{'' if line['cpu_p95'] <= BUDGET else '  OVER'}"
        )
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
