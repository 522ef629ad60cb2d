"""How much each unit has on hand, beside the choice of whom to give a case to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from huiqi.accounts.functions import Function
from huiqi.accounts.models import Unit, UnitKind
from huiqi.cases.items.definition import Lead
from huiqi.cases.models import Case, CaseQuerySet, Order, OrderMode, OrderPart, OrderState
from huiqi.cases.queries.items import topic_of
from huiqi.cases.queries.mandates import mode_for
from huiqi.cases.queries.suggestions import DAYS, LEAST_ALIKE, suggest_units
from huiqi.cases.queries.units import chain_above, level_of
from huiqi.core.messages import Message, gettext_noop

MOST_OFFERED = 8
MOST_UNITS = 30
# So many of a desk's open cases say whom it gives to.
MOST_CASES = 1_000
# What is due within a day and a night counts as due soon: the next working day at the latest in most weeks.
SOON = timedelta(days=1)
_BY_CUSTOM = gettext_noop("近%(days)s天同类%(count)s件派往%(unit)s")
_BY_TOPIC = gettext_noop("主题“%(topic)s”由%(unit)s牵头")
_BY_NAME = gettext_noop("诉求人写明的单位是%(unit)s")


@dataclass(frozen=True)
class Load:
    """What lies open at a unit: orders, those due within a day, those late, and how many each person has."""

    open: int = 0
    soon: int = 0
    late: int = 0
    people: tuple[tuple[str, int], ...] = ()


def loads(units: Iterable[int], at: datetime) -> dict[int, Load]:
    """The load of units by key; two queries."""
    return _with_people(_counted(Order.objects.open().filter(unit__in=list(units)), at))


def _counted(orders: QuerySet[Order], at: datetime) -> dict[int, Load]:
    running = Q(case__is_paused=False)
    counted = (
        orders.order_by()
        .values("unit")
        .annotate(
            open=Count("pk"),
            soon=Count("pk", filter=running & Q(case__due_at__gte=at, case__due_at__lt=at + SOON)),
            late=Count("pk", filter=running & Q(case__due_at__lt=at)),
        )
    )
    return {row["unit"]: Load(row["open"], row["soon"], row["late"]) for row in counted}


def _with_people(found: Mapping[int, Load]) -> dict[int, Load]:
    people: dict[int, list[tuple[str, int]]] = {}
    rows = Order.objects.open().filter(unit__in=list(found), handler__isnull=False).order_by()
    by_person = rows.values("unit", "handler__name").annotate(count=Count("pk"))
    for row in by_person.order_by("unit", "-count", "handler__name"):
        people.setdefault(row["unit"], []).append((row["handler__name"], row["count"]))
    return {unit: replace(load, people=tuple(people.get(unit, ()))) for unit, load in found.items()}


@dataclass(frozen=True)
class Candidate:
    """A unit that may lead: why it is offered (None: it merely lies near), by what right, its load."""

    unit: Unit
    reason: Message | None
    mode: OrderMode
    load: Load
    has_it: bool = False


def candidates(case: Case, *, at: datetime) -> list[Candidate]:
    """Units to give a case to, those suggested first, then the desk itself, offices and parks near by."""
    suggested = suggest_units(case, at=at)
    reasons: dict[int, Message | None] = {each.unit.pk: each.reason for each in suggested}
    units = [each.unit for each in suggested]
    for unit in (case.desk, *_near(case)):
        if unit.pk not in reasons and unit.is_active:
            reasons[unit.pk] = None
            units.append(unit)
    units = units[:MOST_OFFERED]
    found, authority = loads([unit.pk for unit in units], at), topic_of(case.edition.definition, case.topic)
    return [
        Candidate(
            unit,
            reasons[unit.pk],
            mode_for(case.desk, unit, authority.lead.authority),
            found.get(unit.pk, Load()),
            unit.pk == case.lead_id,
        )
        for unit in units
    ]


def _near(case: Case) -> list[Unit]:
    """Offices of the case's line below its desk, and authorities of its county."""
    below = [unit for unit in chain_above(case.prefecture) if unit.pk != case.desk_id]
    below = [unit for unit in below if level_of(unit) != "province"] if case.prefecture else []
    others = Unit.objects.filter(region=case.prefecture or "0", is_active=True)
    kinds = [UnitKind.AUTHORITY, UnitKind.PARK]
    return [*below, *others.filter(kind__in=kinds).order_by("pk")]


# --- many at once -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hint:
    """To whom a case of a list would go, and why."""

    unit: Unit
    reason: Message


def hints(cases: Sequence[Case], definitions: Mapping[int, Any], at: datetime) -> dict[int, Hint]:
    """The first suggestion for each case of a list (queries.suggestions, in a constant number of queries).

    `definitions`: edition key → definition.
    """
    refused: dict[int, set[int]] = {}
    returned = Order.objects.filter(case__in=cases, state=OrderState.RETURNED).order_by("pk")
    for key, unit in returned.values_list("case", "unit"):
        refused.setdefault(key, set()).add(unit)
    custom = _custom(cases, at)
    topics = {case.pk: topic_of(definitions[case.edition_id], case.topic) for case in cases}
    units = _units_for(cases, topics.values(), {key for rows in custom.values() for key, _count in rows})
    found = {}
    for case in cases:
        hint = _hint(case, topics[case.pk], units, custom, refused.get(case.pk, set()))
        if hint is not None:
            found[case.pk] = hint
    return found


