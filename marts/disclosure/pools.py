"""Masked cells of one line together: their sum follows from the total, so it must not be a sum of few.

A reader subtracts the published parts from a published whole and has the sum of the masked ones. That sum is like a
cell of its own: with fewer contributors than the policy asks for, or one that dominates it, the masks protect little.
Contributors of different cells are taken as different; one who is in several makes a pool smaller than it is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from marts.disclosure.primary import dominates
from marts.disclosure.table import TOTAL, CellRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from marts.disclosure.policy import Rules
    from marts.disclosure.table import Cell, Dimension, Table


@dataclass(frozen=True)
class Pool:
    """The masked parts of a published whole that together are too few, and what may be masked beside them."""

    whole: CellRef
    candidates: tuple[CellRef, ...]
    """The published parts that may be masked, and the whole itself where it may be."""


def small_pools(
    tables: Sequence[Table], masked: frozenset[CellRef], rules: Rules, may_be_masked: Mapping[CellRef, float]
) -> Iterator[Pool]:
    """Every pool of two and more cells that is too small and can be enlarged; none when the policy allows them."""
    if not rules.guards_pools:
        return
    for table in tables:
        for whole, parts in _lines(table):
            pool = [part for part in parts if part in masked and not _cell(table, part).is_structural_zero]
            # A single masked part would be determined, which is refused elsewhere.
            if whole in masked or len(pool) <= 1 or not _is_small(table, [_cell(table, part) for part in pool], rules):
                continue
            open_parts = [part for part in parts if part not in masked and part in may_be_masked]
            # An empty part would add nobody.
            useful = [part for part in open_parts if _cell(table, part).contributor_count]
            candidates = (*useful, *((whole,) if whole in may_be_masked else ()))
            if candidates:
                yield Pool(whole, candidates)


def enlarge(
    tables: Sequence[Table], masked: frozenset[CellRef], rules: Rules, worth: Mapping[CellRef, float]
) -> frozenset[CellRef]:
    """``masked`` and the least useful further cells that make every pool large enough."""
    while True:
        pools = small_pools(tables, masked, rules, worth)
        added = {min(pool.candidates, key=lambda c: (worth[c], c)) for pool in pools}
        if not added:
            return masked
        masked |= added


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
