"""Linear programs with HiGHS: one model is asked about many directions, each from the answer before.

The engine has its own; this one is written anew, so that a mistake of one is not a mistake of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from scipy.sparse import csr_array, hstack

from marts.attacker.blocks import Contradiction

if TYPE_CHECKING:
    import numpy.typing as npt

    from marts.attacker.blocks import Sparse

    Vector = npt.NDArray[np.float64]

# Two HiGHS instances with different `threads` in one process return no status and raise nothing: always one.
_OPTIONS: dict[str, bool | int | str] = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0}
_AGAIN = {"solver": "simplex", "simplex_strategy": 0, "presolve": "choose"}
_AFRESH: tuple[dict[str, bool | int | str], ...] = (
    {"solver": "simplex", "simplex_strategy": 1, "presolve": "on"},
    {"solver": "ipm", "presolve": "on"},
)
"""Other ways when the first one ends without a proof."""
_SLACK = 1e-6
"""How far a point may miss a row or a limit and still count, in the size to which figures are scaled."""
_ROUNDING = 1e-12
"""What sums of large figures lose beyond that."""


class NotSolved(ArithmeticError):  # noqa: N818 - it says what is wrong
    """The solver gave no proof, so nothing is said about the block."""


class Polytope:
    """All ``x`` with ``low ≤ x ≤ high`` and ``row low ≤ matrix · x ≤ row high``.

    In the solver each unknown is the sum of two: what it is up to a goal, and what it is beyond.
    """

    def __init__(self, matrix: Sparse, rows: tuple[Vector, Vector], limits: tuple[Vector, Vector]) -> None:
        """``matrix`` is a ``csr_array``; an open side of a row is infinite, limits are finite."""
        self._matrix, self._rows, self._limits = matrix, rows, limits
        self.programs = 0
        count = matrix.shape[1]
        twice = csr_array(hstack([matrix, matrix]))
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = twice.shape
        model.col_cost_ = np.zeros(2 * count)
        model.col_lower_ = np.concatenate([limits[0], np.zeros(count)])
        model.col_upper_ = np.concatenate([limits[1], np.zeros(count)])
        model.row_lower_, model.row_upper_ = rows
        model.sense_ = highspy.ObjSense.kMaximize
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = twice.indptr, twice.indices
        model.a_matrix_.value_ = twice.data.astype(float)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._set(_OPTIONS)
        _demand(self._highs.passModel(model))
        self._columns = np.arange(2 * count, dtype=np.int32)

    def farthest(self, direction: Vector) -> Vector:
        """The point that lies farthest in ``direction``.

        Raises:
            Contradiction: it is proven that there is no point.
            NotSolved: the solver proves nothing, or gives a point that is none.
        """
        return self._best(np.concatenate([direction, direction]), self._limits[1])

    def toward(self, weights: Vector, goals: Vector) -> Vector:
        """A point in which as many unknowns as possible reach their goals.

        Upwards where the weight is positive, downwards where it is negative; beyond the goal nothing is gained.

        Raises:
            Contradiction: it is proven that there is no point.
            NotSolved: the solver proves nothing, or gives a point that is none.
        """
        gains = np.concatenate([np.maximum(weights, 0), np.minimum(weights, 0)])
        return self._best(gains, np.where(weights == 0, self._limits[1], np.clip(goals, *self._limits)))

    def _best(self, gains: Vector, goals: Vector) -> Vector:
        low = np.concatenate([self._limits[0], np.zeros(len(goals))])
        high = np.concatenate([goals, self._limits[1] - goals])
        _demand(self._highs.changeColsBounds(len(self._columns), self._columns, low, high))
        _demand(self._highs.changeColsCost(len(self._columns), self._columns, gains))
        point = self._point()
        for way in _AFRESH if point is None else ():
            _demand(self._highs.clearSolver())
            self._set(way)
            point = self._point()
            if point is not None:
                break
        self._set(_AGAIN)
        if point is None:
            raise NotSolved(f"The solver ended with {self._highs.modelStatusToString(self._highs.getModelStatus())}.")
        return point

    def _point(self) -> Vector | None:
        """What the solver finds, if it is a proof."""
        self.programs += 1
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        below, beyond = np.array(self._highs.getSolution().col_value).reshape(2, -1)
        point = np.clip(below + beyond, *self._limits)
        return point if self._holds(point) else None

    def _holds(self, point: Vector) -> bool:
        sums = self._matrix @ point
        slack = _SLACK + _ROUNDING * (abs(self._matrix) @ np.abs(point))
        low, high = self._rows
        return bool((sums >= low - slack).all() and (sums <= high + slack).all())

    def _set(self, options: dict[str, Any]) -> None:
        for name, value in options.items():
            _demand(self._highs.setOptionValue(name, value))


def _demand(status: Any) -> None:  # noqa: ANN401 - highspy has no types
    if status != highspy.HighsStatus.kOk:
        raise NotSolved("The solver did not accept its model. Reinstall the locked requirements.")
