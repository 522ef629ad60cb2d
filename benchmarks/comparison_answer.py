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
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
ON = date(2020, 3, 1)
LABEL = "是否无欠缴"


def main(lines: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    os.environ["HUIQI_DATA_DIR"] = tempfile.mkdtemp(prefix="huiqi-bench-")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    row, actor = prepare(lines)
    from django.db import connection

    from huiqi.core import clock
    from huiqi.enterprises.models import Enterprise
    from huiqi.lists.commands import comparison as commands

    asked, seconds, _busy = timed(lambda: commands.choose_firms(row, Enterprise.objects.all(), actor=actor))
    row = commands.send_comparison(row, document="x", actor=actor, at=clock.now())
    print(f"{connection.vendor}: {asked:,} firms asked in {seconds:.1f} s")
    table = answer_table(row)
    clerk = row.authority.people.get(username="tax")
    run, read, _busy = timed(
        lambda: commands.receive_answer(
            row, table, document="x", as_of=ON, actor=clerk, at=clock.now(), wall=clock.wall_now()
        )
    )
    _steps, applied, busy = timed(lambda: list(commands.apply_answer(run, on=ON)))
    run.refresh_from_db()
    print(
        f"answer of {run.total_rows:,} lines: read {read:.1f} s, applied {applied:.1f} s (CPU {busy:.1f} s)"
    )
    print(f"together {read + applied:.1f} s; the budget for 200,000 lines is 60 s")
    print(f"answered {run.answered:,}, refused {run.refused:,}, unasked {run.unasked:,}")


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the act gave, its seconds, and the seconds this process was busy."""
    started, busy = time.perf_counter(), time.process_time()
    given = act()
    return given, time.perf_counter() - started, time.process_time() - busy


def prepare(lines: int) -> tuple[Any, Any]:
    """A site with that many synthetic firms, and a request about them."""
    from django.core.management import call_command

    from huiqi.accounts.commands.demo import create_demo_accounts
    from huiqi.accounts.models import Unit, User
    from huiqi.core import clock
    from huiqi.enterprises.demo.load import load_firms
    from huiqi.lists.answers import Question
    from huiqi.lists.commands.comparison import draft_comparison

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    create_demo_accounts(actor=None)
    for _done in load_firms(lines, seed=1, on=ON):
        pass
    actor = User.objects.get(username="province")
    row = draft_comparison(
        title="x",
        authority=Unit.objects.get(people__username="tax"),
        purpose="x",
        basis="x",
        questions=[Question("q1", LABEL, "yes_no", (), "no_arrears")],
        expires_on=date(2020, 6, 30),
        actor=actor,
        unit=actor.unit,
        today=ON,
        at=clock.now(),
    )
    return row, actor


def answer_table(row: Any) -> io.BytesIO:
    """The authority's table: every code with yes or no."""
    from huiqi.files.sheets import Column, Kind
    from huiqi.files.xlsx_writer import write_xlsx
    from huiqi.lists.answers import CODE_HEADER

    codes = row.lines.order_by("code").values_list("code", flat=True)
    rows = ([code, "是" if number % 3 else "否"] for number, code in enumerate(codes))
    table = io.BytesIO()
    write_xlsx(table, [Column(CODE_HEADER, Kind.CODE), Column(LABEL)], rows, watermark="")
    table.seek(0)
    return table


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
