"""Narrow statements on ``raw_<feed>`` that find what must not stay, and take it out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.row_sql import RESULT_COLUMN, quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract


def unacceptable_lines(connection: DuckDBPyConnection, contract: FeedContract, file_no: int) -> list[int]:
    """Line numbers of inserted records that are not sound."""
    return _line_nos(connection, contract, "record_hash IS NULL", file_no)


def duplicate_lines(connection: DuckDBPyConnection, contract: FeedContract, file_no: int) -> list[int]:
    """Line numbers of records that tell nothing new.

    An event is known when it stands anywhere before. A state is known only when the version delivered just before says
    the same: an address that goes back to what it once was is news.
    """
    same_content = "earlier.record_hash = newer.record_hash"
    # The hash alone finds the few candidates; only if there are any are the key columns read.
    candidates = f"SELECT 1 {_earlier_pairs(contract, same_content)} LIMIT 1"
    if connection.execute(candidates, {"file_no": file_no}).fetchone() is None:
        return []
    pairs = _earlier_pairs(contract, f"{same_content} AND {_same_key(contract)}")
    known = f"SELECT DISTINCT newer.source_line_no {pairs}"
    query = known if contract.row_kind == "event" else _unchanged_states(contract, known)
    return [line_no for (line_no,) in connection.execute(query, {"file_no": file_no}).fetchall()]


def _unchanged_states(contract: FeedContract, known: str) -> str:
    """Of the records whose content is known, those that only repeat the version before them in delivery order."""
    key = ", ".join(f"version.{quoted(name)}" for name in contract.record_key)
    same_key = " AND ".join(
        f"version.{quoted(name)} IS NOT DISTINCT FROM newer.{quoted(name)}" for name in contract.record_key
    )
    return (
        f"WITH newer AS (SELECT * FROM {contract.raw_table} "
        f"WHERE source_file_no = $file_no AND source_line_no IN ({known})), "
        "versions AS (SELECT version.source_file_no, version.source_line_no, version.record_hash, "
        f"lag(version.record_hash) OVER (PARTITION BY {key} ORDER BY version.delivery_date, version.delivery_seq, "
        "version.source_file_no, version.source_line_no) AS hash_before "
        f"FROM {contract.raw_table} AS version WHERE EXISTS (SELECT 1 FROM newer WHERE {same_key})) "
        "SELECT source_line_no FROM versions WHERE source_file_no = $file_no AND record_hash = hash_before"
    )


def conflicting_lines(
    connection: DuckDBPyConnection, contract: FeedContract, file_no: int, exempt: Collection[int | None] = ()
) -> dict[int, tuple[str, int]]:
    """Events whose key is loaded already with other content: line number → file and line of the first one.

    ``exempt`` are files that do not count, because one of the two corrects the other.
    """
    if contract.row_kind != "event":
        return {}
    other_content = f"{_same_key(contract)} AND earlier.record_hash <> newer.record_hash"
    rows = connection.execute(
        "SELECT newer.source_line_no, min((earlier.source_file_no, earlier.source_line_no)) "
        f"{_earlier_pairs(contract, other_content)} AND earlier.source_file_no NOT IN (SELECT unnest($exempt)) "
        "GROUP BY newer.source_line_no",
        {"file_no": file_no, "exempt": [number for number in exempt if number is not None] or [-1]},
    ).fetchall()
    names = dict(connection.execute("SELECT file_no, file_name FROM feed_files").fetchall()) if rows else {}
    return {line: (names.get(first_file, "this file"), first_line) for line, (first_file, first_line) in rows}


def _same_key(contract: FeedContract) -> str:
    # A request and its result carry the same key: they are two events.
    key = (*contract.record_key, RESULT_COLUMN) if contract.has_result_marks else contract.record_key
    return " AND ".join(f"earlier.{quoted(name)} IS NOT DISTINCT FROM newer.{quoted(name)}" for name in key)


def _earlier_pairs(contract: FeedContract, condition: str) -> str:
    return (
        f"FROM {contract.raw_table} AS newer JOIN {contract.raw_table} AS earlier ON {condition} "
        "WHERE newer.source_file_no = $file_no AND (earlier.source_file_no < newer.source_file_no OR "
        "(earlier.source_file_no = newer.source_file_no AND earlier.source_line_no < newer.source_line_no))"
    )


def remove_lines(
    connection: DuckDBPyConnection, contract: FeedContract, file_no: int, line_nos: Collection[int]
) -> None:
    """Take records of this file out again."""
    if line_nos:
        connection.execute(
            f"DELETE FROM {contract.raw_table} WHERE source_file_no = ? AND source_line_no IN (SELECT unnest(?))",
            [file_no, list(line_nos)],
        )


def remove_file(connection: DuckDBPyConnection, contract: FeedContract, file_no: int) -> None:
    """Take all records of this file out again."""
    connection.execute(f"DELETE FROM {contract.raw_table} WHERE source_file_no = ?", [file_no])


def totals(connection: DuckDBPyConnection, contract: FeedContract, file_no: int) -> tuple[int, int]:
    """Number and yen of this file's records that stand in the table now."""
    amount = f"coalesce(sum({quoted(contract.amount)}), 0)" if contract.amount else "0"
    row = connection.execute(
        f"SELECT count(*), {amount} FROM {contract.raw_table} WHERE source_file_no = ?", [file_no]
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _line_nos(connection: DuckDBPyConnection, contract: FeedContract, condition: str, file_no: int) -> list[int]:
    rows = connection.execute(
        f"SELECT source_line_no FROM {contract.raw_table} WHERE source_file_no = ? AND {condition}", [file_no]
    ).fetchall()
    return [line_no for (line_no,) in rows]
