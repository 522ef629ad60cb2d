"""Whole commands and the searches of the code lists: CPU seconds against what people will bear.

Run from the repository: .venv/bin/python benchmarks/commands.py
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.development"
FOLDER = tempfile.TemporaryDirectory()  # kept until the end of the process
os.environ["HUIQI_DATA_DIR"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from huiqi.reference.commands import load_reference  # noqa: E402
from huiqi.reference.queries import search_industries  # noqa: E402

ROWS = 100_000
BUDGETS = {"load": 1.5, "reload": 0.2, "search": 0.005, "judge": 2.0, "sizeclass": 10.0}


def spent(*command: str) -> float:
    """CPU seconds of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def timed(work: object) -> float:
    started = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - started


def table() -> Path:
    choose = random.Random(20200301)
    path = Path(FOLDER.name) / "firms.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("gb_code,employees,revenue_wan,assets_wan\n")
        for _ in range(ROWS):
            people, revenue = choose.randint(0, 3000), choose.randint(0, 10**7) / 100
            file.write(f"{choose.choice(('3411', 'C2770', '6210', 'E4710'))},{people},{revenue},\n")
    return path


def main() -> None:
    call_command("migrate", verbosity=0)
    measured = {"load": timed(lambda: load_reference(province="430000"))}
    measured["reload"] = timed(lambda: load_reference(province="430000"))
    search_industries("制造")
    questions = ("制造", "电子 设备 零件 其他 制造", "dzsb", "zz", "3", "不存在的行当公司")
    measured["search"] = statistics.median(timed(lambda q=q: search_industries(q)) for q in questions)
    measured["judge"] = spent(
        "rulebook", "judge", "--facts", "examples/mask-maker.json", "--on", "2020-03-01"
    )
    measured["sizeclass"] = spent("sizeclass", str(table()))
    for name, seconds in measured.items():
        print(
            f"{name:<10} {seconds:8.3f} CPU s   {seconds / BUDGETS[name]:6.2f} × budget ({BUDGETS[name]} s)"
        )


if __name__ == "__main__":
    main()
