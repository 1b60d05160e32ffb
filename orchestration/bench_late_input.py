"""What late charges are computed from, taken out of a built warehouse once, so that every way gets the same.

Instalments are numbered anew: no pseudonym of the city leaves the warehouse, whichever server reads the files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.row_sql import literal

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

TABLES = {
    "int_late_instalments": (
        "instalment_id varchar, evaluate_date date, due_date date, charged_after_date date, tax_item_code varchar"
    ),
    "int_principal_entries": (
        "instalment_id varchar, kind varchar, effective_date date, amount_yen bigint,"
        " source_file_no bigint, source_line_no bigint"
    ),
    "int_late_charge_reliefs": "instalment_id varchar, start_date date, exempt_change integer, reduced_change integer",
    "int_law_values": (
        "parameter varchar, tax_item_code varchar, valid_from date, valid_to date, value decimal(12, 5)"
    ),
    "int_rate_periods": (
        "tax_item_code varchar, parameter varchar, rate_period_no integer, rate_percent decimal(12, 5),"
        " from_date date, to_date date"
    ),
}
"""The input's tables, named as the models they come from, with their columns in the types that both engines know."""
_NUMBERS = """
select instalment_id, 'I' || substr(md5(cast(row_number() over (order by instalment_id) as varchar)), 1, 20) as number
from int_late_instalments
"""


def column_names(table: str) -> list[str]:
    """The columns of a table of the input."""
    return [column.split()[0] for column in TABLES[table].replace("(12, 5)", "").split(",")]


def extract_late_input(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write each table as Parquet and as CSV into ``folder``; the connection reads a built warehouse."""
    connection.execute(f"create temp table late_numbers as {_NUMBERS}")
    for table in TABLES:
        columns = column_names(table)
        source = table
        if "instalment_id" in columns:
            source = f"{table} inner join late_numbers using (instalment_id)"
            columns[columns.index("instalment_id")] = "number as instalment_id"
        query = f"select {', '.join(columns)} from {source}"
        for kind in ("parquet", "csv"):
            connection.execute(f"copy ({query}) to {literal(str(folder / f'{table}.{kind}'))}")
