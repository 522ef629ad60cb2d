"""What a province's run costs: 30 policies over many firms, in CPU against only reading or copying.

    python benchmarks/rule_runs.py [--firms N] [--rounds R]

Prints a table of ratios of one interleaved run (every round does every kind of work once; medians are shown)
and the peak memory of each kind in a process of its own. Targets: sums 2.5 times reading, by county ×
industry 6 times, verdicts 3 times copying.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from firm_columns import write_firms

from huiqi.rules.columnar.judge import ColumnarJudge
from huiqi.rules.columnar.table import TableSource
from huiqi.rules.columnar.totals import totals
from huiqi.rules.columnar.verdicts import write_verdicts
from huiqi.rules.emit_python import needed_facts
from huiqi.rules.judge import Judge
from huiqi.rules.rulebook import load_rulebook

ROOT = Path(__file__).parents[1]
ON = date(2020, 3, 1)
# Chosen once and kept: all natures, 64 and 128 bits, derived facts, dates, alternatives, long conjunctions.
POLICIES = (
    "admin-fees-waived",
    "cloud-adoption",
    "disabled-employment-fund-hunan",
    "donation-full-deduction",
    "donation-goods-vat-exempt",
    "electricity-95pct",
    "gas-offseason-price",
    "hardship-industry-loss-carryforward",
    "housing-fund-defer",
    "hunan-sme-fund-epidemic-track",
    "industry-finance-whitelist",
    "key-supplier-equipment-expensing",
    "key-supplier-list",
    "key-supplier-relending-interest-subsidy",
    "key-supplier-vat-increment-refund",
    "key-supply-transport-vat-exempt",
    "landlord-tax-relief-hunan",
    "little-giant-hunan",
    "loan-deferral-wave1",
    "maker-china-contest",
    "medical-insurance-halve",
    "no-principal-renewal",
    "property-landuse-tax-hardship-hunan",
    "public-transport-living-services-vat-exempt",
    "si-defer",
    "si-exempt-msme",
    "si-halve-large",
    "tax-payment-deferral-3m",
    "ui-job-retention-refund",
    "vat-small-scale-1pct",
)
GROUPS = ["prefecture", "gb4754"]
SECTION_OF = {f"{number:04d}": f"{number // 100:02d}" for number in range(10_000)}


def make_judge() -> Judge:
    return Judge(load_rulebook(ROOT / "rulebook"), ON, only=POLICIES)


def write_table(path: Path, firms: int) -> None:
    """The columns that the policies rest on, the size class among them as a register keeps it."""
    judge = make_judge()
    catalogue = judge.rulebook.catalogue
    needed = needed_facts(catalogue, (node for plan in judge.plans.values() for node in plan.nodes))
    kept = [name for name in catalogue.in_order(needed) if not catalogue.facts[name].derived]
    write_firms(path, catalogue, catalogue.in_order([*kept, "size_class", *GROUPS]), firms)


class Works:
    """The kinds of work on one table."""

    def __init__(self, table: Path, out: Path) -> None:
        self.table, self.out = table, out
        self.judge = make_judge()
        self.source = TableSource([table], self.judge.rulebook.catalogue)
        self.columnar = ColumnarJudge(self.judge, self.source)
        self.kinds: dict[str, Callable[[], None]] = {
            "read": self.read,
            "sums": lambda: self.total([]),
            "grouped": lambda: self.total(GROUPS),
            "copy": self.copy,
            "verdicts": self.verdicts,
        }

    def read(self) -> None:
        for _ in self.source.batches(self.columnar.columns):
            pass

    def total(self, by: list[str]) -> None:
        totals(self.columnar, by, {"gb4754": SECTION_OF})

    def copy(self) -> None:
        """The input read and written again, with the settings of the verdicts' file."""
        with (
            pq.ParquetFile(self.table) as file,
            pq.ParquetWriter(self.out, file.schema_arrow, compression="lz4", store_schema=False) as writer,
        ):
            for batch in file.iter_batches(65_536, use_threads=False):
                writer.write_table(pa.Table.from_batches([batch]), row_group_size=65_536)

    def verdicts(self) -> None:
        write_verdicts(self.judge, self.source, self.out)


def peak_of(kind: str, table: Path, out: Path) -> int:
    """Peak resident memory in MB of a process that does just this."""
    lines = (
        "from pathlib import Path; from rule_runs import Works;"
        f"Works(Path({str(table)!r}), Path({str(out)!r})).kinds[{kind!r}]();"
        # Not ru_maxrss, which a new process takes over from the one that started it.
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    path = f"{Path(__file__).parent}:{ROOT}"
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}
    )
    return int(done.stdout) // 1024


def measured(works: Works, rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {kind: [] for kind in works.kinds}
    for _ in range(rounds):
        for kind, work in works.kinds.items():
            started = time.process_time()
            work()
            times[kind].append(time.process_time() - started)
    return {kind: statistics.median(found) for kind, found in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "firms.parquet", Path(folder) / "out.parquet"
        write_table(table, arguments.firms)
        works = Works(table, out)
        found = measured(works, arguments.rounds)
        columns = len(works.columnar.columns)
        print(f"{arguments.firms} firms, {len(POLICIES)} policies, {columns} columns read, CPU seconds")
        against = {"sums": ("read", 2.5), "grouped": ("read", 6.0), "verdicts": ("copy", 3.0)}
        for kind, seconds in found.items():
            base, target = against.get(kind, (kind, 1.0))
            ratio = seconds / found[base]
            peak = peak_of(kind, table, out)
            print(f"{kind:9} {seconds:8.2f} s  {ratio:5.2f} × {base:5} (at most {target}) {peak:6} MB")


if __name__ == "__main__":
    main()
