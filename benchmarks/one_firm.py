"""One firm × all policies: medians of verdicts and of full explanations against their budgets.

Run from the repository: .venv/bin/python benchmarks/one_firm.py [--rulebook DIR] [--rounds N]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from huiqi.rules.judge import Judge  # noqa: E402
from huiqi.rules.rulebook import Rulebook, load_rulebook  # noqa: E402

VERDICTS_MS, EXPLAIN_MS, LOAD_S = 0.2, 2.0, 1.5
ON = date(2020, 3, 1)


def median_ms(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def known_facts(rulebook: Rulebook) -> dict[str, object]:
    """One firm that has stated nearly everything: the facts of all eligible cases together."""
    merged: dict[str, object] = {}
    for policy in rulebook.policies.values():
        for case in policy.cases:
            if case.expect == "eligible":
                merged |= case.facts
    return merged


FIRMS: dict[str, Callable[[Rulebook], dict[str, object]]] = {
    "nearly everything stated": known_facts,
    "seven answers": lambda rulebook: {
        "gb4754": "3411",
        "org_type": "enterprise",
        "province": "430000",
        "employees": 120,
        "revenue": 6_000_000_000,
        "employee_consent": False,
        "affected_by_epidemic": True,
    },
    "nothing stated": lambda rulebook: {},
}


def report(name: str, measured: float, budget: float, unit: str) -> None:
    print(f"{name:<48}{measured:>9.3f} {unit}  budget {budget:g} {unit}  ratio {measured / budget:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rulebook", default=str(ROOT / "rulebook"))
    parser.add_argument("--rounds", type=int, default=2000)
    options = parser.parse_args()
    started = time.perf_counter()
    rulebook = load_rulebook(options.rulebook)
    report("load, check and compile the rulebook", time.perf_counter() - started, LOAD_S, "s")
    judge = Judge(rulebook, ON)
    print(f"{len(rulebook.policies)} policies on {ON}")
    for name, make in FIRMS.items():
        facts = rulebook.catalogue.parse(make(rulebook))
        judge.explain_all(facts)  # compiles what the first explanation needs
        report(
            f"verdicts, {name}",
            median_ms(lambda f=facts: judge.verdicts(f), options.rounds),
            VERDICTS_MS,
            "ms",
        )
        explained = median_ms(lambda f=facts: judge.explain_all(f), max(options.rounds // 10, 20))
        report(f"full explanations, {name}", explained, EXPLAIN_MS, "ms")


if __name__ == "__main__":
    main()
