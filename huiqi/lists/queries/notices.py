"""Public notices: when they end and why, what the public sees of them."""

from datetime import date, timedelta

from django.db.models import QuerySet

from huiqi.core.dates import format_date_zh
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.models import Entry, EntryState, ListBatch
from huiqi.reference.working_days import Basis, Due, due

# The public's eye: who is proposed during a notice, who is listed afterwards.
SHOWN_IN_NOTICE = (EntryState.ACCEPTED, EntryState.OBJECTED)


def notice_due(batch: ListBatch, since: date, known_on: date | None = None) -> Due:
    """The last day of a notice begun on `since`, by the office calendar as known on `known_on`."""
    return due(since, batch.notice_days or 1, Basis(known_on=known_on or since, region=batch.unit.region))


def notice_end(batch: ListBatch, today: date) -> date | None:
    """The last day of the batch's notice; later than stored when a holiday was announced meanwhile."""
    if batch.notice_from is None or batch.notice_until is None:
        return None
    return max(batch.notice_until, notice_due(batch, batch.notice_from, today).due)


def extended_end(batch: ListBatch, on: date) -> date:
    """The last day of a running notice if a firm joins on `on`: it then lasts its whole length again."""
    return max(batch.notice_until or on, notice_due(batch, on).due)


def notice_is_over(batch: ListBatch, today: date) -> bool:
    """Whether the last day has passed: objections may be raised until its end."""
    end = notice_end(batch, today)
    return end is not None and today > end


def notice_words(batch: ListBatch, today: date) -> Message | None:
    """The notice in a sentence, with the day it ends and why then."""
    end = notice_end(batch, today)
    if end is None or batch.notice_from is None:
        return None
    counted = notice_due(batch, batch.notice_from, today)
    values: dict[str, object] = {
        "from": format_date_zh(batch.notice_from + timedelta(days=1)),
        "end": format_date_zh(end),
    }
    if counted.due < end:
        added = gettext_noop("公示期有企业补入，延长至%(end)s。")
        return Message(added, values)
    why = counted.explanation.rsplit("，应于", 1)
    values["why"] = why[0] + (
        counted.explanation[counted.explanation.rfind("（") :] if counted.provisional else ""
    )
    return Message(gettext_noop("公示至%(end)s（%(why)s）。"), values)


def public_entries(batch: ListBatch) -> QuerySet[Entry]:
    """The firms the public is shown, by name; nothing of a list that is not public."""
    states = SHOWN_IN_NOTICE if batch.state == "noticing" else (EntryState.PUBLISHED, EntryState.REMOVED)
    if not ListBatch.objects.shown_to_public().filter(pk=batch.pk).exists():
        return Entry.objects.none()
    found = Entry.objects.filter(batch=batch, state__in=states).select_related("enterprise")
    return found.order_by("enterprise__prefecture", "enterprise__name", "pk")
