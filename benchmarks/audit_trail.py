"""A long audit trail: seconds to seal and to verify it, and the memory of verifying.

Run from the repository: .venv/bin/python benchmarks/audit_trail.py [--records N]
On PostgreSQL: .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/audit_trail.py
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# One pass over a million records in a coffee break, in constant memory.
SEAL_S, VERIFY_S, GROWTH_MB = 300, 120, 100
AT = datetime(2020, 3, 1, tzinfo=UTC)


def main() -> int:
    """0 when within the budgets, which are for a million records and scale with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HUIQI_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
        return measure(records)


def measure(records: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from huiqi.core.models import AuditRecord
    from huiqi.core.trail.sealer import anchor_path, seal_records
    from huiqi.core.trail.verification import verify_trail

    call_command("migrate", verbosity=0, interactive=False)
    rows = (
        AuditRecord(act="bench.act", actor_id=f"{number % 97:016}", details={"n": number})
        for number in range(records)
    )
    AuditRecord.objects.bulk_create(rows, batch_size=2000)
    started = time.perf_counter()
    seal_records(at=AT)
    sealing = time.perf_counter() - started
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    found = verify_trail(anchor_path())
    verifying = time.perf_counter() - started
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert found.sealed >= records
    share = records / 1_000_000
    print(
        f"{connection.vendor}, {records:,} records: sealed in {sealing:.1f} s (budget {SEAL_S * share:.0f})"
    )
    print(f"verified in {verifying:.1f} s (budget {VERIFY_S * share:.0f}), memory +{growth:.0f} MB")
    return int(sealing > SEAL_S * share or verifying > VERIFY_S * share or growth > GROWTH_MB)


if __name__ == "__main__":
    sys.exit(main())
