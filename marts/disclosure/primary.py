"""Which cells must not be shown because of what stands in them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.disclosure.table import CellRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marts.disclosure.policy import Rules
    from marts.disclosure.table import Cell, Table

PERCENT = 100
THRESHOLD = "threshold"
P_PERCENT = "p_percent"
WHOLE_SHARE = "whole_share"
OWN_RULES = (THRESHOLD, P_PERCENT, WHOLE_SHARE)
"""The rules that mask a cell for its own sake."""


def primary_cells(tables: Iterable[Table], rules: Rules) -> dict[CellRef, str]:
    """The cells to be masked for their own sake, with the rule that asks for it; all measures of a cell share it."""
    found = {}
    for table in tables:
        for key, cell in table.cells.items():
            rule = broken_rule(table, cell, rules)
            if rule:
                found[CellRef(table.name, key)] = rule
    return found


def broken_rule(table: Table, cell: Cell, rules: Rules) -> str:
    """``threshold``, ``p_percent`` or ``whole_share``; empty when the cell may be shown.

    An empty cell tells something about everyone who is not in it, unless it is empty by structure.
    """
    if cell.is_structural_zero:
        return ""
    if cell.contributor_count < rules.minimum_contributors:
        return THRESHOLD
    if is_dominated(table, cell, rules):
        return P_PERCENT
    if rules.guards_whole_shares and tells_of_everyone(table, cell):
        return WHOLE_SHARE
    return ""


def tells_of_everyone(table: Table, cell: Cell) -> bool:
    """Whether a share that stands beside its whole is none or all of it: that is a fact about each contributor."""
    return any(
        cell.values[whole] > 0 and cell.values[part] in (0, cell.values[whole]) for part, whole in table.shares.items()
    )


def is_dominated(table: Table, cell: Cell, rules: Rules) -> bool:
    """Whether the second-largest contributor can estimate the largest within p %.

    It subtracts its own share from the total and is wrong by all the others together.
    """
    return missing_room(table, cell, rules) > 0


def missing_room(table: Table, cell: Cell, rules: Rules) -> int:
    """By how much the others fall short of hiding the largest: the room a reader must see above the total."""
    others = cell.values[table.magnitude_measure] - cell.largest - cell.second_largest
    return -((others * PERCENT - rules.p_percent * cell.largest) // PERCENT)


def dominates(largest: int, others: int, rules: Rules) -> bool:
    """Whether the second largest, who subtracts itself, comes within p % of the largest; ``others`` are the rest."""
    return others * PERCENT < rules.p_percent * largest
