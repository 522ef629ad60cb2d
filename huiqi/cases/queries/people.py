"""Who of a unit is told about a case, and who may decide on one."""

from datetime import date

from django.db.models import QuerySet

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.accounts.queries.people import units_with
from huiqi.cases.models import Approval, ApprovalState, Case, CaseQuerySet
from huiqi.cases.queries.units import unit_above
from huiqi.cases.workflow import REVIEWED_TWICE, State, Step

# Longer than any line of offices: county, city, province.
_MOST_LEVELS = 6


def people_with(unit: Unit, power: Power) -> QuerySet[User]:
    """Active people of the unit whose role has the power."""
    people = User.objects.filter(unit=unit, is_active=True, is_role_confirmed=True)
    return people.filter(role__in=roles_with(power)).order_by("pk")


def offices_above(unit: Unit) -> list[Unit]:
    """The active offices above a unit, the nearest first."""
    found: list[Unit] = []
    above = unit_above(unit)
    while above is not None and len(found) < _MOST_LEVELS:
        found.append(above)
        above = unit_above(above)
    return found


def supervisors_of(unit: Unit) -> list[User]:
    """Who supervises a desk: people of the unit with that power, else those of the nearest office above."""
    for office in (unit, *offices_above(unit)):
        people = list(people_with(office, Power.SUPERVISE_CASES))
        if people:
            return people
    return []


def desks_of(user: User, power: Power, today: date) -> list[int]:
    """Keys of the desks a person decides for: the own ones, and those of all offices below.

    The office above stands in, so that an office of one person is no dead end: nobody decides on what he
    asked or answered himself.
    """
    own = frozenset(units_with(user, power, today))
    # Kept on the user object, which lives as long as one request: a desk asks for several kinds of work.
    kept: dict[frozenset[int], list[int]] = user.__dict__.setdefault("_desks", {})
    if own not in kept:
        kept[own] = _with_offices_below(own)
    return kept[own]


def _with_offices_below(units: frozenset[int]) -> list[int]:
    level = found = set(units)
    for _ in range(_MOST_LEVELS):
        level = set(Unit.objects.order_by().filter(parent__in=level).values_list("pk", flat=True)) - found
        if not level:
            break
        found = found | level
    return sorted(found)


def answers_to_review(user: User, today: date) -> CaseQuerySet:
    """Answers the person may review; see `may_confirm` for those that need the office above."""
    waiting = Case.objects.filter(state=State.ANSWERED)
    return waiting.filter(desk__in=desks_of(user, Power.REVIEW_ANSWERS, today))


def approvals_to_decide(user: User, today: date) -> QuerySet[Approval]:
    """Questions waiting for somebody of the desk or above, without those the person asked."""
    rows = Approval.objects.filter(state=ApprovalState.WAITING).exclude(asked_by=user)
    return rows.filter(case__desk__in=desks_of(user, Power.REVIEW_ANSWERS, today))


def answerer_of(case: Case) -> User | None:
    """Who entered the answer that stands now; None when there is none."""
    event = case.events.filter(kind=Step.ANSWER).select_related("actor").order_by("-at", "-pk").first()
    return event.actor if event else None


def may_confirm(case: Case, ending: str, user: User, today: date) -> bool:
    """Whether the person may approve this ending, having not answered it.

    Endings that end a firm's hope (REVIEWED_TWICE) are confirmed by an office above the desk or by a
    supervisor. Where there are neither, any other reviewer of the desk may: nothing waits for nobody.
    """
    if ending not in REVIEWED_TWICE:
        return True
    desks = {case.desk_id, *(office.pk for office in offices_above(case.desk))}
    if desks & set(units_with(user, Power.SUPERVISE_CASES, today)):
        return True
    if (desks - {case.desk_id}) & set(units_with(user, Power.REVIEW_ANSWERS, today)):
        return True
    return not _others_could_confirm(case)


def _others_could_confirm(case: Case) -> bool:
    answerer = answerer_of(case)
    supervisors = people_with(case.desk, Power.SUPERVISE_CASES)
    if answerer is not None:
        supervisors = supervisors.exclude(pk=answerer.pk)
    if supervisors.exists():
        return True
    return any(people_with(office, Power.REVIEW_ANSWERS).exists() for office in offices_above(case.desk))
