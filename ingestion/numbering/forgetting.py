"""What an erased person leaves in the numbering: nothing about them, and no number that could be given again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

_BY_CODE = ("number_sheets", "number_persons", "number_conflicts", "number_history", "number_assignments")

_NAMES_OTHERS = {
    "number_sheets": "other_addressee_code",
    "number_conflicts": "other_addressee_code",
    "number_history": "other_number",
    "number_assignments": "merged_into_number",
}


def forget(connection: DuckDBPyConnection, addressee_codes: Sequence[str]) -> dict[str, int]:
    """Remove every row about these codes; returns the rows removed by table.

    The integrated number that stays is the bare number, without code or key: it was used and leads nowhere. The serial
    numbers (``number_series``) are not touched, so no number is given twice. Other codes of the same person are the
    caller's to name. The caller has the transaction.
    """
    codes = {"codes": list(addressee_codes)}
    ours = "addressee_code IN (SELECT unnest($codes))"
    for table in ("number_history", "number_assignments"):
        connection.execute(
            f"UPDATE {table} SET addressee_code = NULL, addressee_key = NULL, sheet_no = NULL "
            f"WHERE number_kind = 'integrated' AND {ours}",
            codes,
        )
    removed: dict[str, int] = {}
    for table in _BY_CODE:
        others = _NAMES_OTHERS.get(table)
        where = f"{ours} OR {others} IN (SELECT unnest($codes))" if others else ours
        row = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", codes).fetchone()
        removed[table] = int(row[0]) if row else 0
        connection.execute(f"DELETE FROM {table} WHERE {where}", codes)
    connection.execute("DELETE FROM number_runs")
    return removed
