"""Rows of the lists: batches, their entries, each step of the chain, objections, lines nobody matched yet."""

from huiqi.lists.models.batches import BatchFiling, BatchState, ImportLine, ListBatch, Secrecy
from huiqi.lists.models.entries import Entry, EntryState, Level, Step
from huiqi.lists.models.objections import Objection

__all__ = [
    "BatchFiling",
    "BatchState",
    "Entry",
    "EntryState",
    "ImportLine",
    "Level",
    "ListBatch",
    "Objection",
    "Secrecy",
    "Step",
]
