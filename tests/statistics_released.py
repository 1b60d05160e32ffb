"""Every statistics table with invented figures, as it leaves: what page, workbook and metadata are tested with.

Cells of few contributors are masked and nothing else: whether that suffices is not asked here, see test_disclosure_*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from marts.disclosure.policy import load_policy
from marts.disclosure.table import CellRef
from marts.released_table import ReleasedTable, released_table
from marts.stat_table import StatTable, read_table
from tests.statistics_tables import NEW_TABLES, contract_of
from tests.statistics_warehouse import AS_OF, fill_warehouse, invented_arrears

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("arrears_by_area_age", "arrears_by_levy_year", "collection_results", *NEW_TABLES)


def invented_release(folder: Path) -> dict[str, ReleasedTable]:
    """The tables by name; a warehouse is made in ``folder``."""
    path, policy = folder / "warehouse.duckdb", load_policy()
    fill_warehouse(path, invented_arrears())
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [
            read_table(connection, contract_of(name), AS_OF, policy.structural_zero_flag) for name in sorted(NAMES)
        ]
    return {table.name: released_table(table, _masked(table, policy.rules.minimum_contributors)) for table in tables}


def _masked(table: StatTable, least: int) -> dict[CellRef, str]:
    if table.contract.is_exempt:
        return {}
    return {
        CellRef(table.name, key): "threshold"
        for key, row in table.rows.items()
        if row["contributor_count"] < least and not row["is_structural_zero"]
    }
