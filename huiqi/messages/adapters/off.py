"""No line at all: what an installation has until it names a vendor's adapter."""

from huiqi.messages.ports import NoSuchPerson, NotSent


class OffSms:
    """Refuses every message, so that nobody takes an unset line for a working one."""

    def send(self, phone: str, text: str) -> str:
        """Always NotSent."""
        raise NotSent("HUIQI_SMS_PORT is not set")


class OffChat:
    """A chat that knows nobody: every message goes by text message."""

    def send(self, phone: str, text: str) -> str:
        """Always NoSuchPerson."""
        raise NoSuchPerson("the chat is switched off")
