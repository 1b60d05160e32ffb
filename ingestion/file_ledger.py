"""The ledger of files: one outcome per delivered file, and every refused line, written to the warehouse."""

from __future__ import annotations

import itertools
from dataclasses import astuple, dataclass, field, fields
from typing import TYPE_CHECKING

from ingestion.delivery_notice import CHANGE
from ingestion.errors import DataRefused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract
    from ingestion.feed_file import RefusedLine

LOADED, QUARANTINED, DUPLICATE, SUPERSEDED = "loaded", "quarantined", "duplicate", "superseded"


@dataclass
class FileOutcome:
    """What has become of one delivered file: a row of ``feed_files``, and what a person is told about it.

    Delivered rows = loaded + duplicate + superseded + quarantined; yen likewise, where they are known. Scope, part and
    ``corrects_file_name`` are what the sender says (``delivery_notice``).
    """

    file_no: int
    file_sha256: str
    file_name: str
    feed: str | None = None
    municipality_code: str | None = None
    delivery_date: dt.date | None = None
    delivery_seq: int | None = None
    file_status: str = QUARANTINED
    delivery_scope: str = CHANGE
    part_no: int = 1
    part_count: int = 1
    corrects_file_name: str | None = None
    is_opening_history: bool = False
    byte_count: int = 0
    row_count_delivered: int = 0
    row_count_loaded: int = 0
    row_count_duplicate: int = 0
    row_count_superseded: int = 0
    row_count_quarantined: int = 0
    yen_delivered: int | None = None
    yen_loaded: int = 0
    yen_duplicate: int = 0
    yen_superseded: int = 0
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


def loaded_under(connection: DuckDBPyConnection, feed: str, sha256: str) -> str | None:
    """Name under which exactly these bytes were loaded before into this feed, None when they were not.

    What a correction has replaced since was loaded, too: delivered again, it is still replaced.
    """
    row = connection.execute(
        "SELECT file_name FROM feed_files WHERE feed = ? AND file_sha256 = ? "
        "AND file_status IN ('loaded', 'superseded') ORDER BY file_no LIMIT 1",
        [feed, sha256],
    ).fetchone()
    return str(row[0]) if row else None


def record_outcome(connection: DuckDBPyConnection, outcome: FileOutcome) -> None:
    """Write the row of ``feed_files``."""
    columns = [one.name for one in fields(FileOutcome) if one.name != "messages"]
    values = astuple(outcome)[: len(columns)]
    marks = ", ".join("?" for _ in columns)
    connection.execute(f"INSERT INTO feed_files ({', '.join(columns)}) VALUES ({marks})", values)


def recount(connection: DuckDBPyConnection, contract: FeedContract, file_nos: Collection[int]) -> None:
    """Make the ledger say of these files what the tables hold of them now."""
    yen = f"coalesce(sum({contract.amount}), 0)" if contract.amount else "0"
    held = {
        "loaded": f"SELECT count(*), {yen} FROM {contract.raw_table}",
        "duplicate": "SELECT count(*), coalesce(sum(yen), 0) FROM repeated_lines",
        "superseded": "SELECT count(*), coalesce(sum(yen), 0) FROM superseded_lines",
    }
    names = [f"{what}_{part}" for part in held for what in ("row_count", "yen")]
    for file_no in sorted(file_nos):
        counted = [
            connection.execute(f"{query} WHERE source_file_no = {file_no}").fetchone() or (0, 0)
            for query in held.values()
        ]
        connection.execute(
            f"UPDATE feed_files SET {', '.join(f'{name} = ?' for name in names)} WHERE file_no = {file_no}",
            list(itertools.chain(*counted)),
        )


def corrected_file(connection: DuckDBPyConnection, outcome: FileOutcome) -> int | None:
    """The loaded file that this one corrects; None when it names none, or that one was never loaded."""
    if outcome.corrects_file_name is None:
        return None
    return _newest(
        connection,
        "SELECT max(file_no) FROM feed_files WHERE feed = ? AND file_name = ? AND file_no <> ? "
        "AND file_status = 'loaded'",
        [outcome.feed, outcome.corrects_file_name, outcome.file_no],
    )


def correcting_file(connection: DuckDBPyConnection, outcome: FileOutcome) -> int | None:
    """The loaded file that corrects this one, when the correction came first; None when there is none."""
    return _newest(
        connection,
        "SELECT max(file_no) FROM feed_files WHERE feed = ? AND corrects_file_name = ? AND file_no <> ? "
        "AND file_status IN ('loaded', 'superseded')",
        [outcome.feed, outcome.file_name, outcome.file_no],
    )


def name_of(connection: DuckDBPyConnection, file_no: int) -> str:
    """The name under which a file was delivered."""
    row = connection.execute("SELECT file_name FROM feed_files WHERE file_no = ?", [file_no]).fetchone()
    return str(row[0]) if row else ""


def municipality_of(connection: DuckDBPyConnection) -> str:
    """The code of the municipality that the loaded files name.

    Raises:
        DataRefused: they name none, or several.
    """
    found = connection.execute(
        "select distinct municipality_code from feed_files where file_status = 'loaded' order by 1"
    ).fetchall()
    if len(found) != 1:
        raise DataRefused(
            f"The loaded files name {len(found)} municipalities.", "One home serves one municipality; use another home."
        )
    return str(found[0][0])


def mark_superseded(connection: DuckDBPyConnection, file_no: int, by: str) -> None:
    """The file has been replaced by a correction."""
    connection.execute(
        "UPDATE feed_files SET file_status = 'superseded', cause = ?, remedy = ? WHERE file_no = ?",
        [f"replaced by its correction {by}", "Nothing is to be done; its rows count no longer.", file_no],
    )


def read_counts(connection: DuckDBPyConnection, outcome: FileOutcome) -> None:
    """Take the counts and the status that the ledger has of this file."""
    names = [f"{what}_{part}" for what in ("row_count", "yen") for part in ("loaded", "duplicate", "superseded")]
    names.append("file_status")
    row = connection.execute(
        f"SELECT {', '.join(names)} FROM feed_files WHERE file_no = ?", [outcome.file_no]
    ).fetchone()
    for name, value in zip(names, row or (), strict=True):
        setattr(outcome, name, value)


def _newest(connection: DuckDBPyConnection, query: str, values: list[object]) -> int | None:
    row = connection.execute(query, values).fetchone()
    return int(row[0]) if row and row[0] is not None else None


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
