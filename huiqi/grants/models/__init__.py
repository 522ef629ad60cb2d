"""The rows of this app."""

from huiqi.grants.models.applications import Application, ApplicationQuerySet, Event, Finding, Judgement
from huiqi.grants.models.calls import Call, CallKind, CallQuerySet, StandardKind, Treasury
from huiqi.grants.models.payments import (
    Booking,
    LineState,
    PaymentLine,
    PaymentList,
    ReturnFault,
    ReturnFile,
)
from huiqi.grants.models.reviews import Review, ReviewQuerySet, Score
from huiqi.grants.models.rounds import Objection, Paper, PaperKind, Round, RoundQuerySet

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "Booking",
    "Call",
    "CallKind",
    "CallQuerySet",
    "Event",
    "Finding",
    "Judgement",
    "LineState",
    "Objection",
    "Paper",
    "PaperKind",
    "PaymentLine",
    "PaymentList",
    "ReturnFault",
    "ReturnFile",
    "Review",
    "ReviewQuerySet",
    "Round",
    "RoundQuerySet",
    "Score",
    "StandardKind",
    "Treasury",
]
