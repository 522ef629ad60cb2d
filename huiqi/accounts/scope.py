"""Which firms a person may see: one value that filters rows in the database and columns in a snapshot.

A scope says nothing about acts (powers.py). It is a union of areas, one for each post a person fills
(their own and those they deputise for), so that no list, alarm, export or scheduled mail escapes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

# The columns of a firm by which areas are told apart; snapshots carry both (`prefecture` is the fact of
# that name: the county's six-digit division code).
COUNTY, PARK = "prefecture", "park_id"
# Not Q(): an empty Q vanishes when it is joined by "or", and the whole province would see next to nothing.
EVERYTHING = ~Q(pk__in=[])


@dataclass(frozen=True)
class Area:
    """Firms whose county code begins with `region` but not with an excluded code, or firms of one park."""

    region: str | None = None
    excluded: tuple[str, ...] = ()
    park_id: int | None = None

    def admits(self, county: str | None, park_id: int | None) -> bool:
        """Whether a firm with these columns lies here; without a county it lies in the province alone."""
        if self.park_id is not None:
            return park_id == self.park_id
        if self.region is None:
            return False
        code = county or ""
        return code.startswith(self.region) and not code.startswith(self.excluded or ("x",))

    def rows(self, prefix: str) -> Q:
        """The same as a filter; `prefix` leads to the firm (`enterprise__`)."""
        if self.park_id is not None:
            return Q(**{f"{prefix}{PARK}": self.park_id})
        if self.region is None:
            return Q(pk__in=[])
        # The province has its firms without a county too, which no range of codes would find.
        inside = Q(**_begins(f"{prefix}{COUNTY}", self.region)) if self.region else EVERYTHING
        for code in self.excluded:
            inside &= ~Q(**_begins(f"{prefix}{COUNTY}", code))
        return inside


def _begins(column: str, code: str) -> dict[str, str]:
    """A range instead of LIKE, which both databases answer from the index: codes are six digits."""
    if len(code) == 6:
        return {column: code}
    return {f"{column}__gte": code.ljust(6, "0"), f"{column}__lte": code.ljust(6, "9")}


@dataclass(frozen=True)
class Scope:
    """The union of a person's areas."""

    areas: tuple[Area, ...] = ()

    def admits(self, county: str | None, park_id: int | None) -> bool:
        """The column predicate for snapshots and exports; agrees with `rows` on every firm."""
        return any(area.admits(county, park_id) for area in self.areas)

    def rows(self, prefix: str = "") -> Q:
        """The queryset filter; without an area it admits nothing."""
        if not self.areas:
            return Q(pk__in=[])
        found = self.areas[0].rows(prefix)
        for area in self.areas[1:]:
            found |= area.rows(prefix)
        return found

    @property
    def is_whole(self) -> bool:
        """True when every firm of the register is admitted."""
        return any(area.region == "" and not area.excluded for area in self.areas)


def union(areas: Iterable[Area]) -> Scope:
    """A scope of the areas, each once."""
    return Scope(tuple(dict.fromkeys(areas)))
