"""People of a unit who handle its cases."""

from django.db.models import QuerySet

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.cases.queries.people import people_with


def colleagues_of(unit: Unit, user: User) -> QuerySet[User]:
    """Who of the unit may take an order over from this person."""
    return people_with(unit, Power.HANDLE_CASES).exclude(pk=user.pk)
