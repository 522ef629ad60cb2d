"""What a scenario came to, within a scope: sums by county, industry and size, and the firms that change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.accounts.scope import Scope
from huiqi.core.money import format_wan
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.register import seen_by
from huiqi.reference.judging import rulebook
from huiqi.reference.queries import Tables, code_tables
from huiqi.rules.columnar.table import ENTERPRISE
from huiqi.whatif.estimating import BASE, COUNTS, MOVES, SCENARIO, TOTALS
from huiqi.whatif.models import Scenario
from huiqi.whatif.words import reason_words

TOTALS_FILE, CHANGED_FILE = "sums.parquet", "firms.parquet"
CROSSED = ["county", "section", "size"]
DIMENSIONS = ("county", "city", "section", "size")
SUMMED = [name for name in TOTALS.names if name not in ("county", "park", "section", "size")]
PAGE_SIZE = 25
MONEY = frozenset({"cash", "saving", "deferral", "credit"})


def folder_of(scenario: Scenario) -> Path:
    """Where the result of the scenario's present version lies: private, as it tells of firms."""
    return Path(settings.PRIVATE_ROOT) / "whatif" / scenario.public_id / f"v{scenario.version}"


def signed(change: int, text: str) -> str:
    """A difference with its sign, as print has it."""
    return f"{'+' if change > 0 else '−'}{text}" if change else "0"


@dataclass(frozen=True)
class Half:
    """Counts of one side; of the eligible, `claimed` rest on the firm's own word, `open` have no sum yet."""

    eligible: int = 0
    unknown: int = 0
    claimed: int = 0
    amount_fen: int = 0
    open: int = 0

    @property
    def has_sum(self) -> bool:
        """Whether the amount says anything: a nought beside open amounts is no sum."""
        return bool(self.amount_fen or not self.open)


@dataclass(frozen=True)
class Line:
    """One row of a table: base against scenario."""

    code: str
    name: str
    firms: int
    base: Half
    scenario: Half
    moves: dict[str, int]

    @property
    def more_firms(self) -> int:
        return self.scenario.eligible - self.base.eligible

    @property
    def has_sums(self) -> bool:
        return self.base.has_sum and self.scenario.has_sum

    @property
    def more_fen(self) -> int:
        return self.scenario.amount_fen - self.base.amount_fen

    @property
    def more_firms_text(self) -> str:
        return signed(self.more_firms, str(abs(self.more_firms)))

    @property
    def more_fen_text(self) -> str:
        return signed(self.more_fen, format_wan(abs(self.more_fen)))

    def ineligible(self, side: Half) -> int:
        return self.firms - side.eligible - side.unknown


@dataclass(frozen=True)
class Result:
    """The whole within the scope and what was narrowed to, and the tables by dimension.

    `offered` are the values one can narrow to.
    """

    whole: Line
    tables: dict[str, list[Line]]
    offered: dict[str, list[tuple[str, str]]]


def has_result(scenario: Scenario) -> bool:
    """Whether there is one of the present version, still on the disk."""
    return scenario.is_estimated and (folder_of(scenario) / TOTALS_FILE).is_file()


def result_of(scenario: Scenario, scope: Scope, narrow: Mapping[str, str] | None = None) -> Result:
    """Base against scenario for the firms the scope admits; `narrow` leaves those of a city, size ..."""
    frame, tables = _totals(scenario, scope), code_tables()
    offered = {name: _offered(frame, name, tables) for name in DIMENSIONS}
    for name, code in (narrow or {}).items():
        frame = frame.filter(pl.col(name) == code)
    whole = frame.select([pl.col(name).sum() for name in SUMMED]).row(0, named=True)
    lines = {name: _lines(frame, name, tables) for name in DIMENSIONS}
    return Result(_line("", "", whole), lines, offered)


def _totals(scenario: Scenario, scope: Scope) -> pl.DataFrame:
    frame = within(pl.DataFrame(pl.from_arrow(pq.read_table(folder_of(scenario) / TOTALS_FILE))), scope)
    return frame.with_columns(city=pl.col("county").str.slice(0, 4))


def _offered(frame: pl.DataFrame, by: str, tables: Tables) -> list[tuple[str, str]]:
    codes = frame[by].unique().sort().to_list()
    return [(code, _named(by, code, tables)) for code in codes if code]


