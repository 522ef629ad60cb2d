"""The register's pages at full size: list, filters, search, a firm's page, as officers ask for them.

Run: `.venv/bin/python benchmarks/register_pages.py [--firms N] [--repeats R] [--json]` for 100,000 firms on
SQLite; the same behind `.venv/bin/python scripts/with_postgres.py --` with `--firms 1000000` on PostgreSQL.

Budgets: at 1,000,000 firms on PostgreSQL and 100,000 on SQLite, 95 of 100 pages of the list within 120 ms and
of a firm within 100 ms of server time, in a number of queries that does not depend on what is found.
Times are of the whole request in Django's test client: `wall` as the clock says, `cpu` what the process and
its database session spent, which a machine with other work to do does not stretch and which the budgets are
held against. A database that has the firms already is used as it is: a second run needs no loading.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
BUDGETS = {"list": 120, "firm": 100}
# What officers ask, by kind; words are looked up in names made by register_firms.py.
SEARCHES = {
    "frequent word": ("有限公司", "科技", "商贸", "湖南"),
    "rare word": ("口罩", "花炮", "鑫恒瑞", "龙山"),
    "two words": ("浏阳 花炮", "长沙 科技 有限公司", "口罩 有限", "嘉鑫 商贸"),
    "initials": ("kjyx", "hpyx", "ly", "cssjx"),
    "code": ("91430181MA", "914301", "91430102MA0000"),
}
FILTERS = {
    "no filter": ("", "page=2", "page=400"),
    "industry": ("industry=C", "industry=27", "industry=2770", "industry=51"),
    "size": ("size=medium", "size=large&size=medium", "size=unknown"),
    "list": ("on_list=key_supplier_national", "on_list=severe_dishonesty&state=active"),
    "state, kind, gaps": ("state=cancelled", "kind=individual", "gap=figures", "gap=expiring"),
    "place + industry + size": (
        "region=430181&industry=C&size=small",
        "region=4306&industry=51&size=micro",
        "region=4331&size=medium",
    ),
    "order": ("sort=name", "sort=newest&region=430181", "region=4303&sort=name"),
    "words + filters": (
        f"q={quote('有限')}&industry=C&size=small",
        f"q={quote('科技')}&region=4306",
        f"q={quote('食品')}&state=cancelled",
        f"q={quote('花炮')}&size=medium",
    ),
}
AREAS = {
    "province": ("province_office", "430000"),
    "city": ("city_office", "430600"),
    "county": ("county_office", "430181"),
}
FIRMS_READ = 60


def prepare(folder: str, firms: int) -> None:
    """The site on the database of the environment (else SQLite in `folder`), with the firms in it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ.setdefault("HUIQI_TEST_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    import register_firms
    from django.core.management import call_command

    from huiqi.enterprises.models import Enterprise
    from huiqi.reference.commands import load_reference

    call_command("migrate", verbosity=0)
    load_reference(province="430000")
    if Enterprise.objects.count() < firms:
        started = time.perf_counter()
        register_firms.load(firms)
        print(f"{firms:,} firms loaded in {time.perf_counter() - started:.0f} s", file=sys.stderr)


def officers() -> dict[str, Any]:
    """A signed-in browser for an officer of the province, a city and a county."""
    from django.test import Client

    from huiqi.accounts import middleware  # noqa: F401  stamps sessions
    from huiqi.accounts.models import Unit, User

    found = {}
    for name, (kind, region) in AREAS.items():
        unit, _ = Unit.objects.get_or_create(name=f"bench-{name}", kind=kind, region=region)
        user = User.objects.filter(username=f"bench-{name}").first()
        user = user or User.objects.create_user(f"bench-{name}", name=name, role="officer", unit=unit)
        found[name] = Client()
        found[name].force_login(user)
    return found


def addresses() -> list[tuple[str, str]]:
    """(kind, address) of everything that is asked of the list."""
    asked = [(kind, f"/firms/?q={quote(word)}") for kind, words in SEARCHES.items() for word in words]
    return asked + [(kind, f"/firms/?{query}") for kind, queries in FILTERS.items() for query in queries]


def firms_of(county: str) -> list[str]:
    """Addresses of firms with statements behind them."""
    from huiqi.enterprises.models import Enterprise

    rows = Enterprise.objects.filter(prefecture=county, pk__lte=100_000).order_by("pk")
    found = rows.filter(statements__isnull=False).distinct().values_list("public_id", flat=True)
    return [f"/firms/{public_id}/" for public_id in found[:FIRMS_READ]]


@dataclass(frozen=True)
class Sample:
    """One address, asked several times: milliseconds by the clock and of processors, and its queries."""

    wall: list[float]
    cpu: list[float]
    queries: int


def spent() -> float:
    """Processor milliseconds spent so far by this thread and by its session of PostgreSQL."""
    from django.db import connection

    own = time.thread_time() * 1000
    if connection.vendor != "postgresql":
        return own
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid  # type: ignore[union-attr]
    return own + int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def measure(client: Any, address: str, repeats: int) -> Sample:
    """The address, asked once to warm up and count, then `repeats` times."""
    from django.db import connection

    asked: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert client.get(address).status_code == 200, address
    wall, cpu = [], []
    for _ in range(repeats):
        began, started = spent(), time.perf_counter()
        assert client.get(address).status_code == 200, address
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append(spent() - began)
    return Sample(wall, cpu, len(asked))


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def line(name: str, samples: list[Sample]) -> dict[str, Any]:
    """What is printed of one kind."""
    wall = [one for sample in samples for one in sample.wall]
    cpu = [one for sample in samples for one in sample.cpu]
    return {
        "kind": name,
        "pages": len(samples),
        "wall_p50_ms": round(percentile(wall, 0.5), 1),
        "wall_p95_ms": round(percentile(wall, 0.95), 1),
        "cpu_p50_ms": round(percentile(cpu, 0.5), 1),
        "cpu_p95_ms": round(percentile(cpu, 0.95), 1),
        "cpu_worst_ms": round(max(cpu), 1),
        "queries": sorted({sample.queries for sample in samples}),
    }


def run(repeats: int) -> list[dict[str, Any]]:
    """A line for each kind, and one for the list and one for the firm's page over all."""
    clients, kinds = officers(), defaultdict(list)
    for client in clients.values():
        client.get("/firms/")
    for kind, address in addresses():
        for client in clients.values():
            kinds[kind].append(measure(client, address, repeats))
    read = [measure(clients["county"], address, repeats) for address in firms_of("430181")]
    every = [sample for samples in kinds.values() for sample in samples]
    lines = [line(kind, samples) for kind, samples in kinds.items()]
    return [*lines, line("list", every), line("firm", read)]


def main() -> None:
    parser = argparse.ArgumentParser(description="The register's pages at full size.")
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, options.firms)
        lines = run(options.repeats)
    if options.json:
        print(json.dumps(lines, ensure_ascii=False))
        return
    for each in lines:
        budget = BUDGETS.get(each["kind"])
        said = "" if budget is None else "  within" if each["cpu_p95_ms"] <= budget else "  OVER"
        print(
            f"{each['kind']:24} {each['pages']:4}  "
            f"wall p50 {each['wall_p50_ms']:6} p95 {each['wall_p95_ms']:6}  "
            f"cpu p50 {each['cpu_p50_ms']:6} p95 {each['cpu_p95_ms']:6} worst {each['cpu_worst_ms']:6}  "
            f"queries {each['queries']}{said}"
        )


if __name__ == "__main__":
    main()
