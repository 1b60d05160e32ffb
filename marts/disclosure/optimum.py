"""The cheapest mask of few linked tables, proven: cuts are collected until the cheapest mask that meets them is safe.

A cut is a smallest set of cells of which one must be masked: while all of them are published, some masked figure can be
had, whatever else is masked. Masking more never harms, so every safe mask meets every cut; the cheapest mask that meets
the cuts found so far is either safe, and then no safe mask is cheaper, or it gives the next cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.disclosure.blocks import blocks_of
from marts.disclosure.moves import Exhausted
from marts.disclosure.secondary import Insiders
from marts.disclosure.solver import NotProven, cheapest_cover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from marts.disclosure.moves import Block
    from marts.disclosure.part import Part
    from marts.disclosure.policy import Effort
    from marts.disclosure.pools import Lines
    from marts.disclosure.secondary import Reader
    from marts.disclosure.table import CellRef

    Cells = frozenset[CellRef]


@dataclass(frozen=True)
class Cut:
    """One of ``cells`` must be masked; if ``given`` is a cell, only when that is masked."""

    cells: Cells
    given: CellRef | None = None


def groups_of(readers: Sequence[tuple[Part, Reader]]) -> list[list[tuple[Part, Reader]]]:
    """The parts that have a table in common, directly or through others."""
    groups: list[tuple[set[str], list[tuple[Part, Reader]]]] = []
    for pair in readers:
        tables = {cell.table for cell in pair[0].system.cells}
        joined = [group for group in groups if group[0] & tables]
        groups = [group for group in groups if not group[0] & tables]
        members = [member for _, mine in joined for member in mine]
        groups.append((tables.union(*(names for names, _ in joined)), [*members, pair]))
    return [members for _, members in groups]


class Optimum:
    """The search in one group of parts."""

    def __init__(
        self,
        group: Sequence[tuple[Part, Reader]],
        own: Cells,
        candidates: Mapping[CellRef, float],
        means: tuple[Lines, Effort],
    ) -> None:
        """``own`` is masked in any case; ``candidates`` may be masked beside it, each at its worth."""
        self._group, self._own, self._candidates = group, own, candidates
        self._lines, self._effort = means
        hidden = own | candidates.keys()
        self._blocks = [
            (part, block)
            for part, _ in group
            for block in blocks_of(
                part.system,
                part.inside(hidden),
                part.nowhere(),
                self._effort.pruning_programs,
                part.needs.reach(part.system),
            )
        ]

    def find(self) -> Cells | None:
        """The cheapest further cells to mask; none when that could not be proven within the bounds of the policy."""
        cuts: list[Cut] = []
        order = sorted(self._candidates)
        place = {cell: i for i, cell in enumerate(order)}
        for _ in range(self._effort.optimum_rounds):
            rows = [([place[cell] for cell in sorted(c.cells)], place[c.given] if c.given else None) for c in cuts]
            costs = [self._candidates[cell] for cell in order]
            try:
                chosen = cheapest_cover(costs, rows, self._effort.optimum_nodes)
                further = list(self._cuts(frozenset(order[i] for i in chosen)))
            except (Exhausted, NotProven):
                return None
            if not further:
                return frozenset(order[i] for i in chosen)
            if any(not cut.cells for cut in further):
                return None
            cuts += further
        return None

    def _cuts(self, chosen: Cells) -> Iterator[Cut]:
        """Why ``chosen`` is not enough; nothing when it is."""
        for pool in self._lines.small_pools(self._own | chosen):
            if pool.whole.table in self._tables():
                yield Cut(frozenset(pool.candidates) - self._own)
        for part, block in self._blocks:
            yield from self._width_cuts(part, block, chosen)
        for part, reader in {id(reader): (part, reader) for part, reader in self._group}.values():
            if self._tells_insider(part, reader, self._published(chosen)):
                yield Cut(self._smallest(self._published(chosen), self._insider_test(part, reader)))

    def _width_cuts(self, part: Part, block: Block, chosen: Cells) -> Iterator[Cut]:
        shown = part.inside(self._published(chosen)).intersection(block.cells)
        needs = part.needs.of_all(part.system, set(block.cells) - shown)
        block.start()
        block.first_narrow(shown, {})
        block.accept(shown)
        found = block.narrow(needs)
        block.start()
        for cell in found:

            def is_narrow(published: Cells, cell: int = cell) -> bool:
                return block.is_narrow(part.inside(published), cell, needs[cell])

            ref = part.system.cells[cell]
            yield Cut(self._smallest(part.outside(shown), is_narrow), None if ref in self._own else ref)

    def _smallest(self, published: Cells, is_broken: Callable[[Cells], bool]) -> Cells:
        """As few of ``published`` as break the rule by themselves; the cheap ones are left out first."""
        for cell in sorted(published, key=lambda c: (self._candidates[c], c)):
            if is_broken(published - {cell}):
                published -= {cell}
        return published

    def _published(self, chosen: Cells) -> Cells:
        return frozenset(self._candidates) - chosen

    def _insider_test(self, part: Part, reader: Reader) -> Callable[[Cells], bool]:
        return lambda published: self._tells_insider(part, reader, published)

    def _tells_insider(self, part: Part, reader: Reader, published: Cells) -> bool:
        if not part.guarded.lone:
            return False
        hidden = part.inside((self._own | self._candidates.keys()) - published)
        space = reader.learns(cell for cell in range(len(part.system.cells)) if cell not in hidden)
        return Insiders(reader, part.guarded, space).learn()

    def _tables(self) -> frozenset[str]:
        return frozenset(cell.table for part, _ in self._group for cell in part.system.cells)
