"""For trying out: `huiqi hotline ring NUMBER` rings at an agent on duty; nothing is dialled."""

import structlog

from huiqi.core.personal import mask_phone

log = structlog.get_logger("huiqi.hotline")


class ConsoleTelephony:
    """Calls come from the command line; calls going out only leave a line in the log, masked."""

    tells_calls = True
    can_dial = True

    def dial(self, extension: str, phone: str) -> None:
        """Write down that a telephone would have rung."""
        log.info("dial", extension=extension, phone=mask_phone(phone))
