"""Who is reminded of a clock: whoever still has to do what it measures, and nobody who already did."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from huiqi.accounts.models import Deputyship, Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.models import Case, Clock
from huiqi.cases.queries.people import answerer_of, offices_above, people_with, supervisors_of
from huiqi.cases.workflow import Stage

# What somebody at the desk needs to do each stage; the other stages lie with a unit or the requester.
_AT_DESK = {
    Stage.ACCEPT: Power.DISPATCH_CASES,
    Stage.DISPATCH: Power.DISPATCH_CASES,
    Stage.REVIEW: Power.REVIEW_ANSWERS,
    Stage.CALL_BACK: Power.CALL_BACK,
    # The unit asked is not ours to remind: the desk asks again.
    Stage.CONSULT: Power.DISPATCH_CASES,
}


def people_to_remind(clock: Clock, case: Case, today: date) -> list[User]:
    """The people who can do what the clock measures, with who fills in for them today.

    An order: its handler, else everybody of its unit who handles cases. The desk's stages: its people with
    the power, of a review without who answered; a desk without such people: those of the office above.
    """
    stage = Stage(clock.stage)
    if stage in _AT_DESK:
        found = _desk_people(clock.unit if stage != Stage.CONSULT else case.desk, _AT_DESK[stage])
        answered = answerer_of(case) if stage == Stage.REVIEW else None
        people = [person for person in found if person != answered] or _above(case.desk, stage, answered)
    else:
        people = unit_people(clock, case)
    return with_deputies(people, today)


def unit_people(clock: Clock, case: Case) -> list[User]:
    """Who works on an order: its handler while there, else the unit's people, else the desk's."""
    order = clock.order
    if order is not None and clock.unit_id == order.unit_id:
        handler = order.handler
        if handler is not None and handler.is_active and handler.unit_id == order.unit_id:
            return [handler]
        handlers = list(people_with(order.unit, Power.HANDLE_CASES))
        if handlers:
            return handlers
    return _desk_people(case.desk, Power.DISPATCH_CASES)


def _desk_people(unit: Unit, power: Power) -> list[User]:
    for office in (unit, *offices_above(unit)):
        people = list(people_with(office, power))
        if people:
            return people
    return supervisors_of(unit)


def _above(desk: Unit, stage: Stage, answered: User | None) -> list[User]:
    for office in offices_above(desk):
        people = [person for person in people_with(office, _AT_DESK[stage]) if person != answered]
        if people:
            return people
    return supervisors_of(desk)


def heads_of(unit: Unit, desk: Unit) -> list[User]:
    """Who answers for a unit that does not act: its own supervisors or leader, else those of the desk."""
    return list(people_with(unit, Power.SUPERVISE_CASES)) or supervisors_of(desk)


def with_deputies(people: Iterable[User], today: date) -> list[User]:
    """These people and whoever fills in for one of them today, each once."""
    found = list(people)
    rows = Deputyship.objects.valid_on(today).filter(absent__in=found).order_by().values("deputy")
    deputies = User.objects.filter(Q(pk__in=rows), is_active=True, is_role_confirmed=True).order_by("pk")
    return list(dict.fromkeys([*found, *deputies]))
