"""Kinds of notices. An app registers its own, in a module its AppConfig.ready imports. Pure.

REPORT_MISSING = notice_kind("stationing.report_missing", _("三数缺报"))
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NoticeKind:
    """`code` is `app.reason`; a person may take dismissible kinds out of the daily digest."""

    code: str
    label: Any  # lazy text
    is_dismissible: bool = True


KINDS: dict[str, NoticeKind] = {}


def notice_kind(code: str, label: Any, *, is_dismissible: bool = True) -> str:
    """Register a kind and return its code; registering it again replaces it."""
    KINDS[code] = NoticeKind(code, label, is_dismissible)
    return code
