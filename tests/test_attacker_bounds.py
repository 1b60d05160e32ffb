"""The intervals that the attacker finds, compared with two plain linear programs per unknown by another front end.

Random small systems, and one large enough to show that programs are not asked unknown by unknown. What is made of the
intervals: test_attacker.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

import marts.attacker.solver
from marts.attacker.blocks import Contradiction
from marts.attacker.bounds import Enclosure
from marts.attacker.solver import NotSolved, Polytope
from marts.attacker.tightening import tightened

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]
    System = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

_OPTIMAL = 0


def none(count: int) -> tuple[Any, Numbers]:
    """No rows over so many unknowns."""
    return csr_array((0, count), dtype=np.int64), np.zeros(0, dtype=np.int64)


def enclosure(sums: System, orders: System, limits: dict[int, int], widest: int = 1) -> Enclosure:
    """The attacker's view of two dense systems."""
    return Enclosure((csr_array(sums[0]), sums[1]), (csr_array(orders[0]), orders[1]), limits, widest)


def invented(seed: int) -> tuple[System, System, dict[int, int], Numbers]:
    """Sums and orderings that some true figures satisfy, ceilings over a few of them, and the figures.

    Every figure is in a sum with a published total, so that each has a limit.
    """
    random = np.random.default_rng(seed)
    count = int(random.integers(4, 14))
    truth = random.integers(0, 6, count) * random.integers(0, 2, count)
    sums = (random.random((int(random.integers(2, count)), count)) < 0.4).astype(np.int64)
    sums[0] = 1
    sums[1:] *= random.choice([1, 1, 1, -1], size=(len(sums) - 1, count))
    orders = random.integers(-1, 2, (int(random.integers(1, 4)), count))
    ceilings = {int(u): int(truth[u]) + int(random.integers(0, 3)) for u in random.choice(count, 2, replace=False)}
    return (sums, sums @ truth), (orders, orders @ truth + random.integers(0, 3, len(orders))), ceilings, truth


def plain(sums: System, orders: System, limits: dict[int, int]) -> npt.NDArray[np.float64]:
    """The exact interval of every unknown, by two programs from nothing each."""
    count = sums[0].shape[1]
    bounds = [(0, limits.get(unknown)) for unknown in range(count)]
    found = []
    for unknown in range(count):
        for sign in (1, -1):
            costs = sign * np.eye(count)[unknown]
            answer = linprog(costs, A_eq=sums[0], b_eq=sums[1], A_ub=orders[0], b_ub=orders[1], bounds=bounds)
            assert answer.status == _OPTIMAL
            found.append(sign * answer.fun)
    return np.array(found).reshape(-1, 2)


@pytest.mark.parametrize("seed", range(30))
def test_exactly_what_is_narrower_than_asked_is_found(seed: int) -> None:
    sums, orders, limits, _ = invented(seed)
    intervals = plain(sums, orders, limits)
    width = intervals[:, 1] - intervals[:, 0]
    # Widths just above and just below the true ones: an unknown must not be taken for wide, nor a wide one for narrow.
    for asked in (np.floor(width + 1e-6) + 1, np.maximum(np.floor(width + 1e-6), 1), np.full(len(width), 3.0)):
        narrow = enclosure(sums, orders, limits).narrow(range(len(width)), asked.astype(np.int64))
        assert narrow == np.flatnonzero(width < asked - 1e-6).tolist()


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_of_a_narrow_unknown_is_exact(seed: int) -> None:
    sums, orders, limits, truth = invented(seed)
    found = enclosure(sums, orders, limits)
    assert found.narrow(range(len(truth)), np.full(len(truth), 10**6)) == list(range(len(truth)))
    assert np.allclose(np.stack([found.low, found.high], axis=1), plain(sums, orders, limits), atol=1e-5)


