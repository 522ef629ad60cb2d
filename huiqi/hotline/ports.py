"""The telephone system behind a Protocol, chosen by HUIQI_TELEPHONY_PORT.

Two directions. Calls coming in: the adapter tells `commands.ringing.ring_in` the number, and the screen of an
agent on duty shows it. Calls going out: `dial` connects the agent's telephone with a number. A vendor's
adapter lives above (huiqi.edges) or in an installation's own package; here are those that need no vendor.
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class NotConnected(Exception):  # noqa: N818  an ordinary outcome of a line that is down
    """The call was not placed; the agent dials by hand."""


class TelephonyPort(Protocol):
    """The telephone system of this site."""

    # Whether calls coming in are told; then the agents' screens ask for them every few seconds.
    tells_calls: bool
    # Whether `dial` can place a call.
    can_dial: bool

    def dial(self, extension: str, phone: str) -> None:
        """Connect the agent's telephone with `phone`. Raises NotConnected."""
        ...


def telephony_port() -> TelephonyPort:
    """The port of this site; the setting holds the dotted path of a class without arguments."""
    port: TelephonyPort = import_string(settings.HUIQI_TELEPHONY_PORT)()
    return port
