"""Which units an office may put on the ledger."""

from datetime import date

from django.db.models import Q, QuerySet

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with


def units_in(user: User, today: date) -> QuerySet[Unit]:
    """Active units whose region lies where the person dispatches; parks only the person's own or below.

    A unit has a region and no county column, so the scope's areas are read here; `put_on_ledger` asks the
    scope itself once the row stands.
    """
    wanted = Q(pk__in=[])
    for area in scope_with(user, Power.DISPATCH_CASES, today).areas:
        if area.park_id is not None:
            wanted |= Q(pk=area.park_id)
        elif area.region is not None:
            inside = Q(region__startswith=area.region)
            for code in area.excluded:
                inside &= ~Q(region=code)
            wanted |= inside
    return Unit.objects.filter(wanted, is_active=True).order_by("name", "pk")