def _units_for(cases: Sequence[Case], topics: Iterable[Any], by_custom: set[int]) -> dict[int, Unit]:
    """Every unit that `_hint` could name for one of the cases: those of its county, city and province, those
    it goes to by custom, and banks, which are found by name, where a topic asks for one."""
    if not cases:
        return {}
    places = {place for case in cases for place in (case.prefecture, f"{case.prefecture[:4]}00")}
    near = Q(region__in=places | {""}) | Q(region__endswith="0000") | Q(pk__in=by_custom)
    if any(topic.lead.function == Function.BANK for topic in topics):
        near |= Q(function=Function.BANK)
    units = Unit.objects.filter(near, is_active=True).only("name", "kind", "region", "function")
    return {unit.pk: unit for unit in units.order_by("pk")}


def _custom(cases: Sequence[Case], at: datetime) -> dict[tuple[str, str, str], list[tuple[int, int]]]:
    kinds = {(case.item, case.topic, case.prefecture) for case in cases}
    if not kinds:
        return {}
    # Each kind for itself, which an index seeks: all of their items in all of their counties are a thousand
    # times as many.
    alike = (Q(case__item=item, case__topic=topic, case__prefecture=place) for item, topic, place in kinds)
    rows = Order.objects.filter(
        reduce(or_, alike),
        part=OrderPart.LEAD,
        state__in=[OrderState.SIGNED, OrderState.ANSWERED],
        sent_at__gte=at - timedelta(days=DAYS),
        sent_at__lte=at,
    ).exclude(case__in=cases)
    counted = rows.order_by().values("case__item", "case__topic", "case__prefecture", "unit")
    found: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for row in counted.annotate(count=Count("case", distinct=True)).order_by("-count", "unit"):
        if row["count"] >= LEAST_ALIKE:
            key = (row["case__item"], row["case__topic"], row["case__prefecture"])
            found.setdefault(key, []).append((row["unit"], row["count"]))
    return found


def _hint(
    case: Case,
    topic: Any,
    units: Mapping[int, Unit],
    custom: Mapping[tuple[str, str, str], list[tuple[int, int]]],
    refused: set[int],
) -> Hint | None:
    if topic.lead.function == Function.BANK:
        return _named_bank(case, units, refused)
    for key, count in custom.get((case.item, case.topic, case.prefecture), ()):
        if key in units and key not in refused:
            said = {"days": DAYS, "count": count, "unit": units[key].name}
            return Hint(units[key], Message(_BY_CUSTOM, said))
    unit = _lead(topic.lead, case.prefecture, units)
    if unit is None or unit.pk in refused:
        return None
    return Hint(unit, Message(_BY_TOPIC, {"topic": topic.title, "unit": unit.name}))


def _named_bank(case: Case, units: Mapping[int, Unit], refused: set[int]) -> Hint | None:
    named = str(case.answers.get("bank_name", ""))
    for unit in units.values():
        fits = unit.function == Function.BANK and named and (unit.name in named or named in unit.name)
        if fits and unit.pk not in refused:
            return Hint(unit, Message(_BY_NAME, {"unit": unit.name}))
    return None


_STEM = {"county": 6, "city": 4, "province": 2}


def _lead(lead: Lead, prefecture: str, units: Mapping[int, Unit]) -> Unit | None:
    """queries.units.lead_for over units at hand."""
    if lead.function == Function.SME:
        size = _STEM.get(lead.level, 2)
        code = (prefecture or "")[:size].ljust(6, "0")
        offices = [unit for unit in units.values() if level_of(unit) == lead.level]
        return next((unit for unit in offices if lead.level == "province" or unit.region == code), None)
    near = [unit for unit in units.values() if unit.function == lead.function and _covers(unit, prefecture)]
    return max(near, key=lambda unit: len(unit.region.rstrip("0")), default=None)


def _covers(unit: Unit, prefecture: str) -> bool:
    stem = unit.region.removesuffix("00").removesuffix("00")
    return prefecture.startswith(stem) if prefecture else unit.region.endswith("0000")


def desk_loads(cases: CaseQuerySet, at: datetime) -> list[tuple[Unit, Load]]:
    """The units to which these cases' open orders went (of MOST_CASES, those that end first) and which have
    most open, the latest first; what is late and who has how many is asked of those shown alone."""
    first = cases.order_by("due_at", "pk").values("pk")[:MOST_CASES]
    given = Order.objects.open().filter(case__in=first).order_by().values("unit")
    by_unit = Order.objects.open().filter(unit__in=given).order_by().values("unit")
    most = by_unit.annotate(count=Count("pk")).order_by("-count", "unit")[:MOST_UNITS]
    found = loads([row["unit"] for row in most], at)
    laden = sorted(found.items(), key=lambda row: (-row[1].late, -row[1].open, row[0]))
    shown = Unit.objects.order_by("pk").in_bulk(found)
    return [(shown[key], load) for key, load in laden]
