"""The register judged by an edition and by its variants at once: sums by group, firms whose answer changes.

Pure of Django. All policies asked for become one graph over the same columns, so that what they share is
reckoned once, and only the columns they need are read. Money is whole fen throughout.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.rules.catalogue import Catalogue
from huiqi.rules.columnar.execution import Piece
from huiqi.rules.columnar.judge import ColumnarJudge, Lowered, in_fen
from huiqi.rules.columnar.marks import LISTS, listed
from huiqi.rules.columnar.table import ENTERPRISE, TableSource, read_firms
from huiqi.rules.judge import Judge
from huiqi.rules.plan import Plan
from huiqi.rules.policy import Policy
from huiqi.rules.rulebook import Rulebook
from huiqi.runs.pieces import BESIDE, COUNTY, INDUSTRY, SIZE, Lists, with_lists
from huiqi.runs.tally import KEY_FIELDS, KEYS, counted, summed

BASE, SCENARIO = "base", "scenario"
INELIGIBLE, UNKNOWN, ELIGIBLE = 0, 1, 2
STATUSES = ("ineligible", "unknown", "eligible")
COUNTS = ("eligible", "unknown", "claimed", "amount_fen", "open")
# What may become of a firm. Unknown is told apart on both sides, so that no gap passes for a gain or a loss.
MOVES = (
    *("gained", "lost", "settled", "doubted", "opened", "closed"),
    *("more", "less", "priced", "unpriced"),
)
AMOUNT = "amount"  # the reason when no condition changed its answer but the sum did
TOTALS = pa.schema(
    [
        *KEY_FIELDS,
        ("firms", pa.int64()),
        *((f"{side}_{name}", pa.int64()) for side in (BASE, SCENARIO) for name in COUNTS),
        *((name, pa.int64()) for name in MOVES),
    ]
)
CHANGED = pa.schema(
    [
        (ENTERPRISE, pa.string()),
        *KEY_FIELDS,
        ("move", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("before_fen", pa.int64()),
        ("after_fen", pa.int64()),
        ("reasons", LISTS),
    ]
)
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Section = Callable[[str], str]


@dataclass(frozen=True)
class Source:
    """What is judged: the parts of a snapshot, what lists say beside them, the day."""

    parts: Sequence[Path]
    lists: Lists
    catalogue: Catalogue
    on: date
    section_of: Section


@dataclass(frozen=True)
class Side:
    """One policy's answer on the firms of a part; `amounts` are 0 where there is none."""

    status: np.ndarray[Any, np.dtype[np.int8]]
    amounts: Ints
    is_open: Bools
    claimed: Bools


@dataclass(frozen=True)
class Places:
    """The groups of a part, a column for each of KEYS, and for each firm the number of its own."""

    columns: tuple[pa.Array, ...]
    of_firm: Ints

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def firms(self) -> Ints:
        return np.bincount(self.of_firm, minlength=len(self)).astype(np.int64)

    def counted(self, marks: Bools) -> Ints:
        return counted(self.of_firm, len(self), marks)

    def summed(self, amounts: Ints, marks: Bools) -> Ints:
        return summed(self.of_firm, len(self), amounts, marks)


@dataclass(frozen=True)
class Held:
    """One part as it is judged."""

    columnar: ColumnarJudge
    piece: Piece
    table: pa.Table
    groups: Places

    def side(self, name: str) -> Side:
        one = self.columnar.lowered[name]
        truth = self.piece.whole(one.truth)
        eligible = truth.fill_null(False).to_numpy()
        status = np.where(eligible, ELIGIBLE, np.where(truth.is_null().to_numpy(), UNKNOWN, INELIGIBLE))
        found = in_fen(self.columnar.amount(self.piece, one, truth, int(eligible.sum())))
        known = found.is_not_null().to_numpy()
        amounts = np.where(eligible, found.fill_null(0).to_numpy(), 0)
        return Side(status.astype(np.int8), amounts, eligible & ~known, eligible & self.claimed(one.plan))

    def claimed(self, plan: Plan) -> Bools:
        """Firms of which a known fact that the policy names stands on their own word."""
        found = np.zeros(self.piece.rows, bool)
        if "claimed" not in self.table.column_names:
            return found
        column = self.table.column("claimed").combine_chunks()
        names = pa.array(sorted(bases_of(plan, self.columnar.catalogue)), pa.string())
        hits = pc.is_in(pc.list_flatten(column), names).to_numpy(zero_copy_only=False)
        found[pc.list_parent_indices(column).to_numpy()[hits]] = True
        return found


