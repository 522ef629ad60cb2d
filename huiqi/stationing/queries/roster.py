"""The roster: which key firms have which officer, where one is lacking, who has too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power, roles_with
from huiqi.accounts.queries.people import scope_with
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.statements import facts_on
from huiqi.stationing.models import Handover, Line, Stationing

LIST_FACT = "provincial_key_contact"


def is_key_contact(enterprise: Enterprise, on: date) -> bool:
    """Whether the firm is on the provincial key-contact list on that day, by its statements."""
    return facts_on(enterprise, on).facts.get(LIST_FACT) is True


@dataclass(frozen=True)
class Wanted:
    """The roster's filters; empty shows all."""

    county: str = ""
    words: str = ""
    officer: str = ""
    only_gaps: bool = False


def firms_on_roster(user: Any, wanted: Wanted, today: date) -> EnterpriseQuerySet:
    """Firms the person may station officers at: on the key-contact list, with an officer all the same, or
    asked for by whole name or code (so that a firm off the list can be found for an exception).
    """
    firms = Enterprise.objects.changeable_by(user, Power.STATION_OFFICERS, today)
    stationed = Stationing.objects.open().filter(enterprise=OuterRef("pk"))
    named = Q(name=wanted.words) | Q(credit_code=wanted.words.upper()) if wanted.words else Q(pk__in=[])
    firms = firms.filter(Q(**{LIST_FACT: True}) | Exists(stationed) | named)
    if wanted.county:
        firms = firms.filter(prefecture=wanted.county)
    if wanted.words:
        firms = firms.filter(Q(name__contains=wanted.words) | Q(credit_code=wanted.words.upper()))
    if wanted.officer:
        firms = firms.filter(Exists(stationed.filter(officer__public_id=wanted.officer)))
    if wanted.only_gaps:
        firms = firms.filter(~Exists(stationed))
    return firms.annotate(has_officer=Exists(stationed)).order_by("has_officer", "prefecture", "name", "pk")


def with_rows(firms: EnterpriseQuerySet, today: date) -> EnterpriseQuerySet:
    """The same firms with what the roster shows of each, in two more queries."""
    open_rows = Stationing.objects.open().select_related("officer__unit").order_by("pk")
    lines = Line.objects.running_on(today).order_by("product")
    return firms.prefetch_related(
        Prefetch("stationings", open_rows, to_attr="open_stationings"),
        Prefetch("key_lines", lines, to_attr="lines"),
    )


@dataclass(frozen=True)
class Gaps:
    """Numbers on top of the roster."""

    firms: int
    without_officer: int


def gaps_of(user: Any, today: date) -> Gaps:
    """Firms on the list in the person's area, and those without an officer; one query."""
    firms = Enterprise.objects.changeable_by(user, Power.STATION_OFFICERS, today).filter(**{LIST_FACT: True})
    stationed = Stationing.objects.open().filter(enterprise=OuterRef("pk"))
    alone = Count("pk", filter=~Exists(stationed))
    return Gaps(**firms.order_by().aggregate(firms=Count("pk"), without_officer=alone))


def overloaded_among(officers: Iterable[Any]) -> list[Any]:
    """Those of `assignable_officers` with more firms than one can look after."""
    return [officer for officer in officers if officer.load > settings.HUIQI_FIRMS_PER_OFFICER]


def assignable_officers(user: Any, today: date) -> Any:
    """Stationed officers whose unit lies in the person's area, with `load`, the firms they have now."""
    scope = scope_with(user, Power.STATION_OFFICERS, today)
    roles = roles_with(Power.REPORT_KEY_MATERIALS)
    officers = User.objects.filter(is_active=True, role__in=roles, unit__isnull=False).select_related("unit")
    inside = [o.pk for o in officers.order_by("pk") if o.unit and scope.admits(o.unit.region, o.unit_id)]
    load = Count("stationings", filter=Q(stationings__to_on=None), distinct=True)
    return (
        User.objects.filter(pk__in=inside).select_related("unit").annotate(load=load).order_by("name", "pk")
    )


def changeable_stationings(user: Any, today: date) -> QuerySet[Stationing]:
    """Stationings at firms for which the person may station officers."""
    firms = Enterprise.objects.changeable_by(user, Power.STATION_OFFICERS, today).order_by()
    return Stationing.objects.filter(enterprise__in=firms.values("pk")).select_related(
        "enterprise", "officer__unit"
    )


def readable_stationings(user: Any, today: date) -> QuerySet[Stationing]:
    """Those, and one's own: as the officer, or as the one who took over from or handed over to them."""
    mine = Q(officer=user) | Q(handed_to__incoming__officer=user) | Q(handed_from__outgoing__officer=user)
    keys = Stationing.objects.filter(mine).order_by().values("pk")
    changeable = changeable_stationings(user, today).order_by().values("pk")
    rows = Stationing.objects.filter(Q(pk__in=keys) | Q(pk__in=changeable))
    return rows.select_related("enterprise", "officer__unit", "assigned_by", "ended_by")


def handovers_of(user: User) -> QuerySet[Handover]:
    """Handovers in which the person was one of the two officers, newest first."""
    rows = Handover.objects.filter(Q(outgoing__officer=user) | Q(incoming__officer=user))
    related = ("outgoing__officer", "incoming__officer", "outgoing__enterprise")
    return rows.select_related(*related).order_by("-at", "-pk")
