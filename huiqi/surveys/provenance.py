"""Where what stood in a form before anybody typed came from, and what its reader corrected. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """REGISTER: a fact of the register. LAST_WAVE: the firm's own answer of the wave before."""

    REGISTER = "register"
    LAST_WAVE = "last_wave"


@dataclass(frozen=True)
class Origin:
    """Of one answer: `source` in words, `as_of` the day it held, None when nobody says."""

    kind: Kind
    source: str = ""
    as_of: date | None = None
    is_corrected: bool = False


@dataclass(frozen=True)
class Brought:
    """An answer to be put into a form, with its origin."""

    value: str
    origin: Origin


@dataclass(frozen=True)
class Trail:
    """Origins by path. The answers themselves are kept with the others, encrypted."""

    origins: Mapping[str, Origin]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """What `as_json` wrote; rows are [kind, source, day, is_corrected]."""
        return cls({path: _origin(*row) for path, row in given.items()})

    @property
    def as_json(self) -> dict[str, list[Any]]:
        return {
            path: [str(one.kind), one.source, one.as_of.isoformat() if one.as_of else "", one.is_corrected]
            for path, one in self.origins.items()
        }

    def corrected(self, paths: Iterable[str]) -> "Trail":
        """After its reader changed these answers."""
        changed = {
            path: replace(self.origins[path], is_corrected=True) for path in paths if path in self.origins
        }
        return Trail({**self.origins, **changed})

    def with_brought(self, brought: Mapping[str, Brought]) -> "Trail":
        """After these answers were put in."""
        return Trail({**self.origins, **{path: one.origin for path, one in brought.items()}})


def _origin(kind: str, source: str, day: str, is_corrected: bool) -> Origin:
    return Origin(Kind(kind), source, date.fromisoformat(day) if day else None, is_corrected)
