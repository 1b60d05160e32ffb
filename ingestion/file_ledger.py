"""The ledger of files: one outcome per delivered file, and every refused line, written to the warehouse."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract
    from ingestion.feed_file import RefusedLine

LOADED, QUARANTINED, DUPLICATE = "loaded", "quarantined", "duplicate"


@dataclass
class FileOutcome:
    """What has become of one delivered file: a row of ``feed_files``, and what a person is told about it.

    Delivered rows = loaded + duplicate + quarantined; yen likewise, where they are known.
    """

    file_no: int
    file_sha256: str
    file_name: str
    feed: str | None = None
    municipality_code: str | None = None
    delivery_date: dt.date | None = None
    delivery_seq: int | None = None
    file_status: str = QUARANTINED
    byte_count: int = 0
    row_count_delivered: int = 0
    row_count_loaded: int = 0
    row_count_duplicate: int = 0
    row_count_quarantined: int = 0
    yen_delivered: int | None = None
    yen_loaded: int = 0
    yen_duplicate: int = 0
    yen_quarantined: int | None = None
    control_row_count: int | None = None
    control_yen: int | None = None
    cause: str | None = None
    remedy: str | None = None
    messages: list[str] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """True when the file, or a line of it, was refused."""
        return self.file_status == QUARANTINED or self.row_count_quarantined > 0


def next_file_no(connection: DuckDBPyConnection) -> int:
    """The number of the next file."""
    row = connection.execute("SELECT coalesce(max(file_no), 0) + 1 FROM feed_files").fetchone()
    return int(row[0]) if row else 1


def loaded_under(connection: DuckDBPyConnection, sha256: str) -> str | None:
    """Name under which exactly these bytes were loaded before, None when they were not."""
    row = connection.execute(
        "SELECT file_name FROM feed_files WHERE file_sha256 = ? AND file_status = 'loaded' ORDER BY file_no LIMIT 1",
        [sha256],
    ).fetchone()
    return str(row[0]) if row else None


def record_outcome(connection: DuckDBPyConnection, outcome: FileOutcome) -> None:
    """Write the row of ``feed_files``."""
    columns = [one.name for one in fields(FileOutcome) if one.name != "messages"]
    values = astuple(outcome)[: len(columns)]
    marks = ", ".join("?" for _ in columns)
    connection.execute(f"INSERT INTO feed_files ({', '.join(columns)}) VALUES ({marks})", values)


def record_refused_lines(
    connection: DuckDBPyConnection, contract: FeedContract, file_no: int, refused: Sequence[RefusedLine]
) -> None:
    """Write one row of ``quarantined_lines`` per fault.

    The bytes of feeds with a vault column stay out of it.
    """
    has_vault = any(column.personal == "vault" for column in contract.layout.raw_columns)
    rows = [
        (
            e.line_no,
            e.column_no,
            e.column_name,
            e.column_item_ja,
            e.cause,
            e.remedy,
            None if has_vault else line.raw,
        )
        for line in refused
        for e in line.errors
    ]
    if rows:
        connection.execute(
            "INSERT INTO quarantined_lines "
            "SELECT ?, unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), "
            "unnest(?::BLOB[])",
            [file_no, *(list(values) for values in zip(*rows, strict=True))],
        )
