"""What the register counts by prefecture, section and size class: the margins weights are raked to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F
from django.db.models.functions import Substr

from huiqi.enterprises.models import Enterprise
from huiqi.rules.catalogue import SECTIONS
from huiqi.surveys.analysis.guarded import PREFECTURE
from huiqi.surveys.models import Frame, FrameState, Survey
from huiqi.surveys.queries.results_strata import SECTION, SIZE, UNKNOWN

MARGINS = (SECTION, SIZE, PREFECTURE)
_PREFECTURE_DIGITS = 4


@dataclass(frozen=True)
class Counted:
    """Firms by class of each margin, the day they were counted on, and which firms these are."""

    margins: Mapping[str, Mapping[str, int]]
    on: date
    of_frame: bool

    @property
    def firms(self) -> int:
        """All firms."""
        return sum(next(iter(self.margins.values()), {}).values())


def register_counts(survey: Survey, today: date) -> Counted:
    """Of the frame as it was drawn, if there is one; else of all firms of the owner's region today."""
    frame = Frame.objects.filter(survey=survey, state=FrameState.DRAWN).first()
    if frame is not None and frame.drawn_on is not None:
        return Counted(_of_frame(frame), frame.drawn_on, True)
    region = survey.owner.region
    prefix = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
    firms = Enterprise.objects.present().filter(prefecture__startswith=prefix)
    grouped = firms.order_by().annotate(division=Substr("gb4754", 1, 2), county=F("prefecture"))
    found: dict[str, Counter[str]] = {name: Counter() for name in MARGINS}
    rows = grouped.values_list("county", "division", "size_class").annotate(count=Count("pk")).order_by()
    for county, division, size, count in rows:
        found[PREFECTURE][(county or "")[:_PREFECTURE_DIGITS] or UNKNOWN.name] += count
        found[SECTION][_section(division or "")] += count
        found[SIZE][size or UNKNOWN.name] += count
    return Counted({name: dict(counts) for name, counts in found.items()}, today, False)


def _section(division: str) -> str:
    number = int(division) if division.isdigit() else 0
    return next((key for key, (low, high) in SECTIONS.items() if low <= number <= high), UNKNOWN.name)


def _of_frame(frame: Frame) -> dict[str, dict[str, int]]:
    """By what the strata tell apart; the other margins are left out."""
    strata = list(frame.strata.order_by("pk"))
    found: dict[str, Counter[str]] = {}
    parts = {
        SECTION: (frame.by_section, [one.section for one in strata]),
        SIZE: (frame.by_size, [one.size_class for one in strata]),
        PREFECTURE: (bool(frame.by_region), [one.region[:_PREFECTURE_DIGITS] for one in strata]),
    }
    for name, (is_told, classes) in parts.items():
        if is_told:
            found[name] = Counter()
            for stratum, key in zip(strata, classes, strict=True):
                found[name][key or UNKNOWN.name] += stratum.population
    return {name: dict(counts) for name, counts in found.items()}
