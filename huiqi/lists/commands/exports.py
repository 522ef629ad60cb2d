"""Taking a batch out for the office's OA: recorded, and never from the compartment without its power."""

from datetime import date

from django.db import transaction

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.lists.models import ListBatch, Secrecy


@transaction.atomic
def record_export(batch: ListBatch, *, count: int, actor: User, today: date) -> None:
    """Record that somebody took so many rows of a batch out of the system; Refused if they may not."""
    kept_close = batch.secrecy == Secrecy.COMPARTMENT
    if kept_close and not may(actor, Power.VIEW_KEY_MATERIALS, today):
        raise Refused("lists.compartment", gettext_noop("这批名单限定知悉，您不能导出。"))
    audit.record("list_batch.exported", batch, actor=actor, count=count, secrecy=batch.secrecy)
