"""Who shows what where: fills the slots of pages with what the apps offer, once all apps are loaded."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import SLOTS, MenuItem, Panel
from huiqi.messages.panels import notices_panel


def having(*powers: Power) -> Callable[[HttpRequest], bool]:
    """For people who have one of the powers today."""

    def shown(request: HttpRequest) -> bool:
        today = clock.today()
        return any(may(request.user, power, today) for power in powers)  # type: ignore[arg-type]

    return shown


def signed_in(request: HttpRequest) -> bool:
    """For everybody with an account."""
    return request.user.is_authenticated


def wire() -> None:
    """Fill the slots anew (calling it twice changes nothing)."""
    SLOTS.menu[:] = [
        MenuItem(_("办理台"), "core:desk", "inbox", having(Power.USE_OFFICE)),
        MenuItem(_("规则手册"), "policies:rulebook", "book", having(Power.EDIT_POLICIES)),
        MenuItem(_("通知"), "messages:notices", "bell", signed_in),
    ]
    SLOTS.desk[:] = [Panel("notices", "messages/_panel.html", notices_panel)]
    SLOTS.firm[:] = []
    SLOTS.search[:] = []
