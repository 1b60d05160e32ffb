"""Mask further cells until every masked cell can only be enclosed as widely as the policy asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marts.disclosure.alternative import Alternatives
from marts.disclosure.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.disclosure.part import Part
    from marts.disclosure.solver import Budget, Vector
    from marts.disclosure.table import CellRef


class Widening:
    """The repairs of all parts. Masking more never narrows an interval, so what is wide once stays wide."""

    def __init__(self, parts: Sequence[Part], budget: Budget) -> None:
        """Nothing is built before it is needed."""
        self._parts, self._budget = parts, budget
        self._repairs: list[_Repair] = []

    def run(self, masked: frozenset[CellRef]) -> frozenset[CellRef]:
        """``masked`` and all further cells to be masked.

        A cell that public figures enclose too narrowly whatever is masked is given up in the part's needs.
        """
        if not self._repairs:
            self._repairs = [_Repair(part, part.inside(masked), self._budget) for part in self._parts]
        while True:
            before = masked
            for repair in self._repairs:
                masked |= repair.part.outside(repair.run(repair.part.inside(masked)))
            if masked == before:
                return masked

    def points(self) -> list[Vector]:
        """For each part, tables that agree with all that is published beside the mask: a row of finest cells each."""
        return [repair.points() for repair in self._repairs]


class _Repair:
    """Attack and remedy for one part; both are built when first needed and kept."""

    def __init__(self, part: Part, masked: frozenset[int], budget: Budget) -> None:
        self.part, self._system, self._masked, self._budget = part, part.system, masked, budget
        self._reach = part.needs.reach(part.system)
        self._attack = Attack(part.system, masked, budget, self._reach)
        self._alternatives: Alternatives | None = None
        self._done: frozenset[int] | None = None

    def run(self, masked: frozenset[int]) -> frozenset[int]:
        """All masked cells after the repair of this part; the widest needs first, they help the others."""
        needs = self.part.needs
        self._mask(masked)
        if self._masked == self._done:
            return self._masked
        wanted = needs.of_all(self._system, self._masked)
        waiting = self._attack.unsettled(wanted)
        while waiting:
            # The widest needs first: what meets them often meets the others.
            cell = min(waiting, key=lambda c: (-max(wanted[c]), c))
            waiting.remove(cell)
            if not self._attack.too_narrow({cell: wanted[cell]}):
                waiting = [other for other in waiting if not self._attack.is_wide(other, wanted[other])]
                continue
            differing = self._remedy().differing(cell, wanted[cell])
            if differing is None:
                needs.give_up([cell])
                continue
            self._mask(frozenset(differing))
            waiting = self._attack.unsettled({other: wanted[other] for other in waiting})
        # Cells that were masked on the way have needs of their own: only a run that masks none is the last.
        self._done = masked
        return self._masked

    def points(self) -> Vector:
        """What the attack found."""
        found: Vector = np.array(self._attack.points).reshape(-1, self._system.forms.shape[1])
        return found

    def _remedy(self) -> Alternatives:
        if self._alternatives is None:
            self._alternatives = Alternatives(
                self._system, self._masked, self.part.usefulness, self._budget, self._reach
            )
        return self._alternatives

    def _mask(self, cells: frozenset[int]) -> None:
        for cell in sorted(cells - self._masked):
            self._attack.mask(cell)
            if self._alternatives is not None:
                self._alternatives.set_cost(cell, 0.0)
        self._masked |= cells
