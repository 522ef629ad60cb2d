"""The way out of the house for text messages: a Protocol, chosen by the setting HUIQI_SMS_PORT.

A vendor's adapter lives above (huiqi.edges) or in an installation's own package; here are those that need
no vendor (huiqi.messages.adapters).
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class NotSent(Exception):  # noqa: N818  an ordinary outcome of a line that is down
    """The message certainly did not leave: it may be tried again. Any other failure leaves that open."""


class SmsPort(Protocol):
    """Sends one text message."""

    def send(self, phone: str, text: str) -> str:
        """Send `text` to `phone` and return the vendor's receipt.

        Raises NotSent when it is certain that nothing was sent. Whatever else it raises counts as "perhaps
        sent" and is never repeated: two equal messages are worse than one missing.
        """
        ...


def sms_port() -> SmsPort:
    """The port of this site; the setting holds the dotted path of a class without arguments."""
    port: SmsPort = import_string(settings.HUIQI_SMS_PORT)()
    return port
