"""An authority's answer of 200,000 lines: read at the door, then put into the register (budget: 60 s).

Run: .venv/bin/python benchmarks/comparison_answer.py [lines], on SQLite in a temporary folder, or on an empty
PostgreSQL: .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/comparison_answer.py
"""

import io
import logging
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main(lines: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    os.environ["HUIQI_DATA_DIR"] = tempfile.mkdtemp(prefix="huiqi-bench-")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command
    from django.db import connection

    from huiqi.accounts.commands.demo import create_demo_accounts
    from huiqi.accounts.models import Unit, User
    from huiqi.core import clock
    from huiqi.enterprises.demo.load import load_firms
    from huiqi.enterprises.models import Enterprise
    from huiqi.files.sheets import Column, Kind
    from huiqi.files.xlsx_writer import write_xlsx
    from huiqi.lists.answers import CODE_HEADER, Question
    from huiqi.lists.commands import comparison as commands

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    create_demo_accounts(actor=None)
    on = date(2020, 3, 1)
    for _done in load_firms(lines, seed=1, on=on):
        pass
    actor = User.objects.get(username="province")
    row = commands.draft_comparison(
        title="x",
        authority=Unit.objects.filter(kind="authority").order_by("pk")[0],
        purpose="x",
        basis="x",
        questions=[Question("q1", "是否无欠缴", "yes_no", (), "no_arrears")],
        expires_on=date(2020, 6, 30),
        actor=actor,
        unit=actor.unit,
        today=on,
        at=clock.now(),
    )
    started = time.perf_counter()
    asked = commands.choose_firms(row, Enterprise.objects.all(), actor=actor)
    chosen = time.perf_counter() - started
    row = commands.send_comparison(row, document="x", actor=actor, at=clock.now())
    codes = row.lines.order_by("code").values_list("code", flat=True)
    table = io.BytesIO()
    columns = [Column(CODE_HEADER, Kind.CODE), Column("是否无欠缴")]
    write_xlsx(
        table,
        columns,
        ([code, "是" if number % 3 else "否"] for number, code in enumerate(codes)),
        watermark="",
    )
    table.seek(0)
    started = time.perf_counter()
    run = commands.receive_answer(row, table, document="x", as_of=on, actor=actor, at=clock.now())
    read = time.perf_counter() - started
    started, busy = time.perf_counter(), time.process_time()
    for _step in commands.apply_answer(run, on=on):
        pass
    applied, busy = time.perf_counter() - started, time.process_time() - busy
    run.refresh_from_db()
    print(f"{connection.vendor}: {asked:,} firms asked in {chosen:.1f} s")
    print(
        f"answer of {run.total_rows:,} lines: read {read:.1f} s, applied {applied:.1f} s ({busy:.1f} s of this process), together {read + applied:.1f} s (budget 60 s for 200,000)"
    )
    print(f"answered {run.answered:,}, refused {run.refused:,}, unasked {run.unasked:,}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
