"""How far masked figures can move as a reader sees it, asked again and again while masks are taken away.

A system falls apart into blocks: masked finest cells that no sum, link, ordering or masked sum joins have nothing to do
with each other. Within a block everything is told as a difference from the true figure: what is published moves by 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import block_array, vstack
from scipy.sparse.csgraph import connected_components

from marts.disclosure.solver import Budget, Program

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from marts.disclosure.lattice import Sparse, System
    from marts.disclosure.needs import Need
    from marts.disclosure.solver import Vector

_LARGEST = 1e5
"""Figures are scaled to this size for the solver."""
_MIXED = 12
"""So many points that move a cell up, and so many that move it down, are mixed."""
_CAP = 4 * _LARGEST
"""No reader knows this cap; it makes every program bounded and every interval at most narrower than real."""
_STILL = 1e-6
"""A smaller difference, in the solver's units, is none."""
_NOWHERE = np.array([], dtype=np.int64)
_NOISE = 1e-8
"""A smaller move of an unknown is an error of the solver."""
_FARTHEST = 50.0
"""A known direction is followed at most so many times as far: errors grow, too."""
_SEED = 20191
_SLACK = 1e-7
"""Less than the audit allows, so that what is found wide here is wide there."""


class Exhausted(Exception):  # noqa: N818 - it says what is wrong
    """The linear programs of a block are used up before all is settled."""


@dataclass(frozen=True)
class Shape:
    """A block: its unknowns are finest cells, and what limits how far they move.

    ``equal · d = 0``, ``ordered · d ≤ slack``, ``low ≤ d ≤ high``; ``forms`` has a row per masked cell, and a masked
    cell with an entry in ``above`` moves at most so far. All but the forms is scaled.
    """

    unknowns: tuple[int, ...]
    cells: tuple[int, ...]
    forms: Sparse
    equal: Sparse
    ordered: Sparse
    slack: Vector
    low: Vector
    high: Vector
    above: Mapping[int, float]
    scale: float


