"""Exact linear algebra: what follows from what is published. Modulo a large prime, so nothing is ever rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Matrix = npt.NDArray[np.int64]

PRIME = 2**31 - 1
"""Products of two residues fit into 64 bits."""
_MANY = 200
_MARKS = 2
"""Check sums carried along with each row; they find proportional rows quickly, an exact comparison confirms."""


class RowSpace:
    """Rows of which some are known. Each row is kept as what remains of it after subtracting the known ones.

    A row whose remainder is zero is determined by the known rows. Two rows with proportional remainders
    determine each other: whoever learns one knows the other.
    """

    def __init__(self, rows: Matrix) -> None:
        """Start with nothing known. ``rows`` are whole numbers, one row per figure."""
        weights = np.random.default_rng(PRIME).integers(1, PRIME, size=(rows.shape[1], _MARKS))
        self._width = rows.shape[1]
        self._rows = np.hstack([rows % PRIME, _product(rows % PRIME, weights)])
        self.rank = 0
        """How many independent rows are known."""

    def copy(self) -> RowSpace:
        """The same state, to go on from separately."""
        twin = object.__new__(RowSpace)
        twin._width, twin._rows, twin.rank = self._width, self._rows.copy(), self.rank
        return twin

    def is_determined(self, row: int) -> bool:
        """Whether the known rows give this one."""
        return not self._rows[row, self._width :].any() and not self._rows[row, : self._width].any()

    def determined(self, rows: Iterable[int]) -> list[int]:
        """Those of ``rows`` that the known rows give."""
        return [row for row in rows if self.is_determined(row)]

    def admit(self, row: int) -> None:
        """Make ``row`` known."""
        factors = self._factors(row)
        touched = np.flatnonzero(factors)
        if touched.size:
            self.rank += 1
            columns = np.flatnonzero(self._rows[row])
            self._rows[np.ix_(touched, columns)] = self._without(touched, row, factors[touched], columns)

    def touched_by(self, row: int, among: Matrix) -> Matrix:
        """Places in ``among`` of the rows whose remainder changes when ``row`` becomes known."""
        return np.flatnonzero(self._factors(row)[among])

    def opened_by(self, row: int, among: Sequence[int]) -> list[int]:
        """Those of ``among`` that would become determined if ``row`` were known."""
        others = np.asarray(among, dtype=np.int64)
        factors = self._factors(row)[others]
        others, factors = others[factors != 0], factors[factors != 0]
        marks = np.arange(self._width, self._rows.shape[1])
        # What vanishes has check sums that vanish; few others do, so the exact comparison is rarely made in vain.
        vanishing = ~self._without(others, row, factors, marks).any(axis=1)
        others, factors = others[vanishing], factors[vanishing]
        remainders = self._without(others, row, factors, np.arange(self._width))
        return [int(other) for other, rest in zip(others, remainders, strict=True) if not rest.any()]

    def kinds(self, among: Sequence[int] | Matrix, also_known: int | None = None) -> Matrix:
        """A number per row of ``among``: equal for rows that determine each other, −1 for determined rows.

        ``also_known`` is a row that is supposed to be known as well, for this question only. Unrelated rows get
        the same number once in two thousand million cases; that errs on the side of hiding.
        """
        rows = np.asarray(among, dtype=np.int64)
        marks = self._rows[rows, self._width :]
        if also_known is not None:
            factors = self._factors(also_known)[rows]
            marks = (marks - factors[:, None] * self._rows[also_known, self._width :]) % PRIME
        ratio: Matrix = marks[:, 0] * _inverse(marks[:, 1]) % PRIME
        ratio[~marks.any(axis=1)] = -1
        return ratio

    def _factors(self, row: int) -> Matrix:
        """How often the remainder of ``row`` must be taken from each row so that its leading entry vanishes."""
        remainder = self._rows[row, : self._width]
        nonzero = np.flatnonzero(remainder)
        if not nonzero.size:
            return np.zeros(len(self._rows), dtype=np.int64)
        lead = int(nonzero[0])
        return self._rows[:, lead] * pow(int(remainder[lead]), -1, PRIME) % PRIME

    def _without(self, rows: Matrix, row: int, factors: Matrix, columns: Matrix) -> Matrix:
        taken = factors[:, None] * self._rows[row, columns] % PRIME
        rest: Matrix = (self._rows[np.ix_(rows, columns)] - taken) % PRIME
        return rest


def _product(rows: Matrix, weights: Matrix) -> Matrix:
    """Matrix product modulo the prime, summed in pieces that cannot overflow."""
    result = np.zeros((rows.shape[0], weights.shape[1]), dtype=np.int64)
    for column in range(rows.shape[1]):
        touched = np.flatnonzero(rows[:, column])
        added = result[touched] + rows[touched, column, None] * weights[column] % PRIME
        result[touched] = added % PRIME
    return result


def _inverse(values: Matrix) -> Matrix:
    """Inverse of each value modulo the prime; 0 for 0. Many at once by Fermat's theorem, few one by one."""
    if values.size < _MANY:
        return np.array([pow(value, -1, PRIME) if value else 0 for value in values.tolist()], dtype=np.int64)
    result, base, exponent = np.ones_like(values), values % PRIME, PRIME - 2
    while exponent:
        if exponent & 1:
            result = result * base % PRIME
        base = base * base % PRIME
        exponent >>= 1
    return result
