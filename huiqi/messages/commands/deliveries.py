"""Sending text messages: queued with the act, sent after it, tried again when the line is down.

At most once: a message is claimed before the port is called, and a claim whose outcome nobody recorded
(the worker died) becomes "unsure" and stays unsent.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django_tasks import task

from huiqi.core import clock
from huiqi.messages.models import Delivery, OneTimeCode, OutboxMessage
from huiqi.messages.ports import NoSuchPerson, NotSent, chat_port, sms_port

log = structlog.get_logger("huiqi.messages")
# Pauses after the first, second … failed try; after the last one we give up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
# No vendor's call lasts this long: whoever claimed the message is dead.
DEAD_AFTER = timedelta(minutes=10)
# Codes and ended messages say who was written to when; a month is enough to settle a complaint.
KEEP_FOR = timedelta(days=30)
State = Delivery.State


def queue_message(message: Delivery) -> bool:
    """Queue an unsaved message inside the caller's transaction; the worker sends it after the commit.

    False when a message of its `once_key` was queued before. After its `not_after` it is no longer sent.
    """
    message.next_try_at = message.made_at
    with transaction.atomic():
        Delivery.objects.bulk_create([message], ignore_conflicts=True)
        is_new = Delivery.objects.filter(public_id=message.public_id).exists()
        if is_new:
            # robust: the act is done; a queue that is down only makes the message late (`send_messages`).
            transaction.on_commit(lambda: send_delivery.enqueue(message.public_id), robust=True)
    return is_new


@task()
def send_delivery(public_id: str) -> None:
    """Send one queued message now."""
    send_one(public_id, at=clock.wall_now())


def send_one(public_id: str, *, at: datetime) -> bool:
    """Send one message if it is due and nobody else does; True when the port took it."""
    claimed = Delivery.objects.due(at).filter(public_id=public_id)
    if not claimed.update(state=State.SENDING, attempts=F("attempts") + 1, next_try_at=at + DEAD_AFTER):
        return False
    row = Delivery.objects.get(public_id=public_id)
    if row.not_after is not None and row.not_after < at:
        _end(row, State.EXPIRED, at=at)
        return False
    return _hand_over(row, at)


def _hand_over(row: Delivery, at: datetime) -> bool:
    try:
        port = chat_port() if row.way == Delivery.Way.CHAT else sms_port()
        receipt = port.send(row.phone, row.text)
    except NoSuchPerson as fault:
        return _send_as_sms(row, type(fault).__name__, at)
    except NotSent as fault:
        _fail(row, type(fault).__name__, at)
    except Exception as fault:
        # Perhaps it went out. The text of the exception may hold the number and is not logged.
        log.error("sms unsure", delivery=row.public_id, fault=type(fault).__name__)
        _end(row, State.UNSURE, at=at, fault=type(fault).__name__)
    else:
        _end(row, State.SENT, at=at, receipt=receipt)
        return True
    return False


def _fail(row: Delivery, fault: str, at: datetime) -> None:
    log.warning("sms not sent", delivery=row.public_id, attempt=row.attempts)
    if row.attempts > len(PAUSES) and row.way == Delivery.Way.CHAT:
        _send_as_sms(row, fault, at)
    elif row.attempts > len(PAUSES):
        _end(row, State.FAILED, at=at, fault=fault)
    else:
        pause = PAUSES[row.attempts - 1]
        mine = Delivery.objects.filter(pk=row.pk, state=State.SENDING)
        mine.update(state=State.WAITING, next_try_at=at + pause, fault=fault)


def _send_as_sms(row: Delivery, fault: str, at: datetime) -> bool:
    """The chat does not know the person, or stays down: the text message does it, from its first try on."""
    mine = Delivery.objects.filter(pk=row.pk, state=State.SENDING)
    mine.update(state=State.WAITING, way=Delivery.Way.SMS, attempts=0, next_try_at=at, fault=fault)
    return send_one(row.public_id, at=at)


def _end(row: Delivery, state: State, *, at: datetime, receipt: str = "", fault: str = "") -> None:
    """Its fate is known: number and text have served and go."""
    mine = Delivery.objects.filter(pk=row.pk, state=State.SENDING)
    mine.update(state=state, ended_at=at, receipt=receipt[:80], fault=fault[:80], phone="", text="")


def send_due(*, at: datetime) -> dict[str, int]:
    """Send what waits and is due; settle claims of dead workers; forget what is a month old.

    Returns {"sent", "not_sent", "unsure", "forgotten"}.
    """
    dead = Delivery.objects.filter(state=State.SENDING, next_try_at__lte=at)
    unsure = dead.update(state=State.UNSURE, ended_at=at, phone="", text="", fault="worker died")
    due = list(Delivery.objects.due(at).order_by("next_try_at", "pk").values_list("public_id", flat=True))
    sent = sum(send_one(public_id, at=at) for public_id in due)
    forgotten = forget_old(at=at)
    return {"sent": sent, "not_sent": len(due) - sent, "unsure": unsure, "forgotten": forgotten}


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Delete codes and ended messages older than KEEP_FOR; returns how many rows went."""
    before = at - KEEP_FOR
    gone = Delivery.objects.filter(ended_at__lt=before).delete()[0]
    gone += OneTimeCode.objects.filter(made_at__lt=before).delete()[0]
    return gone + OutboxMessage.objects.filter(at__lt=before).delete()[0]