class Block:
    """Masked cells that hang together. A point is a table that agrees with all that is published."""

    def __init__(self, shape: Shape, points: Vector, programs: int) -> None:
        """``points`` has a row per known point; at most ``programs`` linear programs are solved."""
        self.cells = shape.cells
        self.tight: frozenset[int] = frozenset()
        """The cells that were found too narrow when others were supposed to be published."""
        self.budget = Budget(programs)
        self._shape = shape
        self._place = {cell: place for place, cell in enumerate(shape.cells)}
        self._column = {cell: column for column, cell in enumerate(shape.unknowns)}
        self._sums = [cell for cell in shape.cells if cell not in self._column]
        self._row = {cell: shape.equal.shape[0] + shape.ordered.shape[0] + i for i, cell in enumerate(self._sums)}
        self._known = points
        self._fixed: frozenset[int] = frozenset()
        self._program: Program | None = None
        self.start()

    def start(self) -> None:
        """Nothing is published beyond what was from the outset."""
        self._points = self._trial = self._known
        self.published: frozenset[int] = frozenset()

    def first_narrow(self, opened: frozenset[int], needs: Mapping[int, Need]) -> int | None:
        """A cell of ``needs`` that would be enclosed too narrowly if ``opened`` were published as well.

        Known points come first, mixed so that nothing published moves; linear programs settle what they leave.

        Raises:
            Exhausted: no more programs may be solved.
        """
        self._trial = self._points
        for cell in sorted(opened):
            self._trial = self._mixed(self._trial, cell)
        for cell in self._narrow(needs):
            if not self._reaches(cell, needs[cell], self.published | opened):
                return cell
        return None

    def accept(self, opened: frozenset[int]) -> None:
        """What was last supposed to be published is published."""
        self._points, self.published = self._trial, self.published | opened

    def narrow(self, needs: Mapping[int, Need]) -> list[int]:
        """Every cell of ``needs`` that is enclosed too narrowly.

        Raises:
            Exhausted: no more programs may be solved.
        """
        self._trial = self._points
        self._publish(self.published)
        waiting = self._harvest(self._narrow(needs), needs)
        found = []
        while waiting:
            cell = waiting[0]
            if not self._reaches(cell, needs[cell], self.published):
                found.append(cell)
            waiting = self._narrow({other: needs[other] for other in waiting if other != cell})
        return found

    def _harvest(self, waiting: list[int], needs: Mapping[int, Need]) -> list[int]:
        """Random directions over all cells at once settle most of them; the round that settles none is the last."""
        generator = np.random.default_rng(_SEED)
        while len(waiting) > 1:
            forms = self._shape.forms[[self._place[cell] for cell in waiting]]
            signs = generator.choice([-1.0, 1.0], size=len(waiting)) / [max(needs[cell]) for cell in waiting]
            for sign in (1.0, -1.0):
                self._ask(sign * self._shape.scale * (signs @ forms))
            left = self._narrow({cell: needs[cell] for cell in waiting})
            if len(left) == len(waiting):
                break
            waiting = left
        return waiting

    def _mixed(self, points: Vector, cell: int) -> Vector:
        """Points in which ``cell`` does not move, each between two points that move it up and down."""
        moves = self._moves([cell], points)[0]
        up, down = (np.flatnonzero(sign * moves > _STILL) for sign in (1, -1))
        up, down = (side[np.argsort(-np.abs(moves[side]), kind="stable")[:_MIXED]] for side in (up, down))
        share = moves[up][:, None] / (moves[up][:, None] - moves[down])
        mixed = (1 - share)[..., None] * points[up][:, None] + share[..., None] * points[down]
        return np.vstack([points[np.abs(moves) <= _STILL], self._stretched(mixed.reshape(-1, points.shape[1]))])

    def _stretched(self, points: Vector) -> Vector:
        """The same directions, followed as far as the limits of the unknowns allow."""
        shape = self._shape
        capped = [self._place[cell] for cell in shape.above]
        moves = np.hstack([points, -points, *((rows @ points.T).T for rows in (shape.ordered, shape.forms[capped]))])
        limits = np.concatenate([shape.high, -shape.low, shape.slack, [shape.above[cell] for cell in shape.above]])
        room = np.divide(limits, moves, out=np.full(moves.shape, np.inf), where=moves > _NOISE)
        stretched: Vector = points * np.clip(room.min(axis=1, initial=_FARTHEST), 1.0, None)[:, None]
        return stretched

    def _moves(self, cells: Sequence[int], points: Vector) -> Vector:
        forms = self._shape.forms[[self._place[cell] for cell in cells]]
        moves: Vector = np.asarray(forms @ points.T).reshape(len(cells), len(points))
        return moves

    def _narrow(self, needs: Mapping[int, Need]) -> list[int]:
        """The cells of ``needs`` whose interval is not known to be wide, the narrowest first."""
        cells = sorted(needs)
        moves = self._moves(cells, self._trial)
        high, low = moves.max(axis=1, initial=0.0), moves.min(axis=1, initial=0.0)
        asked = np.array([needs[cell] for cell in cells], dtype=float).reshape(-1, 2) / self._shape.scale
        reached = (high - low) / asked[:, 0]
        above = np.divide(high, asked[:, 1], out=np.full(len(cells), np.inf), where=asked[:, 1] > 0)
        reached = np.minimum(reached, above)
        return [cells[place] for place in np.lexsort((cells, reached)) if reached[place] < 1 - _SLACK]

    def _reaches(self, cell: int, need: Need, published: frozenset[int]) -> bool:
        self._publish(published)
        form = self._shape.forms[[self._place[cell]]].toarray()[0].astype(float)
        for sign in (1.0, -1.0):
            self._ask(sign * form)
            if not self._narrow({cell: need}):
                return True
        return False

    def _publish(self, published: frozenset[int]) -> None:
        program = self._solver()
        for cell in sorted(published ^ self._fixed):
            self._limit(program, cell, is_published=cell in published)
        self._fixed = published

    def _ask(self, direction: Vector) -> None:
        if self.budget.used == self.budget.left:
            raise Exhausted
        self._trial = np.vstack([self._trial, self._solver().maximum(direction, self.budget)])

    def _limit(self, program: Program, cell: int, *, is_published: bool) -> None:
        column, shape = self._column.get(cell), self._shape
        if column is None:
            above = shape.above.get(cell, np.inf)
            program.set_row(self._row[cell], *((0.0, 0.0) if is_published else (-np.inf, above)))
        else:
            limits = (0.0, 0.0) if is_published else (float(shape.low[column]), float(shape.high[column]))
            program.set_column(column, *limits)

    def _solver(self) -> Program:
        if self._program is None:
            shape = self._shape
            equal = np.zeros(shape.equal.shape[0])
            below = np.full(shape.ordered.shape[0] + len(self._sums), -np.inf)
            above = [shape.above.get(cell, np.inf) for cell in self._sums]
            forms = shape.forms[[self._place[cell] for cell in self._sums]]
            self._program = Program(
                vstack([shape.equal, shape.ordered, forms]).tocsr(),
                (shape.low, shape.high),
                (np.concatenate([equal, below]), np.concatenate([equal, shape.slack, above])),
            )
        return self._program


