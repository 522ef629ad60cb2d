"""What an estimate costs: a million firms judged by one policy in force and by a scenario of it.

    python benchmarks/whatif.py [--firms N] [--rounds R] [--policy ID]

Reads a register laid out as a snapshot has it (parts, every fact that is kept, what rests on a firm's own
word), adds a condition to the policy, and prints the CPU seconds of an estimate (sums by county × park ×
industry × size, and every firm whose answer changes, with the reason) and of a curve of nine points, beside
the CPU of only reading the same columns. Target: 1.5 s for a million firms and one policy.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from firm_columns import write_firms  # noqa: E402

from huiqi.rules.documents import read_document  # noqa: E402
from huiqi.rules.policy import Policy  # noqa: E402
from huiqi.rules.rulebook import Rulebook, load_rulebook  # noqa: E402
from huiqi.runs.pieces import Lists  # noqa: E402
from huiqi.whatif.estimating import Source, columns_of, compare, merged, sums  # noqa: E402
from huiqi.whatif.variants import AddedCondition, Changes, build, content_of  # noqa: E402

ON = date(2020, 3, 1)
PART = 100_000
CLAIMED = 0.2
PARKS = 40


def write_register(folder: Path, book: Rulebook, firms: int) -> list[Path]:
    """Parts of a register: every fact a policy may name, the park, the facts on a firm's own word."""
    catalogue = book.catalogue
    kept = [name for name, fact in catalogue.facts.items() if not fact.derived or name == "size_class"]
    made = []
    for number, start in enumerate(range(0, firms, PART)):
        path = folder / f"part-{number:05d}.parquet"
        rows = min(PART, firms - start)
        write_firms(path, catalogue, kept, rows, seed=2020 + number)
        chance = np.random.default_rng(number)
        table = pq.read_table(path)
        park = pa.array(chance.integers(1, PARKS, rows), mask=chance.random(rows) > CLAIMED)
        owns = [["employees", "revenue"] if one else [] for one in chance.random(rows) < CLAIMED]
        table = table.append_column("park_id", park).append_column("claimed", pa.array(owns))
        pq.write_table(table, path, compression="zstd")
        made.append(path)
    return made


def pair(book: Rulebook, policy_id: str) -> tuple[Policy, Policy]:
    """The edition in force and a scenario with one more condition."""
    document, _problems = read_document(ROOT / "rulebook" / policy_id / "policy.yaml", "policy.yaml")
    policy = book.policies[policy_id]
    content = content_of(document, policy, policy.editions[0])
    stricter = Changes(added_conditions=(AddedCondition("人数", "employees <= 200"),))
    made = [build(content, changes, book.catalogue).policy for changes in (Changes(), stricter)]
    assert made[0] is not None and made[1] is not None
    return made[0], made[1]


class Works:
    """The kinds of work over one register."""

    def __init__(self, parts: list[Path], book: Rulebook, policy_id: str) -> None:
        self.source = Source(parts, Lists(), book.catalogue, ON, lambda code: code[:2])
        self.base, self.scenario = pair(book, policy_id)
        self.kinds: dict[str, Callable[[], object]] = {
            "read": self.read,
            "estimate": self.estimate,
            "curve": lambda: sums([self.scenario] * 9, self.source),
        }

    def read(self) -> None:
        names = columns_of([self.base, self.scenario], self.source)
        for path in self.source.parts:
            with pq.ParquetFile(path) as file:
                file.read(columns=names, use_threads=False)

    def estimate(self) -> None:
        merged([part.totals for part in compare(self.base, self.scenario, self.source)])


def measured(works: Works, rounds: int) -> Iterator[tuple[str, float]]:
    times: dict[str, list[float]] = {kind: [] for kind in works.kinds}
    for _ in range(rounds):
        for kind, work in works.kinds.items():
            started = time.process_time()
            work()
            times[kind].append(time.process_time() - started)
    return ((kind, statistics.median(found)) for kind, found in times.items())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--firms", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--policy", default="si-exempt-msme")
    arguments = parser.parse_args()
    book = load_rulebook(ROOT / "rulebook")
    with tempfile.TemporaryDirectory() as folder:
        works = Works(write_register(Path(folder), book, arguments.firms), book, arguments.policy)
        print(f"{arguments.firms:,} firms, {arguments.policy}, {len(works.source.parts)} parts")
        for kind, seconds in measured(works, arguments.rounds):
            print(f"{kind:10s} {seconds:6.2f} s CPU")


if __name__ == "__main__":
    main()
