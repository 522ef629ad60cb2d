"""Synthetic firms as Parquet, the same for every run: what the measurements of rules read.

A column a fact; a tenth of the cells unknown; figures spread over the orders of magnitude that occur and
often exactly round, so that thresholds are met on both sides and at the boundary.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.rules.catalogue import Catalogue, Fact

PIECE = 65_536
UNKNOWN = 0.1
COUNTIES = [f"43{city:02d}{county:02d}" for city in range(1, 15) for county in range(1, 10)]
FIRST, LAST = date(2019, 9, 1).toordinal(), date(2020, 12, 31).toordinal()
EPOCH = date(1970, 1, 1).toordinal()
SUMS = np.array([1, 2, 3, 5, 8], dtype=np.int64)


def write_firms(path: Path, catalogue: Catalogue, names: Iterable[str], firms: int, seed: int = 2020) -> None:
    """A file of `firms` rows: `enterprise` and the named facts, in pieces of PIECE rows."""
    names = list(names)
    writer: pq.ParquetWriter | None = None
    for piece, start in enumerate(range(0, firms, PIECE)):
        rows = min(PIECE, firms - start)
        chance = np.random.default_rng([seed, piece])
        columns = {"enterprise": pa.array([f"E{number:011d}" for number in range(start, start + rows)])}
        columns |= {name: _column(catalogue.facts[name], rows, chance) for name in names}
        table = pa.table(columns)
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=PIECE)
    if writer is not None:
        writer.close()


def _column(fact: Fact, rows: int, chance: np.random.Generator) -> pa.Array:
    unknown = chance.random(rows) < UNKNOWN
    if fact.type == "bool":
        return pa.array(chance.random(rows) < 0.8, mask=unknown)
    if fact.type == "date":
        return pa.array(
            (chance.integers(FIRST, LAST, rows) - EPOCH).astype(np.int32), pa.date32(), mask=unknown
        )
    if fact.type in ("enum", "code"):
        return _texts(list(fact.values) or _codes(fact), unknown, chance)
    return pa.array(_numbers(fact, rows, chance), mask=unknown)


def _numbers(fact: Fact, rows: int, chance: np.random.Generator) -> np.ndarray:
    """One to three significant digits over some orders of magnitude, within the fact's bounds."""
    scale = fact.scale if fact.type == "ratio" else 1
    low, high = (int(bound * scale) for bound in (fact.min, fact.max))  # type: ignore[operator]
    top = {"fen": 10, "person": 3}.get(fact.unit, len(str(min(high, 10**6))) - 1)
    powers = 10 ** chance.integers(0, top + 1, rows)
    values = powers * SUMS[chance.integers(0, len(SUMS), rows)] + chance.integers(-1, 2, rows)
    return np.clip(values, max(low, -(10**12)), high)


def _codes(fact: Fact) -> list[str]:
    if fact.id == "prefecture":
        return COUNTIES
    if fact.id == "gb4754":
        return [f"{division:02d}{group}0" for division in range(1, 97) for group in range(1, 6)]
    return ["430000"]


def _texts(choices: list[str], unknown: np.ndarray, chance: np.random.Generator) -> pa.Array:
    picked = pa.array(chance.integers(0, len(choices), len(unknown)).astype(np.int32), mask=unknown)
    return pa.DictionaryArray.from_arrays(picked, pa.array(choices)).cast(pa.string())
