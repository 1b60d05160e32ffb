"""Within which interval a reader can enclose an unknown: linear programs over a block, with every figure at least 0.

Random directions over all unknowns at once show most intervals to be wide; only what they leave is asked one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from marts.attacker.blocks import Contradiction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from marts.attacker.blocks import Sparse

    Numbers = npt.NDArray[np.int64]
    Vector = npt.NDArray[np.float64]

_LARGEST = 1e5
"""Figures are scaled to this size for the solver."""
_CAP = 1e3
"""No figure is taken to be larger than the largest constant times this: it keeps every program bounded."""
_TOLERANCE = 1e-6
_ROUNDS = 40
_SEED = 709
_OPTIMAL, _INFEASIBLE = 0, 2
_METHODS = ("highs", "highs-ds", "highs-ipm")


class NotSolved(ArithmeticError):  # noqa: N818 - it says what is wrong
    """The solver gave no proof, so nothing is said about the block."""


class Enclosure:
    """What agrees with the sums and orderings of a block, ``limits`` from the public accounts included."""

    def __init__(
        self, sums: tuple[Sparse, Numbers], orders: tuple[Sparse, Numbers], limits: Mapping[int, int], widest: int
    ) -> None:
        """``widest`` is the widest interval that will be asked for."""
        alone, rows, row_limits = _split(*orders)
        constants = [np.abs(part).max(initial=1) for part in (sums[1], orders[1], [*limits.values()], [widest])]
        self._scale = max(float(c) for c in constants) / _LARGEST
        count = sums[0].shape[1]
        self.low = np.full(count, np.inf)
        self.high = np.full(count, -np.inf)
        self.programs = 0
        floor, ceiling = np.zeros(count), np.full(count, _CAP * _LARGEST)
        for unknown, coefficient, limit in [*alone, *((u, 1, value) for u, value in limits.items())]:
            scaled = limit / coefficient / self._scale
            if coefficient > 0:
                ceiling[unknown] = min(ceiling[unknown], scaled)
            else:
                floor[unknown] = max(floor[unknown], scaled)
        self._bounds = np.stack([floor, np.maximum(ceiling, 0)], axis=1)
        if (floor > ceiling + _TOLERANCE).any():
            raise Contradiction
        self._bounds[:, 0] = np.minimum(self._bounds[:, 0], self._bounds[:, 1])
        self._sums = _or_none(sums[0]), sums[1] / self._scale if sums[0].shape[0] else None
        self._orders = _or_none(rows), row_limits / self._scale if rows.shape[0] else None

    def narrow(self, asked: Sequence[int], widths: Numbers) -> list[int]:
        """The unknowns among ``asked`` whose interval is narrower than ``widths`` says.

        Raises:
            Contradiction: nothing agrees with the rows.
            NotSolved: the solver gave no proof.
        """
        waiting = self._harvest([u for u in asked if not self._is_wide(u, widths)], widths)
        found = []
        for unknown in waiting:
            for sign in (1.0, -1.0):
                if not self._is_wide(unknown, widths):
                    direction = np.zeros(len(self.low))
                    direction[unknown] = sign
                    self._ask(direction)
            if not self._is_wide(unknown, widths):
                found.append(unknown)
        return found

    def _harvest(self, waiting: list[int], widths: Numbers) -> list[int]:
        generator = np.random.default_rng(_SEED)
        for _ in range(_ROUNDS):
            if len(waiting) < 2:  # noqa: PLR2004 - one is asked by itself
                break
            direction = np.zeros(len(self.low))
            direction[waiting] = generator.choice([-1.0, 1.0], size=len(waiting)) / widths[waiting]
            direction /= np.abs(direction).max()
            self._ask(direction)
            self._ask(-direction)
            left = [u for u in waiting if not self._is_wide(u, widths)]
            if len(left) == len(waiting):
                break
            waiting = left
        return waiting

    def _is_wide(self, unknown: int, widths: Numbers) -> bool:
        return bool(self.high[unknown] - self.low[unknown] >= widths[unknown] * (1 - _TOLERANCE))

    def _ask(self, direction: Vector) -> None:
        figures = self._farthest(direction) * self._scale
        self.low = np.minimum(self.low, figures)
        self.high = np.maximum(self.high, figures)

    def _farthest(self, direction: Vector) -> Vector:
        for method in _METHODS:
            self.programs += 1
            answer = linprog(
                -direction,
                A_eq=self._sums[0],
                b_eq=self._sums[1],
                A_ub=self._orders[0],
                b_ub=self._orders[1],
                bounds=self._bounds,
                method=method,
            )
            if answer.status == _OPTIMAL:
                point: Vector = answer.x
                return point
            if answer.status == _INFEASIBLE:
                raise Contradiction
        raise NotSolved(answer.message)


def _or_none(matrix: Sparse) -> Sparse | None:
    return matrix.tocsc().astype(float) if matrix.shape[0] else None


def _split(matrix: Sparse, constant: Numbers) -> tuple[list[tuple[int, int, int]], Sparse, Numbers]:
    """Orderings with a single unknown as (unknown, coefficient, limit), and the other rows."""
    counts = np.diff(matrix.indptr)
    if (constant[counts == 0] < 0).any():
        raise Contradiction
    alone = [
        (int(matrix.indices[matrix.indptr[row]]), int(matrix.data[matrix.indptr[row]]), int(constant[row]))
        for row in np.flatnonzero(counts == 1)
    ]
    return alone, matrix[counts > 1], constant[counts > 1]
