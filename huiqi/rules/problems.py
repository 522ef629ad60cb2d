"""What can be wrong with a rulebook or with given facts, always said with place and remedy."""

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing to mend: where it is, what is wrong, what to do about it (Chinese sentences)."""

    place: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}：{self.message}。{self.remedy}。"


class RulesError(Exception):
    """Everything found wrong at once; `problems` is never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RulebookError(RulesError):
    """A rulebook that may not be used."""


class FactsError(RulesError):
    """Facts given for a firm that cannot be read; the place is the fact's id."""


class ExpressionError(Exception):
    """An expression that is refused; the reader of the rulebook adds the place."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}。{remedy}。")

    def at(self, place: str) -> Problem:
        return Problem(place, self.message, self.remedy)
