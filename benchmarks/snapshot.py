"""Snapshots of the register: whole, then after some firms changed; CPU of this process and peak memory.

Run from the repository: .venv/bin/python benchmarks/snapshot.py [--firms N] [--changed N]
Every fact of every firm is filled, which a real register is not. It uses a database of its own in a temporary
folder (SQLite), or HUIQI_DATABASE_URL when given (for PostgreSQL: scripts/with_postgres.py).
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ON = date(2020, 3, 1)
AT = datetime(2020, 3, 1, tzinfo=UTC)
WHOLE_S, CHANGED_S, MEMORY_MB = 90, 3, 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HUIQI_DATA_DIR", folder)
        os.environ.setdefault("HUIQI_DATABASE_URL", f"sqlite:///{folder}/snapshot.sqlite3")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
        # In a process of its own, so that the peak is that of snapshots and not of filling the register.
        if os.fork() == 0:
            fill(options.firms)
            os._exit(0)
        if os.wait()[1]:
            sys.exit("the register could not be filled")
        measure(Path(folder) / "snapshots", options)


def fill(count: int) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connection

    from huiqi.enterprises import change_log, search_index

    call_command("migrate", verbosity=0)
    search_index.FIRMS.remove(connection)
    change_log.remove(connection)
    write(connection, count)
    change_log.install(connection)


def write(connection: Any, count: int) -> None:
    """Firms past all doors; each column takes values its fact may have."""
    from django.db import transaction

    from huiqi.enterprises.bulk_rows import insert_rows
    from huiqi.enterprises.catalogue import columns
    from huiqi.enterprises.models import Enterprise
    from huiqi.enterprises.queries.statements import catalogue

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
                [Enterprise._meta.db_table],
            )
            # Those that a snapshot reads by; the others would only slow the filling.
            kept = {"enterprise_current_until", "enterprise_merged", "enterprise_listed"}
            for name in [name for (name,) in cursor.fetchall() if name not in kept]:
                cursor.execute(f'DROP INDEX "{name}"')
    dice = random.Random(2020)  # noqa: S311
    choices = {fact.id: list(_values(fact, dice)) for fact in columns(catalogue())}
    for start in range(1, count + 1, 10_000):
        rows: list[dict[str, Any]] = []
        for pk in range(start, min(start + 10_000, count + 1)):
            row: dict[str, Any] = {
                "id": pk,
                "version": 1,
                "public_id": f"b{pk:015d}",
                "name": f"测量用企业{pk}",
            }
            row |= {"initials": "clyqy", "search_text": "", "registration": "active", "is_synthetic": True}
            row |= {"created_at": AT, "current_on": ON, "current_until": date(2020, 12, 30)}
            row.update((name, values[pk % len(values)]) for name, values in choices.items())
            rows.append(row)
        with transaction.atomic():
            insert_rows(Enterprise, rows)


def _values(fact: Any, dice: random.Random) -> Iterator[Any]:
    """Many values, so that neither the columns nor the dictionaries of Parquet repeat soon."""
    for number in range(dice.choice((4999, 5003, 5009, 5011))):
        if fact.type == "bool":
            yield dice.random() < 0.5
        elif fact.type == "date":
            yield ON - timedelta(days=dice.randint(0, 400))
        elif fact.type == "enum":
            yield dice.choice(list(fact.values))
        elif fact.type == "code":
            yield (
                dice.choice(["3411", "2770", "5211"]) if fact.id == "gb4754" else f"4301{number % 9 + 1:02d}"
            )
        else:
            low, high = int(fact.min or 0), int(fact.max or 10**6)
            yield dice.randint(low, min(high, 10**11))


def measure(root: Path, options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.db import connection

    from huiqi.enterprises.commands.snapshots import make_snapshot
    from huiqi.enterprises.models import Enterprise

    hours = iter(range(1, 99))

    def snapshot(what: str, budget: float) -> None:
        busy = time.process_time()
        for _ in make_snapshot(root, on=ON, at=AT + timedelta(hours=next(hours)), actor=None):
            pass
        busy = time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = sum(path.stat().st_size for path in root.glob("*/*")) / 1e6
        print(
            f"{what}: {busy:.2f} s CPU (budget {budget:g}, ratio {busy / budget:.2f})  "
            f"peak {peak:.0f} MB (budget {MEMORY_MB}, ratio {peak / MEMORY_MB:.2f})  disk {size:.0f} MB"
        )

    print(f"{connection.vendor}: {options.firms} firms, every fact filled")
    snapshot("whole", WHOLE_S)
    dice = random.Random(7)  # noqa: S311
    for _round in range(3):
        for pks in _chunks(dice.sample(range(1, options.firms + 1), options.changed)):
            Enterprise.objects.filter(pk__in=pks).update(employees=dice.randint(1, 500))
        snapshot(f"{options.changed} changed", CHANGED_S)
    snapshot("nothing changed", CHANGED_S)


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(pks), 1000):
        yield pks[first : first + 1000]


if __name__ == "__main__":
    main()
