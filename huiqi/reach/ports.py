"""What this app asks of others without importing them: who is entitled, and what firms said elsewhere.

`judge_register` judges the present register itself; a site that keeps recorded runs may put a reader of a run
in its place (config/wiring.py). The words come from apps that stand beside this one, such as surveys.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from huiqi.lists.queries.membership import facts_of_firms
from huiqi.reach.steps import Source
from huiqi.reference import judging
from huiqi.rules.plan import Verdict


class Judged(NamedTuple):
    """What the rulebook says of one firm: eligible or unknown; others are not told of."""

    enterprise_id: int
    edition: str
    status: str
    assurance: str
    missing: tuple[str, ...]  # fact ids, in the order of the catalogue


class Word(NamedTuple):
    """What a firm said of a policy, and when: had, applied, fits, unknown."""

    enterprise_id: int
    policy: str
    word: str
    on: date


Judging = Callable[[str, Sequence[int], date], Iterable[Judged]]
Words = Callable[[], Iterable[Word]]


def judge_register(policy: str, firms: Sequence[int], on: date) -> Iterator[Judged]:
    """Judge these firms by what register and lists say of them on a day; a fixed number of queries."""
    judge = judging.judge(on)
    for pk, known in facts_of_firms(firms, on).items():
        verdict: Verdict = judge.verdict(known.facts, policy)
        if verdict.status not in {"eligible", "unknown"}:
            continue
        told = judge.explain(known.facts, policy)
        missing = told.ask_for if verdict.status == "unknown" else ()
        yield Judged(pk, verdict.edition or "", verdict.status, told.assurance or "claimed", missing)


def no_words() -> Iterable[Word]:
    """Nobody stands beside who heard anything."""
    return ()


@dataclass
class Ports:
    """What is plugged in on this site."""

    judged: Judging = judge_register
    words: Words = no_words
    words_source: Source = Source.SURVEY


PORTS = Ports()
