"""Exact recovery: subtraction, and linear elimination without any tolerance.

Elimination works in whole numbers modulo a prime. It does not look for the figures but for freedom: a few random
solutions of the rows with all constants 0. An unknown is determined exactly when it is 0 in all of them, and two
unknowns determine each other exactly when they keep the same ratio. A free unknown is 0 in all of them by chance once
in 10**27 times; the generator is seeded, so that the same releases give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marts.attacker.blocks import Contradiction

if TYPE_CHECKING:
    import numpy.typing as npt

    from marts.attacker.blocks import Sparse

    Numbers = npt.NDArray[np.int64]

PRIME = 2_147_483_629
"""Another prime than the engine's, so that an accident of one does not repeat in the other."""
SOLUTIONS = 3
_SEED = 1_203


@dataclass(frozen=True)
class Subtracted:
    """What follows by subtraction: ``known`` unknowns with their ``value``, and the rows that are left."""

    known: npt.NDArray[np.bool_]
    value: Numbers
    left: Sparse
    constant: Numbers


def subtract(matrix: Sparse, constant: Numbers) -> Subtracted:
    """Use every row with a single unknown, again and again.

    Raises:
        Contradiction: no whole numbers from 0 satisfy the rows.
    """
    by_unknown, rest = matrix.tocsc(), constant.copy()
    known, value = np.zeros(matrix.shape[1], dtype=bool), np.zeros(matrix.shape[1], dtype=np.int64)
    unknown_count = np.diff(matrix.indptr).astype(np.int64)
    waiting = [int(row) for row in np.flatnonzero(unknown_count == 1)]
    while waiting:
        row = waiting.pop()
        if unknown_count[row] != 1:
            continue
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        at = part.start + int(np.flatnonzero(~known[matrix.indices[part]])[0])
        unknown, figure = matrix.indices[at], int(rest[row]) // int(matrix.data[at])
        if figure < 0 or figure * matrix.data[at] != rest[row]:
            raise Contradiction
        known[unknown], value[unknown] = True, figure
        column = slice(by_unknown.indptr[unknown], by_unknown.indptr[unknown + 1])
        rows = by_unknown.indices[column]
        rest[rows] -= by_unknown.data[column] * figure
        unknown_count[rows] -= 1
        waiting += [int(other) for other in rows if unknown_count[other] == 1]
    if rest[unknown_count == 0].any():
        raise Contradiction
    return Subtracted(known, value, matrix[unknown_count > 1][:, ~known], rest[unknown_count > 1])


def freedom(matrix: Sparse) -> Numbers:
    """Random solutions of ``matrix · x = 0`` modulo the prime, one per column."""
    generator = np.random.default_rng(_SEED)
    solution = generator.integers(1, PRIME, size=(matrix.shape[1], SOLUTIONS), dtype=np.int64)
    lone, core = _peel(matrix)
    if len(core):
        inner = matrix[core]
        columns = np.unique(inner.indices)
        solution[columns] = _free_in(inner[:, columns].toarray() % PRIME, solution[columns])
    for row, unknown in reversed(lone):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        solution[unknown] = 0
        total = (matrix.data[part][:, None] * solution[matrix.indices[part]] % PRIME).sum(axis=0) % PRIME
        own = int(matrix.data[part][matrix.indices[part] == unknown][0])
        solution[unknown] = total * pow(-own, -1, PRIME) % PRIME
    return solution


def determined(solution: Numbers) -> npt.NDArray[np.bool_]:
    """The unknowns that have no freedom."""
    found: npt.NDArray[np.bool_] = (solution == 0).all(axis=1)
    return found


def tied(solution: Numbers, unknown: int) -> npt.NDArray[np.bool_]:
    """The unknowns that are determined as soon as ``unknown`` is known."""
    own = solution[unknown]
    at = int(np.flatnonzero(own)[0]) if own.any() else 0
    apart = (solution * own[at] - solution[:, [at]] * own) % PRIME
    return determined(apart)


def _peel(matrix: Sparse) -> tuple[list[tuple[int, int]], Numbers]:
    """Rows that an unknown of no other row can always satisfy, in the order in which they fall away, and the others."""
    by_unknown = matrix.tocsc()
    uses = np.diff(by_unknown.indptr).astype(np.int64)
    is_left = np.ones(matrix.shape[0], dtype=bool)
    waiting, lone = [int(unknown) for unknown in np.flatnonzero(uses == 1)], []
    while waiting:
        unknown = waiting.pop()
        rows = by_unknown.indices[by_unknown.indptr[unknown] : by_unknown.indptr[unknown + 1]]
        rows = rows[is_left[rows]]
        if not len(rows):
            continue
        row = int(rows[0])
        is_left[row] = False
        lone.append((row, unknown))
        others = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        uses[others] -= 1
        waiting += [int(other) for other in others if uses[other] == 1]
    return lone, np.flatnonzero(is_left)


def _free_in(rows: Numbers, solution: Numbers) -> Numbers:
    """Change ``solution`` in the leading unknown of each independent row so that every row is 0."""
    rows = rows[np.argsort((rows != 0).sum(axis=1), kind="stable")]
    leads = []
    for row in range(len(rows)):
        filled = np.flatnonzero(rows[row])
        if not len(filled):
            continue
        uses = (rows[row:, filled] != 0).sum(axis=0)
        lead = int(filled[np.argmin(uses)])
        rows[row] = rows[row] * pow(int(rows[row, lead]), -1, PRIME) % PRIME
        leads.append((row, lead))
        below = row + 1 + np.flatnonzero(rows[row + 1 :, lead])
        if len(below):
            here = np.ix_(below, filled)
            rows[here] = (rows[here] - rows[below, lead][:, None] * rows[row, filled]) % PRIME
    for row, lead in reversed(leads):
        solution[lead] = 0
        filled = np.flatnonzero(rows[row])
        solution[lead] = -(rows[row, filled][:, None] * solution[filled] % PRIME).sum(axis=0) % PRIME
    return solution
