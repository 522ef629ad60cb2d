"""Taking lists of ways along."""

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit


@transaction.atomic
def note_ways_export(*, actor: User, firms: int) -> None:
    """Somebody takes a list of ways along."""
    audit.record("reach_journeys.exported", None, actor=actor, firms=firms)
