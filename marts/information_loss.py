"""What protection costs: the share of cells and of yen that is masked, beside what masking whole rows would cost."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from marts.disclosure.primary import OWN_RULES
from marts.disclosure.table import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.disclosure.protect import Protection
    from marts.disclosure.table import Key, Table

_PERCENT = 100


def information_loss(tables: Sequence[Table], protection: Protection) -> dict[str, dict[str, int]]:
    """Per table, in whole percent (rounded down): masked cells, the same if whole rows were masked, masked yen.

    The yen are those of the finest cells, as a share of the table's total; they are left out where that total is itself
    masked, so that nothing follows from the share that does not follow from the published cells.
    """
    return {table.name: _of_table(table, protection) for table in sorted(tables, key=lambda t: t.name) if table.cells}


def _of_table(table: Table, protection: Protection) -> dict[str, int]:
    masked = {cell.key for cell in protection.masked if cell.table == table.name}
    loss = {
        "cells_percent": _PERCENT * len(masked) // len(table.cells),
        "cells_percent_if_whole_rows": _PERCENT * _in_rows(table, protection) // len(table.cells),
    }
    tops = _tops(table)
    total = sum(table.cells[key].values[table.magnitude_measure] for key in tops)
    if total and not masked & set(tops):
        hidden = sum(table.cells[key].values[table.magnitude_measure] for key in _finest(table) if key in masked)
        loss["yen_percent"] = _PERCENT * hidden // total
    return loss


def _in_rows(table: Table, protection: Protection) -> int:
    """Cells of all rows with a cell that is masked for its own sake; a row has every code of the last dimension."""
    own = {cell.key[:-1] for cell, rule in protection.masked.items() if cell.table == table.name and rule in OWN_RULES}
    return sum(key[:-1] in own for key in table.cells)


def _tops(table: Table) -> list[Key]:
    """The cells that together are the whole table: totals, and top codes where there is no total."""
    return list(
        product(
            *(
                (TOTAL,) if d.has_total else tuple(code for code, parent in d.parents.items() if parent == TOTAL)
                for d in table.dimensions
            )
        )
    )


def _finest(table: Table) -> list[Key]:
    return list(product(*(tuple(c for c in d.codes if c not in d.children) for d in table.dimensions)))
