"""How many firms of each group a policy fits, and what it comes to: counted by piece, added up by policy.

A group is a county, a park, an industry section and a size class, "" where unknown (0 for no park). Every
sum is of whole numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.rules.problems import FactsError, Problem

KEYS = ("county", "park", "section", "size")
COUNTS = ("eligible", "unknown", "near", "claimed", "listed", "amount_fen", "amount_claimed_fen", "open")
KEY_FIELDS = [("county", pa.string()), ("park", pa.int64()), ("section", pa.string()), ("size", pa.string())]
TALLY = pa.schema([*KEY_FIELDS, ("firms", pa.int64()), *((name, pa.int64()) for name in COUNTS)])
MISSING = pa.schema(
    [
        ("policy", pa.string()),
        ("county", pa.string()),
        ("park", pa.int64()),
        ("fact", pa.string()),
        ("firms", pa.int64()),
    ]
)
OVERVIEW = pa.schema(
    [
        ("policy", pa.string()),
        ("county", pa.string()),
        ("park", pa.int64()),
        ("firms", pa.int64()),
        *((name, pa.int64()) for name in COUNTS),
    ]
)
# Sums of one group beyond this are refused, not wrapped: a hundred times all money of the province.
MOST_FEN = 1 << 62
Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Groups:
    """The groups of a piece and for each firm the number of its own."""

    keys: list[tuple[str, int, str, str]]
    of_firm: Ints

    @property
    def firms(self) -> Ints:
        return np.bincount(self.of_firm, minlength=len(self.keys)).astype(np.int64)

    def counted(self, marks: np.ndarray[Any, np.dtype[np.bool_]]) -> Ints:
        """How many marked firms each group has."""
        return counted(self.of_firm, len(self.keys), marks)

    def summed(self, amounts: Ints, marks: np.ndarray[Any, np.dtype[np.bool_]]) -> Ints:
        """The exact sum of the marked firms' amounts in each group."""
        return summed(self.of_firm, len(self.keys), amounts, marks)


def counted(of_firm: Ints, groups: int, marks: np.ndarray[Any, np.dtype[np.bool_]]) -> Ints:
    """How many marked firms each of the numbered groups has."""
    return np.bincount(of_firm[marks], minlength=groups).astype(np.int64)


def summed(of_firm: Ints, groups: int, amounts: Ints, marks: np.ndarray[Any, np.dtype[np.bool_]]) -> Ints:
    """The exact sum of the marked firms' amounts in each of the numbered groups."""
    found = np.zeros(groups, np.int64)
    chosen = amounts[marks]
    if len(chosen) and float(np.abs(chosen).astype(np.float64).sum()) > MOST_FEN:
        raise FactsError([Problem("amount_fen", "金额合计超出64位整数", "请核对事实目录中的上下限")])
    np.add.at(found, of_firm[marks], chosen)
    return found


def groups_of(columns: Sequence[Sequence[Any]]) -> Groups:
    """Groups of firms from their columns in the order of KEYS, sorted by key."""
    frame = pl.DataFrame(
        dict(zip(KEYS, columns, strict=True)),
        schema={"county": pl.String, "park": pl.Int64, "section": pl.String, "size": pl.String},
    )
    keys = frame.unique().sort(KEYS)
    placed = frame.join(keys.with_row_index("place"), on=list(KEYS), how="left", maintain_order="left")
    return Groups(keys.rows(), placed["place"].cast(pl.Int64).to_numpy())


@dataclass(frozen=True)
class Found:
    """One policy's verdicts on the firms of a piece, as arrays."""

    eligible: np.ndarray[Any, np.dtype[np.bool_]]
    unknown: np.ndarray[Any, np.dtype[np.bool_]]
    near: np.ndarray[Any, np.dtype[np.bool_]]
    claimed: np.ndarray[Any, np.dtype[np.bool_]]
    listed: np.ndarray[Any, np.dtype[np.bool_]]
    amounts: Ints
    is_open: np.ndarray[Any, np.dtype[np.bool_]]


def tally_table(groups: Groups, found: Found) -> pa.Table:
    """The counts of one policy by group, all groups of the piece."""
    claimed = found.eligible & found.claimed
    counts = {
        "eligible": groups.counted(found.eligible),
        "unknown": groups.counted(found.unknown),
        "near": groups.counted(found.near),
        "claimed": groups.counted(claimed),
        "listed": groups.counted(found.eligible & found.listed),
        "amount_fen": groups.summed(found.amounts, found.eligible),
        "amount_claimed_fen": groups.summed(found.amounts, claimed),
        "open": groups.counted(found.eligible & found.is_open),
    }
    keys = dict(zip(KEYS, zip(*groups.keys, strict=True), strict=True)) if groups.keys else {}
    arrays = {name: pa.array(list(keys.get(name, ())), type_) for name, type_ in KEY_FIELDS}
    arrays["firms"] = pa.array(groups.firms)
    arrays |= {name: pa.array(values) for name, values in counts.items()}
    return pa.table(arrays, schema=TALLY)


def merged(paths: Sequence[Path], row_group: int) -> pl.DataFrame:
    """One policy's counts of all pieces, group by group in the order of keys."""
    tables = []
    for path in paths:
        with pq.ParquetFile(path) as file:
            if row_group < file.num_row_groups:
                tables.append(file.read_row_group(row_group))
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables(tables)))
    names = ["firms", *COUNTS]
    if any(frame[name].cast(pl.Float64).sum() > MOST_FEN for name in ("amount_fen", "amount_claimed_fen")):
        raise FactsError([Problem("amount_fen", "金额合计超出64位整数", "请核对事实目录中的上下限")])
    return frame.group_by(KEYS).agg([pl.col(name).sum() for name in names]).sort(KEYS)


def overview_of(frame: pl.DataFrame, policy: str) -> pa.Table:
    """One policy's counts by county and park."""
    by_place = frame.group_by(["county", "park"]).agg([pl.col(name).sum() for name in ("firms", *COUNTS)])
    by_place = by_place.sort(["county", "park"]).with_columns(policy=pl.lit(policy))
    return by_place.select(OVERVIEW.names).to_arrow().cast(OVERVIEW)


def missing_table(
    policies: Mapping[str, Mapping[str, np.ndarray[Any, np.dtype[np.bool_]]]], places: Groups
) -> Iterator[pa.Table]:
    """For each policy how many firms that it leaves unknown lack which fact, by county and park."""
    for policy, facts in policies.items():
        for fact, marks in facts.items():
            counts = places.counted(marks)
            held = np.flatnonzero(counts)
            keys = [places.keys[place] for place in held]
            yield pa.table(
                {
                    "policy": [policy] * len(held),
                    "county": [key[0] for key in keys],
                    "park": [key[1] for key in keys],
                    "fact": [fact] * len(held),
                    "firms": counts[held],
                },
                schema=MISSING,
            )


def merged_missing(paths: Sequence[Path]) -> pa.Table:
    """What is missing in all pieces."""
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables([pq.read_table(path) for path in paths])))
    keys = ["policy", "county", "park", "fact"]
    found = frame.group_by(keys).agg(pl.col("firms").sum()).sort(keys)
    return found.to_arrow().cast(MISSING)
