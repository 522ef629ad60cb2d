"""What somebody filled in for others."""

from huiqi.accounts.models import User
from huiqi.cases.models import Case, CaseQuerySet
from huiqi.core.ids import PUBLIC_ID_LENGTH


def taken_cases(user: User) -> CaseQuerySet:
    """The person's own entries, newest first."""
    rows = Case.objects.taken_by_person(user).select_related("edition", "desk", "lead", "enterprise")
    return rows.order_by("-opened_at", "-pk")


def taken_case(user: User, public_id: str) -> Case | None:
    """One of them, or None."""
    if len(public_id) != PUBLIC_ID_LENGTH or not public_id.isalnum():
        return None
    return taken_cases(user).filter(public_id=public_id).first()


def last_taken(user: User) -> Case | None:
    """The last one, to start the next from."""
    return taken_cases(user).order_by("-pk").first()
