"""Which rules hold for a debt, and their figures: read once and strictly from rulebook/arrears.yaml.

A figure that was not found is None here; what rests on it stays open. Rates are rationals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from huiqi.rules.documents import read_document
from huiqi.rules.sections import number

FILE = "arrears.yaml"
CONFIDENCES = ("VERIFIED", "KNOWN", "PARTIAL", "BENCHMARK", "GAP")


class Party(StrEnum):
    """What the debtor is, as the regulation tells debtors apart."""

    GOVERNMENT = "government"
    INSTITUTION = "institution"
    LARGE = "large"
    # A state-owned enterprise of which nobody has said yet whether it is a large one.
    UNSURE = "unsure"
    OTHER = "other"


@dataclass(frozen=True)
class Basis:
    """Where a figure comes from, and how far it was verified."""

    confidence: str
    source: str


@dataclass(frozen=True)
class TermRule:
    """The term of payment for kinds of debtors: `days` without an agreement, `most` at most if agreed."""

    debtors: tuple[str, ...]
    days: int | None
    most: int | None
    article: str
    basis: Basis


@dataclass(frozen=True)
class InterestRule:
    """Interest on what is paid late: `daily` without an agreement; `has_floor`: agreed rates are not below
    the one-year LPR of the day of signing."""

    daily: Fraction | None
    has_floor: bool
    article: str
    basis: Basis


@dataclass(frozen=True)
class Source:
    title: str
    url: str
    confidence: str


@dataclass(frozen=True)
class Regime:
    """Rules that hold for contracts signed from `first_on` to `last_on` (None: open)."""

    id: str
    title: str
    first_on: date | None
    last_on: date | None
    basis: Basis
    sources: tuple[Source, ...]
    terms: tuple[TermRule, ...]
    interest: InterestRule | None

    def holds_for(self, signed_on: date) -> bool:
        """Whether a contract signed that day falls under it."""
        return (self.first_on or date.min) <= signed_on <= (self.last_on or date.max)

    def term_for(self, party: str) -> TermRule | None:
        """The rule for this kind of debtor; None: the regime has none."""
        return next((rule for rule in self.terms if party in rule.debtors), None)


@dataclass(frozen=True)
class Track:
    """A time limit of the statutory complaint: in force for matters from `first_on`."""

    id: str
    first_on: date
    amount: int
    unit: str
    basis: Basis


@dataclass(frozen=True)
class LedgerRules:
    """How units report: by which working day of the next month, kinds of debts, bands of age."""

    due_days: int
    due_basis: Basis
    kinds: Mapping[str, str]
    bands: tuple[str, ...]
    bands_basis: Basis


@dataclass(frozen=True)
class ArrearsBook:
    """The whole file."""

    regimes: tuple[Regime, ...]
    lpr: tuple[tuple[date, Fraction], ...]
    lpr_until: date
    lpr_basis: Basis
    year_days: int
    year_basis: Basis
    track: tuple[Track, ...]
    ledger: LedgerRules
    gaps: tuple[str, ...]
    readings: tuple[str, ...]

    def regime_on(self, signed_on: date) -> Regime:
        """The regime of a contract signed that day."""
        return next(each for each in self.regimes if each.holds_for(signed_on))

    def lpr_on(self, day: date) -> Fraction | None:
        """The one-year LPR that held on `day`; None before the first and after the last day we know."""
        if day > self.lpr_until:
            return None
        return next((rate for first_on, rate in reversed(self.lpr) if first_on <= day), None)

    def track_on(self, day: date) -> dict[str, Track]:
        """The statutory limits in force for a complaint of that day."""
        return {each.id: each for each in self.track if each.first_on <= day}


def book() -> ArrearsBook:
    """The content of the site."""
    return load_book(Path(settings.RULEBOOK_DIR) / FILE)


@lru_cache(maxsize=8)
def load_book(path: Path) -> ArrearsBook:
    """Read the file; ImproperlyConfigured names what is wrong with it."""
    entry, problems = read_document(path, FILE)
    if problems or entry is None:
        raise ImproperlyConfigured(f"{FILE}: {[str(problem) for problem in problems]}")
    try:
        read = _book(entry.plain)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ImproperlyConfigured(f"{FILE}: {type(error).__name__} {error}") from error
    _check(read)
    return read


def _book(plain: Any) -> ArrearsBook:
    lpr, year = plain["lpr"], plain["year_days"]
    return ArrearsBook(
        regimes=tuple(_regime(row) for row in plain["regimes"]),
        lpr=tuple((_day(row["from"]), _ratio(row["rate"])) for row in lpr["rates"]),
        lpr_until=_day(lpr["known_until"]),
        lpr_basis=_basis(lpr),
        year_days=int(year["value"]),
        year_basis=_basis(year),
        track=tuple(
            Track(row["id"], _day(row["from"]), int(row["amount"]), row["unit"], _basis(row))
            for row in plain["track"]
        ),
        ledger=_ledger(plain["ledger"]),
        gaps=tuple(plain["gaps"]),
        readings=tuple(plain["readings"]),
    )


def _regime(row: Any) -> Regime:
    return Regime(
        row["id"],
        row["title"],
        _day(row["from"]) if row["from"] else None,
        _day(row["to"]) if row["to"] else None,
        Basis(_confidence(row["confidence"]), row["note"]),
        tuple(
            Source(each["title"], each.get("url", ""), _confidence(each["confidence"]))
            for each in row["sources"]
        ),
        tuple(_term(each) for each in row["terms"]),
        _interest(row["interest"]) if row["interest"] else None,
    )


def _source(row: Any) -> Source:
    return Source(row["title"], row.get("url", ""), _confidence(row["confidence"]))


def _term(row: Any) -> TermRule:
    debtors = tuple(Party(each).value for each in row["debtors"])
    return TermRule(debtors, row["days"], row["most"], _article(row), _basis(row))


def _interest(row: Any) -> InterestRule:
    daily = _ratio(row["daily"]) if row["daily"] is not None else None
    return InterestRule(daily, row["floor"] == "lpr_1y", _article(row), _basis(row))


def _article(row: Any) -> str:
    """The article; one that was not compared with the text says so."""
    sure = _confidence(row["article_confidence"]) == "VERIFIED"
    return str(row["article"]) if sure else f"{row['article']}（条款号待核）"


def _ledger(row: Any) -> LedgerRules:
    kinds = {each["id"]: each["title"] for each in row["kinds"]}
    ages = row["ages"]
    return LedgerRules(
        int(row["due"]["amount"]), _basis(row["due"]), kinds, tuple(ages["bands"]), _basis(ages)
    )


def _basis(row: Any) -> Basis:
    return Basis(_confidence(row["confidence"]), row["source"])


def _confidence(mark: str) -> str:
    if mark not in CONFIDENCES:
        raise ValueError(f"no such confidence: {mark}")
    return mark


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _ratio(value: Any) -> Fraction:
    found = number(value)
    if found is None or found <= 0:
        raise ValueError(f"not a rate: {value}")
    return Fraction(found)


def _check(read: ArrearsBook) -> None:
    """The regimes follow each other without gap or overlap, the rates stand in order."""
    rows = read.regimes
    ends = [row.last_on for row in rows]
    follows = all(
        end is not None and following.first_on is not None and (following.first_on - end).days == 1
        for end, following in zip(ends[:-1], rows[1:], strict=True)
    )
    whole = bool(rows) and rows[0].first_on is None and ends[-1] is None
    days = [day for day, _rate in read.lpr]
    if not (whole and follows and days == sorted(set(days)) and len(read.ledger.bands) == 4):
        raise ImproperlyConfigured(
            f"{FILE}: regimes must follow each other, rates stand in order, bands be four"
        )
