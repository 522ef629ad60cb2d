"""What the cases offer elsewhere: the search of the whole site."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.models import Case
from huiqi.cases.queries.queue import found_among, is_phone
from huiqi.cases.queries.rows import Row, for_rows, rows_of
from huiqi.cases.queries.veil import veil_of
from huiqi.core import clock
from huiqi.core.slots import Hit


def cases_found(request: HttpRequest, words: str, limit: int) -> Sequence[Hit]:
    """Cases this person may open, by number, or by words of title and firm; never by telephone number."""
    user, today = request.user, clock.today()
    if not isinstance(user, User) or not words.strip() or is_phone(words):
        return ()
    if not may(user, Power.VIEW_CASES, today) and not may(user, Power.HANDLE_CASES, today):
        return ()
    seen = found_among(Case.objects.visible_to(user, today), words, veil_of(user, today))
    rows = for_rows(seen).order_by("-opened_at", "-pk")[:limit]
    return tuple(_hit(row) for row in rows_of(rows, clock.now(), user))


def _hit(row: Row) -> Hit:
    parts = (row.case.spoken_number, str(row.look.label), row.firm)
    url = reverse("cases:case", args=[row.case.public_id])
    return Hit(row.title, url, " · ".join(part for part in parts if part))
