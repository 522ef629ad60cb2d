"""Keeps what people made of a suggestion. Part of the commands that decide a topic or a unit."""

from datetime import datetime

from huiqi.accounts.models import Unit
from huiqi.cases.models import Case, Suggested, Suggestion
from huiqi.cases.queries.suggestions import suggest_topics_of, suggest_units


def keep_choice(case: Case, what: Suggested, *, suggested: str, chosen: str, at: datetime) -> None:
    """Note the first decision on a suggestion; nothing was suggested ("") leaves nothing to measure.

    `suggested` and `chosen` are topic ids or public ids of units. Runs inside the deciding command's
    transaction, which writes the audit record of the decision.
    """
    if suggested:
        values = {"suggested": suggested, "chosen": chosen, "was_taken": suggested == chosen, "at": at}
        Suggestion.objects.get_or_create(case=case, what=what, defaults=values)


def keep_topic_choice(case: Case, chosen: str, *, at: datetime) -> None:
    """Note the topic with which a person at the desk first took the case up, and what its page suggested."""
    if Suggestion.objects.filter(case=case, what=Suggested.TOPIC).exists():
        return
    for first in suggest_topics_of(case, at=at)[:1]:
        keep_choice(case, Suggested.TOPIC, suggested=first.topic, chosen=chosen, at=at)


def keep_unit_choice(case: Case, lead: Unit, *, at: datetime) -> None:
    """Note to whom a person first gave a case and what the dispatching page suggests for it."""
    if Suggestion.objects.filter(case=case, what=Suggested.UNIT).exists():
        return
    for first in suggest_units(case, at=at)[:1]:
        keep_choice(case, Suggested.UNIT, suggested=first.unit.public_id, chosen=lead.public_id, at=at)
