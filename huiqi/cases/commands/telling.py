"""Notices about a case to the people of a unit and to the requester: a number and a link, nothing else."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.models import Deputyship, Unit, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.cases.models import Case, Order
from huiqi.cases.notices import NEW_ON_DESK
from huiqi.cases.queries.people import offices_above, people_with, supervisors_of
from huiqi.cases.queries.reminded import with_deputies
from huiqi.messages.commands.deliveries import queue_message
from huiqi.messages.commands.notices import notify_all
from huiqi.messages.models import Delivery
from huiqi.messages.wording import SIGNATURE


def tell_people(  # noqa: PLR0913  whom, of what, and when it is settled
    people: Iterable[User],
    case: Case,
    kind: str,
    template: str,
    *,
    at: datetime,
    actor: User | None = None,
    about: Model | None = None,
) -> None:
    """Tell these people and their deputies, but not who did it; each at most once a day of one kind
    about one case, unless the task was settled in between.

    `template` is Chinese with `%(number)s`: a notice is written in the reader's tongue, not the actor's.
    `about` is the row whose end settles the notice (messages' settle_about): an order, a clock, the case.
    """
    present = with_deputies(people, timezone.localdate(at))
    others = [person for person in present if actor is None or person.pk != actor.pk]
    text = template % {"number": case.number}
    notify_all(others, kind, text, staff_page(case), at=at, once_key=_once(case, at, about), about=about)


def tell_desk(case: Case, kind: str, template: str, *, at: datetime, actor: User | None) -> None:
    """Tell who dispatches at the case's desk."""
    people = people_with(case.desk, Power.DISPATCH_CASES)
    tell_people(people, case, kind, template, at=at, actor=actor, about=case)


def tell_of_new(case: Case, template: str, *, at: datetime, actor: User | None) -> None:
    """Tell who dispatches at the desk, and who fills in for them, of a case just registered: slim queries, as
    intake is where many come at once. A case is new once, so no key keeps it from twice."""
    here = {"unit": case.desk_id, "role__in": roles_with(Power.DISPATCH_CASES)}
    there = {"is_active": True, "is_role_confirmed": True}
    keys = set(User.objects.filter(**here, **there).order_by().values_list("pk", flat=True))
    if not keys:
        return
    posts = Deputyship.objects.valid_on(timezone.localdate(at)).filter(absent__in=keys)
    able = posts.filter(deputy__is_active=True, deputy__is_role_confirmed=True)
    keys |= set(able.order_by().values_list("deputy", flat=True))
    people = [User(pk=key) for key in sorted(keys - {actor.pk if actor else 0})]
    text = template % {"number": case.number}
    notify_all(people, NEW_ON_DESK, text, staff_page(case), at=at, about=case)


def tell_reviewers(  # noqa: PLR0913  as above
    case: Case,
    kind: str,
    template: str,
    *,
    at: datetime,
    actor: User | None,
    about: Model | None = None,
) -> None:
    """Tell who reviews at the desk; when nobody but the actor does there, the office above."""
    for office in (case.desk, *offices_above(case.desk)):
        people = [user for user in people_with(office, Power.REVIEW_ANSWERS) if user != actor]
        if people:
            tell_people(people, case, kind, template, at=at, actor=actor, about=about or case)
            return


def tell_order(order: Order, kind: str, template: str, *, at: datetime, actor: User | None) -> None:
    """Tell the person who has taken the order on, else everybody of the unit who handles cases."""
    handler = order.handler
    is_there = handler is not None and handler.is_active and handler.unit_id == order.unit_id
    people = [handler] if handler is not None and is_there else _handlers(order.unit)
    tell_people(people, order.case, kind, template, at=at, actor=actor, about=order)


def tell_supervisors(case: Case, kind: str, template: str, *, at: datetime, actor: User | None) -> None:
    """Tell who supervises the desk."""
    tell_people(supervisors_of(case.desk), case, kind, template, at=at, actor=actor, about=case)


def tell_requester(case: Case, kind: str, template: str, *, at: datetime, actor: User | None = None) -> None:
    """Tell the requester: on the page of the account, or by text message when there is only a number."""
    if case.requester is not None:
        if actor is None or case.requester_id != actor.pk:
            text = template % {"number": case.number}
            once, page = _once(case, at), own_page(case)
            notify_all([case.requester], kind, text, page, at=at, once_key=once, about=case)
    elif case.requester_phone:
        text = f"{SIGNATURE}{template % {'number': case.number}}请凭编号和查询码在惠企查看。"
        # What was said before today must not keep other news back, nor the answer of another round.
        said = sha256(template.encode()).hexdigest()[:8]
        key = f"{kind}:{said}:{case.round}:{_once(case, at)}"
        sent = Delivery(purpose="case", phone=case.requester_phone, text=text, made_at=at, once_key=key)
        queue_message(sent)


def staff_page(case: Case) -> str:
    """The address of the case's page for staff."""
    return reverse("cases:case", args=[case.public_id])


def own_page(case: Case) -> str:
    """The address of the case's page for its requester."""
    return reverse("cases:own_case", args=[case.public_id])


def _handlers(unit: Unit) -> Iterable[User]:
    return people_with(unit, Power.HANDLE_CASES)


def _once(case: Case, at: datetime, about: Model | None = None) -> str:
    # An order or a question is a task of its own; clocks of one case remind once a day together.
    subject = getattr(about, "public_id", case.public_id)
    return f"{subject}:{timezone.localdate(at).isoformat()}"
