"""The cheapest further cells to mask so that another table, far enough away in one cell, looks the same to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import block_array, csr_array, identity, vstack

from marts.disclosure.solver import LIMITS_CHANGE, Program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marts.disclosure.lattice import System
    from marts.disclosure.needs import Need
    from marts.disclosure.solver import Budget, Vector

_LARGEST = 1e5
_SMALLEST_MOVE = 1e-7


class Alternatives:
    """All tables with the same links, zeros and public figures, and what it costs to differ from the true one.

    Columns of the program: the unknowns, then how far each cell lies above its true figure, then how far below.
    Differing is free in masked cells; in published cells it costs the cell's usefulness per unit.
    """

    def __init__(
        self, system: System, masked: Iterable[int], usefulness: Mapping[int, float], budget: Budget, reach: int = 0
    ) -> None:
        """``usefulness`` has an entry for every cell that may be masked; ``reach`` is as in an attack."""
        self._system, self._budget = system, budget
        self._count = len(system.cells)
        largest = max(1, reach, int(system.values.max(initial=0)))
        self._scale = largest / _LARGEST
        self._cap = 4 * _LARGEST
        self._cost = np.zeros(self._offset(2))
        for cell, cost in usefulness.items():
            self.set_cost(cell, cost)
        self._fixed = {*system.zeros, *system.known}
        self._program = self._build()
        for cell in masked:
            self.set_cost(cell, 0.0)

    def set_cost(self, cell: int, cost: float) -> None:
        """What it costs that ``cell`` differs: nothing when it is masked."""
        self._cost[[self._offset(0) + cell, self._offset(1) + cell]] = cost

    def differing(self, cell: int, need: Need) -> list[int] | None:
        """The cells that differ in the cheapest table that meets ``need`` at ``cell``; none when no table does."""
        amount = max(need) / self._scale
        above, below = self._offset(0) + cell, self._offset(1) + cell
        found = [self._cheapest(above, below, amount)]
        if not need.above:
            found.append(self._cheapest(below, above, amount))
        possible = [(cost, cells) for cost, cells in filter(None, found)]
        return min(possible)[1] if possible else None

    def _cheapest(self, column: int, opposite: int, amount: float) -> tuple[float, list[int]] | None:
        high = self._high(column)
        if amount > high:
            return None
        self._program.set_column(column, amount, high)
        self._program.set_column(opposite, 0.0, 0.0)
        point = self._program.maximum_or_none(-self._cost, self._budget)
        self._program.set_column(column, 0.0, high)
        self._program.set_column(opposite, 0.0, self._high(opposite))
        if point is None:
            return None
        moves = point[self._offset(0) :]
        moved = np.flatnonzero(np.maximum(moves[: self._count], moves[self._count :]) > _SMALLEST_MOVE)
        return round(float(self._cost @ point), 6), [int(cell) for cell in moved]

    def _offset(self, block: int) -> int:
        return int(self._system.forms.shape[1]) + block * self._count

    def _high(self, column: int) -> float:
        """How far a column may go: fixed cells nowhere, capped cells to their ceiling."""
        place = column - self._offset(0)
        if place < 0:
            return self._cap
        cell = place % self._count
        if cell in self._fixed:
            return 0.0
        if place < self._count and cell in self._system.ceilings:
            return float(self._system.ceilings[cell] - self._system.values[cell]) / self._scale
        return self._cap

    def _build(self) -> Program:
        system = self._system
        eye = identity(self._count, format="csr", dtype=np.int64)
        rules = vstack([system.same, system.ordered])
        matrix = block_array(
            [[system.forms, -eye, eye], [rules, None, csr_array((rules.shape[0], self._count), dtype=np.int64)]]
        ).tocsr()
        true: Vector = system.values / self._scale
        links, orders = np.zeros(system.same.shape[0]), system.ordered.shape[0]
        columns = np.array([self._high(column) for column in range(self._offset(2))])
        return Program(
            matrix,
            (np.zeros(len(columns)), columns),
            (
                np.concatenate([true, links, np.full(orders, -np.inf)]),
                np.concatenate([true, links, np.zeros(orders)]),
            ),
            LIMITS_CHANGE,
        )
