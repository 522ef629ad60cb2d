"""No line at all: what an installation has until it names a vendor's adapter."""

from huiqi.messages.ports import NotSent


class OffSms:
    """Refuses every message, so that nobody takes an unset line for a working one."""

    def send(self, phone: str, text: str) -> str:
        """Always NotSent."""
        raise NotSent("HUIQI_SMS_PORT is not set")
