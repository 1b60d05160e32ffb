"""How far masked figures can move as a reader sees it, asked again and again while masks are taken away.

Everything is told as a difference from the true figure: what is published moves by 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import vstack

from marts.disclosure.solver import Budget, NotProven, Program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.disclosure.lattice import Sparse
    from marts.disclosure.needs import Need
    from marts.disclosure.solver import Vector

LARGEST = 1e5
"""Figures are scaled to this size for the solver."""
_AT_ONCE = 8
"""So many narrow cells are found at once: what is not published for their sake widens others."""
_MIXED = 12
"""So many points that move a cell up, and so many that move it down, are mixed."""
CAP = 4 * LARGEST
"""No reader knows this cap; it makes every program bounded and every interval at most narrower than real."""
_STILL = 1e-6
"""A smaller difference, in the solver's units, is none."""
_NOISE = 1e-8
"""A smaller move of an unknown is an error of the solver."""
_FARTHEST = 50.0
"""A known direction is followed at most so many times as far: errors grow, too."""
_SEED = 20191
_ATTEMPTS = 2
_SLACK = 1e-7
"""Less than the audit allows, so that what is found wide here is wide there."""


class Exhausted(Exception):  # noqa: N818 - it says what is wrong
    """The linear programs of a block are used up, or the solver fails, before all is settled."""


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
        self._proven: frozenset[int] = frozenset()
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

    def is_narrow(self, published: frozenset[int], cell: int, need: Need) -> bool:
        """Whether ``cell`` would be enclosed too narrowly if ``published`` and nothing else were published as well.

        Raises:
            Exhausted: no more programs may be solved.
        """
        self._publish(published)
        form = self._form(cell)
        width, above = (asked / self._shape.scale * (1 - _SLACK) for asked in need)
        high = float(form @ self._farthest(form))
        return high < above or (high < width and high - float(form @ self._farthest(-form)) < width)

    def accept(self, opened: frozenset[int]) -> None:
        """What was last supposed to be published is published."""
        self._points, self.published = self._trial, self.published | opened

    def narrow(self, needs: Mapping[int, Need]) -> list[int]:
        """Cells of ``needs`` that are enclosed too narrowly: some of them where there are many, none where none is.

        Raises:
            Exhausted: no more programs may be solved.
        """
        if self.published == self._proven:
            return []
        self._trial = self._points
        self._publish(self.published)
        waiting = self._harvest(self._narrow(needs), needs)
        found: list[int] = []
        while waiting and len(found) < _AT_ONCE:
            cell = waiting[0]
            if not self._reaches(cell, needs[cell], self.published):
                found.append(cell)
            waiting = self._narrow({other: needs[other] for other in waiting if other != cell})
        self._proven = self._proven if found else self.published
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
        form = self._form(cell)
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

    def _form(self, cell: int) -> Vector:
        form: Vector = self._shape.forms[[self._place[cell]]].toarray()[0].astype(float)
        return form

    def _ask(self, direction: Vector) -> None:
        self._trial = np.vstack([self._trial, self._farthest(direction)])

    def _farthest(self, direction: Vector) -> Vector:
        for _ in range(_ATTEMPTS):
            if self.budget.used == self.budget.left:
                break
            try:
                return self._solver().maximum(direction, self.budget)
            except NotProven:
                # The true figures agree with all, so this is an error of the solver: it may begin anew.
                published, self._fixed, self._program = self._fixed, frozenset(), None
                self._publish(published)
        raise Exhausted

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
