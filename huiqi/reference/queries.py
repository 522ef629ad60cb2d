"""Reading the code lists: for pages, forms, the API and other apps.

Searching works on small tables kept in memory. Each question asks the database once for the checksum of what
is loaded, so every process notices a reload at once.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from huiqi.core.errors import Refused
from huiqi.reference.code_rows import help_words, industry_rows, known_region
from huiqi.reference.code_search import Entry, search
from huiqi.reference.models import CodeList, Division, DivisionQuerySet, Industry, RiskLevel
from huiqi.reference.risk_levels import Holding
from huiqi.reference.size_class import FACTS, Figures, SizeClass, SizeClassifier
from huiqi.reference.size_table import CodeLookup, read_code
from huiqi.rules.facts_file import read_catalogue
from huiqi.rules.problems import Problem, RulebookError

MOST_RESULTS = 100
_FINEST = {Division.Level.COUNTY: 0, Division.Level.PREFECTURE: 1, Division.Level.PROVINCE: 2}


class Branch(NamedTuple):
    """One step of the way from a section down to an entry."""

    code: str
    name: str


@dataclass(frozen=True)
class IndustryPath:
    """An entry of the classification with what stands above it, the section first."""

    code: str
    name: str
    level: int
    section: str
    path: tuple[Branch, ...]

    @property
    def full_code(self) -> str:
        """The code with its section letter: C3411."""
        return self.code if self.level == Industry.Level.SECTION else self.section + self.code

    @property
    def parent(self) -> str:
        """The code of the entry above, "" for a section."""
        return self.path[-2][0] if len(self.path) > 1 else ""

    @property
    def label(self) -> str:
        """3411 锅炉及辅助设备制造, as offered for picking."""
        return f"{self.code} {self.name}"

    @property
    def above_text(self) -> str:
        """What stands above it, in names: 制造业 > 通用设备制造业 > …"""
        return " > ".join(name for _, name in self.path[:-1])

    @property
    def path_text(self) -> str:
        """制造业 > 通用设备制造业 > …, in names."""
        return " > ".join(name for _, name in self.path)


@dataclass(frozen=True)
class Tables:
    """What is kept in memory for one loaded state of the lists."""

    industries: dict[str, IndustryPath]
    industry_entries: tuple[Entry, ...]
    divisions: dict[str, Division]
    division_entries: tuple[Entry, ...]


# --- divisions ------------------------------------------------------------------------------------


def divisions(on: date | None = None) -> DivisionQuerySet:
    """Divisions of the site's province by code: those of day `on`, or the present ones."""
    found = Division.objects.within(settings.HUIQI_PROVINCE)
    return found.filter(valid_to=None) if on is None else found.valid_on(on)


def prefectures(on: date | None = None) -> DivisionQuerySet:
    """The prefectures (Hunan: 14); a municipality has none, its districts stand in `counties`."""
    return divisions(on).filter(level=Division.Level.PREFECTURE)


def counties(on: date | None = None) -> DivisionQuerySet:
    """All counties, cities and districts at county level of the province."""
    return divisions(on).filter(level=Division.Level.COUNTY)


def counties_of(prefecture: str, on: date | None = None) -> DivisionQuerySet:
    """Counties of a prefecture; of the province itself: those it governs directly."""
    # Only digits reach the database: PostgreSQL refuses NUL, SQLite lone surrogates.
    return counties(on).filter(parent_id=prefecture) if known_region(prefecture) else counties(on).none()


def division(code: str) -> Division | None:
    """The division of that code, present or past, or None."""
    return _tables().divisions.get(code)


def search_divisions(question: str, limit: int = 20) -> list[Division]:
    """Divisions of the province by name, pinyin, initials or code, best first; counties before prefectures.

    Past divisions are found by their old names, after the present ones.
    """
    tables = _tables()
    found = search(tables.division_entries, question, min(limit, MOST_RESULTS))
    return [tables.divisions[entry.code] for entry in found]


# --- risk levels ----------------------------------------------------------------------------------


def risk_level(county: str, on: date, known_on: date | None = None) -> Holding | None:
    """The level of a county on a day as known on another (default: the same); None when it has none."""
    rows = RiskLevel.objects.filter(division=county).holding(on, known_on or on)
    row = rows.first() if known_region(county) else None
    if row is None or row.level == RiskLevel.Level.NONE:
        return None
    return Holding(row.level, row.valid_from, row.document)


def risk_levels(on: date, known_on: date | None = None) -> dict[str, RiskLevel]:
    """The row that counts on a day, by county; a county whose levels have ended has its ending row."""
    found: dict[str, RiskLevel] = {}
    for row in RiskLevel.objects.holding(on, known_on or on):
        found.setdefault(row.division_id, row)
    return found


# --- industries -----------------------------------------------------------------------------------


def industry(code: str) -> IndustryPath | None:
    """The entry for a code with or without section letter (3411, C3411, C, 34), or None.

    A wrong letter (A3411) is no code.
    """
    plain = code.strip().upper()
    found = _tables().industries.get(plain[1:] if len(plain) > 1 and plain[0].isalpha() else plain)
    if found is None or (plain[0].isalpha() and plain[0] != found.section):
        return None
    return found


def industry_children(code: str = "") -> list[IndustryPath]:
    """The entries right below `code` (with or without section letter); without a code the 20 sections."""
    above = industry(code) if code else None
    if code and above is None:
        return []
    wanted = above.code if above else ""
    return [found for found in _tables().industries.values() if found.parent == wanted]