def crossed(scenario: Scenario, scope: Scope) -> list[Line]:
    """A line for each county × industry × size."""
    frame, tables = _totals(scenario, scope), code_tables()
    found = frame.group_by(CROSSED).agg([pl.col(name).sum() for name in SUMMED]).sort(CROSSED)
    return [_line("", _place(row, tables), row) for row in found.iter_rows(named=True)]


def within(frame: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """The rows of firms the scope admits, by county and park."""
    if scope.is_whole:
        return frame
    places = frame.select("county", "park").unique()
    admitted = [scope.admits(county or None, park or None) for county, park in places.iter_rows()]
    return frame.join(places.filter(pl.Series(admitted, dtype=pl.Boolean)), on=["county", "park"], how="semi")


def _lines(frame: pl.DataFrame, by: str, tables: Tables) -> list[Line]:
    found = frame.group_by(by).agg([pl.col(name).sum() for name in SUMMED]).sort(by)
    return [_line(row[by], _named(by, row[by], tables), row) for row in found.iter_rows(named=True)]


def _line(code: str, name: str, row: dict[str, Any]) -> Line:
    base, scenario = (
        Half(**{count: row[f"{side}_{count}"] for count in COUNTS}) for side in (BASE, SCENARIO)
    )
    return Line(code, name, row["firms"], base, scenario, {move: row[move] for move in MOVES})


def _named(by: str, code: str, tables: Tables) -> str:
    if not code:
        return ""
    if by == "size":
        return rulebook().catalogue.facts["size_class"].values.get(code, code)
    if by == "section":
        entry = tables.industries.get(code)
        return entry.name if entry else code
    row = tables.divisions.get(code if by == "county" else f"{code}00")
    return row.name if row else code


# ---------------------------------------------------------------- firms that change


@dataclass(frozen=True)
class Moved:
    """A firm whose answer or sum changes, with the reasons in words.

    `firm` is None for those who see no single firms; `place` says its county, industry and size.
    """

    firm: Enterprise | None
    place: str
    move: str
    before: str
    after: str
    before_fen: int | None
    after_fen: int | None
    reasons: tuple[str, ...]


def changed_firms(scenario: Scenario, scope: Scope, move: str = "", region: str = "") -> pl.DataFrame:
    """The changed firms of a scope as the estimate keeps them, in the order of counties."""
    frame = within(pl.DataFrame(pl.from_arrow(_changed_table(scenario))), scope)
    if move:
        frame = frame.filter(pl.col("move") == move)
    if region:
        frame = frame.filter(pl.col("county").str.starts_with(region))
    return frame.sort("county", ENTERPRISE)


def _changed_table(scenario: Scenario) -> pa.Table:
    return pq.read_table(folder_of(scenario) / CHANGED_FILE)


def told(scenario: Scenario, frame: pl.DataFrame, user: User, today: date) -> list[Moved]:
    """Rows with their firms; one merged away since, or not for this person's eyes, is left out."""
    ids: Sequence[str] = frame[ENTERPRISE].to_list()
    firms = {one.public_id: one for one in seen_by(user, today).filter(public_id__in=ids).order_by("pk")}
    rows = [row for row in frame.iter_rows(named=True) if row[ENTERPRISE] in firms]
    words, tables = reason_words(scenario), code_tables()
    return [_moved(row, firms[row[ENTERPRISE]], words, tables) for row in rows]


def told_unnamed(scenario: Scenario, frame: pl.DataFrame) -> list[Moved]:
    """Rows without their firms and sums, for the second person who sees no single firm."""
    words, tables = reason_words(scenario), code_tables()
    return [_moved(row, None, words, tables) for row in frame.iter_rows(named=True)]


def _moved(row: dict[str, Any], firm: Enterprise | None, words: Mapping[str, str], tables: Tables) -> Moved:
    return Moved(
        firm,
        _place(row, tables),
        row["move"],
        row["before"],
        row["after"],
        row["before_fen"] if firm else None,
        row["after_fen"] if firm else None,
        tuple(words.get(name, name) for name in row["reasons"]),
    )


def _place(row: dict[str, Any], tables: Tables) -> str:
    return " · ".join(_named(by, row[by], tables) or _("不明") for by in CROSSED)
