"""What a reader can enclose: the interval of each masked cell, by linear programming over the finest cells."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import vstack

from marts.disclosure.needs import Need
from marts.disclosure.solver import NotProven, Program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marts.disclosure.lattice import System
    from marts.disclosure.solver import Budget, Vector

_LARGEST = 1e5
"""Figures are scaled to this size for the solver; they are whole numbers again in what is compared."""
_TOLERANCE = 1e-6
_HARVESTS, _VAIN = 40, 2
"""Rounds of random directions at most, and how many in a row that settle nothing are the last."""
_REFINED = 20
"""So many of the narrowest intervals are computed exactly; the others are known to be at least as wide as proven."""
_SEED = 20180
_KEPT = 200
"""So many points are kept for whoever goes on from here."""


@dataclass(frozen=True)
class TooNarrow:
    """A masked cell that a reader encloses more narrowly than allowed. No figures: this may be told to anyone."""

    cell: int
    measure: str


class Attack:
    """The reader's polytope for one measure. It only grows when further cells are masked."""

    def __init__(self, system: System, masked: Iterable[int], budget: Budget, reach: int = 0) -> None:
        """Every cell that is not masked is known, as are zeros, public figures, links and orderings.

        ``reach`` is the widest interval that will be asked for, where that is more than the largest figure.
        """
        self.system = system
        self._budget = budget
        self._open = {cell for cell in masked if not self._is_public(cell)}
        largest = max(1, reach, int(system.values.max(initial=0)))
        self._scale = largest / _LARGEST
        # No reader knows this cap; it makes every program bounded and every interval at most narrower than real.
        self._cap = 4 * largest
        self._columns = {cell: column for column, cell in enumerate(system.finest)}
        # A masked sum without a ceiling says nothing that its parts do not say; without it the programs are smaller.
        self._sums = [
            cell
            for cell in range(len(system.cells))
            if cell not in self._columns and (cell not in self._open or cell in system.ceilings)
        ]
        self._rows = {cell: row for row, cell in enumerate(self._sums)}
        # The true table is one that agrees with all that is published.
        self.low = system.values.astype(float)
        self.high = self.low.copy()
        self.points: deque[Vector] = deque(maxlen=_KEPT)
        """The last points found, as figures of the finest cells; masking more leaves them valid."""
        self._program = self._build()

    def width(self, cell: int) -> float:
        """The proven width of the cell's interval: two points of the polytope are that far apart."""
        return max(0.0, float(self.high[cell] - self.low[cell]))

    def is_wide(self, cell: int, need: Need) -> bool:
        """Whether the proven interval suffices."""
        above = float(self.high[cell]) - int(self.system.values[cell])
        slack = 1 - _TOLERANCE
        return self.width(cell) >= need.width * slack and (not need.above or above >= need.above * slack)

    def unsettled(self, needs: Mapping[int, Need]) -> list[int]:
        """The cells whose interval is not yet proven to be as wide as ``needs`` says; it may still be."""
        self._harvest(needs)
        return self._waiting(needs)

    def too_narrow(self, needs: Mapping[int, Need]) -> list[TooNarrow]:
        """The cells whose interval is narrower than ``needs`` says."""
        self._harvest(needs)
        return [
            TooNarrow(cell, self.system.measure)
            for cell in self._waiting(needs)
            if not self.is_wide(cell, needs[cell]) and not self._reaches(cell, needs[cell])
        ]

    def interval(self, cell: int) -> tuple[float, float]:
        """The exact interval in which a reader can enclose the cell."""
        self._reaches(cell, Need(self._cap))
        return float(self.low[cell]), float(self.high[cell])

    def mask(self, cell: int) -> None:
        """Take one more cell away from the reader; what is public stays with it."""
        if self._is_public(cell):
            return
        self._open.add(cell)
        low, high = self._limits_of(cell)
        if cell in self._columns:
            self._program.set_column(self._columns[cell], low, high)
        elif cell in self._rows:
            self._program.set_row(self._rows[cell], low, high)

    def narrowest(self, cells: Sequence[int]) -> int | None:
        """How wide the narrowest interval among ``cells`` is at least (rounded down); none when there are none.

        Exact where few cells are narrow: the narrowest are computed one by one, up to a number of them.
        """
        exact: set[int] = set()
        while cells:
            cell = min(cells, key=lambda c: (self.width(c), c))
            if cell in exact or len(exact) == _REFINED:
                return int(self.width(cell) * (1 + _TOLERANCE))
            self.interval(cell)
            exact.add(cell)
        return None

    def _is_public(self, cell: int) -> bool:
        return cell in self.system.zeros or cell in self.system.known

    def _reaches(self, cell: int, need: Need) -> bool:
        for direction in (1, -1):
            self._ask(direction * self._form(cell))
            if self.is_wide(cell, need):
                return True
        return False

    def _harvest(self, needs: Mapping[int, Need]) -> None:
        """Random directions over all cells at once settle most of them; rounds that settle none are the last."""
        generator = np.random.default_rng(_SEED)
        waiting, vain = self._waiting(needs), 0
        for _ in range(_HARVESTS):
            # One cell's own directions are all there is to try for it, and they are asked for one by one.
            if len(waiting) <= 1 or vain == _VAIN:
                return
            signs = generator.choice([-1.0, 1.0], size=len(waiting))
            direction = (signs / np.array([max(needs[cell]) for cell in waiting])) @ self.system.forms[waiting]
            for sign in (1, -1):
                self._ask(sign * direction)
            left = self._waiting(needs)
            vain = 0 if len(left) < len(waiting) else vain + 1
            waiting = left

    def _waiting(self, needs: Mapping[int, Need]) -> list[int]:
        cells = np.array(sorted(needs), dtype=np.int64)
        asked = np.array([needs[int(cell)] for cell in cells], dtype=np.int64).reshape(-1, 2)
        widths, above = self.high[cells] - self.low[cells], self.high[cells] - self.system.values[cells]
        slack = 1 - _TOLERANCE
        narrow = (widths < asked[:, 0] * slack) | ((asked[:, 1] > 0) & (above < asked[:, 1] * slack))
        return [int(cell) for cell in cells[narrow]]

    def _form(self, cell: int) -> Vector:
        form: Vector = self.system.forms[[cell]].toarray()[0].astype(float)
        return form

    def _ask(self, direction: Vector) -> None:
        point = self._program.maximum(direction, self._budget)
        figures = self.system.forms @ (point * self._scale)
        self._verify(figures, point)
        self.points.append(point * self._scale)
        self.low = np.minimum(self.low, figures)
        self.high = np.maximum(self.high, figures)

    def _verify(self, figures: Vector, unknowns: Vector) -> None:
        """A point is a proof only if it agrees with all that the reader knows."""
        slack = _TOLERANCE * max(1.0, self._scale)
        known = np.array([cell not in self._open for cell in range(len(figures))])
        differs = np.abs(figures - self.system.values)[known]
        links = np.abs(self.system.same @ (unknowns * self._scale))
        if (
            differs.max(initial=0) > slack
            or links.max(initial=0) > slack
            or unknowns.min(initial=0) * self._scale < -slack
        ):
            raise NotProven(
                f"A point of the solver for {self.system.measure} contradicts what is published.",
                "Nothing was released. Report this with the certificate of the last release.",
            )

    def _limits_of(self, cell: int) -> tuple[float, float]:
        system = self.system
        if cell not in self._open:
            value = float(system.values[cell]) / self._scale
            return value, value
        ceiling = float(system.ceilings.get(cell, self._cap)) / self._scale
        return 0.0, ceiling

    def _build(self) -> Program:
        system = self.system
        columns = np.array([self._limits_of(cell) for cell in system.finest]).reshape(-1, 2)
        sums = np.array([self._limits_of(cell) for cell in self._sums]).reshape(-1, 2)
        links, orders = system.same.shape[0], system.ordered.shape[0]
        low = np.concatenate([sums[:, 0], np.zeros(links), np.full(orders, -np.inf)])
        high = np.concatenate([sums[:, 1], np.zeros(links), np.zeros(orders)])
        matrix = vstack([system.forms[self._sums], system.same, system.ordered]).tocsr()
        return Program(matrix, (columns[:, 0], columns[:, 1]), (low, high))
