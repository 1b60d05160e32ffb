"""Take away masks that protect nobody: cells are masked one after another, so what came later can make one superfluous.

The most useful cell is tried first. If its publication gives away no cell that must stay masked, it is published, and
with it those masked for the others' sake that would follow from it. What cannot be published at one time can be
published at no later one, because readers only learn more: one pass leaves no superfluous mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marts.disclosure.blocks import blocks_of
from marts.disclosure.moves import Exhausted
from marts.disclosure.secondary import Insiders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from marts.disclosure.moves import Block
    from marts.disclosure.needs import Need
    from marts.disclosure.part import Part
    from marts.disclosure.pools import Lines
    from marts.disclosure.secondary import Reader
    from marts.disclosure.solver import Vector
    from marts.disclosure.table import CellRef


@dataclass(frozen=True)
class Pruned:
    """The mask that is left, and how often the bound on linear programs kept a mask in place."""

    masked: frozenset[CellRef]
    undecided: int
    programs: int


class Pruning:
    """One run over the masks of all parts."""

    def __init__(
        self,
        readers: Sequence[tuple[Part, Reader]],
        points: Sequence[Vector],
        masked: frozenset[CellRef],
        removable: Mapping[CellRef, float],
        means: tuple[Lines, int],
    ) -> None:
        """A mask that is safe in all parts.

        Args:
            readers: every part with its reader; parts that differ in figures only share one.
            points: for each part, tables that agree with what is published.
            masked: the mask.
            removable: the masks for the sake of others, with the worth of the cell.
            means: the lines of the tables; how many linear programs a block may take.
        """
        self._masked = self._all_masked = masked
        self._removable = removable
        self._lines, programs = means
        distinct = {id(reader): (part, reader) for part, reader in readers}
        self._exact = [_Exact(part, reader, masked, removable) for part, reader in distinct.values()]
        self._widths = [
            _Widths(part, part.inside(masked), found, programs)
            for (part, _), found in zip(readers, points, strict=True)
        ]
        self._judges: tuple[_Exact | _Widths, ...] = (*self._exact, *self._widths)

    def run(self) -> Pruned:
        """Try every removable mask.

        Of the intervals only those are looked at that were too narrow before; at the end all are, and if there are
        new ones it begins again. What is published in the last run is what would be if all were looked at each time.
        """
        while True:
            undecided = sum(not self._is_decided(cell) for cell in self._in_order())
            if self._is_proven():
                return Pruned(self._masked, undecided, sum(widths.programs for widths in self._widths))
            self._masked = self._all_masked
            for judge in self._judges:
                judge.start()

    def _in_order(self) -> list[CellRef]:
        return sorted(self._removable, key=lambda cell: (-self._removable[cell], cell))

    def _is_decided(self, cell: CellRef) -> bool:
        """Publish ``cell`` if that is possible; whether it could be decided."""
        if cell in self._masked:
            try:
                opened = self._opened_with(cell)
            except Exhausted:
                return False
            self._masked -= opened
            for judge in self._judges if opened else ():
                judge.accept(opened)
        return True

    def _is_proven(self) -> bool:
        return not [widths for widths in self._widths if not widths.are_wide()]

    def _opened_with(self, cell: CellRef) -> frozenset[CellRef]:
        """``cell`` and what must be published with it; empty when one of them has to stay masked."""
        opened = frozenset([cell])
        while not self._lines.would_be_small(opened, self._masked):
            more = self._following(opened)
            if more is None or not more <= self._removable.keys():
                return frozenset()
            if more <= opened:
                return opened
            opened |= more
        return frozenset()

    def _following(self, opened: frozenset[CellRef]) -> frozenset[CellRef] | None:
        """Further cells that readers have if ``opened`` is published; none when a lone contributor learns of others."""
        for exact in self._exact:
            found = exact.following(opened)
            if found is None or not found <= opened:
                return found
        for widths in self._widths:
            found = widths.following(opened)
            if not found <= opened:
                return found
        return frozenset()


class _Exact:
    """What follows by adding and subtracting, in parts that differ in figures only."""

    def __init__(self, part: Part, reader: Reader, masked: frozenset[CellRef], removable: Collection[CellRef]) -> None:
        self._hidden = part.inside(masked)
        self._part, self._reader = part, reader
        self._known = reader.learns(cell for cell in range(len(part.system.cells)) if cell not in self._hidden)
        self._removable = part.inside(removable)
        self.start()

    def start(self) -> None:
        """Nothing is published beyond what was from the outset."""
        self._space = self._known.copy()
        self._insiders = Insiders(self._reader, self._part.guarded, self._space)
        self._targets = np.array(sorted(self._hidden), dtype=np.int64)
        self._kinds = self._space.kinds(self._targets)

    def following(self, opened: frozenset[CellRef]) -> frozenset[CellRef] | None:
        """The masked cells that are computed once ``opened`` is known; none when an insider would learn of one."""
        is_new = np.isin(self._targets, list(self._part.inside(opened))) & (self._kinds != -1)
        leads = self._targets[is_new]
        if not leads.size:
            return frozenset()
        if len(np.unique(self._kinds[is_new])) > 1:
            return self._following_together(leads)
        follow = self._targets[self._kinds == self._kinds[is_new][0]]
        # Most cells cannot be published because one that must stay masked would follow; nothing else need be asked.
        if self._removable.issuperset(follow.tolist()) and self._insiders.would_learn(int(leads[0])):
            return None
        return self._part.outside(follow.tolist())

    def accept(self, opened: frozenset[CellRef]) -> None:
        """``opened`` is published."""
        places = self._part.inside(opened)
        for place in sorted(places):
            self._insiders.admit(place)
        self._targets = self._targets[~np.isin(self._targets, list(places))]
        self._kinds = self._space.kinds(self._targets)

    def _following_together(self, leads: Vector) -> frozenset[CellRef] | None:
        space = self._space.copy()
        for place in leads:
            space.admit(int(place))
        if Insiders(self._reader, self._part.guarded, space).learn():
            return None
        follow = self._targets[(space.kinds(self._targets) == -1) & (self._kinds != -1)]
        return self._part.outside(follow.tolist())


class _Widths:
    """The intervals of one part."""

    def __init__(self, part: Part, hidden: frozenset[int], points: Vector, programs: int) -> None:
        self._part = part
        self._blocks = blocks_of(part.system, hidden, points, programs, part.needs.reach(part.system))
        self._block_of = {cell: number for number, block in enumerate(self._blocks) for cell in block.cells}
        self._closed: set[Block] = set()
        self._hidden = hidden
        self.start()

    def start(self) -> None:
        """Nothing is published beyond what was from the outset."""
        self._needs = self._part.needs.of_all(self._part.system, self._hidden)
        for block in self._blocks:
            block.start()

    @property
    def programs(self) -> int:
        """How many linear programs were solved."""
        return sum(block.budget.used for block in self._blocks)

    def following(self, opened: frozenset[CellRef]) -> frozenset[CellRef]:
        """A masked cell that would be enclosed too narrowly once ``opened`` is known, if there is one.

        Raises:
            Exhausted: the bound on linear programs leaves it open.
        """
        for block, places in self._touched(opened):
            if block in self._closed:
                raise Exhausted
            narrow = block.first_narrow(places, self._needs_of(block.tight - places))
            if narrow is not None:
                return self._part.outside([narrow])
        return frozenset()

    def accept(self, opened: frozenset[CellRef]) -> None:
        """``opened`` is published."""
        for block, places in self._touched(opened):
            block.accept(places)
            for place in places:
                self._needs.pop(place, None)

    def are_wide(self) -> bool:
        """Whether every interval is wide enough; the cells of which it is not are looked at from now on.

        A block whose programs are used up is closed: nothing is published in it.
        """
        proven = True
        for block in self._blocks:
            if block.published:
                try:
                    narrow = block.narrow(self._needs_of(block.cells))
                except Exhausted:
                    self._closed.add(block)
                    proven = False
                else:
                    block.tight |= frozenset(narrow)
                    proven &= not narrow
        return proven

    def _needs_of(self, cells: Iterable[int]) -> dict[int, Need]:
        return {cell: self._needs[cell] for cell in cells if cell in self._needs}

    def _touched(self, opened: frozenset[CellRef]) -> Iterator[tuple[Block, frozenset[int]]]:
        places: dict[int, set[int]] = {}
        for place in self._part.inside(opened):
            if place in self._block_of:
                places.setdefault(self._block_of[place], set()).add(place)
        for number in sorted(places):
            yield self._blocks[number], frozenset(places[number])
