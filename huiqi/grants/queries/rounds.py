"""Rounds: their sum, who is in them, what the public reads."""

from django.db.models import Sum

from huiqi.grants.models import ApplicationQuerySet, Round
from huiqi.grants.workflow import State


def members_of(round_: Round) -> ApplicationQuerySet:
    """The applications that the round pays for, in the order of the notice."""
    rows = round_.applications.filter(state__in=[State.LISTED, State.PAID])
    return rows.select_related("enterprise").order_by("-granted", "pk")


def total_of(round_: Round) -> int:
    """Fen over those."""
    rows = round_.applications.filter(state__in=[State.LISTED, State.PAID])
    return rows.aggregate(fen=Sum("granted"))["fen"] or 0
