"""Fall apart: the masked cells of a system in blocks that have nothing to do with each other.

Two masked finest cells are in one block if a sum, a link, an ordering or a masked sum joins them, directly or through
others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import block_array, vstack
from scipy.sparse.csgraph import connected_components

from marts.disclosure.moves import CAP, LARGEST, Block, Shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from marts.disclosure.lattice import Sparse, System
    from marts.disclosure.solver import Vector

_NOWHERE = np.array([], dtype=np.int64)


def blocks_of(system: System, masked: Collection[int], points: Vector, programs: int, reach: int = 0) -> list[Block]:
    """The blocks of the cells that are masked and not public.

    ``points`` are tables that agree with what is published, a row of unknowns each; ``programs`` and ``reach`` as in
    ``Block`` and in an attack.
    """
    finest = np.array(system.finest, dtype=np.int64)
    cells = np.array(sorted(set(masked) - system.zeros - system.known.keys()), dtype=np.int64)
    columns = np.flatnonzero(np.isin(finest, cells))
    told = np.setdiff1d(np.arange(len(system.cells)), cells)
    true = system.values[finest].astype(float)
    scale = max(1, reach, int(system.values.max(initial=0))) / LARGEST
    equal = _distinct(vstack([system.forms[told], system.same]).tocsr()[:, columns])
    ordered, forms = system.ordered[:, columns], system.forms[cells][:, columns]
    slack = -(system.ordered @ true) / scale
    places = [_places(labels) for labels in _labels(equal, ordered, forms)]
    blocks = []
    for label, mine in places[-1].items():
        equal_rows, order_rows, form_rows = (found.get(label, _NOWHERE) for found in places[:-1])
        unknowns, values = finest[columns[mine]], true[columns[mine]] / scale
        above = {
            cell: (system.ceilings[cell] - system.values[cell]) / scale for cell in _capped(system, cells[form_rows])
        }
        high = np.array([above.get(int(cell), CAP - value) for cell, value in zip(unknowns, values, strict=True)])
        shape = Shape(
            tuple(unknowns.tolist()),
            tuple(cells[form_rows].tolist()),
            forms[form_rows][:, mine],
            equal[equal_rows][:, mine],
            ordered[order_rows][:, mine],
            slack[order_rows],
            -values,
            high,
            above,
            scale,
        )
        blocks.append(Block(shape, points[:, columns[mine]] / scale - values, programs))
    return blocks


def _capped(system: System, cells: Iterable[int]) -> list[int]:
    return [int(cell) for cell in cells if int(cell) in system.ceilings]


def _labels(*matrices: Sparse) -> list[Vector]:
    """A number per row of each matrix, and at last per column: the same for what hangs together."""
    joined = vstack(matrices).tocsr()
    _, labels = connected_components(block_array([[None, joined], [joined.T, None]]), directed=False)
    ends = np.cumsum([matrix.shape[0] for matrix in matrices])
    return np.split(labels, ends)


def _places(labels: Vector) -> dict[int, Vector]:
    """Where each label stands, in rising order."""
    order = np.argsort(labels, kind="stable")
    found, starts = np.unique(labels[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if len(labels) else {}


def _distinct(rows: Sparse) -> Sparse:
    """The rows that are not empty, each once."""
    rows.sort_indices()
    places: dict[tuple[bytes, bytes], int] = {}
    for row in np.flatnonzero(np.diff(rows.indptr)):
        part = slice(rows.indptr[row], rows.indptr[row + 1])
        places.setdefault((rows.indices[part].tobytes(), rows.data[part].tobytes()), int(row))
    return rows[list(places.values())]
