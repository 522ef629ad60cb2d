"""Notices along the chain: a batch is opened for collecting, firms come up, firms come back.

They name the batch and no firm; of a batch kept close not even its title, as notices go out by mail too.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.core.language import day_words
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch, Secrecy
from huiqi.lists.notice_kinds import COLLECTING, HANDED_UP, RETURNED
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.offices import Desk
from huiqi.lists.queries.recipients import Place, asked_people, people_at, people_of
from huiqi.messages.commands.notices import notify_all, settle_about

_WAITING = (EntryState.PROPOSED, EntryState.RETURNED, EntryState.RECOMMENDED)


def tell_of_collecting(batch: ListBatch, *, actor: User, today: date, at: datetime) -> None:
    """Tell the recommending offices that firms may be proposed, and until when."""
    words = {"title": _name(batch)}
    text = _("%(title)s开始征集，请推荐企业。") % words
    if batch.collect_until is not None:
        day = {**words, "day": day_words(batch.collect_until)}
        text = _("%(title)s开始征集，%(day)s截止，请推荐企业。") % day
    people = asked_people(kind_called(batch.kind).chain, batch.secrecy, today)
    settle_about([batch], COLLECTING, at=at)
    notify_all(_others(people, actor), COLLECTING, text, _address(batch), at=at, about=batch)


def tell_next_offices(
    batch: ListBatch,
    moved: Iterable[tuple[str, Place]],
    *,
    actor: User,
    today: date,
    at: datetime,
    is_back: bool,
) -> None:
    """Tell the offices to which firms moved, given as (level, place of the firm).

    What comes up is told once a day and batch, since an office may send up firms one by one and the desk
    counts them; every return is told.
    """
    by_level: dict[str, set[Place]] = {}
    count = 0
    for level, place in moved:
        by_level.setdefault(level, set()).add(place)
        count += 1
    words = {"title": _name(batch), "count": count}
    up = _("%(title)s有企业报来，轮到您单位办理。") % words
    text = _("%(title)s有%(count)s家企业被退回，请按退回意见补正。") % words if is_back else up
    key = "" if is_back else f"{batch.public_id}:{today.isoformat()}"
    kind = RETURNED if is_back else HANDED_UP
    link = _address(batch) + "?mine=1"
    for level, places in by_level.items():
        people = people_at(level, places, batch.secrecy, today)
        notify_all(_others(people, actor), kind, text, link, at=at, once_key=key, about=batch)


def settle_turns(batch: ListBatch, desks: Iterable[Desk], *, today: date, at: datetime) -> None:
    """An office with nothing of the batch left to do need not read that something waits for it."""
    for desk in desks:
        mine = desk.scope.rows("enterprise__")
        waiting = Entry.objects.filter(mine, batch=batch, level=desk.level, state__in=_WAITING)
        if not waiting.exists():
            people = people_of(desk.unit, batch.secrecy, today)
            settle_about([batch], HANDED_UP, RETURNED, at=at, users=people)


def settle_batch(batch: ListBatch, *, at: datetime) -> None:
    """What the batch asked of the offices is over with its stage: collecting, then the whole of it."""
    if batch.state in (BatchState.PUBLISHED, BatchState.CLOSED):
        settle_about([batch], COLLECTING, HANDED_UP, RETURNED, at=at)
    elif batch.state != BatchState.COLLECTING:
        settle_about([batch], COLLECTING, at=at)


def _others(people: Iterable[User], actor: User) -> list[User]:
    return [person for person in people if person.pk != actor.pk]


def _name(batch: ListBatch) -> str:
    return _("一批限定知悉的名单") if batch.secrecy == Secrecy.COMPARTMENT else f"“{batch.title}”"


def _address(batch: ListBatch) -> str:
    return reverse("lists:batch", args=[batch.public_id])
