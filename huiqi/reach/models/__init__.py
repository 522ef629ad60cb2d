"""Rows of this app: prepared lists, the way of each firm, status files, calls."""

from huiqi.reach.models.calls import Call, CallAnswer, CallOutcome, CallWord
from huiqi.reach.models.journeys import Dismissal, Journey, JourneyStep, Telling
from huiqi.reach.models.mornings import MorningCount
from huiqi.reach.models.preparations import Listed, ListState, Preparation, Verdict
from huiqi.reach.models.status_files import StatusFault, StatusFile

__all__ = [
    "Call",
    "CallAnswer",
    "CallOutcome",
    "CallWord",
    "Dismissal",
    "Journey",
    "JourneyStep",
    "ListState",
    "Listed",
    "MorningCount",
    "Preparation",
    "StatusFault",
    "StatusFile",
    "Telling",
    "Verdict",
]
