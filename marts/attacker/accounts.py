"""What the public accounts enclose by themselves, whatever is released: no mask can protect it.

Where masked cells have ceilings in an exempt table, and the published total equals the sum of the ceilings, each cell
is its ceiling. That is not the release's doing if the cell is a sum of cells that have ceilings, or lies under a
ceiling that is itself narrower than the promised width. Everything else that follows from a ceiling is a finding.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from marts.attacker.equations import ceiling_cells, linked_cells, told
from marts.attacker.reading import TOLD
from marts.attacker.recovery import PRIME, freedom

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from marts.attacker.equations import Cell
    from marts.attacker.reading import Release, Table

    Numbers = npt.NDArray[np.int64]


class Accounts:
    """What a reader of the public accounts knows of one measure of a release of which everything else is masked."""

    def __init__(self, release: Release, measure: str) -> None:
        """Every ceiling counts as if it were reached."""
        self._release, self._measure = release, measure
        self._tables = [t for t in release.tables.values() if t.is_protected and measure in t.figures]
        self._ceilings = dict(self._told_ceilings())
        rows = [self._form(cell) for cell in self._ceilings]
        for link in release.links:
            if measure in link["measures"]:
                for left, right in linked_cells(release, link, {name: name for name in link["by"]}):
                    rows.append(self._form(left) - self._form(right))
        self._is_nil = self._nil()
        matrix = csr_array(np.array(rows).reshape(len(rows), -1) * ~self._is_nil)
        matrix.eliminate_zeros()
        self._freedom = freedom(matrix)

    def tell(self, cell: Cell) -> bool:
        """Whether the cell is a sum of cells that have a ceiling."""
        form = self._form(cell) * ~self._is_nil
        return not (form @ self._freedom % PRIME).any()

    def limit(self, cell: Cell) -> int | None:
        """The smallest ceiling over the cell or over a whole that it is part of; none when there is none."""
        form = self._form(cell) > 0
        over = [value for other, value in self._ceilings.items() if not (form & (self._form(other) == 0)).any()]
        return min(over, default=None)

    def _told_ceilings(self) -> Iterator[tuple[Cell, int]]:
        for ceiling in self._release.ceilings:
            for measure, other, left, right in ceiling_cells(self._release, ceiling):
                value = told(self._release, right, other) if measure == self._measure else None
                if value is not None and self._release.tables[left[0]].place(left[1]) is not None:
                    yield left, value

    def _nil(self) -> npt.NDArray[np.bool_]:
        """The finest cells that are published as none, or lie in a cell that is: nobody doubts them."""
        parts = []
        for table in self._tables:
            figures = table.figures[self._measure]
            nil = np.zeros([len(codes) for codes in _finest(table, self._measure)], dtype=bool)
            for place in np.argwhere((figures.state == TOLD) & (figures.value == 0)):
                nil |= _form_of(table, self._measure, table.key([int(i) for i in place])).reshape(nil.shape) > 0
            parts.append(nil.reshape(-1))
        return np.concatenate(parts)

    def _form(self, cell: Cell) -> Numbers:
        """The finest cells of all tables that the cell is the sum of, as 0 and 1."""
        parts = [
            _form_of(table, self._measure, cell[1])
            if table.name == cell[0]
            else np.zeros(int(np.prod([len(codes) for codes in _finest(table, self._measure)])), dtype=np.int64)
            for table in self._tables
        ]
        return np.concatenate(parts)


def _finest(table: Table, measure: str) -> list[list[str]]:
    """Per dimension the codes that nothing is summed from: all codes where the measure does not add up."""
    additive = table.additive_over[measure]
    return [[c for c in d.codes if d.name not in additive or d.leaves(c) == {c}] for d in table.dimensions]


def _form_of(table: Table, measure: str, key: tuple[str, ...]) -> Numbers:
    additive = table.additive_over[measure]
    parts = []
    for dimension, finest, code in zip(table.dimensions, _finest(table, measure), key, strict=True):
        under = dimension.leaves(code) if dimension.name in additive else {code}
        parts.append(np.array([one in under for one in finest], dtype=np.int64))
    return reduce(np.kron, parts)
