"""What a single row says of the limits of its unknowns, row after row until nothing changes: no program is needed.

Nobody has to be asked about an unknown that has one value left, and rows whose unknowns all have one value fall away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marts.attacker.blocks import Contradiction

if TYPE_CHECKING:
    import numpy.typing as npt

    from marts.attacker.blocks import Sparse

    Vector = npt.NDArray[np.float64]

_ROUNDS = 50
"""Each round carries what is known one row further; chains of rows are shorter than that."""
_SLACK = 1e-9


def tightened(matrix: Sparse, rows: tuple[Vector, Vector], limits: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """The narrowest limits that follow from each row of ``row low ≤ matrix · x ≤ row high`` by itself, repeatedly.

    Raises:
        Contradiction: some unknown has no value left.
    """
    low, high = limits[0].copy(), limits[1].copy()
    coefficients = matrix.data.astype(float)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for _ in range(_ROUNDS if len(row) else 1):
        before = low.copy(), high.copy()
        # A row with an upper side limits upwards what has a positive coefficient; the lower side is its mirror image.
        _limit((row, matrix.indices, coefficients), rows[1], (low, high))
        _limit((row, matrix.indices, -coefficients), -rows[0], (low, high))
        size = np.maximum(1.0, np.abs(low))
        if (low > high + _SLACK * size).any():
            raise Contradiction
        np.minimum(low, high, out=low)
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            break
    return low, high


def _limit(
    entries: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Vector], most: Vector, limits: tuple[Vector, Vector]
) -> None:
    """Narrow ``limits`` by ``sum of coefficient · unknown ≤ most`` of each row."""
    row, unknown, coefficient = entries
    low, high = limits
    least = coefficient * np.where(coefficient > 0, low[unknown], high[unknown])
    is_open = np.isinf(least)
    closed = np.bincount(row, np.where(is_open, 0.0, least), minlength=len(most))
    open_count = np.bincount(row, is_open, minlength=len(most))
    # What the others of the row leave: nothing is known as long as one of them has no limit.
    rest = most[row] - closed[row] + np.where(is_open, 0.0, least)
    is_told = (open_count[row] == is_open) & np.isfinite(most[row])
    up, down = is_told & (coefficient > 0), is_told & (coefficient < 0)
    np.minimum.at(high, unknown[up], rest[up] / coefficient[up])
    np.maximum.at(low, unknown[down], rest[down] / coefficient[down])
