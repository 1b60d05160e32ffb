"""Within which interval a reader can enclose an unknown of a block, with every figure at least 0.

First each row by itself narrows the limits; what has one value left falls away, and the block with it into parts. Then
points are looked for that lie far apart in many unknowns at once; only what they leave is asked one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from marts.attacker.blocks import Contradiction
from marts.attacker.interior import Interior
from marts.attacker.tightening import tightened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from marts.attacker.blocks import Sparse

    Numbers = npt.NDArray[np.int64]
    Vector = npt.NDArray[np.float64]

_SLACK = 1e-6
"""Figures are whole numbers; what one row says of a figure that stands in it several times may be rounded."""


class Enclosure:
    """What agrees with the sums and orderings of a block, ``limits`` from the public accounts included.

    ``low`` and ``high`` are the smallest and the largest figure found so far, infinite the wrong way round before.
    """

    def __init__(
        self, sums: tuple[Sparse, Numbers], orders: tuple[Sparse, Numbers], limits: Mapping[int, int], widest: int
    ) -> None:
        """``widest`` is the widest interval that will be asked for.

        Raises:
            Contradiction: some row cannot be true.
        """
        count = sums[0].shape[1]
        matrix = csr_array(vstack([sums[0], orders[0]]))
        rows = (
            np.concatenate([sums[1], np.full(len(orders[1]), -np.inf)]).astype(float),
            np.concatenate([sums[1], orders[1]]).astype(float),
        )
        ceiling = np.full(count, np.inf)
        ceiling[list(limits)] = list(limits.values())
        floor, ceiling = tightened(matrix, rows, (np.zeros(count), ceiling))
        is_fixed = floor == ceiling
        self.low, self.high = np.where(is_fixed, floor, np.inf), np.where(is_fixed, floor, -np.inf)
        self._parts = list(_parts((matrix, rows), (floor, ceiling), widest))

    @property
    def programs(self) -> int:
        """How many linear programs were solved."""
        return sum(part.programs for _, part in self._parts)

    def narrow(self, asked: Sequence[int], widths: Numbers) -> list[int]:
        """The unknowns among ``asked`` whose interval is narrower than ``widths`` says.

        Raises:
            Contradiction: nothing agrees with the rows.
            NotSolved: the solver gave no proof.
        """
        is_asked = np.zeros(len(self.low), dtype=bool)
        is_asked[list(asked)] = True
        is_narrow = is_asked & (self.low == self.high)
        for columns, part in self._parts if is_asked.any() else ():
            is_narrow[columns] = part.narrow(is_asked[columns], widths[columns].astype(float))
            self.low[columns], self.high[columns] = part.low, part.high
        return [int(unknown) for unknown in np.flatnonzero(is_narrow)]


def _parts(
    system: tuple[Sparse, tuple[Vector, Vector]], limits: tuple[Vector, Vector], widest: int
) -> Iterator[tuple[Numbers, Interior]]:
    """Unknowns that still hang together, once what has one value is a figure like the published ones."""
    matrix, rows = system
    is_fixed = limits[0] == limits[1]
    told = matrix[:, is_fixed] @ limits[0][is_fixed]
    free = np.flatnonzero(~is_fixed)
    matrix = matrix[:, free]
    if ((told < rows[0] - _SLACK) | (told > rows[1] + _SLACK))[np.diff(matrix.indptr) == 0].any():
        raise Contradiction
    kept = np.flatnonzero(np.diff(matrix.indptr))
    matrix, rest = matrix[kept], (rows[0][kept] - told[kept], rows[1][kept] - told[kept])
    graph = vstack([csr_array((len(free), len(free) + len(kept))), _beside(matrix)])
    count, label = connected_components(graph, directed=False)
    by_unknown, by_row = _groups(label[: len(free)], count), _groups(label[len(free) :], count)
    for columns, mine in zip(by_unknown, by_row, strict=True):
        inside = free[columns]
        box = limits[0][inside], limits[1][inside]
        yield inside, Interior(matrix[mine][:, columns], (rest[0][mine], rest[1][mine]), box, widest)


def _beside(matrix: Sparse) -> Sparse:
    """The rows as nodes after the columns."""
    return csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=(matrix.shape[0], sum(matrix.shape)))


def _groups(label: Numbers, count: int) -> list[Numbers]:
    """The places of each label."""
    order = np.argsort(label, kind="stable")
    if not count:
        return []
    return np.split(order, np.searchsorted(label[order], np.arange(1, count)))
