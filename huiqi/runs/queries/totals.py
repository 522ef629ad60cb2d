"""What a run found, within a scope: totals kept by the run are read, no firm is judged again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from django.conf import settings

from huiqi.accounts.scope import Scope
from huiqi.policies.queries.fact_words import fact_label
from huiqi.reference.judging import rulebook
from huiqi.reference.models import Division
from huiqi.reference.queries import Tables, code_tables
from huiqi.reference.tiles import Block, Tile, blocks_of, counties_of, even_steps, short_name, step_of
from huiqi.runs import run_files
from huiqi.runs.models import Run

SUMS = ("eligible", "unknown", "near", "claimed", "listed", "amount_fen", "amount_claimed_fen", "open")
MONEY = frozenset({"cash", "saving", "deferral", "credit"})
NATURES = ("cash", "saving", "deferral", "credit", "status", "service", "rule")
MOST_MISSING = 8
DIMENSIONS = ("county", "city", "section", "size")


@dataclass(frozen=True)
class Line:
    """Counts of one row of a table; sums in fen. `claimed` of the eligible rest on the firm's own word."""

    code: str
    name: str
    firms: int
    eligible: int = 0
    unknown: int = 0
    near: int = 0
    claimed: int = 0
    listed: int = 0
    amount_fen: int = 0
    amount_claimed_fen: int = 0
    open: int = 0

    @property
    def ineligible(self) -> int:
        return self.firms - self.eligible - self.unknown

    @property
    def confirmed(self) -> int:
        """Eligible on facts an office vouches for."""
        return self.eligible - self.claimed - self.listed


@dataclass(frozen=True)
class PolicyLine:
    """A policy of the run with its counts within the scope; `status` when it was not judged."""

    policy: str
    title: str
    nature: str
    authority: str
    status: str | None
    counts: Line

    @property
    def has_money(self) -> bool:
        return self.nature in MONEY


def folder_of(run: Run) -> Path:
    """Where the run's files lie."""
    return Path(settings.PRIVATE_ROOT) / "runs" / run.public_id


