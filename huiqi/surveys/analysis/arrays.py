"""The kinds of columns that results are reckoned from.

NumPy's bincount made 40 weighted cross tables of 200,000 answers in 0.04 CPU s; Polars took 0.10, DuckDB
0.16 (docs/adr/0025). So columns are arrays, and Arrow only carries them to and from files.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MISSING = -1  # in a column of codes: not asked, or left blank


def cross(*columns: tuple[Ints, int]) -> Ints:
    """One number for each combination of codes, given each column with its number of codes.

    What is missing in one column is missing in the combination.
    """
    combined = np.zeros(len(columns[0][0]), dtype=np.int64)
    missing = np.zeros(len(combined), dtype=bool)
    for codes, size in columns:
        combined = combined * size + codes
        missing |= codes < 0
    combined[missing] = MISSING
    return combined


def counted(at: Ints, size: int) -> Ints:
    """How often each number from 0 to `size` - 1 stands in `at`."""
    return np.bincount(at, minlength=size)


def summed(at: Ints, values: Floats, size: int) -> Floats:
    """The sum of the values at each number from 0 to `size` - 1."""
    return np.bincount(at, weights=values, minlength=size).astype(np.float64, copy=False)


def divided(above: Floats, below: Floats, otherwise: float = 0.0) -> Floats:
    """`above` / `below`, and `otherwise` where `below` is not positive."""
    out = np.full(np.broadcast_shapes(np.shape(above), np.shape(below)), otherwise, dtype=np.float64)
    np.divide(above, below, out=out, where=np.broadcast_to(below > 0, out.shape))
    return out