def test_what_is_joined_by_a_determined_unknown_only_is_asked_apart() -> None:
    """Unknown 0 has one value left; without it the rest is two parts, of which one needs no program but to exist."""
    sums = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 1, 1]]), np.array([9, 7])
    orders = np.array([[1, 0, 0, 0, 0], [-1, 0, 0, 0, 0]]), np.array([4, -4])
    found = enclosure(sums, orders, {})
    assert found.narrow(range(5), np.array([1, 5, 6, 3, 4])) == [0, 2, 4]
    assert found.low.tolist() == pytest.approx([4, 0, 0, 0, 0])
    assert found.high.tolist() == pytest.approx([4, 5, 5, 3, 3])


def test_what_each_row_says_is_carried_on_to_the_others_without_a_program() -> None:
    matrix = csr_array(np.array([[1, 1, 0, 0], [0, -1, 1, 0], [0, 0, 1, 1], [0, 0, -2, 0]]))
    rows = np.array([5.0, 0.0, -np.inf, -np.inf]), np.array([5.0, 0.0, 9.0, -6.0])
    low, high = tightened(matrix, rows, (np.array([2.0, 0, 0, 0]), np.full(4, np.inf)))
    # Unknown 2 is at least 3 and equals 1, which is at most 5 - 2; only 3 has room left: 9 - 3.
    assert low.tolist() == [2, 3, 3, 0]
    assert high.tolist() == [2, 3, 3, 6]


@pytest.mark.parametrize(
    ("sums", "constants"),
    [
        ([[1, 1, 0], [1, 1, 0]], [4, 5]),
        ([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [1, 1, 4]),
        ([[1, -1, 0]], [-3]),
    ],
)
def test_rows_that_cannot_all_be_true_are_a_contradiction(sums: list[list[int]], constants: list[int]) -> None:
    rows = np.array(sums), np.array(constants)
    orders = np.array([[0, 1, 0]]), np.array([2])
    with pytest.raises(Contradiction):
        enclosure(rows, orders, {}).narrow([0, 1, 2], np.ones(3, dtype=np.int64))


def square(size: int) -> tuple[System, Numbers]:
    """A square table of small figures, all masked, with its margins told."""
    truth = np.random.default_rng(size).integers(0, 4, (size, size))
    rows = [np.kron(line, np.ones(size)) for line in np.eye(size)] + [
        np.kron(np.ones(size), line) for line in np.eye(size)
    ]
    matrix = np.array(rows).astype(np.int64)
    return (matrix, matrix @ truth.reshape(-1)), truth


def test_a_few_points_show_nearly_all_unknowns_of_a_large_table_to_be_wide() -> None:
    sums, truth = square(30)
    found = Enclosure((csr_array(sums[0]), sums[1]), none(truth.size), {}, 3)
    assert found.narrow(range(truth.size), np.full(truth.size, 3)) == []
    assert found.programs <= 12, "5; without goals it takes 24 points, and asked one by one 1,800"


def test_a_status_without_a_proof_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way of the solver is stopped before it has begun; nothing may then be called wide."""
    stopped = {"simplex_iteration_limit": 0, "ipm_iteration_limit": 0, "presolve": "off"}
    monkeypatch.setattr(marts.attacker.solver, "_OPTIONS", {**marts.attacker.solver._OPTIONS, **stopped})
    ways = tuple({**way, "presolve": "off"} for way in marts.attacker.solver._AFRESH)
    monkeypatch.setattr(marts.attacker.solver, "_AFRESH", ways)
    sums, truth = square(4)
    found = Enclosure((csr_array(sums[0]), sums[1]), none(truth.size), {}, 3)
    with pytest.raises(NotSolved, match="The solver ended with"):
        found.narrow(range(truth.size), np.full(truth.size, 3))


def test_a_point_that_misses_a_row_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver may say that it is optimal; the point is compared with the rows all the same."""
    sums, truth = square(4)
    rows = sums[1].astype(float), sums[1].astype(float)
    points = Polytope(csr_array(sums[0]), rows, (np.zeros(truth.size), np.full(truth.size, 50.0)))
    points.farthest(np.ones(truth.size))
    monkeypatch.setattr(points, "_rows", (rows[0] + 1, rows[1] + 1))
    with pytest.raises(NotSolved):
        points.farthest(np.ones(truth.size))
