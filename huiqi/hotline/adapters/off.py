"""No telephone system: agents type the caller's number and dial by hand."""

from huiqi.hotline.ports import NotConnected


class OffTelephony:
    """What an installation has until it names a vendor's adapter."""

    tells_calls = False
    can_dial = False

    def dial(self, extension: str, phone: str) -> None:
        """Always NotConnected."""
        raise NotConnected("HUIQI_TELEPHONY_PORT is not set")