def bases_of(plan: Plan, catalogue: Catalogue) -> set[str]:
    """The facts a policy's conditions rest on."""
    names = {name for leaf in plan.leaves for name in plan.names[leaf.id]}
    return names | {base for name in names for base in catalogue.base_of[name]}


def judging(policies: Mapping[str, Policy], source: Source) -> Iterator[Held]:
    """The parts of the register, ready to be asked for each of the policies.

    Raises ValueError when one of them is not in force on the day.
    """
    columnar = _columnar(policies, source)
    for path in source.parts:
        yield _read(columnar, path, source)


def _columnar(policies: Mapping[str, Policy], source: Source) -> ColumnarJudge:
    named = {name: replace(policy, id=name) for name, policy in policies.items()}
    judge = Judge(Rulebook(source.catalogue, named), source.on)
    if any(plan.status is not None for plan in judge.plans.values()):
        raise ValueError("not in force")
    return ColumnarJudge(judge, TableSource(source.parts, source.catalogue, BESIDE))


def columns_of(policies: Sequence[Policy], source: Source) -> list[str]:
    """The columns an estimate of these policies reads."""
    columnar = _columnar({f"v{at}": policy for at, policy in enumerate(policies)}, source)
    return _wanted(columnar)


def _wanted(columnar: ColumnarJudge) -> list[str]:
    there = set(columnar.source.schema.names)
    wanted = [ENTERPRISE, "claimed", "park_id", COUNTY, INDUSTRY, SIZE, *columnar.columns]
    return [name for name in dict.fromkeys(wanted) if name in there]


def _read(columnar: ColumnarJudge, path: Path, source: Source) -> Held:
    names = _wanted(columnar)
    texts = [name for name in names if columnar.source.is_text(name)]
    table = with_lists(read_firms(path, names, texts), source.lists)
    columns = {name: columnar.reader.column(name, _chunk(table, name)) for name in columnar.columns}
    piece = Piece(columnar.graph, columnar.reader, columns, table.num_rows)
    return Held(columnar, piece, table, _grouped(table, source.section_of))


