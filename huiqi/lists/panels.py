"""What the lists offer to other pages: the firm's page, the desk, the search."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import Hit
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.disputes import is_member
from huiqi.enterprises.queries.firm_page import days_shown
from huiqi.lists.models import EntryState, ListBatch
from huiqi.lists.models.batches import BatchState, Secrecy
from huiqi.lists.models.entries import Entry
from huiqi.lists.queries.book import kinds
from huiqi.lists.queries.comparison import log_of
from huiqi.lists.queries.notices import SHOWN_IN_NOTICE
from huiqi.lists.queries.pages import batches_of, desk_work

LIVE = (EntryState.PROPOSED, EntryState.RETURNED, EntryState.RECOMMENDED, EntryState.ACCEPTED)


def firm_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """所在名单: the lists a firm is, was or may be on; for staff all they may open, for the firm its own."""
    user, today = request.user, clock.today()
    entries = Entry.objects.filter(enterprise=subject).select_related("batch")
    entries = entries.order_by("-valid_from", "-pk")
    if may(user, Power.VIEW_LISTS, today):  # type: ignore[arg-type]
        seen = ListBatch.objects.visible_to(user, today).order_by()
        entries = entries.filter(batch__in=seen.values("pk"))
    elif may(user, Power.ACT_FOR_FIRM, today):  # type: ignore[arg-type]
        entries = entries.filter(_decided() | _under_notice())
    else:
        return None
    days = days_shown(subject, clock.today())
    book, on = kinds(), days.on
    if days.is_past:
        entries = entries.in_force_on(on, days.known_on)
    rows = [(row, book.get(row.batch.kind), _is_member(row, on)) for row in entries[:50]]
    links = may(user, Power.VIEW_LISTS, today)  # type: ignore[arg-type]
    return {"rows": rows, "links": links, "on": on, "is_past": days.is_past}


def _decided() -> Q:
    """A firm sees what was decided about it, not what offices still weigh."""
    shown = ListBatch.objects.published().open_to_staff().order_by()
    return Q(batch__in=shown.values("pk"), state__in=[EntryState.PUBLISHED, EntryState.REMOVED])


def _under_notice() -> Q:
    """What everybody may read under public notice, the firm may first."""
    noticed = Q(batch__state=BatchState.NOTICING, batch__secrecy=Secrecy.PUBLIC)
    return noticed & Q(state__in=SHOWN_IN_NOTICE)


def _is_member(row: Entry, on: Any) -> bool:
    begun = row.state == EntryState.PUBLISHED and row.valid_from is not None and row.valid_from <= on
    return begun and (row.valid_to is None or on <= row.valid_to)


def desk_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The work of the lists that waits for this person."""
    user, today = request.user, clock.today()
    if not may(user, Power.VIEW_LISTS, today):  # type: ignore[arg-type]
        return None
    work = desk_work(user, clock.today(), today)  # type: ignore[arg-type]
    return None if work.is_empty else {"work": work}


def find_lists(request: HttpRequest, words: str, limit: int) -> list[Hit]:
    """Batches by title or document number, and kinds by title, that the person may open."""
    user, today = request.user, clock.today()
    if not isinstance(user, User) or not may(user, Power.VIEW_LISTS, today):
        return []
    sees_all = may(user, Power.VIEW_KEY_MATERIALS, today)
    found = [
        Hit(kind.title, reverse("lists:kind", args=[kind.id]), kind.issuer)
        for kind in kinds().values()
        if words in kind.title and (sees_all or kind.secrecy != "compartment")
    ]
    batches = batches_of(user, today, words=words)[:limit]
    found += [
        Hit(batch.title, reverse("lists:batch", args=[batch.public_id]), str(batch.get_state_display()))
        for batch in batches
    ]
    return found[:limit]


def comparison_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """名单比对记录: what the firm's code was sent for, with the answers.

    For its own people and for offices of its area that may ask; whoever else sees the firm is shown none.
    """
    user, today = request.user, clock.today()
    if not isinstance(user, User):
        return None
    asks = Enterprise.objects.changeable_by(user, Power.COMPARE_LISTS, today).filter(pk=subject.pk).exists()
    if not (asks or is_member(user, subject)):
        return None
    log = log_of(subject, clock.today())
    return {"log": log} if log else None
