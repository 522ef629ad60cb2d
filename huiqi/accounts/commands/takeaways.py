"""What was taken from the administrators' pages or looked for there: recorded, without anybody's name."""

from django.db import transaction
from django.db.models import Model

from huiqi.accounts.models import User
from huiqi.core import audit


@transaction.atomic
def record_export(act: str, subject: Model | None, *, count: int, kind: str, actor: User) -> None:
    """Somebody took so many rows away as a table; `act` is `people.exported` and the like."""
    audit.record(act, subject, actor=actor, count=count, kind=kind)


@transaction.atomic
def note_phone_search(*, actor: User) -> None:
    """Somebody looked for a person by a telephone number; the number itself is not recorded."""
    audit.record("people.searched_by_phone", None, actor=actor)
