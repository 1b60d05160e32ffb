"""Records into ``raw_<feed>``: one statement for typed batches, one for a framed file.

They insert every framed record; those that are not sound get no ``record_hash`` and are taken out again in the same
transaction. They are rare, and a second pass over all columns of all rows would cost more than the first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from ingestion.check_digit_sql import has_right_check_digit
from ingestion.name_keys import match_key_sql
from ingestion.pseudonym import instalment_value_sql, pseudonym_sql
from ingestion.row_sql import (
    LINE_COLUMN,
    RESULT_COLUMN,
    SOUND_COLUMN,
    framed_relation,
    is_sound,
    quoted,
    typed_value,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract
    from ingestion.framing import Framed

_BATCHES = "typed_batches"
RESULT_MARK, REQUEST_MARK = "'1'", "'0'"
STORED_MARK = f"CASE WHEN {RESULT_COLUMN} THEN {RESULT_MARK} ELSE {REQUEST_MARK} END"
"""What the hash of a record says of its kind: the same record as a request and as a result are two."""


@dataclass(frozen=True)
class RowOrigin:
    """What every row of one file is told: its file, its delivery, and the secret its pseudonyms are made with."""

    file_no: int
    delivery_date: dt.date
    delivery_seq: int
    secret: str


def insert_framed(
    connection: DuckDBPyConnection,
    contract: FeedContract,
    framed: Framed,
    framed_path: Path,
    origin: RowOrigin,
) -> None:
    """Insert all records that could be framed.

    Typed batches first, which also reads the file; then what the reader has left in the framed file.
    """
    values = asdict(origin)
    if not _uses_secret(contract):
        del values["secret"]
    if framed.batches is not None:
        _insert_batches(connection, contract, framed, values)
    if framed_path.stat().st_size:
        connection.execute(_insert_framed_statement(contract, str(framed_path)), values)
    if contract.has_result_marks and framed.trailers.requests:
        _mark_requests(connection, contract, framed.trailers.requests, origin.file_no)


def _mark_requests(
    connection: DuckDBPyConnection, contract: FeedContract, requests: Sequence[tuple[int, int]], file_no: int
) -> None:
    """Whether records are results is known at their trailer: inserted as such, and corrected if they are requests."""
    connection.execute(
        f"UPDATE {contract.raw_table} SET {RESULT_COLUMN} = false, record_hash = "
        f"CASE WHEN record_hash IS NOT NULL THEN {record_hash(contract, REQUEST_MARK)} END "
        "FROM (SELECT unnest($firsts) AS first_no, unnest($lasts) AS last_no) AS requests "
        "WHERE source_file_no = $file_no AND source_line_no BETWEEN first_no AND last_no",
        {
            "file_no": file_no,
            "firsts": [first for first, _ in requests],
            "lasts": [last for _, last in requests],
        },
    )


def _insert_batches(
    connection: DuckDBPyConnection, contract: FeedContract, framed: Framed, values: dict[str, object]
) -> None:
    failures: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        # DuckDB would say of any failure that its own query failed.
        try:
            yield from framed.batches or ()
        except BaseException as failure:
            failures.append(failure)
            raise

    connection.register(_BATCHES, pa.RecordBatchReader.from_batches(framed.schema, batches()))
    try:
        connection.execute(_insert_batches_statement(contract), values)
    except duckdb.Error:
        if failures:
            raise failures[0] from None
        raise
    finally:
        connection.unregister(_BATCHES)


def _uses_secret(contract: FeedContract) -> bool:
    keys = {"addressee_key", "household_key", "instalment_id"}
    has_vault = any(column.personal == "vault" for column in contract.layout.raw_columns)
    return has_vault or any(name in keys for name, _ in contract.system_columns)


def _insert_framed_statement(contract: FeedContract, path: str) -> str:
    """From texts: each row is judged and cast."""
    values = {column.name: typed_value(column) for column in contract.layout.raw_columns}
    return _insert_statement(contract, framed_relation(contract, path), is_sound(contract.layout.raw_columns), values)


def _insert_batches_statement(contract: FeedContract) -> str:
    """From typed columns of plain values: only the check digits of texts are left to be judged."""
    columns = contract.layout.raw_columns
    checks = [has_right_check_digit(one.check, quoted(one.name)) for one in columns if one.is_refusing]
    values = {column.name: quoted(column.name) for column in columns}
    return _insert_statement(contract, _BATCHES, " AND ".join(checks) or "true", values)


def _insert_statement(contract: FeedContract, relation: str, sound: str, values: Mapping[str, str]) -> str:
    columns = contract.layout.raw_columns
    names = ", ".join(quoted(column.name) for column in columns)
    vault = {c.name: pseudonym_sql("individual_number", quoted(c.name)) for c in columns if c.personal == "vault"}
    typed = ", ".join(f"{vault.get(name, value)} AS {quoted(name)}" for name, value in values.items())
    system = {
        "source_file_no": "$file_no",
        "source_line_no": LINE_COLUMN,
        "delivery_date": "$delivery_date",
        "delivery_seq": "$delivery_seq",
        "record_hash": f"CASE WHEN {SOUND_COLUMN} THEN {record_hash(contract, RESULT_MARK)} END",
        "addressee_key": pseudonym_sql("addressee", "addressee_code"),
        "household_key": pseudonym_sql("household", "household_code"),
        "instalment_id": pseudonym_sql("instalment", f"({instalment_value_sql(contract.instalment_key)})"),
        RESULT_COLUMN: "true",
        **{column.match_key: match_key_sql(quoted(column.name)) for column in contract.match_columns},
    }
    added = ", ".join(f"{system[name]} AS {name}" for name, _ in contract.system_columns)
    return (
        f"INSERT INTO {contract.raw_table} BY NAME SELECT {names}, {added} FROM ("
        f"SELECT {LINE_COLUMN}, {sound} AS {SOUND_COLUMN}, {typed} FROM {relation})"
    )


def record_hash(contract: FeedContract, result_mark: str) -> str:
    """SQL for the hash that two records share when they say the same."""
    names = ", ".join(quoted(column.name) for column in contract.layout.raw_columns)
    return f"hash({names}, {result_mark})" if contract.has_result_marks else f"hash({names})"
