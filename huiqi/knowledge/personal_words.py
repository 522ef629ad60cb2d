"""Finds telephone, identity and account numbers in a text that many people will read. Pure.

Approved wording grows from single cases; what belongs to one person must not come along.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

_SIGNS = r"[\s\-—–.·]?"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"


class Trace(StrEnum):
    """What was found."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    ACCOUNT = "account"
    EMAIL = "email"


def _digits(count: str, first: str = r"\d") -> str:
    return rf"{first}(?:{_SIGNS}\d){count}"


# The longest first: eleven digits of an identity number are not taken for a telephone.
_PATTERNS: tuple[tuple[Trace, re.Pattern[str]], ...] = (
    (Trace.ID_NUMBER, re.compile(rf"{_BEFORE}{_digits('{16}', '[1-9]')}{_SIGNS}[0-9Xx]{_AFTER}")),
    (Trace.ACCOUNT, re.compile(rf"{_BEFORE}{_digits('{15,18}', '[3-9]')}{_AFTER}")),
    (Trace.PHONE, re.compile(rf"(?<!\d)(?:\+?86{_SIGNS})?{_digits('{9}', '1' + _SIGNS + '[3-9]')}(?!\d)")),
    (Trace.EMAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
)


def traces_in(text: str) -> tuple[Trace, ...]:
    """What in `text` may belong to one person. Service numbers of offices (landlines) are let through."""
    plain = unicodedata.normalize("NFKC", text)
    return tuple(trace for trace, pattern in _PATTERNS if pattern.search(plain))


def without_traces(text: str, names: Iterable[str] = ()) -> str:
    """`text` with numbers and the given `names` (of the requester, of the firm) blanked out by 〇."""
    plain = unicodedata.normalize("NFKC", text) if traces_in(text) else text
    for _trace, pattern in _PATTERNS:
        plain = pattern.sub("〇〇", plain)
    for name in sorted((each.strip() for each in names), key=len, reverse=True):
        if len(name) > 1:
            plain = plain.replace(name, "〇〇")
    return plain
