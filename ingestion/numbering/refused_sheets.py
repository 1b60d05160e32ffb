"""Sheets that were refused: where they stand, why, and what to do about it. No value of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.numbering.sheets import CAUSES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Of several versions of a sheet the newest is the one that was refused.
_REFUSED = """
SELECT files.file_name, files.file_no, lines.source_line_no, sheets.cause
FROM number_sheets AS sheets
JOIN (SELECT sheet_no, arg_max(source_file_no, (delivery_date, delivery_seq, source_file_no, source_line_no))
        AS source_file_no, arg_max(source_line_no, (delivery_date, delivery_seq, source_file_no, source_line_no))
        AS source_line_no FROM raw_non_resident GROUP BY sheet_no) AS lines USING (sheet_no)
JOIN feed_files AS files ON files.file_no = lines.source_file_no
WHERE sheets.outcome = 'refused' AND files.file_no > $since ORDER BY ALL
"""


@dataclass(frozen=True)
class RefusedSheet:
    """One refused sheet: file, line, cause, remedy."""

    file_name: str
    line_no: int
    cause: str
    remedy: str


def refused_sheets(connection: DuckDBPyConnection, since: int = 0) -> list[RefusedSheet]:
    """The sheets that are refused now, of files after number ``since``."""
    rows = connection.execute(_REFUSED, {"since": since}).fetchall()
    return [RefusedSheet(name, line_no, *CAUSES[cause]) for name, _, line_no, cause in rows]


def describe_refused(sheet: RefusedSheet) -> str:
    """One line: place, cause, remedy."""
    return f"{sheet.file_name}, line {sheet.line_no}: {sheet.cause}. {sheet.remedy}"
