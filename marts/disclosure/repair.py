"""Mask further cells until every masked cell can only be enclosed as widely as the policy asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.disclosure.alternative import Alternatives
from marts.disclosure.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.disclosure.lattice import System
    from marts.disclosure.needs import Needs
    from marts.disclosure.solver import Budget


def widen(
    systems: Sequence[System],
    masked: frozenset[int],
    needs: Needs,
    usefulness: Mapping[int, float],
    budget: Budget,
) -> frozenset[int]:
    """``masked`` and all further cells to be masked; ``usefulness`` says which cells may be, and at what cost.

    A cell that public figures enclose too narrowly whatever is masked is given up in ``needs``.
    Masking more never narrows an interval, so what is wide once stays wide.
    """
    repairs = [_Repair(system, masked, usefulness, budget, needs.reach(system)) for system in systems]
    while True:
        before = masked
        for repair in repairs:
            masked |= repair.run(masked, needs)
        if masked == before:
            return masked


class _Repair:
    """Attack and remedy for one measure; both are built when first needed and kept."""

    def __init__(
        self, system: System, masked: frozenset[int], usefulness: Mapping[int, float], budget: Budget, reach: int
    ) -> None:
        self._system, self._masked, self._budget = system, masked, budget
        self._usefulness, self._reach = usefulness, reach
        self._attack = Attack(system, masked, budget, reach)
        self._alternatives: Alternatives | None = None

    def run(self, masked: frozenset[int], needs: Needs) -> frozenset[int]:
        """All masked cells after the repair of this measure; the widest needs first, they help the others."""
        self._mask(masked)
        wanted = needs.of_all(self._system, masked)
        narrow = [found.cell for found in self._attack.too_narrow(wanted)]
        for cell in sorted(narrow, key=lambda c: (-max(wanted[c]), c)):
            if not self._attack.too_narrow({cell: wanted[cell]}):
                continue
            differing = self._remedy().differing(cell, wanted[cell])
            if differing is None:
                needs.give_up(self._system.measure, [cell])
            else:
                self._mask(frozenset(differing))
        return self._masked

    def _remedy(self) -> Alternatives:
        if self._alternatives is None:
            self._alternatives = Alternatives(self._system, self._masked, self._usefulness, self._budget, self._reach)
        return self._alternatives

    def _mask(self, cells: frozenset[int]) -> None:
        for cell in sorted(cells - self._masked):
            self._attack.mask(cell)
            if self._alternatives is not None:
                self._alternatives.set_cost(cell, 0.0)
        self._masked |= cells
