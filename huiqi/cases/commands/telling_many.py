"""The same word about many cases, to their staff and to their requesters, in a few queries.

Who has several of them hears once: a person of whom a holiday moves forty cases needs no forty notices.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power, roles_with
from huiqi.cases.models import Case
from huiqi.cases.notices import CLOCK_MOVED, PROGRESS
from huiqi.messages.commands.bulk import put_notices, queue_messages
from huiqi.messages.models import Delivery, Notice
from huiqi.messages.wording import SIGNATURE

_HANDLERS, _DISPATCHERS = roles_with(Power.HANDLE_CASES), roles_with(Power.DISPATCH_CASES)


class Told(NamedTuple):
    """What telling needs of a case; thousands at once, so no row of a model."""

    pk: int
    public_id: str
    number: str
    requester_id: int | None
    handler_id: int | None
    lead_id: int | None
    desk_id: int


class Said(NamedTuple):
    """The sentence about one case (with `%(number)s`) and the one about several."""

    one: str
    several: str


class _Pages(NamedTuple):
    """Where a notice leads: the address of one case's page, and of the list."""

    case: str
    cases: str


def tell_staff_of(cases: Sequence[Told], said: Said, *, at: datetime, once: str) -> None:
    """Tell who works on each of these cases: handler, else lead's people, else desk's; each person once."""
    units = {unit for case in cases for unit in (case.lead_id, case.desk_id) if unit is not None}
    people = User.objects.filter(unit__in=units, is_active=True, is_role_confirmed=True).order_by("pk")
    by_unit: dict[int, list[User]] = defaultdict(list)
    for person in people.only("unit", "role"):
        by_unit[person.unit_id or 0].append(person)
    theirs: dict[int, list[Told]] = defaultdict(list)
    for case in cases:
        for person in _staff(case, by_unit):
            theirs[person.pk].append(case)
    _put(theirs, CLOCK_MOVED, said, _pages("cases:case", "cases:queue"), at=at, once=once)


def _staff(case: Told, by_unit: Mapping[int, list[User]]) -> Iterable[User]:
    led = by_unit.get(case.lead_id or 0, [])
    own = [person for person in led if person.pk == case.handler_id]
    if own:
        return own
    handlers = [person for person in led if person.role in _HANDLERS]
    return handlers or [user for user in by_unit.get(case.desk_id, []) if user.role in _DISPATCHERS]


def tell_requesters_of(cases: Sequence[Told], said: Said, *, at: datetime, once: str) -> None:
    """Tell the requesters: each once on the page of the account, or by text message, where there is only a
    number, of each case, because it is asked after by its own."""
    theirs: dict[int, list[Told]] = defaultdict(list)
    for case in cases:
        if case.requester_id is not None:
            theirs[case.requester_id].append(case)
    _put(theirs, PROGRESS, said, _pages("cases:own_case", "cases:own"), at=at, once=once)
    without = [case.pk for case in cases if case.requester_id is None]
    rows = Case.objects.filter(pk__in=without).order_by("pk")
    queue_messages(
        Delivery(
            purpose="case",
            phone=phone,
            text=f"{SIGNATURE}{said.one % {'number': number}}请凭编号和查询码在惠企查看。",
            made_at=at,
            once_key=f"{PROGRESS}:{public_id}:{once}",
        )
        for public_id, number, phone in rows.values_list("public_id", "number", "requester_phone")
        if phone
    )


def _pages(case: str, cases: str) -> _Pages:
    # Resolved once: thousands of times take seconds.
    return _Pages(reverse(case, args=[_ANY]), reverse(cases))


# An id of the right shape, to be replaced.
_ANY = "0" * 16


def _put(  # noqa: PLR0913  each is a fact about the notices
    theirs: Mapping[int, Sequence[Told]], kind: str, said: Said, pages: _Pages, *, at: datetime, once: str
) -> None:
    """A notice for each person; who had one under this key already: it now speaks of several."""
    known = Notice.objects.filter(kind=kind, once_key=once, user__in=theirs).order_by()
    told = set(known.values_list("user", flat=True))
    known.exclude(text=said.several).update(text=said.several, url=pages.cases, read_at=None, at=at)
    put_notices(
        Notice(
            user_id=person,
            kind=kind,
            text=said.one % {"number": cases[0].number} if len(cases) == 1 else said.several,
            url=pages.case.replace(_ANY, cases[0].public_id) if len(cases) == 1 else pages.cases,
            at=at,
            once_key=once,
        )
        for person, cases in theirs.items()
        if person not in told
    )
