"""Keeps what people made of a suggestion. Part of the commands that decide a topic or a unit."""

from datetime import datetime

from huiqi.cases.models import Case, Suggested, Suggestion


def keep_choice(case: Case, what: Suggested, *, suggested: str, chosen: str, at: datetime) -> None:
    """Note the first decision on a suggestion; nothing was suggested ("") leaves nothing to measure.

    `suggested` and `chosen` are topic ids or public ids of units. Runs inside the deciding command's
    transaction, which writes the audit record of the decision.
    """
    if suggested:
        values = {"suggested": suggested, "chosen": chosen, "was_taken": suggested == chosen, "at": at}
        Suggestion.objects.get_or_create(case=case, what=what, defaults=values)