def within(frame: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """The rows of firms the scope admits, by county and park."""
    if scope.is_whole:
        return frame
    places = frame.select("county", "park").unique()
    admitted = [scope.admits(county or None, park or None) for county, park in places.iter_rows()]
    return frame.join(places.filter(pl.Series(admitted, dtype=pl.Boolean)), on=["county", "park"], how="semi")


def policy_lines(run: Run, scope: Scope) -> list[PolicyLine]:
    """Every policy of the run with its counts, in the order of the rulebook."""
    frame = within(pl.DataFrame(pl.from_arrow(pq.read_table(folder_of(run) / run_files.OVERVIEW))), scope)
    sums = frame.group_by("policy").agg([pl.col(name).sum() for name in ("firms", *SUMS)])
    found = {row["policy"]: row for row in sums.iter_rows(named=True)}
    return [_policy_line(run, name, found.get(name)) for name in run.policies]


def _policy_line(run: Run, name: str, row: dict[str, int] | None) -> PolicyLine:
    policy, plan = rulebook().policies.get(name), run.plan_of(name)
    title = policy.title if policy else name
    counts = Line(name, title, **{key: row[key] for key in ("firms", *SUMS)}) if row else Line(name, title, 0)
    return PolicyLine(name, title, plan["nature"], policy.authority if policy else "", plan["status"], counts)


@dataclass(frozen=True)
class Entitled:
    """Firms of one policy in one place: how many fit, how many of those on their own word or by a list, how
    many lack facts."""

    eligible: int = 0
    claimed: int = 0
    listed: int = 0
    unknown: int = 0

    def __add__(self, other: "Entitled") -> "Entitled":
        return Entitled(
            self.eligible + other.eligible,
            self.claimed + other.claimed,
            self.listed + other.listed,
            self.unknown + other.unknown,
        )


def entitled_by_place(run: Run, scope: Scope) -> dict[tuple[str, str], Entitled]:
    """By (policy, county), of the firms within the scope; places without such firms are left out."""
    frame = within(pl.DataFrame(pl.from_arrow(pq.read_table(folder_of(run) / run_files.OVERVIEW))), scope)
    names = ("eligible", "claimed", "listed", "unknown")
    sums = frame.group_by("policy", "county").agg([pl.col(name).sum() for name in names])
    held = sums.filter((pl.col("eligible") > 0) | (pl.col("unknown") > 0)).sort("policy", "county")
    return {(policy, county or ""): Entitled(*counts) for policy, county, *counts in held.iter_rows()}


@dataclass(frozen=True)
class PolicyTotals:
    """One policy within the scope: the sum and the tables."""

    line: PolicyLine
    tables: dict[str, list[Line]]


def policy_totals(run: Run, policy: str, scope: Scope) -> PolicyTotals:
    """The counts of one policy by county, prefecture, industry section and size class."""
    folder, keys = folder_of(run), ["county", "park", "section", "size"]
    groups = within(pl.DataFrame(pl.from_arrow(pq.read_table(folder / run_files.GROUPS))), scope)
    with pq.ParquetFile(folder / run_files.TOTALS) as file:
        counted = pl.DataFrame(pl.from_arrow(file.read_row_group(run.policies.index(policy))))
    frame = groups.join(counted, on=keys, how="left").with_columns(
        [pl.col(name).fill_null(0) for name in SUMS], city=pl.col("county").str.slice(0, 4)
    )
    tables = code_tables()
    lines = {name: _lines(frame, name, tables) for name in DIMENSIONS}
    whole = frame.select([pl.col(name).sum() for name in ("firms", *SUMS)]).row(0, named=True)
    return PolicyTotals(_policy_line(run, policy, whole), lines)


def _lines(frame: pl.DataFrame, by: str, tables: Tables) -> list[Line]:
    sums = frame.group_by(by).agg([pl.col(name).sum() for name in ("firms", *SUMS)]).sort(by)
    return [
        Line(row[by], _named(by, row[by], tables), **{name: row[name] for name in ("firms", *SUMS)})
        for row in sums.iter_rows(named=True)
    ]


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


@dataclass(frozen=True)
class Missing:
    """A fact that undecided firms lack."""

    fact: str
    label: str
    firms: int


def missing_facts(run: Run, policy: str, scope: Scope) -> list[Missing]:
    """The facts that most undecided firms lack; one firm may lack several."""
    frame = pl.DataFrame(
        pl.from_arrow(pq.read_table(folder_of(run) / run_files.MISSING, filters=[("policy", "=", policy)]))
    )
    sums = within(frame, scope).group_by("fact").agg(pl.col("firms").sum())
    ranked = sums.sort(["firms", "fact"], descending=[True, False]).head(MOST_MISSING)
    facts = rulebook().catalogue.facts
    return [
        Missing(fact, fact_label(facts[fact]) if fact in facts else fact, firms)
        for fact, firms in ranked.iter_rows()
    ]


# --- the map ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Map:
    """The eligible firms by county; the legend tells from which number to which for each step."""

    blocks: tuple[Block, ...]
    legend: tuple[tuple[int, str], ...]


def county_map(lines: Sequence[Line], scope: Scope) -> Map:
    """Tiles of the counties in which the scope has firms, darker where more are eligible."""
    by_code = {line.code: line for line in lines}
    tables = code_tables()
    counties = [one for one in counties_of(tables) if scope.is_whole or one.code in by_code]
    bounds = even_steps(max((line.eligible for line in lines), default=0))

    def tile(county: Division) -> Tile:
        line = by_code.get(county.code)
        count = line.eligible if line else 0
        words = f"{count:,}" if count else "—"
        firms = f"{line.firms:,}" if line else "0"
        return Tile(county.code, short_name(county.name), words, firms, step_of(count, bounds))

    legend = tuple((at + 1, f"{low:,}–{high:,}") for at, (low, high) in enumerate(bounds))
    return Map(blocks_of(counties, tables, tile), legend)
