"""One firm's answers during a check, as a value: what was said, in which order it was asked. Pure.

Figures that are not ours to hold (catalogue: kept false) live in a second value, `Figures`, which the
server does not store unless the person asks for it.
"""

import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from huiqi.policies.answers import Plain

ANSWERED, SKIPPED = "answered", "skipped"
MAX_QUESTIONS = 7


class SheetError(ValueError):
    """Stored answers that cannot be read: made by another release or altered."""


@dataclass(frozen=True)
class Sheet:
    """Answers so far. A value None was said to be unknown; `trail` is the order of the questions asked."""

    values: Mapping[str, Plain] = field(default_factory=dict)
    trail: tuple[tuple[str, str], ...] = ()
    # Facts stated but not stored: only their names, so that another browser can say which are missing.
    elsewhere: frozenset[str] = frozenset()
    # The number of questions announced; it may fall, never rise.
    announced: int = MAX_QUESTIONS
    credit_code: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of the questions shown and answered or skipped, in order."""
        return tuple(question for question, _ in self.trail)

    def state_of(self, question_id: str) -> str:
        """`answered`, `skipped` or "" for a question not yet dealt with."""
        return dict(self.trail).get(question_id, "")

    def merged(self, stored: Mapping[str, Plain], private: Collection[str]) -> "Sheet":
        """This sheet with `stored` put in and `private` taken out; all other answers stay as they are."""
        values = {**{name: old for name, old in self.values.items() if name not in private}, **stored}
        elsewhere = (self.elsewhere - frozenset(stored)) | frozenset(private)
        return replace(self, values=values, elsewhere=elsewhere)

    def stepped(self, question_id: str, state: str, announced: int) -> "Sheet":
        """This sheet with the question marked; a question met again keeps its place."""
        if question_id in self.asked:
            trail = tuple((name, state if name == question_id else old) for name, old in self.trail)
        else:
            trail = (*self.trail, (question_id, state))
        return replace(self, trail=trail, announced=min(self.announced, max(announced, len(trail))))


def to_bytes(sheet: Sheet) -> bytes:
    """For storage, encrypted by the caller."""
    document = {
        "values": dict(sheet.values),
        "trail": [list(step) for step in sheet.trail],
        "elsewhere": sorted(sheet.elsewhere),
        "announced": sheet.announced,
        "credit_code": sheet.credit_code,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(stored: bytes) -> Sheet:
    """The sheet of `to_bytes`, or SheetError."""
    try:
        document = json.loads(stored)
        return Sheet(
            values=document["values"],
            trail=tuple((str(question), str(state)) for question, state in document["trail"]),
            elsewhere=frozenset(document["elsewhere"]),
            announced=int(document["announced"]),
            credit_code=str(document["credit_code"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SheetError("unreadable answers") from error


def pack_figures(check_id: str, figures: Mapping[str, Plain]) -> bytes:
    """Figures for the browser's own keeping, bound to one check; encrypted by the caller."""
    return zlib.compress(json.dumps([check_id, dict(figures)], separators=(",", ":")).encode(), 9)


# Unpacked, no honest jar is larger; a longer one is not worth inflating.
MAX_FIGURES_BYTES = 20_000


def unpack_figures(check_id: str, packed: bytes) -> dict[str, Any]:
    """The figures of `pack_figures`, or SheetError when altered or made for another check."""
    try:
        inflater = zlib.decompressobj()
        owner, figures = json.loads(inflater.decompress(packed, MAX_FIGURES_BYTES))
        if owner != check_id or not isinstance(figures, dict):
            raise SheetError("figures of another check")
    except (ValueError, TypeError, zlib.error) as error:
        raise SheetError("unreadable figures") from error
    return figures
