"""To whom a line of the menu or a part of the desk is shown."""

from collections.abc import Callable

from django.http import HttpRequest

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.accounts.roles import Role
from huiqi.core import clock

Gate = Callable[[HttpRequest], bool]


def having(*powers: Power) -> Gate:
    """For people who have one of the powers today, as deputies too."""

    def shown(request: HttpRequest) -> bool:
        today = clock.today()
        return any(may(request.user, power, today) for power in powers)  # type: ignore[arg-type]

    return shown


def being(*roles: Role) -> Gate:
    """For people whose own role is one of these and was confirmed."""

    def shown(request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.role in roles and user.is_role_confirmed

    return shown


def unconfirmed(request: HttpRequest) -> bool:
    """For staff whose role the security administrator has not confirmed yet."""
    return isinstance(request.user, User) and not request.user.is_role_confirmed


def signed_in(request: HttpRequest) -> bool:
    """For everybody with an account."""
    return request.user.is_authenticated
