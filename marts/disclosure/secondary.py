"""Which further cells must be masked so that no masked cell follows from the others by adding and subtracting.

Cells are published one after another, the most useful first; a cell is masked when publishing it would let a
masked cell be computed from all that is published by then, in all tables together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marts.disclosure.arithmetic import RowSpace
from marts.disclosure.lattice import all_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marts.disclosure.lattice import System


@dataclass(frozen=True)
class Guarded:
    """What must not become known. Numbers are places in ``System.cells``."""

    primary: frozenset[int]
    lone: frozenset[int]
    """Primary cells of one contributor, who knows the figure; none when the policy does not guard against it."""


class Reader:
    """What a reader of one measure can work out: before the release, and from what is published of it."""

    def __init__(self, system: System) -> None:
        """The reader knows the links between tables, the structural zeros and the public figures."""
        self.measure = system.measure
        self.before = RowSpace(all_rows(system))
        cell_count = len(system.cells)
        for row in range(cell_count, cell_count + system.same.shape[0]):
            self.before.admit(row)
        for row in sorted({*system.zeros, *system.known}):
            self.before.admit(row)

    def knows_before(self, cells: Iterable[int]) -> frozenset[int]:
        """Those of ``cells`` that public figures give without the release."""
        return frozenset(self.before.determined(sorted(cells)))

    def learns(self, published: Iterable[int]) -> RowSpace:
        """What is known when exactly ``published`` is published."""
        space = self.before.copy()
        for cell in published:
            space.admit(cell)
        return space


def complete(
    readers: Sequence[Reader], masked: frozenset[int], guarded: Guarded, order: Sequence[int]
) -> frozenset[int]:
    """``masked`` and all further cells to be masked, one mask for all measures.

    ``order`` lists every cell that may be published, the most useful first. The measure about which readers know
    most comes first: what is safe there is mostly safe in the others.
    """
    while True:
        found = masked
        for reader in readers:
            found |= _complete_one(reader, found, guarded, order)
        if found == masked:
            return masked
        masked = found


def _complete_one(reader: Reader, masked: frozenset[int], guarded: Guarded, order: Sequence[int]) -> frozenset[int]:
    public = reader.knows_before(masked)
    space, targets = reader.before.copy(), sorted(masked - public)
    insiders = Insiders(reader, guarded)
    added = set()
    for cell in order:
        if cell in masked or space.is_determined(cell):
            continue
        if space.opened_by(cell, targets) or insiders.learn(space, cell):
            added.add(cell)
        else:
            space.admit(cell)
    return frozenset(added)


class Insiders:
    """Lone contributors: they know one masked cell and must not learn another from it."""

    def __init__(self, reader: Reader, guarded: Guarded) -> None:
        """What public figures give anyway is nothing an insider could learn."""
        self._cells = sorted(guarded.primary - reader.knows_before(guarded.primary))
        self._is_lone = np.array([cell in guarded.lone for cell in self._cells], dtype=bool)
        # Cells that are the same figure from the outset (one row of a linked table) are one cell here.
        self._figures = reader.before.kinds(self._cells)

    def learn(self, space: RowSpace, cell: int | None = None) -> bool:
        """Whether what ``space`` holds, and ``cell``, ties a lone contributor's cell to another masked cell."""
        if not self._is_lone.any():
            return False
        kinds = space.kinds(self._cells, also_known=cell)
        figures_by_kind = np.unique(np.stack([kinds, self._figures]), axis=1)[0]
        values, counts = np.unique(figures_by_kind, return_counts=True)
        tied = values[(counts > 1) & (values != -1)]
        return bool(np.isin(kinds[self._is_lone], tied).any())
