"""Which question to ask next: the one that settles most of what is still open. Pure and deterministic.

A policy needs a question when it still asks for one of the question's facts. A policy that needs only this
question counts fully, one that needs three more counts a third: questions that finish something come first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

# An eligible policy whose amount is open is already found; finding another one is worth more.
WEIGHT_VERDICT = Fraction(1)
WEIGHT_AMOUNT = Fraction(1, 4)


class Asks(Protocol):
    """The part of a question that the choice looks at."""

    @property
    def id(self) -> str: ...
    @property
    def facts(self) -> Sequence[str]: ...
    @property
    def first(self) -> bool: ...


@dataclass(frozen=True)
class Need:
    """What one policy still wants to know, and how much an answer is worth."""

    policy: str
    facts: frozenset[str]
    weight: Fraction


class Outcome(Protocol):
    """The part of an explanation that the choice looks at."""

    @property
    def policy(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def amount_fen(self) -> int | None: ...
    @property
    def ask_for(self) -> Sequence[str]: ...


def needs_of(outcomes: Iterable[Outcome]) -> list[Need]:
    """The open needs of all policies: those undecided, and the granted whose amount is not known."""
    needs = []
    for outcome in outcomes:
        if not outcome.ask_for:
            continue
        if outcome.status == "unknown":
            needs.append(Need(outcome.policy, frozenset(outcome.ask_for), WEIGHT_VERDICT))
        elif outcome.status == "eligible" and outcome.amount_fen is None:
            needs.append(Need(outcome.policy, frozenset(outcome.ask_for), WEIGHT_AMOUNT))
    return needs


def open_facts(needs: Iterable[Need], stated: Collection[str]) -> frozenset[str]:
    """Facts some policy still asks for that have not been asked of the person."""
    wanted: set[str] = set()
    for need in needs:
        wanted |= need.facts
    return frozenset(wanted - set(stated))


def scores(questions: Sequence[Asks], needs: Iterable[Need], stated: Collection[str]) -> dict[str, Fraction]:
    """The worth of each question, by id; questions that settle nothing are absent."""
    worth: dict[str, Fraction] = {}
    for need in needs:
        missing = need.facts - set(stated)
        useful = [question for question in questions if missing.intersection(question.facts)]
        answerable = {fact for question in useful for fact in question.facts}
        # What nobody can answer here (an authority's certificate) stands for one more question.
        further = len(useful) + (1 if need.facts - answerable else 0)
        for question in useful:
            worth[question.id] = worth.get(question.id, Fraction(0)) + need.weight / further
    return worth


def choose_next(
    questions: Sequence[Asks], asked: Collection[str], stated: Collection[str], needs: Sequence[Need]
) -> str | None:
    """The id of the next question, or None when no question left would settle anything.

    `questions` in the rulebook's order, which breaks ties; `stated` holds every fact the person answered
    or declined, so that nothing is asked twice.
    """
    for question in questions:
        if question.first and question.id not in asked:
            return question.id
    left = [question for question in questions if question.id not in asked]
    worth = scores(left, needs, stated)
    best = max(left, key=lambda question: worth.get(question.id, Fraction(0)), default=None)
    return best.id if best and worth.get(best.id) else None


def count_useful(
    questions: Sequence[Asks], asked: Collection[str], stated: Collection[str], needs: Sequence[Need]
) -> int:
    """How many unasked questions could still settle something: bounds the number announced to the person."""
    left = [question for question in questions if question.id not in asked]
    return len(scores(left, needs, stated))
