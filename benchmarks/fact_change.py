"""One fact of one firm changed and projected, as every door does it: median against its budget.

Run from the repository: .venv/bin/python benchmarks/fact_change.py [--rounds N] [--statements N]
It uses a database of its own in a temporary folder (SQLite), or HUIQI_DATABASE_URL when given (for
PostgreSQL: scripts/with_postgres.py), and leaves nothing behind there.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BUDGET_MS = 10.0
ON = date(2020, 3, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--statements", type=int, default=60, help="statements the firm has before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HUIQI_DATA_DIR", folder)
        os.environ.setdefault("HUIQI_DATABASE_URL", f"sqlite:///{folder}/fact_change.sqlite3")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
        measure(options.rounds, options.statements)


def measure(rounds: int, count: int) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from huiqi.enterprises.commands.statements import Said, file_statements, open_filing
    from huiqi.enterprises.models import Enterprise

    call_command("migrate", verbosity=0)
    firm = Enterprise.objects.create(name="测量用企业", initials="clyqy", is_synthetic=True)
    facts = ["employees", "revenue", "vacancies", "own_brand", "invention_patents", "monthly_rent"]

    def change(number: int) -> None:
        fact = facts[number % len(facts)]
        value = bool(number % 2) if fact == "own_brand" else number
        as_of = date(2019, 12, 1) + timedelta(days=number % 80)
        with transaction.atomic():
            filing = open_filing("officer", actor=None, at=timezone.now())
            said = [Said(firm.pk, fact, value, as_of)]
            file_statements(said, filing=filing, standing="confirmed", on=ON)

    for number in range(count):
        change(number)
    report(change, count, rounds)


def report(change: Callable[[int], None], count: int, rounds: int) -> None:
    from django.db import connection

    times, busy = [], time.process_time()
    for number in range(rounds):
        started = time.perf_counter()
        change(count + number)
        times.append((time.perf_counter() - started) * 1000)
    own = (time.process_time() - busy) / rounds * 1000
    median, worst = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
    print(f"{connection.vendor}: one firm with {count} to {count + rounds} statements")
    print(
        f"median {median:.1f} ms  p95 {worst:.1f} ms  budget {BUDGET_MS:g} ms  ratio {median / BUDGET_MS:.2f}"
    )
    # The waiting share is the disk's, the database server's and the neighbours'.
    print(f"of which this process computes {own:.1f} ms a change")


if __name__ == "__main__":
    main()
