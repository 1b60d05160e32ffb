"""Which further cells must be masked so that no masked cell follows from the others by adding and subtracting.

Cells are published one after another, the most useful first; a cell is masked when publishing it would let a
masked cell be computed from all that is published by then, in all tables together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marts.disclosure.arithmetic import RowSpace
from marts.disclosure.lattice import all_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marts.disclosure.arithmetic import Matrix
    from marts.disclosure.lattice import System
    from marts.disclosure.part import Guarded, Part
    from marts.disclosure.table import CellRef


class Reader:
    """What a reader of one measure can work out: before the release, and from what is published of it."""

    def __init__(self, system: System) -> None:
        """The reader knows the links between tables, the structural zeros and the public figures."""
        self.measure = system.measure
        rows = all_rows(system)
        self.knowledge = rows.tobytes(), system.zeros, frozenset(system.known)
        """What the reader's equations are made of; equal for measures that differ in figures only."""
        self.before = RowSpace(rows)
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


def readers_of(parts: Sequence[Part]) -> list[tuple[Part, Reader]]:
    """Every part with its reader; parts with the same cells and equations share one: figures do not matter here."""
    found: dict[object, Reader] = {}
    readers = []
    for part in parts:
        reader = Reader(part.system)
        readers.append((part, found.setdefault((part.system.cells, reader.knowledge), reader)))
    return readers


def complete(readers: Sequence[tuple[Part, Reader]], masked: frozenset[CellRef]) -> frozenset[CellRef]:
    """``masked`` and all further cells to be masked, one mask for all parts.

    The part about which readers know most comes first: what is safe there is mostly safe in the others.
    """
    distinct = list({id(reader): (part, reader) for part, reader in reversed(readers)}.values())[::-1]
    waiting = list(distinct)
    while waiting:
        (part, reader), *waiting = waiting
        found = masked | part.outside(_complete_one(part, reader, masked))
        if found != masked:
            added, masked = found - masked, found
            waiting += [
                pair for pair in distinct if pair[0] is not part and pair not in waiting and pair[0].inside(added)
            ]
    return masked


def _complete_one(part: Part, reader: Reader, masked: frozenset[CellRef]) -> set[int]:
    hidden = part.inside(masked)
    targets = sorted(hidden - reader.knows_before(hidden))
    space = reader.before.copy()
    insiders = Insiders(reader, part.guarded, space)
    found = set(hidden)
    for cell in part.order:
        if cell in found or space.is_determined(cell):
            continue
        if space.opened_by(cell, targets) or insiders.would_learn(cell):
            found.add(cell)
            # From here on it hides others, so it must not be opened by what is published later.
            targets.append(cell)
        else:
            insiders.admit(cell)
    return found


class Insiders:
    """Lone contributors: they know one masked cell and must not learn another from it."""

    def __init__(self, reader: Reader, guarded: Guarded, space: RowSpace) -> None:
        """``space`` is what is known; what public figures give anyway is nothing an insider could learn."""
        self._space = space
        self._cells = np.array(sorted(guarded.primary - reader.knows_before(guarded.primary)), dtype=np.int64)
        self._is_lone = np.array([cell in guarded.lone for cell in self._cells], dtype=bool)
        # Cells that are the same figure from the outset (one row of a linked table) are one cell here.
        self._figures = reader.before.kinds(self._cells)
        self._kinds = space.kinds(self._cells)

    def learn(self) -> bool:
        """Whether what is known ties a lone contributor's cell to another masked cell."""
        return self._is_tied(self._kinds, self._kinds)

    def would_learn(self, cell: int) -> bool:
        """Whether ``cell``, if it were known as well, would tie one more."""
        if not self._is_lone.any():
            return False
        kinds, touched = self._kinds.copy(), self._space.touched_by(cell, self._cells)
        kinds[touched] = self._space.kinds(self._cells[touched], also_known=cell)
        return self._is_tied(kinds, kinds[touched])

    def admit(self, cell: int) -> None:
        """Make ``cell`` known."""
        touched = self._space.touched_by(cell, self._cells)
        self._space.admit(cell)
        self._kinds[touched] = self._space.kinds(self._cells[touched])

    def _is_tied(self, kinds: Matrix, changed: Matrix) -> bool:
        """Whether one of the ``changed`` kinds is that of two figures, one of them a lone contributor's."""
        member = np.isin(kinds, changed) & (kinds != -1)
        if not (member & self._is_lone).any():
            return False
        figures_by_kind = np.unique(np.stack([kinds[member], self._figures[member]]), axis=1)[0]
        values, counts = np.unique(figures_by_kind, return_counts=True)
        return bool(np.isin(kinds[member & self._is_lone], values[counts > 1]).any())