def _chunk(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _grouped(table: pa.Table, section_of: Section) -> Places:
    """Groups of the firms by county, park, industry section and size class, "" and 0 where unknown."""
    rows = table.num_rows
    key = np.zeros(rows, np.int64)
    labels: list[list[Any]] = []
    for name in (COUNTY, "park_id", INDUSTRY, SIZE):
        places, words = _coded(table, name, rows)
        if name == INDUSTRY:
            sections = [section_of(word) if word else "" for word in words]
            words = sorted(set(sections))
            places = np.array([words.index(one) for one in sections], np.int64)[places]
        key = key * len(words) + places
        labels.append(words)
    found, of_firm = np.unique(key, return_inverse=True)
    columns: list[pa.Array] = []
    for words, (_name, type_) in zip(reversed(labels), reversed(KEY_FIELDS), strict=True):
        found, place = np.divmod(found, len(words))
        columns.insert(0, pa.array(words, type_).take(pa.array(place)))
    return Places(tuple(columns), of_firm.astype(np.int64))


def _coded(table: pa.Table, name: str, rows: int) -> tuple[Ints, list[Any]]:
    """A column as places in its words, the last of which stands for unknown."""
    blank: Any = 0 if name == "park_id" else ""
    if name not in table.column_names or pa.types.is_null(table.column(name).type):
        return np.zeros(rows, np.int64), [blank]
    column = _chunk(table, name)
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = [*coded.dictionary.to_pylist(), blank]
    places = pc.fill_null(coded.indices.cast(pa.int64()), len(words) - 1).to_numpy()
    return places, words


# ---------------------------------------------------------------- base against scenario


@dataclass(frozen=True)
class Compared:
    """One part: the sums by group, and the firms whose answer or sum changes."""

    totals: pa.Table
    changed: pa.Table
    firms: int


def compare(base: Policy, scenario: Policy, source: Source) -> Iterator[Compared]:
    """Both policies over all parts."""
    for held in judging({BASE: base, SCENARIO: scenario}, source):
        before, after = held.side(BASE), held.side(SCENARIO)
        moves = _moves(before, after)
        totals = _totals(held.groups, {BASE: before, SCENARIO: after}, moves)
        yield Compared(totals, _changed(held, before, after, moves), held.piece.rows)


def _moves(before: Side, after: Side) -> dict[str, Bools]:
    def moved(one: int, other: int) -> Bools:
        return (before.status == one) & (after.status == other)  # type: ignore[no-any-return]

    both = moved(ELIGIBLE, ELIGIBLE)
    known = both & ~before.is_open & ~after.is_open
    return {
        "gained": moved(INELIGIBLE, ELIGIBLE),
        "lost": moved(ELIGIBLE, INELIGIBLE),
        "settled": moved(UNKNOWN, ELIGIBLE),
        "doubted": moved(ELIGIBLE, UNKNOWN),
        "opened": moved(INELIGIBLE, UNKNOWN),
        "closed": moved(UNKNOWN, INELIGIBLE),
        "more": known & (after.amounts > before.amounts),
        "less": known & (after.amounts < before.amounts),
        "priced": both & before.is_open & ~after.is_open,
        "unpriced": both & ~before.is_open & after.is_open,
    }


def _totals(groups: Places, sides: Mapping[str, Side], moves: Mapping[str, Bools]) -> pa.Table:
    arrays: dict[str, pa.Array] = dict(zip(KEYS, groups.columns, strict=True))
    arrays["firms"] = pa.array(groups.firms)
    for name, side in sides.items():
        eligible = side.status == ELIGIBLE
        arrays[f"{name}_eligible"] = pa.array(groups.counted(eligible))
        arrays[f"{name}_unknown"] = pa.array(groups.counted(side.status == UNKNOWN))
        arrays[f"{name}_claimed"] = pa.array(groups.counted(side.claimed))
        arrays[f"{name}_amount_fen"] = pa.array(groups.summed(side.amounts, eligible))
        arrays[f"{name}_open"] = pa.array(groups.counted(side.is_open))
    for name in MOVES:
        arrays[name] = pa.array(groups.counted(moves[name]))
    return pa.table(arrays, schema=TOTALS)


def _changed(held: Held, before: Side, after: Side, moves: Mapping[str, Bools]) -> pa.Table:
    kinds = np.full(held.piece.rows, -1, np.int8)
    for at, name in enumerate(MOVES):
        kinds[moves[name]] = at
    rows = np.flatnonzero(kinds >= 0)
    own = pa.array(held.groups.of_firm[rows])
    return pa.table(
        [
            held.table.column(ENTERPRISE).take(pa.array(rows)).combine_chunks().cast(pa.string()),
            *(column.take(own) for column in held.groups.columns),
            _words(MOVES, kinds[rows]),
            _words(STATUSES, before.status[rows]),
            _words(STATUSES, after.status[rows]),
            _sums(before, rows),
            _sums(after, rows),
            _reasons(held, rows, moves),
        ],
        schema=CHANGED,
    )


def _words(words: Sequence[str], places: Any) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(places))


