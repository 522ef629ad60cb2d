"""What is recorded of exports."""

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.core import audit


@transaction.atomic
def record_export(*, rows: int, actor: User) -> None:
    """Record that a list of applications left the system."""
    audit.record("grants.exported", None, actor=actor, rows=rows)
