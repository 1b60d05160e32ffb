"""Tables as named arrays of equal length: the only shape in which the sample city keeps its many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Array = npt.NDArray[Any]
Columns = dict[str, Array]

NEVER = 2_932_896
"""Day number that stands for "has not happened": 9999-12-31, counted from 1970-01-01 like every day here."""


def row_count(columns: Mapping[str, Array]) -> int:
    """Number of rows; 0 for a table without columns."""
    return len(next(iter(columns.values()))) if columns else 0


def take(columns: Mapping[str, Array], rows: Array) -> Columns:
    """The chosen rows (a mask or positions) of every column, copied."""
    return {name: values[rows] for name, values in columns.items()}


def stack(tables: Sequence[Mapping[str, Array]]) -> Columns:
    """Rows of all tables one after another; empty tables may lack columns."""
    filled = [table for table in tables if row_count(table)]
    if not filled:
        return dict(tables[0]) if tables else {}
    return {name: np.concatenate([table[name] for table in filled]) for name in filled[0]}


def whole(size: int, value: int) -> Array:
    """A column of whole numbers, all of them ``value``."""
    return np.full(size, value, dtype=np.int64)


def run_lengths(counts: Array) -> Array:
    """0,1,2.. within each run, for runs of the given lengths."""
    starts = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts, counts))
