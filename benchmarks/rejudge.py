"""A firm judged again by all policies after a write: CPU of this process, median against its budget.

Run from the repository on a site with a run (a demonstration): .venv/bin/python benchmarks/rejudge.py
It rolls back what it writes.
"""

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BUDGET_MS = 20.0
ROUNDS = 60


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    import django

    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from huiqi.enterprises.models import Enterprise
    from huiqi.runs.commands.rejudging import rejudge_firms
    from huiqi.runs.queries.rejudged import current_run

    run = current_run()
    if run is None:
        sys.exit("there is no run: huiqi runs make")
    firms = list(Enterprise.objects.present().order_by("pk").values_list("pk", flat=True)[:ROUNDS])
    times = []
    with transaction.atomic():
        for pk in firms:
            busy = time.process_time()
            rejudge_firms(run, [pk], at=timezone.now())
            times.append((time.process_time() - busy) * 1000)
        transaction.set_rollback(True)
    median, worst = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
    print(f"{connection.vendor}: {len(firms)} firms, {len(run.policies)} policies, first {times[0]:.0f} ms")
    print(f"median {median:.1f} ms  p95 {worst:.1f} ms  budget {BUDGET_MS:g}  ratio {median / BUDGET_MS:.2f}")


if __name__ == "__main__":
    main()
