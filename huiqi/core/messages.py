"""A message as a template and what goes into it: pure code says it in Chinese, a page translates it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(text: str) -> str:
    """`text` itself; the name makes makemessages collect it."""
    return text


class Listed(tuple[object, ...]):
    """Words in a row within a message: 甲、乙, in English A, B. (A plain tuple is phrases: 甲；乙.)"""


@dataclass(frozen=True)
class Message:
    """A sentence whose `template` is a msgid; `values` may hold texts, numbers, messages or a tuple of them.

    `str()` says it in Chinese; huiqi.core.language.worded says it in the reader's language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % {name: _plain(value) for name, value in self.values.items()}


def _plain(value: object) -> object:
    if isinstance(value, Listed):
        return "、".join(str(part) for part in value)
    return "；".join(str(part) for part in value) if isinstance(value, tuple) else value
