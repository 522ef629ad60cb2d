"""The catalogue's server time: p95 of many searches, and the number of database queries (budget 60 ms, none).

Run: `.venv/bin/python benchmarks/catalogue_page.py`. Goes through Django's whole stack without a network.
"""

import os
import statistics
import sys
import time
from pathlib import Path

ROUNDS = 60
BUDGET_MS = 60
ADDRESSES = [
    "/policies/",
    "/policies/?page=2",
    "/policies/?q=社保",
    "/policies/?q=wgfh",
    "/policies/?nature=saving&role=coordinate&sort=ending",
    "/policies/?clause=七&on=2020-02-03",
    "/policies/si-defer/",
    "/policies/ui-job-retention-refund/",
]


def main() -> int:
    """Measure every address in turn and print a table; 1 when a budget is broken."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    import logging

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    logging.disable(logging.INFO)
    client = Client()
    broken = False
    print(f"{'address':<58}{'p50 ms':>8}{'p95 ms':>8}{'queries':>9}{'kB':>7}")
    for address in ADDRESSES:
        client.get(address)
        took = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            response = client.get(address)
            took.append((time.perf_counter() - started) * 1000)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        p95 = statistics.quantiles(took, n=20)[-1]
        is_catalogue = not address.rstrip("/").count("/") > 1
        broken = broken or (is_catalogue and (p95 > BUDGET_MS or len(queries) > 0))
        size = len(response.content) / 1000
        print(f"{address:<58}{statistics.median(took):>8.1f}{p95:>8.1f}{len(queries):>9}{size:>7.0f}")
    print("over budget" if broken else f"within budget (p95 {BUDGET_MS} ms, no query)")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
