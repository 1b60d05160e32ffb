"""Every statistics table with invented figures, as it leaves: what page, workbook and metadata are tested with.

Cells of few contributors are masked and nothing else: whether that suffices is not asked here, see test_disclosure_*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from ingestion.home import Home
from marts.certificate import Setting
from marts.disclosure.policy import load_policy
from marts.disclosure.table import CellRef
from marts.release_descriptions import description_files
from marts.release_files import csv_bytes, parquet_bytes
from marts.release_folder import with_sums
from marts.released_table import ReleasedTable, released_table
from marts.stat_table import StatTable, read_table
from marts.table_contract import load_contracts
from tests.statistics_tables import DIMENSIONS
from tests.statistics_warehouse import AS_OF, LAW_VERSION, fill_warehouse, invented_arrears

if TYPE_CHECKING:
    from pathlib import Path

NAMES = tuple(sorted(DIMENSIONS))


def invented_release(folder: Path, seed: int = 7) -> dict[str, ReleasedTable]:
    """The tables by name; a warehouse is made in ``folder``, the arrears in it are those of ``seed``."""
    home, policy = Home(folder), load_policy()
    fill_warehouse(home, invented_arrears(seed))
    with read_warehouse(home) as connection:
        tables = [
            read_table(connection, contract, AS_OF, policy.structural_zero_flag)
            for contract in load_contracts().values()
        ]
    return {table.name: released_table(table, _masked(table, policy.rules.minimum_contributors)) for table in tables}


def write_invented_release(folder: Path, release_id: str, released: dict[str, ReleasedTable]) -> Path:
    """A folder with all of a release but its certificate."""
    tables = list(released.values())
    files = {f"{table.name}.csv": csv_bytes(table) for table in tables}
    files |= {f"{table.name}.parquet": parquet_bytes(table) for table in tables}
    setting = Setting(AS_OF, "072036", LAW_VERSION, "f" * 64, ())
    described = description_files(release_id, setting, tables, files, {})
    room = folder / release_id
    room.mkdir(parents=True)
    for name, content in with_sums({**files, **described}).items():
        (room / name).write_bytes(content)
    return room


def _masked(table: StatTable, least: int) -> dict[CellRef, str]:
    if table.contract.is_exempt:
        return {}
    return {
        CellRef(table.name, key): "threshold"
        for key, row in table.rows.items()
        if row["contributor_count"] < least and not row["is_structural_zero"]
    }
