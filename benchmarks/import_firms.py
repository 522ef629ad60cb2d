"""Importing a table of firms: seconds and memory of a first import, the same again, and one with new figures.

Run: `.venv/bin/python benchmarks/import_firms.py [rows]`, with HUIQI_DATABASE_URL on PostgreSQL (an empty
database of its own), else on SQLite. Budget: 100,000 rows of 12 columns in 120 s on two cores at first.
"""

import contextlib
import io
import json
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

ROWS = 100_000
BUDGET_SECONDS = 120  # for ROWS
HEADINGS = [
    "企业名称", "统一社会信用代码", "所在县市区", "行业代码", "单位类型", "从业人员期末人数",
    "营业收入（万元）", "资产总额（万元）", "联系人", "联系电话", "登记状态", "招工缺口人数",
]  # fmt: skip
COUNTIES = ["430102", "浏阳市", "430103", "宁乡市", "南县", "430903"]
INDUSTRIES = ["2770", "C2770", "3411", "6210", "5211"]
WORDS = "湘岳衡麓沅澧资洞庭星沙云麓浏阳河长宁安康瑞丰华盛恒泰达兴隆源"


def main() -> int:
    """Print a line for each import; 1 when the first one is over budget."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("HUIQI_DATABASE_URL"):
            os.environ["HUIQI_DATA_DIR"] = folder
        import django

        django.setup()
        import logging

        from django.conf import settings

        settings.DEBUG = False  # it would keep every query
        logging.disable(logging.INFO)
        first = _all_imports(Path(folder), rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    over = first > BUDGET_SECONDS * rows / ROWS
    print(f"peak memory {peak:.0f} MB; {'over budget' if over else 'within budget'}")
    return int(over)


def _all_imports(folder: Path, rows: int) -> float:
    from django.core.management import call_command
    from django.db import connection

    from huiqi.core.models import AuditRecord

    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=io.StringIO())
    print(f"{rows:,} rows x {len(HEADINGS)} columns on {connection.vendor}")
    tables = {
        "first import (.xlsx)": _write(folder / "first.xlsx", rows, 1),
        "the same again": folder / "first.xlsx",
        "new figures (.csv)": _write(folder / "next.csv", rows, 2),
    }
    took = {}
    for name, table in tables.items():
        began, cpu, records = time.perf_counter(), time.process_time(), AuditRecord.objects.count()
        answer = io.StringIO()
        with contextlib.redirect_stderr(io.StringIO()):
            call_command("import-enterprises", str(table), "--json", stdout=answer)
        took[name] = time.perf_counter() - began
        counts = {key: value for key, value in json.loads(answer.getvalue()).items() if key != "errors"}
        audit = AuditRecord.objects.count() - records
        spent = time.process_time() - cpu
        print(f"{name:<22}{took[name]:>7.1f} s {spent:>7.1f} CPU s  audit records {audit}  {counts}")
    return next(iter(took.values()))


def _write(path: Path, rows: int, seed: int) -> Path:
    """A table of `rows` firms; the same seed gives the same figures."""
    from huiqi.files.sheets import Column, Kind, csv_pieces
    from huiqi.files.xlsx_writer import write_xlsx

    columns = [Column(heading, Kind.TEXT) for heading in HEADINGS]
    table = _rows(rows, random.Random(seed))
    if path.suffix == ".xlsx":
        with path.open("wb") as file:
            write_xlsx(file, columns, table, watermark="试验")
    else:
        path.write_bytes(b"".join(csv_pieces(columns, table, watermark="试验")))
    return path


def _rows(count: int, dice: random.Random):  # type: ignore[no-untyped-def]
    from huiqi.reference.credit_codes import check_character

    for number in range(count):
        names = random.Random(number)
        word = "".join(names.choices(WORDS, k=3))
        code = f"91430181MA{number:07d}"
        yield [
            f"{word}{number}防护用品有限公司",
            code + check_character(code),
            names.choice(COUNTIES),
            names.choice(INDUSTRIES),
            "企业",
            dice.randint(0, 900),
            dice.randint(0, 10**7) / 100,
            dice.randint(0, 10**7) / 100,
            "王芳",
            f"138{number:08d}",
            "存续",
            dice.randint(0, 50),
        ]


if __name__ == "__main__":
    sys.exit(main())
