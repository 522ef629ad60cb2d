"""What stationing tells the apps above it. Subscriptions are made in config/wiring.py and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EscalationRaised:
    """An officer on the spot asks for help beyond their reach. Ids are public ids."""

    escalation_id: str
    enterprise_id: int
    text: str
    urgency: str
    raised_by_id: int
    raised_at: datetime


# Called inside the transaction that keeps the escalation, so that what a subscriber opens exists with it or
# not at all; a subscriber therefore only writes rows.
ON_ESCALATION: list[Callable[[EscalationRaised], None]] = []


def publish(event: EscalationRaised) -> None:
    """Tell every subscriber, in the order of subscription."""
    for subscriber in ON_ESCALATION:
        subscriber(event)
