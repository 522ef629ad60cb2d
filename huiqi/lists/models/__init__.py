"""Rows of the lists: batches, their entries, each step of the chain, objections, lines nobody matched yet."""

from huiqi.lists.models.batches import BatchFiling, BatchState, ImportLine, ListBatch, Secrecy
from huiqi.lists.models.comparison import (
    AnswerFault,
    AnswerRun,
    Comparison,
    ComparisonLine,
    ComparisonState,
)
from huiqi.lists.models.entries import Entry, EntryState, Level, Step
from huiqi.lists.models.objections import Objection

__all__ = [
    "AnswerFault",
    "AnswerRun",
    "BatchFiling",
    "BatchState",
    "Comparison",
    "ComparisonLine",
    "ComparisonState",
    "Entry",
    "EntryState",
    "ImportLine",
    "Level",
    "ListBatch",
    "Objection",
    "Secrecy",
    "Step",
]
