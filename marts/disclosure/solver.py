"""Linear programs with HiGHS: one model, many questions, and no answer that is not proven optimal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from ingestion.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]

SOLVER = "HiGHS"
_REMEDY = "Nothing was released. Report this with the certificate of the last release."
# Two HiGHS instances with different `threads` in one process return no status and raise nothing: always one.
# Presolve is off so that each question starts from the last answer.
_PROVEN = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "presolve": "off",
    "solver": "simplex",
    "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


_SURCHARGE, _HALF = 1e-6, 0.5
OBJECTIVE_CHANGES, LIMITS_CHANGE = 4, 1
"""Primal simplex stays feasible when only the objective changes, dual simplex when limits do."""


class NotProven(DataRefused):
    """A protection could not be proven, so nothing is released (exit code 1)."""


@dataclass
class Budget:
    """How many linear programs may still be solved. A count, not a time: the same input must end the same way."""

    left: int
    used: int = 0

    def spend(self) -> None:
        """Count one program.

        Raises:
            NotProven: none is left.
        """
        if self.used >= self.left:
            raise NotProven(
                f"The protection was not proven within {self.left} linear programs.",
                "Publish fewer crosses, or raise budget.linear_programs in the disclosure policy.",
            )
        self.used += 1


class Program:
    """A polytope ``column_low ≤ x ≤ column_high``, ``row_low ≤ A x ≤ row_high``, asked about many directions."""

    def __init__(
        self,
        matrix: Any,  # noqa: ANN401 - scipy has no types
        columns: tuple[Vector, Vector],
        rows: tuple[Vector, Vector],
        strategy: int = OBJECTIVE_CHANGES,
    ) -> None:
        """``matrix`` is a scipy ``csr_array``; ``strategy`` says what mostly changes between questions."""
        row_count, column_count = matrix.shape
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = column_count, row_count
        model.col_cost_ = np.zeros(column_count)
        model.col_lower_, model.col_upper_ = columns
        model.row_lower_, model.row_upper_ = rows
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = matrix.indptr
        model.a_matrix_.index_ = matrix.indices
        model.a_matrix_.value_ = matrix.data.astype(float)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in {**_OPTIONS, "simplex_strategy": strategy}.items():
            self._demand(self._highs.setOptionValue(option, value), f"option {option}")
        self._demand(self._highs.passModel(model), "model")
        self._columns = np.arange(column_count, dtype=np.int32)

    def maximum(self, objective: Vector, budget: Budget) -> Vector:
        """The farthest point in the direction ``objective``.

        Raises:
            NotProven: the solver's status is anything but optimal, or the budget is used up.
        """
        point = self.maximum_or_none(objective, budget)
        if point is None:
            raise NotProven("The published figures contradict each other.", _REMEDY)
        return point

    def maximum_or_none(self, objective: Vector, budget: Budget) -> Vector | None:
        """The farthest point in the direction ``objective``; none when it is proven that there is no point at all.

        Raises:
            NotProven: the solver's status is anything else, or the budget is used up.
        """
        budget.spend()
        costs = -np.asarray(objective, dtype=float)
        self._demand(self._highs.changeColsCost(len(self._columns), self._columns, costs), "objective")
        status = self._status()
        if status not in _PROVEN:
            # A warm start can mislead the simplex method; from nothing it has one more chance.
            self._demand(self._highs.clearSolver(), "fresh start")
            status = self._status()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise NotProven(
                f"The solver ended with status {self._highs.modelStatusToString(status)}, not with a proof.",
                _REMEDY,
            )
        return np.array(self._highs.getSolution().col_value)

    def _status(self) -> Any:  # noqa: ANN401 - highspy has no types
        self._highs.run()
        return self._highs.getModelStatus()

    def set_column(self, column: int, low: float, high: float) -> None:
        """Change the limits of one unknown."""
        self._demand(self._highs.changeColBounds(column, low, high), "column")

    def set_row(self, row: int, low: float, high: float) -> None:
        """Change the limits of one sum."""
        self._demand(self._highs.changeRowBounds(row, low, high), "row")

    @staticmethod
    def _demand(status: Any, what: str) -> None:  # noqa: ANN401 - highspy has no types
        if status != highspy.HighsStatus.kOk:
            raise NotProven(f"The solver did not accept its {what}.", "Reinstall the locked requirements.")


def cheapest_cover(
    costs: Sequence[float], cuts: Sequence[tuple[Sequence[int], int | None]], nodes: int
) -> frozenset[int]:
    """The cheapest numbers of which each cut has one; a cut with a second entry only if that number is chosen.

    Equal costs are told apart by a small surcharge on later numbers, so that there is one answer.

    Raises:
        NotProven: it was not proven to be the cheapest within ``nodes`` branches.
    """
    if not cuts:
        return frozenset()
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    exact: dict[str, bool | int | float | str] = {
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_max_nodes": nodes,
        "presolve": "on",
        "solver": "choose",
    }
    for option, value in {**_OPTIONS, **exact}.items():
        highs.setOptionValue(option, value)
    unit = min(cost for cost in costs)
    for place, cost in enumerate(costs):
        highs.addCol(cost / unit * (1 + _SURCHARGE * place), 0.0, 1.0, 0, [], [])
        highs.changeColIntegrality(place, highspy.HighsVarType.kInteger)
    for numbers, given in cuts:
        places = [*numbers, given] if given is not None else list(numbers)
        entries = [1.0] * len(numbers) + [-1.0] * (given is not None)
        highs.addRow(0.0 if given is not None else 1.0, highspy.kHighsInf, len(places), places, entries)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise NotProven("The cheapest mask was not proven.", _REMEDY)
    return frozenset(place for place, value in enumerate(highs.getSolution().col_value) if value > _HALF)


def solver_name() -> str:
    """Solver and version, for the certificate."""
    return f"{SOLVER} {highspy.Highs().version()}"  # type: ignore[no-untyped-call]
