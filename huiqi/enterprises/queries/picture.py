"""How the firms that the list's filters find divide by size class, and by place or industry: a picture.

One query that groups in the database, whatever is found: its answer has a row for each county (or division
of industries) and size class, never for each firm. It looks at every firm found, hence the list does not
wait for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.register import matching
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.wanted import Wanted
from huiqi.reference.queries import Tables
from huiqi.rules.catalogue import SECTIONS

PLACE, INDUSTRY = "place", "industry"
UNKNOWN = "unknown"
# The drawing's own units: as wide as this, whatever the screen makes of it; a gap tells neighbours apart.
WIDTH, GAP = 1000, 3
Counts = Mapping[tuple[str, str], int]  # group and size class to the number of firms


@dataclass(frozen=True)
class Part:
    """The firms of one size class in a bar: their number, and where they begin and how far they reach."""

    size: str
    label: str
    count: int
    start: int = 0
    width: int = 0

    @property
    def shown(self) -> str:
        """1,280."""
        return f"{self.count:,}"


@dataclass(frozen=True)
class Bar:
    """One place or industry, "" where it is not known: its firms by size class."""

    key: str
    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """All firms of the bar."""
        return sum(part.count for part in self.parts)

    @property
    def shown(self) -> str:
        """The total as 1,280."""
        return f"{self.total:,}"


@dataclass(frozen=True)
class Picture:
    """All firms found in one bar, and a bar for each place or industry, the longest first."""

    by: str
    whole: Bar
    bars: tuple[Bar, ...]


def picture(firms: EnterpriseQuerySet, wanted: Wanted, on: date, by: str, tables: Tables) -> Picture:
    """The firms among `firms` that are wanted, by size class and PLACE or INDUSTRY; one query.

    Places are counties, or prefectures when there is more than one; industries are sections, or divisions
    when all lie in one section. A firm whose class or place nobody knows is counted as such.
    """
    counts = _counted(firms, wanted, on, by)
    finer = _fold(counts, lambda key: key)
    coarser = _fold(counts, _prefecture if by == PLACE else _section)
    groups = coarser if len(coarser) > 1 else finer
    whole = {size: sum(group.get(size, 0) for group in groups.values()) for size in sizes()}
    longest = max((sum(group.values()) for group in groups.values()), default=0)
    bars = [_bar(key, _label(key, by, tables), group, longest) for key, group in groups.items()]
    bars.sort(key=lambda bar: (-bar.total, bar.key))
    return Picture(by, _bar("", _("全部"), whole, sum(whole.values())), tuple(bars))


def sizes() -> dict[str, str]:
    """Size classes with their names, those that cannot be told last."""
    return {**catalogue().facts["size_class"].values, UNKNOWN: _("划不出")}


def _counted(firms: EnterpriseQuerySet, wanted: Wanted, on: date, by: str) -> Counts:
    group = F("prefecture") if by == PLACE else Substr("gb4754", 1, 2)
    rows = firms.filter(matching(wanted, on)).order_by().annotate(group=group)
    counted = rows.values_list("group", "size_class").annotate(count=Count("pk")).order_by()
    return {(key or "", size or UNKNOWN): count for key, size, count in counted}


def _fold(counts: Counts, group_of: Callable[[str], str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (key, size), count in counts.items():
        found[group_of(key)][size] += count
    return found


def _prefecture(county: str) -> str:
    return county[:4]


def _section(division: str) -> str:
    number = int(division) if division.isdigit() else 0
    return next((key for key, (first, last) in SECTIONS.items() if first <= number <= last), "")


def _label(key: str, by: str, tables: Tables) -> str:
    if by == PLACE:
        found = tables.divisions.get(key.ljust(6, "0"))
        return found.name if found else key or _("区县不明")
    entry = tables.industries.get(key)
    return entry.name if entry else key or _("行业不明")


def _bar(key: str, label: str, group: Mapping[str, int], longest: int) -> Bar:
    return Bar(key, label, tuple(_parts(group, longest)))


def _parts(group: Mapping[str, int], longest: int) -> Iterable[Part]:
    """Where each part lies; drawn from running sums, so that rounding never adds up."""
    before = 0
    for size, label in sizes().items():
        count = group.get(size, 0)
        start, end = (WIDTH * sum_ // longest if longest else 0 for sum_ in (before, before + count))
        width = end - start - GAP if end - start > 2 * GAP else end - start
        # What is there is seen, however few they are.
        yield Part(size, label, count, start, max(width, 1) if count else 0)
        before += count
