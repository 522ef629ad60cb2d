"""Telling events: written with the act, sent after it, tried again with growing pauses.

At least once: a receiver may get a message twice, with the same `id`, when its answer was lost.
"""

import http.client
import json
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django_tasks import task

from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.webhooks import line
from huiqi.webhooks.models import Event, Hook, Sending

log = structlog.get_logger("huiqi.webhooks")
# Pauses after the first, second … failed try; after the last one we give up: a day and a half in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
# No request lasts this long: whoever claimed the message is dead.
DEAD_AFTER = timedelta(minutes=5)
KEEP_FOR = timedelta(days=30)
GOOD = range(200, 300)
State = Sending.State


@transaction.atomic
def tell(event: Event, subject: str, *, at: datetime) -> int:
    """Queue an event for all that want it, inside the caller's transaction; how many. Told once a subject."""
    hooks = [hook for hook in Hook.objects.filter(ended_at=None).order_by("pk") if event in hook.events]
    rows = [Sending(hook=hook, event=event, subject=subject, next_try_at=at, made_at=at) for hook in hooks]
    Sending.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        # robust: the act is done; a queue that is down only makes the message late (`webhooks send`).
        transaction.on_commit(lambda public_id=row.public_id: send.enqueue(public_id), robust=True)  # type: ignore[misc]
    return len(rows)


@task()
def send(public_id: str) -> None:
    """Send one message now."""
    send_one(public_id, at=clock.wall_now())


def send_one(public_id: str, *, at: datetime) -> bool:
    """Send one message if it is due and nobody else does; True when the receiver took it."""
    claimed = Sending.objects.due(at).filter(public_id=public_id, hook__ended_at=None)
    if not claimed.update(state=State.SENDING, attempts=F("attempts") + 1, next_try_at=at + DEAD_AFTER):
        return False
    row = Sending.objects.select_related("hook").get(public_id=public_id)
    status, fault = None, ""
    try:
        status = line.post(row.hook.address, letter_of(row, at))
    except (OSError, http.client.HTTPException, Refused) as problem:
        fault = problem.code if isinstance(problem, Refused) else type(problem).__name__
    is_taken = status in GOOD
    mine = Sending.objects.filter(pk=row.pk, state=State.SENDING)
    if is_taken:
        mine.update(state=State.SENT, status=status, fault="", ended_at=at)
    elif row.attempts > len(PAUSES):
        mine.update(state=State.FAILED, status=status, fault=fault[:80], ended_at=at)
    else:
        pause = PAUSES[row.attempts - 1]
        mine.update(state=State.WAITING, status=status, fault=fault[:80], next_try_at=at + pause)
    if not is_taken:
        log.warning(
            "webhook not taken", sending=row.public_id, attempt=row.attempts, status=status, fault=fault
        )
    return is_taken


def letter_of(row: Sending, at: datetime) -> line.Letter:
    """The message: the event, its subject's id and when it happened; details are read through the API."""
    told = {"id": row.public_id, "event": row.event, "subject": row.subject, "at": row.made_at.isoformat()}
    body = json.dumps(told, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "huiqi-webhooks",
        "Huiqi-Event": row.event,
        "Huiqi-Delivery": row.public_id,
        "Huiqi-Signature": line.signature(row.hook.secret, body, at),
    }
    return line.Letter(body, headers)


def send_due(*, at: datetime) -> dict[str, int]:
    """Send what is due, give claims of dead workers back, forget what is a month old."""
    dead = Sending.objects.filter(state=State.SENDING, next_try_at__lte=at)
    dead.update(state=State.WAITING)
    due = list(Sending.objects.due(at).order_by("next_try_at", "pk").values_list("public_id", flat=True))
    sent = sum(send_one(public_id, at=at) for public_id in due)
    forgotten = Sending.objects.filter(ended_at__lt=at - KEEP_FOR).delete()[0]
    return {"sent": sent, "not_sent": len(due) - sent, "forgotten": forgotten}
