"""The same word about many cases, to their staff and to their requesters, in a few queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power, roles_with
from huiqi.cases.commands.telling import own_page, staff_page
from huiqi.cases.models import Case
from huiqi.cases.notices import CLOCK_MOVED, PROGRESS
from huiqi.messages.commands.bulk import put_notices, queue_messages
from huiqi.messages.models import Delivery, Notice
from huiqi.messages.wording import SIGNATURE

_HANDLERS, _DISPATCHERS = roles_with(Power.HANDLE_CASES), roles_with(Power.DISPATCH_CASES)


def tell_staff_of(cases: Sequence[Case], template: str, *, at: datetime, once: str) -> None:
    """Tell who works on each of these cases (one at least): handler, else lead's people, else desk's."""
    # The address of one case, made into that of each: resolving it thousands of times takes seconds.
    page, first = staff_page(cases[0]), cases[0].public_id
    units = {unit for case in cases for unit in (case.lead_id, case.desk_id) if unit is not None}
    people = User.objects.filter(unit__in=units, is_active=True, is_role_confirmed=True).order_by("pk")
    by_unit: dict[int, list[User]] = {}
    for person in people:
        by_unit.setdefault(person.unit_id or 0, []).append(person)
    put_notices(
        Notice(
            user=person,
            kind=CLOCK_MOVED,
            text=template % {"number": case.number},
            url=page.replace(first, case.public_id),
            at=at,
            once_key=f"{case.public_id}:{once}",
        )
        for case in cases
        for person in _staff(case, by_unit)
    )


def _staff(case: Case, by_unit: dict[int, list[User]]) -> Iterable[User]:
    led = by_unit.get(case.lead_id or 0, [])
    own = [person for person in led if person.pk == case.handler_id]
    if own:
        return own
    handlers = [person for person in led if person.role in _HANDLERS]
    return handlers or [user for user in by_unit.get(case.desk_id, []) if user.role in _DISPATCHERS]


def tell_requesters_of(cases: Sequence[Case], template: str, *, at: datetime, once: str) -> None:
    """Tell the requesters: on the page of the account, or by text message when there is only a number."""
    page, first = own_page(cases[0]), cases[0].public_id
    put_notices(
        Notice(
            user_id=case.requester_id,
            kind=PROGRESS,
            text=template % {"number": case.number},
            url=page.replace(first, case.public_id),
            at=at,
            once_key=f"{case.public_id}:{once}",
        )
        for case in cases
        if case.requester_id is not None
    )
    without = [case.pk for case in cases if case.requester_id is None]
    rows = Case.objects.filter(pk__in=without).only("public_id", "number", "requester_phone").order_by("pk")
    queue_messages(
        Delivery(
            purpose="case",
            phone=row.requester_phone,
            text=f"{SIGNATURE}{template % {'number': row.number}}请凭编号和查询码在惠企查看。",
            made_at=at,
            once_key=f"{PROGRESS}:{row.public_id}:{once}",
        )
        for row in rows
        if row.requester_phone
    )