def _sums(side: Side, rows: Any) -> pa.Array:
    none = (side.status[rows] != ELIGIBLE) | side.is_open[rows]
    return pa.array(side.amounts[rows], pa.int64(), mask=none)


def _reasons(held: Held, rows: Any, moves: Mapping[str, Bools]) -> pa.Array:
    """For each changed firm the conditions whose answer is another one in the scenario."""
    base, scenario = held.columnar.lowered[BASE], held.columnar.lowered[SCENARIO]
    before, after = _places(base), _places(scenario)
    names, marks = [], []
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) == after.get(name):
            continue
        differs = _truth(held, before.get(name), rows) != _truth(held, after.get(name), rows)
        if differs.any():
            names.append(name)
            marks.append(np.packbits(differs, bitorder="little"))
    money = (moves["more"] | moves["less"] | moves["priced"] | moves["unpriced"])[rows]
    if money.any():
        names.append(AMOUNT)
        marks.append(np.packbits(money, bitorder="little"))
    return listed(marks, pa.array(names, pa.string()), len(rows)).cast(LISTS)


def _places(one: Lowered) -> dict[str, int]:
    return {leaf.id: place for leaf, place in zip(one.plan.leaves, one.leaves, strict=True)}


def _truth(held: Held, place: int | None, rows: Any) -> Any:
    """0 false, 1 unknown, 2 true; a condition that is not there counts as met."""
    if place is None:
        return np.full(len(rows), ELIGIBLE, np.int8)
    found = held.piece.whole(place).gather(pl.Series(rows.astype(np.uint32)))
    return (found.cast(pl.Int8) * ELIGIBLE).fill_null(UNKNOWN).to_numpy()


def merged(tables: Sequence[pa.Table]) -> pa.Table:
    """The parts' sums by group added up."""
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables([TOTALS.empty_table(), *tables])))
    counts = [name for name in TOTALS.names if name not in KEYS]
    found = frame.group_by(KEYS).agg([pl.col(name).sum() for name in counts]).sort(KEYS)
    return found.select(TOTALS.names).to_arrow().cast(TOTALS)


# ---------------------------------------------------------------- many variants at once


@dataclass(frozen=True)
class Sum:
    """What a variant comes to: firms eligible and unknown, money of the eligible, and how many lack a sum."""

    firms: int = 0
    eligible: int = 0
    unknown: int = 0
    amount_fen: int = 0
    open: int = 0

    @property
    def has_sum(self) -> bool:
        """Whether the amount says anything: a nought beside open amounts is no sum."""
        return bool(self.amount_fen or not self.open)

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(
            self.firms + other.firms,
            self.eligible + other.eligible,
            self.unknown + other.unknown,
            self.amount_fen + other.amount_fen,
            self.open + other.open,
        )


def sums(
    policies: Sequence[Policy], source: Source, admits: Callable[[str, int], bool] | None = None
) -> list[Sum]:
    """What each policy comes to over the firms whose county and park are admitted."""
    named = {f"v{at}": policy for at, policy in enumerate(policies)}
    found = [Sum() for _ in policies]
    for held in judging(named, source):
        firms = np.ones(held.piece.rows, bool)
        if admits is not None:
            county, park = (column.to_pylist() for column in held.groups.columns[:2])
            inside = np.array([admits(*place) for place in zip(county, park, strict=True)], bool)
            firms = inside[held.groups.of_firm]
        for at, name in enumerate(named):
            side = held.side(name)
            eligible = (side.status == ELIGIBLE) & firms
            amounts = side.amounts[eligible]
            money = (int((amounts >> 32).sum()) << 32) + int((amounts & 0xFFFFFFFF).sum())
            unknown = int(((side.status == UNKNOWN) & firms).sum())
            opens = int((side.is_open & firms).sum())
            found[at] += Sum(int(firms.sum()), int(eligible.sum()), unknown, money, opens)
    return found