def search_industries(question: str, limit: int = 20, *, classes_only: bool = False) -> list[IndustryPath]:
    """Entries by words, help words, code prefix, pinyin or initials, best first, classes before groups.

    The name of a branch finds its classes: 餐饮 leads to 正餐服务 and 快餐服务.

    `classes_only`: just the four-digit classes, which a firm picks from.
    """
    tables = _tables()
    entries = tables.industry_entries
    if classes_only:
        entries = tuple(entry for entry in entries if entry.depth == 0)
    return [tables.industries[entry.code] for entry in search(entries, question, min(limit, MOST_RESULTS))]


# --- size class -----------------------------------------------------------------------------------


def size_rules() -> tuple[SizeClassifier, CodeLookup]:
    """The classifier of the site's rulebook and the lookup of industry codes that goes with it.

    Read again when facts.yaml changes. RulebookError when that file is broken.
    """
    path = Path(settings.RULEBOOK_DIR) / "facts.yaml"
    return _build_size_rules(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=2)
def _build_size_rules(path: Path, changed: int) -> tuple[SizeClassifier, CodeLookup]:
    catalogue, problems = read_catalogue(path)
    if catalogue is None:
        raise RulebookError(problems)
    lacking = [name for name in FACTS if name not in catalogue.facts]
    if lacking:
        remedy = "请补上这些事实及其推导，或恢复原来的 facts.yaml"
        raise RulebookError([Problem("facts.yaml", f"缺少划型所需的事实 {'、'.join(lacking)}", remedy)])
    classifier = SizeClassifier(catalogue)
    return classifier, _representatives(classifier).get


def _representatives(classifier: SizeClassifier) -> dict[str, tuple[str, str | None]]:
    """For every code its section and the class to judge by, None where its classes differ in group."""
    classes = [row for row in industry_rows() if row.level == Industry.Level.CLASS]
    found: dict[str, tuple[str, str | None]] = {}
    groups: dict[str, int] = {}
    for row in classes:
        group = classifier.group_of(row.code)
        for branch in (row.section, row.code[:2], row.code[:3], row.code):
            found.setdefault(branch, (row.section, row.code))
            if groups.setdefault(branch, group) != group:
                found[branch] = (row.section, None)
    return found


def explain_size_class(
    gb_code: str, employees: int | None, revenue_fen: int | None, assets_fen: int | None
) -> SizeClass:
    """The size class of a firm and why. `gb_code` with or without section letter, "" = not stated.

    Refused (`reference.unknown_industry`) for a code that is not in the classification.
    """
    classifier, lookup = size_rules()
    code = None
    typed = gb_code[:20].strip()
    if typed:
        try:
            code = read_code(typed, lookup)
        except ValueError as error:
            raise Refused("reference.unknown_industry", str(error)) from error
    return classifier.explain(Figures(code, employees, revenue_fen, assets_fen), stated=gb_code)


# --- memory ---------------------------------------------------------------------------------------


def code_tables() -> Tables:
    """All names by code, for a page that shows many: one query, whatever it then looks up."""
    return _tables()


def _tables() -> Tables:
    loaded = CodeList.objects.values_list("checksum", flat=True).first()
    return _build_tables(loaded or "", settings.HUIQI_PROVINCE)


@lru_cache(maxsize=2)
def _build_tables(checksum: str, province: str) -> Tables:
    """The tables for one loaded state. `checksum` is only the key under which they are remembered."""
    rows = {row.code: row for row in Industry.objects.all()}
    known = {row.code: row for row in Division.objects.within(province)}
    return Tables(
        {code: _industry_path(row, rows) for code, row in rows.items()},
        _industry_entries(rows),
        known,
        tuple(_division_entry(row) for row in known.values()),
    )


def _industry_path(row: Industry, rows: dict[str, Industry]) -> IndustryPath:
    path = []
    above: Industry | None = row
    while above is not None:
        path.append(Branch(above.code, above.name))
        above = rows.get(above.parent_id or "")
    return IndustryPath(row.code, row.name, row.level, row.section, tuple(reversed(path)))


def _industry_entries(rows: dict[str, Industry]) -> tuple[Entry, ...]:
    """All entries in the order of the standard; the classes know the branches above them."""
    branches = {
        row.code: _industry_entry(row, ()) for row in rows.values() if row.level != Industry.Level.CLASS
    }
    return tuple(
        branches.get(code) or _industry_entry(row, _branches_above(row, branches))
        for code, row in rows.items()
    )


def _branches_above(row: Industry, branches: dict[str, Entry]) -> tuple[Entry, ...]:
    return tuple(branches[code] for code in (row.section, row.code[:2], row.code[:3]) if code in branches)


def _industry_entry(row: Industry, above: tuple[Entry, ...]) -> Entry:
    words = help_words().get(row.code, ())
    letter, depth = row.section.lower(), Industry.Level.CLASS - row.level
    return Entry(row.code, row.name, row.pinyin, row.initials, letter, depth, words, above)


def _division_entry(row: Division) -> Entry:
    # A past division ranks behind every present one that fits as well.
    depth = _FINEST[Division.Level(row.level)] + (3 if row.valid_to else 0)
    return Entry(row.code, row.name, row.pinyin, row.initials, depth=depth)
