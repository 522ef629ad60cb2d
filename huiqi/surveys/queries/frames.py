"""The firms a frame stands for, divided into strata: counted before, read once at the draw."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.exports import wanted_of
from huiqi.enterprises.queries.register import matching
from huiqi.enterprises.wanted import Wanted
from huiqi.rules.catalogue import SECTIONS
from huiqi.surveys.drawing import allocate, size_for
from huiqi.surveys.models import Allocation, Frame, Method, Stratum

_SECTION_OF = {
    division: letter for letter, (first, last) in SECTIONS.items() for division in range(first, last + 1)
}
# Region, section, size class; each "" when firms are not told apart by it or it is unknown.
Cell = tuple[str, str, str]


def section_of(gb4754: str | None) -> str:
    """The section letter of a four-digit class (GB/T 4754-2017), "" when unknown."""
    digits = (gb4754 or "")[:2]
    return _SECTION_OF.get(int(digits), "") if digits.isdigit() else ""


def firms_of(user: User, wanted: Wanted, today: date) -> EnterpriseQuerySet:
    """Firms that the filters find among those the person may ask: of posts with the power to run surveys.

    Firms that are cancelled or revoked are asked only when the filters name their state.
    """
    mine = Enterprise.objects.changeable_by(user, Power.EDIT_QUESTIONNAIRES, today)
    found = mine.filter(matching(wanted, today))
    return found if wanted.registration else found.filter(registration__in=["active", "suspended"])


@dataclass(frozen=True)
class Reading:
    """One firm of the frame, with its cell (county, section, size) and its stratum."""

    key: int
    public_id: str
    cell: Cell
    stratum: Cell


def firms_with_cells(frame: Frame, today: date) -> Iterator[Reading]:
    """All firms of the frame, read once; memory stays the same for a million."""
    rows = firms_of(frame.made_by, wanted_of(frame.wanted), today).order_by("pk")
    columns = rows.values_list("pk", "public_id", "prefecture", "gb4754", "size_class")
    for key, public_id, county, industry, size in columns.iterator(chunk_size=5_000):
        cell = (county or "", section_of(industry), size or "")
        yield Reading(key, public_id, cell, stratum_of(frame, cell))


def stratum_of(frame: Frame, cell: Cell) -> Cell:
    """The stratum in which a frame puts firms of a cell."""
    county, section, size = cell
    return (
        county[: frame.by_region] if frame.by_region else "",
        section if frame.by_section else "",
        size if frame.by_size else "",
    )


def strata_counts(frame: Frame, today: date) -> dict[Cell, int]:
    """How many firms each stratum has now, in the order of the strata."""
    rows = firms_of(frame.made_by, wanted_of(frame.wanted), today).order_by()
    counted = rows.values_list("prefecture", "gb4754", "size_class").annotate(n=Count("pk"))
    found: dict[Cell, int] = {}
    for county, industry, size, count in counted:
        stratum = stratum_of(frame, (county or "", section_of(industry), size or ""))
        found[stratum] = found.get(stratum, 0) + count
    return dict(sorted(found.items()))


def sizes_of(frame: Frame, counts: dict[Cell, int]) -> dict[Cell, int]:
    """How many are drawn from each stratum. Refused as by `drawing.allocate`."""
    if frame.method == Method.CENSUS:
        return dict(counts)
    drawn = allocate(
        list(counts.values()),
        frame.sample_size or 0,
        least=frame.least_per_stratum,
        is_equal=frame.allocation == Allocation.EQUAL,
    )
    return dict(zip(counts, drawn, strict=True))


@dataclass(frozen=True)
class Outlook:
    """What a draw would come to, before anything is drawn."""

    population: int
    strata: int
    drawn: int
    smallest: int
    # Half-widths in percentage points at 95 %, if all that are drawn answered, and if three of ten did.
    at_best: float
    at_usual: float
    a_wave: int


def outlook(frame: Frame, today: date) -> Outlook:
    """The counts of a frame as they stand today. Refused as in `sizes_of`."""
    counts = strata_counts(frame, today)
    sizes = sizes_of(frame, counts)
    population, drawn = sum(counts.values()), sum(sizes.values())
    a_wave = -(-drawn // frame.rotation_groups)
    some = min((size for size in sizes.values()), default=0)
    usual = round(a_wave * 0.3)
    return Outlook(
        population,
        len(counts),
        drawn,
        some,
        half_width(a_wave, population),
        half_width(usual, population),
        a_wave,
    )


def half_width(answers: int, population: int) -> float:
    """Half of the 95 % interval of a share of one half, in percentage points (Cochran 1977, 3.8)."""
    if answers <= 0 or population <= 1:
        return 0.0 if answers and answers >= population else 100.0
    rest = max(population - answers, 0) / (population - 1)
    return 196 * math.sqrt(0.25 / answers * rest)


def size_for_points(population: int, points: int) -> int:
    """Answers wanted for ± `points` percentage points."""
    return size_for(population, Fraction(points, 100))


def strata_of(frame: Frame) -> list[Stratum]:
    """The strata drawn, in order."""
    return list(frame.strata.order_by("region", "section", "size_class"))
