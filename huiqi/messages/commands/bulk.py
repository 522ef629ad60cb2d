"""Many notices and messages at once, for acts that concern thousands of people in one go."""

import re
from collections.abc import Iterable

from django.db import transaction

from huiqi.core.many_rows import insert_all
from huiqi.messages.kinds import KINDS
from huiqi.messages.models import Delivery, Notice

# A mobile number or an identity card: neither belongs into a notice.
_PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


@transaction.atomic
def put_notices(rows: Iterable[Notice]) -> None:
    """Save unsaved notices, each under the rules of `notices.notify`; part of the caller's transaction."""
    notices = list(rows)
    for row in notices:
        KINDS[row.kind]
        if _PERSONAL.search(row.text):
            raise ValueError("a notice holds no number of a person")
    insert_all(notices, once=True)


@transaction.atomic
def queue_messages(rows: Iterable[Delivery]) -> None:
    """Queue unsaved messages; `huiqi send_messages` takes them up within a minute.

    One whose `once_key` was queued before is left out.
    """
    messages = list(rows)
    for row in messages:
        row.next_try_at = row.made_at
    insert_all(messages, once=True)
