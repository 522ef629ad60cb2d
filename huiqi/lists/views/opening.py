"""Fetch and authorise in one step, and the three answers to "when" that every act needs."""

from datetime import date, datetime
from typing import TypedDict

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from huiqi.accounts.gates import user_of
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.lists.models import Entry, ListBatch
from huiqi.lists.queries.offices import province_desk


class When(TypedDict):
    """`on`: the day that counts (the site's reference date); `today`: of permissions; `at`: the instant."""

    on: date
    today: date
    at: datetime


def when() -> When:
    """Now, for a command."""
    return {"on": clock.today(), "today": clock.today(), "at": clock.now()}


def open_batch(request: HttpRequest, public_id: str) -> ListBatch:
    """The batch, or 404 when the person may not open it."""
    batches = ListBatch.objects.visible_to(request.user, clock.today())
    return get_object_or_404(batches.select_related("unit"), public_id=public_id)


def open_entry(request: HttpRequest, public_id: str) -> Entry:
    """The entry of a firm in the person's scope, or 404."""
    rows = Entry.objects.visible_to(request.user, clock.today())
    return get_object_or_404(
        rows.select_related("batch__unit", "enterprise", "form_version", "form_by"), public_id=public_id
    )


def is_publisher(request: HttpRequest) -> bool:
    """Whether the person runs batches."""
    return province_desk(user_of(request), Power.PUBLISH_LISTS, clock.today()) is not None


def version_of(request: HttpRequest) -> int | None:
    """The version the form was shown at; nonsense counts as an outdated one."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 9 else -1
