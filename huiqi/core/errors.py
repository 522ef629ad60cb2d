"""The one exception for an act the system declines, mapped once at each edge."""

from huiqi.core.messages import Message, gettext_noop


class Refused(Exception):  # noqa: N818  a refusal is a normal outcome, not a fault
    """An act that may not happen now.

    `code` is stable and meant for programs (`app.reason`); `message` is a Chinese sentence that says
    what is wrong and what to do next. HTML shows it with status 409, the API answers 409, a command
    prints it and exits with 1. `said` is what a page translates.
    """

    def __init__(self, code: str, said: Message | str) -> None:
        super().__init__(str(said))
        self.code = code
        self.said = said
        self.message = str(said)


class VersionConflict(Refused):
    """Somebody else saved the same record first; the caller shows both versions."""

    def __init__(self, said: Message | str = "") -> None:
        changed = gettext_noop("这条记录刚被别人修改过，请核对后再保存。")
        super().__init__("core.version_conflict", said or changed)
