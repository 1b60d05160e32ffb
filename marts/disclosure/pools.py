"""Masked cells of one line together: their sum follows from the total, so it must not be a sum of few.

A reader subtracts the published parts from a published whole and has the sum of the masked ones. That sum is like a
cell of its own: with fewer contributors than the policy asks for, or one that dominates it, the masks protect little.
Contributors of different cells are taken as different; one who is in several makes a pool smaller than it is counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from marts.disclosure.primary import dominates
from marts.disclosure.table import TOTAL, CellRef

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from marts.disclosure.policy import Rules
    from marts.disclosure.table import Cell, Dimension, Table


@dataclass(frozen=True)
class Pool:
    """The masked parts of a published whole that together are too few, and what may be masked beside them."""

    whole: CellRef
    candidates: tuple[CellRef, ...]
    """The published parts that may be masked, and the whole itself where it may be."""


class Lines:
    """Every line of the tables, and in which of them a cell stands. Knows no mask."""

    def __init__(self, tables: Sequence[Table], rules: Rules, worth: Mapping[CellRef, float]) -> None:
        """``worth`` has an entry for every cell that may be masked."""
        self._rules, self._worth = rules, worth
        self._lines = [(table, *line) for table in tables for line in _lines(table)] if rules.guards_pools else []
        self._of: dict[CellRef, list[int]] = defaultdict(list)
        for number, (_, whole, parts) in enumerate(self._lines):
            for cell in (whole, *parts):
                self._of[cell].append(number)

    def small_pools(self, masked: Collection[CellRef]) -> Iterator[Pool]:
        """Every pool of two and more cells that is too small and can be enlarged; none when the policy allows them."""
        return filter(None, (self._small(number, masked) for number in range(len(self._lines))))

    def would_be_small(self, opened: Collection[CellRef], masked: Collection[CellRef]) -> bool:
        """Whether there would be such a pool around ``opened`` if those cells were not masked."""
        numbers = sorted({number for cell in opened for number in self._of[cell]})
        left = set(masked).difference(opened) if numbers else set()
        return any(self._small(number, left) for number in numbers)

    def enlarge(self, masked: frozenset[CellRef]) -> frozenset[CellRef]:
        """``masked`` and the least useful further cells that make every pool large enough."""
        while True:
            pools = self.small_pools(masked)
            added = {min(pool.candidates, key=lambda c: (self._worth[c], c)) for pool in pools}
            if not added:
                return masked
            masked |= added

    def _small(self, number: int, masked: Collection[CellRef]) -> Pool | None:
        table, whole, parts = self._lines[number]
        pool = [part for part in parts if part in masked and not _cell(table, part).is_structural_zero]
        # A single masked part would be determined, which is refused elsewhere.
        cells = [_cell(table, part) for part in pool]
        if whole in masked or len(pool) <= 1 or not _is_small(table, cells, self._rules):
            return None
        open_parts = [part for part in parts if part not in masked and part in self._worth]
        # An empty part would add nobody.
        useful = [part for part in open_parts if _cell(table, part).contributor_count]
        candidates = (*useful, *((whole,) if whole in self._worth else ()))
        return Pool(whole, candidates) if candidates else None


def _lines(table: Table) -> Iterator[tuple[CellRef, list[CellRef]]]:
    """Each cell that is the sum of parts along one dimension of the magnitude measure, with those parts."""
    additive = next(m.additive_over for m in table.measures if m.name == table.magnitude_measure)
    for place, dimension in enumerate(table.dimensions):
        if dimension.name not in additive:
            continue
        others = [d.codes if i != place else _wholes(d) for i, d in enumerate(table.dimensions)]
        for key in product(*others):
            under = dimension.children[key[place]]
            parts = [CellRef(table.name, (*key[:place], code, *key[place + 1 :])) for code in under]
            yield CellRef(table.name, key), parts


def _wholes(dimension: Dimension) -> tuple[str, ...]:
    return tuple(code for code in dimension.children if code != TOTAL or dimension.has_total)


def _cell(table: Table, cell: CellRef) -> Cell:
    return table.cells[cell.key]


def _is_small(table: Table, cells: Sequence[Cell], rules: Rules) -> bool:
    if sum(cell.contributor_count for cell in cells) < rules.minimum_contributors:
        return True
    shares = sorted((share for cell in cells for share in (cell.largest, cell.second_largest)), reverse=True)
    total = sum(cell.values[table.magnitude_measure] for cell in cells)
    return dominates(shares[0], total - shares[0] - shares[1], rules)
