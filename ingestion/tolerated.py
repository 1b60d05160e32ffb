"""Records that are loaded although the one pattern over the whole row does not match them.

Partial dates and texts with variation selectors are rare. Looking for them in every row would cost as much again as
judging it, so only the rows that were about to be refused are judged once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.raw_insert import STORED_MARK, record_hash
from ingestion.raw_rows import unacceptable_lines
from ingestion.row_sql import LINE_COLUMN, framed_relation, is_acceptable

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract


def accept_tolerated(
    connection: DuckDBPyConnection, contract: FeedContract, framed_path: Path, file_no: int
) -> tuple[list[int], bool]:
    """Give the inserted records that are acceptable after all their hash.

    Returns the line numbers of those that are not, and whether there were any that are.
    """
    lines = unacceptable_lines(connection, contract, file_no)
    if not lines:
        return [], False
    columns = contract.layout.raw_columns
    connection.execute(
        f"UPDATE {contract.raw_table} SET record_hash = {record_hash(contract, STORED_MARK)} "
        f"WHERE source_file_no = $file_no AND record_hash IS NULL AND source_line_no IN ("
        f"SELECT {LINE_COLUMN} FROM {framed_relation(contract, str(framed_path))} WHERE {is_acceptable(columns)})",
        {"file_no": file_no},
    )
    remaining = unacceptable_lines(connection, contract, file_no)
    return remaining, len(remaining) < len(lines)
