"""Numbers go with a rebuilt warehouse: they were told to people and systems, so they are carried over."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse, write_warehouse
from ingestion.numbering.decisions import decision_log

if TYPE_CHECKING:
    from ingestion.home import Home

CARRIED = ("number_history", "number_sheets", "number_series")
"""What cannot be made from the deliveries; the other tables follow from these at the next numbering."""


def carry_numbers(source: Home, target: Home) -> None:
    """Copy decisions and given numbers of one home into another, whose tables are there and empty."""
    log = decision_log(source).path
    if log.exists():
        target.numbering.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(log, decision_log(target).path)
        decision_log(target).path.chmod(0o600)
    if not source.warehouse.exists():
        return
    with read_warehouse(source) as connection:
        names = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        tables = {name: connection.table(name).to_arrow_table() for name in CARRIED if name in names}
    with write_warehouse(target) as connection:
        for name, rows in tables.items():
            connection.register("carried_rows", rows)
            connection.execute(f"INSERT INTO {name} SELECT * FROM carried_rows")
            connection.unregister("carried_rows")
