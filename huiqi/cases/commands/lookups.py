"""Looking cases up by telephone number and taking lists along: recorded, without the number."""

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit


@transaction.atomic
def note_phone_search(*, actor: User) -> None:
    """Somebody looked for cases by a telephone number; the number itself is not recorded."""
    audit.record("cases.searched_by_phone", None, actor=actor)


@transaction.atomic
def note_export(*, rows: int, purpose: str, actor: User) -> None:
    """Somebody took a list of cases along, for what and how long it was."""
    audit.record("cases.exported", None, actor=actor, rows=rows, purpose=purpose)
