"""The ways out of the house: text messages, and the chat of the offices (政务微信, 钉钉).

Each is a Protocol, chosen by a setting: HUIQI_SMS_PORT, HUIQI_CHAT_PORT.

A vendor's adapter lives above (huiqi.edges) or in an installation's own package; here are those that need
no vendor (huiqi.messages.adapters).
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class NotSent(Exception):  # noqa: N818  an ordinary outcome of a line that is down
    """The message certainly did not leave: it may be tried again. Any other failure leaves that open."""


class NoSuchPerson(NotSent):  # noqa: N818
    """The chat knows nobody with this number: the message goes by text message instead."""


class SmsPort(Protocol):
    """Sends one text message."""

    def send(self, phone: str, text: str) -> str:
        """Send `text` to `phone` and return the vendor's receipt.

        Raises NotSent when it is certain that nothing was sent. Whatever else it raises counts as "perhaps
        sent" and is never repeated: two equal messages are worse than one missing.
        """
        ...


class ChatPort(Protocol):
    """Sends one message to a person of staff in the chat that the offices use, found by phone number."""

    def send(self, phone: str, text: str) -> str:
        """As SmsPort.send; also NoSuchPerson when the chat does not know the number."""
        ...


def has_chat() -> bool:
    """Whether this site has a chat; without one everything goes by text message."""
    return bool(settings.HUIQI_CHAT_PORT)


def chat_port() -> ChatPort:
    """The chat of this site; NoSuchPerson for everybody when there is none any more."""
    if not has_chat():
        raise NoSuchPerson("HUIQI_CHAT_PORT is not set")
    port: ChatPort = import_string(settings.HUIQI_CHAT_PORT)()
    return port


def sms_port() -> SmsPort:
    """The port of this site; the setting holds the dotted path of a class without arguments."""
    port: SmsPort = import_string(settings.HUIQI_SMS_PORT)()
    return port
