"""The floor of the marts: one scan of every staged table, and nothing else.

A hash over all columns of each row is folded into one number per table. Counting values would not do: where DuckDB
knows from its statistics that a column has no empty value, it counts without reading.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

from ingestion.database import DatabaseFile, named_warehouse
from ingestion.row_sql import quoted

_COLUMNS = """
select table_name, list(column_name order by column_index) from duckdb_columns()
where database_name = current_database() and schema_name = 'main' and starts_with(table_name, 'stg_')
group by table_name order by table_name
"""


@dataclass(frozen=True)
class Scan:
    """What was read and how long it took."""

    tables: int
    rows: int
    seconds: float


def scan_staged_tables(warehouse: DatabaseFile) -> Scan:
    """Read every row and column of every staged table once; the warehouse is only read."""
    with warehouse.reading() as connection:
        connection.execute("SET enable_progress_bar = false")
        tables = connection.execute(_COLUMNS).fetchall()
        rows = 0
        began = time.monotonic()
        for table, columns in tables:
            row = f"hash({', '.join(quoted(column) for column in columns)})"
            counted = connection.execute(f"select count(*), bit_xor({row}) from {quoted(table)}").fetchone()
            rows += counted[0] if counted else 0
        return Scan(len(tables), rows, time.monotonic() - began)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vars(scan_staged_tables(named_warehouse()))) + "\n")
