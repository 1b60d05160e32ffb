"""One measure of the tables that hang together in it, with all that is decided about its cells, in its own numbers.

Tables that share no figure of a measure cannot give each other away in it; each group is a system of its own. The mask
is one for all: it is a set of cells, and each part sees those that it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marts.disclosure.lattice import System
    from marts.disclosure.needs import Needs
    from marts.disclosure.solver import Vector
    from marts.disclosure.table import CellRef


@dataclass(frozen=True)
class Guarded:
    """What must not become known. Numbers are places in ``System.cells``."""

    primary: frozenset[int]
    lone: frozenset[int]
    """Primary cells of one contributor, who knows the figure; none when the policy does not guard against it."""


@dataclass(frozen=True)
class Part:
    """A system with its guarded cells, the widths they need, and what the cells that may be masked are worth."""

    system: System
    guarded: Guarded
    needs: Needs
    usefulness: Mapping[int, float] = field(default_factory=dict)

    def inside(self, cells: Iterable[CellRef]) -> frozenset[int]:
        """Where those of ``cells`` stand that this part has."""
        return frozenset(self._places[cell] for cell in cells if cell in self._places)

    def outside(self, places: Iterable[int]) -> frozenset[CellRef]:
        """The cells at ``places``."""
        return frozenset(self.system.cells[place] for place in places)

    def nowhere(self) -> Vector:
        """No table at all: points of this part, of which there is none."""
        return np.zeros((0, self.system.forms.shape[1]))

    @property
    def order(self) -> list[int]:
        """Every cell that may be masked, the most useful first."""
        return sorted(self.usefulness, key=lambda cell: (-self.usefulness[cell], cell))

    @cached_property
    def _places(self) -> dict[CellRef, int]:
        return {cell: place for place, cell in enumerate(self.system.cells)}
