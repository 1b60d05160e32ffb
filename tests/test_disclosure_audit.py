"""The last judgement fails closed: a mask with one cell too few, an interval too narrow, a solver without a proof.

Masks are given by hand here, so the audit is tested without the code that chooses masks.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from marts.disclosure.attack import Attack
from marts.disclosure.audit import audit
from marts.disclosure.lattice import System, build_systems
from marts.disclosure.needs import Needs
from marts.disclosure.part import Guarded, Part
from marts.disclosure.policy import IntervalRule
from marts.disclosure.solver import Budget, NotProven, Program, solver_name
from tests.disclosure_tables import AMOUNT, flat, table_of_figures

BLOCK = ("a/x", "a/y", "b/x", "b/y")


def square() -> System:
    """A 3 × 3 table whose block of four is worth masking; its interval at a/x is [3, 6]."""
    figures = dict(zip(((r, c) for r in "abc" for c in "xyz"), (5, 2, 10, 1, 2, 20, 30, 40, 50), strict=True))
    (system,) = build_systems([table_of_figures("t", (flat("row", "abc"), flat("column", "xyz")), figures)], (), ())
    return system


def judge(masked: tuple[str, ...], *, width: int = 3, lone: str = "") -> dict[str, int]:
    """The narrowest intervals when these cells are masked, all for their own sake."""
    system = square()
    place = {"/".join(cell.key): i for i, cell in enumerate(system.cells)}
    hidden = frozenset(place[name] for name in masked)
    needs = Needs(hidden, {AMOUNT: IntervalRule(width, 0, 1)})
    guarded = Guarded(hidden, frozenset({place[lone]} if lone else ()))
    part = Part(system, guarded, needs)
    return audit([part], part.outside(hidden), Budget(1000)).narrowest


def test_a_sound_mask_passes_with_its_narrowest_interval() -> None:
    assert judge(BLOCK) == {AMOUNT: 3}


@pytest.mark.parametrize("left_out", BLOCK)
def test_a_mask_with_one_cell_too_few_is_refused(left_out: str) -> None:
    with pytest.raises(NotProven, match=r"t [ab]/[xy]: spent_yen can be computed"):
        judge(tuple(name for name in BLOCK if name != left_out))


def test_an_interval_narrower_than_the_policy_asks_is_refused() -> None:
    with pytest.raises(NotProven, match="can be enclosed too narrowly"):
        judge(BLOCK, width=4)


def test_a_lone_contributor_who_can_compute_the_others_is_refused() -> None:
    with pytest.raises(NotProven, match="a lone contributor can compute another masked cell"):
        judge(BLOCK, lone="a/x")


def test_no_message_of_the_audit_holds_a_figure() -> None:
    with pytest.raises(NotProven) as refused:
        judge(BLOCK[:3])
    assert not any(letter.isdigit() for letter in f"{refused.value} {refused.value.remedy}")


def program(row_low: float, row_high: float, column_high: float) -> Program:
    """Two unknowns whose sum is within limits, both at least 0."""
    return Program(
        csr_array(np.array([[1, 1]])),
        (np.zeros(2), np.full(2, column_high)),
        (np.array([row_low]), np.array([row_high])),
    )


def test_only_a_proven_optimum_is_an_answer() -> None:
    direction = np.array([1.0, 0.0])
    assert program(4, 4, 10).maximum(direction, Budget(1)) == pytest.approx([4, 0])
    with pytest.raises(NotProven, match=r"status (Unbounded|Primal infeasible or unbounded)"):
        program(4, np.inf, np.inf).maximum(direction, Budget(1))
    with pytest.raises(NotProven, match="contradict each other"):
        program(30, 30, 10).maximum(direction, Budget(1))
    assert program(30, 30, 10).maximum_or_none(direction, Budget(1)) is None


def test_a_budget_that_is_used_up_stops_the_proof() -> None:
    with pytest.raises(NotProven, match="within 1 linear programs"):
        Attack(square(), [0, 1, 4, 5, 6], Budget(1)).narrowest([0, 1, 4])


def test_a_point_that_contradicts_what_is_published_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    attack = Attack(square(), range(4), Budget(10))
    monkeypatch.setattr(Program, "maximum", lambda self, *_: np.zeros(len(self._columns)))
    with pytest.raises(NotProven, match="contradicts what is published"):
        attack.interval(0)


def test_the_solver_is_named_with_its_version() -> None:
    assert solver_name().startswith("HiGHS 1.")
