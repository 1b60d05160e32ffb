"""The erased warehouse: a new file into which everything but the erased values is copied.

A value that is deleted in a database file lingers in its free blocks and its log; a file that never held it does not.
Tables that are computed from others are not copied: they are computed anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ingestion.database import WAREHOUSE, attach_database, load_cryptography, settings_beside, warehouse_file
from ingestion.erasure.erased_rows import erased_rows_sql, uses_secret
from ingestion.name_keys import register_match_keys
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.home import Home

MEMORY_LIMIT = "3GiB"
VERSION_KEYS = ("repeated_lines", "quarantined_lines", "erased_lines")
_OWNERS = ("addressee_code", "addressee_key")


@contextmanager
def two_warehouses(home: Home, new: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory with the warehouse, to be read, as ``warehouse`` and the new file as ``erased``.

    Both have the same key; what does not fit into memory is encrypted, too.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.attach_database`.
    """
    file = warehouse_file(home)
    new.unlink(missing_ok=True)
    with duckdb.connect(config=settings_beside(new)) as connection:
        load_cryptography(connection)
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET preserve_insertion_order = false")
        key = attach_database(connection, file.path, file.keys, WAREHOUSE, read_only=True)
        attach_database(connection, new, key, "erased")
        register_match_keys(connection)
        yield connection


@dataclass(frozen=True)
class WarehouseCopy:
    """The copying, once the touched rows are known. ``kept``: by feed, the columns that figures are made of."""

    connection: duckdb.DuckDBPyConnection
    contracts: Sequence[FeedContract]
    kept: Mapping[str, Collection[str]]
    secret: str

    def write(
        self, computed: Collection[str], lines_to_blank: Sequence[tuple[int, int]], progress: Callable[[str], None]
    ) -> None:
        """Copy every table but the ``computed`` ones; the bytes of the quarantined ``lines_to_blank`` stay out."""
        by_table = {contract.raw_table: contract for contract in self.contracts}
        self._remember_erased_people()
        self.connection.execute(
            "CREATE TABLE memory.renamed (feed VARCHAR, source_file_no INTEGER, source_line_no INTEGER, "
            "old_key UBIGINT, old_record UBIGINT, new_key UBIGINT, new_record UBIGINT)"
        )
        for table in self._tables():
            if table in computed or table in VERSION_KEYS:
                continue
            progress(table)
            self.connection.execute(f"CREATE TABLE erased.{quoted(table)} AS FROM warehouse.{quoted(table)} LIMIT 0")
            if table in by_table:
                self._copy_feed(by_table[table])
            else:
                self._copy_other(table)
        self._copy_repeated()
        self._copy_quarantined(lines_to_blank)
        self._copy_erased_lines()
        self.connection.execute("CHECKPOINT erased")

    def _tables(self) -> list[str]:
        rows = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = 'main' "
            "ORDER BY table_name"
        ).fetchall()
        return [row[0] for row in rows]

    def _columns(self, table: str) -> list[str]:
        return [row[0] for row in self.connection.execute(f"DESCRIBE warehouse.{quoted(table)}").fetchall()]

    def _copy_feed(self, contract: FeedContract) -> None:
        table, feed = contract.raw_table, contract.feed
        self.connection.execute(
            f"INSERT INTO erased.{table} SELECT raw.* FROM warehouse.{table} AS raw ANTI JOIN "
            f"(SELECT row_id FROM memory.touched WHERE feed = '{feed}') AS gone ON gone.row_id = raw.rowid"
        )
        values = {"secret": self.secret} if uses_secret(contract) else {}
        rows = erased_rows_sql(contract, self.kept.get(feed, ()))
        self.connection.execute(f"CREATE OR REPLACE TABLE memory.changed AS {rows}", values or None)
        self.connection.execute(f"INSERT INTO erased.{table} BY NAME SELECT * EXCLUDE (row_id) FROM memory.changed")
        marks = ("is_result",) if contract.has_result_marks else ()
        names = [quoted(name) for name in (*contract.record_key, *marks)]
        old, new = (f"hash({', '.join(f'{one}.{name}' for name in names)})" for one in ("raw", "changed"))
        self.connection.execute(
            f"INSERT INTO memory.renamed SELECT '{feed}', raw.source_file_no, raw.source_line_no, {old}, "
            f"raw.record_hash, {new}, changed.record_hash FROM memory.changed "
            f"JOIN warehouse.{table} AS raw ON raw.rowid = changed.row_id"
        )

    def _remember_erased_people(self) -> None:
        """Codes and old pseudonyms of the erased, in memory only: for tables of others that hold rows of theirs."""
        known = [
            contract
            for contract in self.contracts
            if any(name == "addressee_key" for name, _ in contract.system_columns)
        ]
        keys = " UNION ".join(
            f"SELECT raw.addressee_key FROM warehouse.{contract.raw_table} AS raw "
            "WHERE raw.addressee_code IN (SELECT code FROM memory.erased_people)"
            for contract in known
        )
        self.connection.execute(
            "CREATE OR REPLACE TABLE memory.erased_owners AS SELECT code AS owner FROM memory.erased_people"
            + (f" UNION {keys}" if keys else "")
        )

    def _copy_other(self, table: str) -> None:
        """A table of another part of the platform: its rows of the erased people are left out."""
        owners = [name for name in self._columns(table) if name in _OWNERS]
        gone = " OR ".join(f"{name} IN (SELECT owner FROM memory.erased_owners)" for name in owners) or "false"
        self.connection.execute(
            f"INSERT INTO erased.{quoted(table)} FROM warehouse.{quoted(table)} WHERE ({gone}) IS NOT TRUE"
        )

    def _copy_repeated(self) -> None:
        """Thin lines know a record by hashes only: they follow the row they repeat."""
        self.connection.execute(
            "CREATE TABLE erased.repeated_lines AS SELECT thin.* REPLACE (coalesce(renamed.new_key, thin.key_hash) AS "
            "key_hash, coalesce(renamed.new_record, thin.record_hash) AS record_hash) "
            "FROM warehouse.repeated_lines AS thin "
            "LEFT JOIN (SELECT DISTINCT ON (feed, old_key, old_record) * FROM memory.renamed) AS renamed "
            "ON renamed.feed = thin.feed AND renamed.old_key = thin.key_hash AND renamed.old_record = thin.record_hash"
        )

    def _copy_quarantined(self, lines_to_blank: Sequence[tuple[int, int]]) -> None:
        self.connection.execute("CREATE TABLE memory.blanked (file_no INTEGER, line_no INTEGER)")
        if lines_to_blank:
            self.connection.executemany(
                "INSERT INTO memory.blanked VALUES (?, ?)", [list(one) for one in lines_to_blank]
            )
        self.connection.execute(
            "CREATE TABLE erased.quarantined_lines AS SELECT lines.* REPLACE (CASE WHEN (lines.file_no, "
            "lines.source_line_no) NOT IN (SELECT (file_no, line_no) FROM memory.blanked) THEN line_bytes END "
            "AS line_bytes) FROM warehouse.quarantined_lines AS lines"
        )

    def _copy_erased_lines(self) -> None:
        """Which rows are of nobody any more: a full delivery that lacks them does not end them."""
        earlier = "UNION ALL FROM warehouse.erased_lines" if "erased_lines" in self._tables() else ""
        self.connection.execute(
            "CREATE TABLE erased.erased_lines AS SELECT feed, source_file_no, source_line_no "
            f"FROM memory.renamed WHERE old_key <> new_key {earlier}"
        )
