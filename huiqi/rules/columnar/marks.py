"""Marks of many firms, a bit each, and the lists of names that follow from them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

LISTS = pa.list_(pa.field("element", pa.string()))
Bits = np.ndarray[Any, np.dtype[np.uint8]]
MOST_TABLED = 10  # names for whose combinations a table is made; beyond, only for those that occur


def packed(series: pl.Series) -> tuple[Bits, Bits]:
    """A column of booleans as bits, eight firms a byte: where it is true, and where it is known."""
    array = series.to_arrow()
    if array.offset:
        array = pa.concat_arrays([array.filter(pa.array(np.ones(len(array), bool)))])
    known, values = array.buffers()
    size = (len(array) + 7) // 8
    true = np.frombuffer(values, np.uint8, size) if size else np.zeros(0, np.uint8)
    if known is None:
        return true, np.full(size, 255, np.uint8)
    return true, np.frombuffer(known, np.uint8, size)


def no_lists(rows: int) -> pa.ListArray:
    return pa.ListArray.from_arrays(np.zeros(rows + 1, np.int32), pa.array([], pa.string()), type=LISTS)


def listed(marks: Sequence[Bits], names: pa.Array, rows: int) -> pa.ListArray:
    """For each firm the names whose mark is set, in their order."""
    unpacked = [np.unpackbits(mark, count=rows, bitorder="little") for mark in marks]
    held = [place for place, mark in enumerate(unpacked) if mark.any()]
    if not held:
        return no_lists(rows)
    code: Any = np.zeros(rows, np.uint8 if len(held) <= 8 else np.uint64)
    for bit, place in enumerate(held):
        code |= unpacked[place].astype(code.dtype, copy=False) << code.dtype.type(bit)
    combinations = np.arange(1 << len(held), dtype=code.dtype) if len(held) <= MOST_TABLED else None
    if combinations is None:
        combinations, code = np.unique(code, return_inverse=True)
    return _joined(code, combinations, np.array(held, np.int32), names)


def _joined(code: Any, combinations: Any, held: Any, names: pa.Array) -> pa.ListArray:
    """Lists of each firm by its combination: first the first names of all firms, then the second ones."""
    chosen = [[place for bit, place in enumerate(held) if int(mask) >> bit & 1] for mask in combinations]
    sizes = np.array([len(places) for places in chosen], np.int32)[code]
    offsets = np.zeros(len(code) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    picked = np.empty(offsets[-1], np.int32)
    for rank in range(int(sizes.max(initial=0))):
        nth = np.array([places[rank] if rank < len(places) else 0 for places in chosen], np.int32)
        firms = np.flatnonzero(sizes > rank)
        picked[offsets[firms] + rank] = nth[code[firms]]
    return pa.ListArray.from_arrays(offsets, names.take(pa.array(picked)), type=LISTS)