def blocks_of(system: System, masked: Collection[int], points: Vector, programs: int, reach: int = 0) -> list[Block]:
    """The blocks of the cells that are masked and not public.

    ``points`` are tables that agree with what is published, a row of unknowns each; ``programs`` and ``reach`` as in
    ``Block`` and in an attack.
    """
    finest = np.array(system.finest, dtype=np.int64)
    cells = np.array(sorted(set(masked) - system.zeros - system.known.keys()), dtype=np.int64)
    columns = np.flatnonzero(np.isin(finest, cells))
    told = np.setdiff1d(np.arange(len(system.cells)), cells)
    true = system.values[finest].astype(float)
    scale = max(1, reach, int(system.values.max(initial=0))) / _LARGEST
    equal = _distinct(vstack([system.forms[told], system.same]).tocsr()[:, columns])
    ordered, forms = system.ordered[:, columns], system.forms[cells][:, columns]
    slack = -(system.ordered @ true) / scale
    places = [_places(labels) for labels in _labels(equal, ordered, forms)]
    blocks = []
    for label, mine in places[-1].items():
        equal_rows, order_rows, form_rows = (found.get(label, _NOWHERE) for found in places[:-1])
        unknowns, values = finest[columns[mine]], true[columns[mine]] / scale
        above = {
            cell: (system.ceilings[cell] - system.values[cell]) / scale for cell in _capped(system, cells[form_rows])
        }
        high = np.array([above.get(int(cell), _CAP - value) for cell, value in zip(unknowns, values, strict=True)])
        shape = Shape(
            tuple(unknowns.tolist()),
            tuple(cells[form_rows].tolist()),
            forms[form_rows][:, mine],
            equal[equal_rows][:, mine],
            ordered[order_rows][:, mine],
            slack[order_rows],
            -values,
            high,
            above,
            scale,
        )
        blocks.append(Block(shape, points[:, columns[mine]] / scale - values, programs))
    return blocks


def _capped(system: System, cells: Iterable[int]) -> list[int]:
    return [int(cell) for cell in cells if int(cell) in system.ceilings]


def _labels(*matrices: Sparse) -> list[Vector]:
    """A number per row of each matrix, and at last per column: the same for what hangs together."""
    joined = vstack(matrices).tocsr()
    _, labels = connected_components(block_array([[None, joined], [joined.T, None]]), directed=False)
    ends = np.cumsum([matrix.shape[0] for matrix in matrices])
    return np.split(labels, ends)


def _places(labels: Vector) -> dict[int, Vector]:
    """Where each label stands, in rising order."""
    order = np.argsort(labels, kind="stable")
    found, starts = np.unique(labels[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if len(labels) else {}


def _distinct(rows: Sparse) -> Sparse:
    """The rows that are not empty, each once."""
    rows.sort_indices()
    places: dict[tuple[bytes, bytes], int] = {}
    for row in np.flatnonzero(np.diff(rows.indptr)):
        part = slice(rows.indptr[row], rows.indptr[row + 1])
        places.setdefault((rows.indices[part].tobytes(), rows.data[part].tobytes()), int(row))
    return rows[list(places.values())]
