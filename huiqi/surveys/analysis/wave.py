"""One wave of a survey ready to be reckoned with, and the question put to it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from huiqi.core.messages import Message
from huiqi.surveys.analysis.answers import Answers
from huiqi.surveys.analysis.arrays import MISSING, Bools, Ints
from huiqi.surveys.analysis.sampling import Basis, Sampling, Step
from huiqi.surveys.analysis.suppression import LEAST_SHOWN


class Percent(StrEnum):
    """What a share is a share of."""

    ROW = "row"
    COLUMN = "column"


@dataclass(frozen=True)
class Query:
    """What is asked of a wave: a question, by groups of another column, among firms that fit a filter.

    `where` gives names of choices allowed for columns of single choice; all of them must fit.
    """

    question: str
    by: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    percent: Percent = Percent.ROW


@dataclass(frozen=True)
class Wave:
    """The answers of one wave, what the respondents stand for, and how small a figure may be shown."""

    name: str
    answers: Answers
    sampling: Sampling
    least: int = LEAST_SHOWN

    def groups(self, query: Query) -> tuple[Ints, int]:
        """The group of every respondent (nought without `by`), `MISSING` where the filter leaves it out."""
        keep = fitting(self.answers, query.where)
        if not query.by:
            return np.where(keep, 0, MISSING), 1
        codes = self.answers.single(query.by)
        return np.where(keep, codes, MISSING), len(self.answers.codebook.column(query.by).choices)

    def source(self, query: Query, measure: str, n: int) -> "Source":
        """Where a result comes from."""
        return Source(self.name, query, measure, self.sampling.steps, self.sampling.basis, n)


@dataclass(frozen=True)
class Source:
    """The query that made a number: wave, measure, question, groups, filter, weights and n."""

    wave: str
    query: Query
    measure: str
    weights: tuple[Step, ...]
    basis: Basis
    n: int

    def told(self) -> Mapping[str, object]:
        """As plain values, in a fixed order."""
        return {
            "wave": self.wave,
            "measure": self.measure,
            "question": self.query.question,
            "by": self.query.by,
            "where": {name: list(allowed) for name, allowed in self.query.where},
            "percent": self.query.percent.value,
            "weights": [step.value for step in self.weights],
            "basis": self.basis.value,
            "n": self.n,
        }

    def __str__(self) -> str:
        return json.dumps(self.told(), ensure_ascii=False)


@dataclass(frozen=True)
class Noted:
    """A result's caveats, to stand under it."""

    source: Source
    notes: tuple[Message, ...]


def fitting(answers: Answers, where: tuple[tuple[str, tuple[str, ...]], ...]) -> Bools:
    """Who fits every part of a filter."""
    keep = np.ones(answers.count, dtype=bool)
    for name, allowed in where:
        codes = answers.single(name)
        question = answers.codebook.column(name)
        keep &= np.isin(codes, [question.code_of(choice) for choice in allowed])
    return keep
