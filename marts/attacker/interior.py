"""Points that agree with a part of a block, far apart: how wide is the interval of each unknown at least?

A point is looked for in which as many unknowns as possible have gone as far as they have to, each up or down, and no
further: what is wide enough leaves the rest to the others. A few such points settle nearly all. What they leave is
asked one by one, and the answer to that is the exact interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marts.attacker.solver import Polytope

if TYPE_CHECKING:
    import numpy.typing as npt

    from marts.attacker.blocks import Sparse

    Flags = npt.NDArray[np.bool_]
    Vector = npt.NDArray[np.float64]

_LARGEST = 1e5
"""Figures are scaled to this size for the solver."""
_CAP = 1e3
"""No figure is taken to be larger than the largest constant times this: it keeps every program bounded."""
_TOLERANCE = 1e-6
_ROUNDS = 60
_SEED = 709


class Interior:
    """One part: unknowns with limits, all of them joined by rows.

    ``low`` and ``high`` are the smallest and the largest figure found so far, infinite the wrong way round before.
    """

    def __init__(self, matrix: Sparse, rows: tuple[Vector, Vector], box: tuple[Vector, Vector], widest: int) -> None:
        """``widest`` is the widest interval that will be asked for."""
        constants = np.abs(np.concatenate([*rows, box[0], [1.0, float(widest)]]))
        self._scale = constants[np.isfinite(constants)].max() / _LARGEST
        self._box = box[0] / self._scale, np.minimum(box[1] / self._scale, _CAP * _LARGEST)
        self._points = Polytope(matrix, (rows[0] / self._scale, rows[1] / self._scale), self._box)
        self.low = np.full(matrix.shape[1], np.inf)
        self.high = np.full(matrix.shape[1], -np.inf)

    @property
    def programs(self) -> int:
        """How many linear programs were solved."""
        return self._points.programs

    def narrow(self, asked: Flags, widths: Vector) -> Flags:
        """The unknowns among ``asked`` whose interval is narrower than ``widths`` says.

        Raises:
            Contradiction: nothing agrees with the rows.
            NotSolved: the solver gave no proof.
        """
        if not self.programs:
            self._keep(self._points.farthest(np.zeros(len(widths))))
        self._spread(asked, widths)
        for unknown in np.flatnonzero(self._waiting(asked, widths)):
            for sign in (1.0, -1.0):
                if self._waiting(asked, widths)[unknown]:
                    direction = np.zeros(len(widths))
                    direction[unknown] = sign
                    self._keep(self._points.farthest(direction))
        return self._waiting(asked, widths)

    def _waiting(self, asked: Flags, widths: Vector) -> Flags:
        """Those whose interval is not yet known to be wide."""
        waiting: Flags = asked & (self.high - self.low < widths * (1 - _TOLERANCE))
        return waiting

    def _spread(self, asked: Flags, widths: Vector) -> None:
        """Two points after another, each side once; when they settle nothing, no more are looked for."""
        generator = np.random.default_rng(_SEED)
        for _ in range(_ROUNDS):
            count = int(self._waiting(asked, widths).sum())
            if count < 2:  # noqa: PLR2004 - one is asked by itself
                return
            upward = generator.random(len(widths)) < 0.5  # noqa: PLR2004 - heads or tails
            weights = generator.uniform(1, 2, len(widths)) / np.maximum(widths, 1)
            for is_up in (upward, ~upward):
                self._keep(self._toward(self._waiting(asked, widths), widths, np.where(is_up, weights, -weights)))
            if int(self._waiting(asked, widths).sum()) == count:
                return

    def _toward(self, waiting: Flags, widths: Vector, weights: Vector) -> Vector:
        """The point of goals at which ``waiting`` is wide; a side on which the goal cannot be reached is not tried."""
        above, below = (self.low + widths) / self._scale, (self.high - widths) / self._scale
        is_up = np.where((above <= self._box[1]) == (below >= self._box[0]), weights > 0, above <= self._box[1])
        gains = np.abs(weights) * np.where(is_up, 1.0, -1.0) * waiting
        return self._points.toward(gains / np.abs(gains).max(initial=1e-300), np.where(is_up, above, below))

    def _keep(self, point: Vector) -> None:
        figures = point * self._scale
        self.low, self.high = np.minimum(self.low, figures), np.maximum(self.high, figures)
