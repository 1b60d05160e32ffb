"""The tables that ingestion owns in ``warehouse.duckdb``, and how it is opened for loading."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.accepted_difference import COLUMNS as ACCEPTED_COLUMNS
from ingestion.accepted_difference import TABLE as ACCEPTED_TABLE
from ingestion.accepted_difference import store_accepted_differences
from ingestion.city_profile import CityProfile, read_city_profile
from ingestion.database import write_warehouse
from ingestion.errors import ConfigurationError
from ingestion.name_keys import register_match_keys
from ingestion.numbering.tables import NUMBER_TABLES
from ingestion.pseudonym import read_secret
from ingestion.record_versions import VERSION_TABLES
from ingestion.row_sql import quoted
from ingestion.sealed_file import fingerprint
from ingestion.value_flags import TABLE as FLAGS_TABLE
from ingestion.value_flags import TABLE_COLUMNS as FLAGS_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

    from ingestion.contract import FeedContract
    from ingestion.home import Home

MEMORY_LIMIT = "640MiB"
"""Most memory that DuckDB takes while loading; beyond it, it writes to disk beside the warehouse.

The reader needs some hundred MiB beside it: a file of any size loads within 2 GiB.
"""
MEMORY_LIMIT_OF_SEVERAL = "1GiB"
"""The same for several files at a time: each keeps rows that are not committed yet, and a join beside them."""
CHECKPOINT_AFTER = "256MiB"

CONTROL_TABLES = {
    "feed_files": """
        file_no INTEGER, file_sha256 VARCHAR, file_name VARCHAR, feed VARCHAR, municipality_code VARCHAR,
        delivery_date DATE, delivery_seq INTEGER, file_status VARCHAR, delivery_scope VARCHAR, part_no INTEGER,
        part_count INTEGER, corrects_file_name VARCHAR, is_opening_history BOOLEAN, byte_count BIGINT,
        row_count_delivered BIGINT, row_count_loaded BIGINT, row_count_duplicate BIGINT, row_count_superseded BIGINT,
        row_count_quarantined BIGINT, yen_delivered BIGINT, yen_loaded BIGINT, yen_duplicate BIGINT,
        yen_superseded BIGINT, yen_quarantined BIGINT,
        control_row_count BIGINT, control_yen BIGINT, cause VARCHAR, remedy VARCHAR""",
    "quarantined_lines": """
        file_no INTEGER, source_line_no INTEGER, column_no INTEGER, column_name VARCHAR, column_item_ja
        VARCHAR,
        cause VARCHAR, remedy VARCHAR, line_bytes BLOB""",
    FLAGS_TABLE: FLAGS_COLUMNS,
    **VERSION_TABLES,
    "raw_city_parameters": """
        parameter VARCHAR, scope VARCHAR, valid_from DATE, valid_to DATE, value VARCHAR, unit VARCHAR, law
        VARCHAR,
        status VARCHAR, source VARCHAR, note VARCHAR""",
    ACCEPTED_TABLE: ACCEPTED_COLUMNS,
    **NUMBER_TABLES,
    "pseudonym_fingerprint": "fingerprint VARCHAR",
}


@contextmanager
def open_warehouse(home: Home, memory_limit: str = MEMORY_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection set up for loading, closed at the end.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.connect_database`.
    """
    with write_warehouse(home) as connection:
        connection.execute(f"SET enable_progress_bar = false; SET memory_limit = '{memory_limit}'")
        # A checkpoint rewrites the last part of every column it touches: not after each of a few hundred small files.
        connection.execute(f"SET wal_autocheckpoint = '{CHECKPOINT_AFTER}'")
        # Rows know their line. In the order of the file they would be written twice, which costs more than reading.
        connection.execute("SET preserve_insertion_order = false")
        register_match_keys(connection)
        yield connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing, also when the run is interrupted."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def ensure_warehouse(home: Home) -> None:
    """Make the home and every table that is missing, and bring the city's parameters up to date.

    Raises:
        ConfigurationError: ``city.toml`` is wrong, the secret has changed, or a layout differs from its
        table. Busy: another process has the warehouse open.
    """
    home.create()
    profile, secret = read_city_profile(home), read_secret(home)
    with open_warehouse(home) as connection, transaction(connection):
        for table, columns in CONTROL_TABLES.items():
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        contracts = profile.layouts.contracts().values()
        for contract in contracts:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {contract.raw_table} ({raw_table_columns(contract)})")
        _refuse_changed_layouts(connection, contracts)
        _refuse_changed_secret(connection, secret)
        _store_parameters(connection, profile)
        store_accepted_differences(connection, profile.accepted_differences)
    home.warehouse.chmod(0o600)


def raw_table_columns(contract: FeedContract) -> str:
    """Column list of ``raw_<feed>``: the layout's columns in order, then the system columns."""
    columns = [(column.name, column.duckdb_type) for column in contract.stored_columns]
    return ", ".join(f"{quoted(name)} {type_}" for name, type_ in (*columns, *contract.system_columns))


def _refuse_changed_layouts(connection: duckdb.DuckDBPyConnection, contracts: Iterable[FeedContract]) -> None:
    # Asked once for all tables: the list of columns is built anew for each question.
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, type_ in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' "
        "AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall():
        found.setdefault(table, []).append((name, type_))
    for contract in contracts:
        columns = [(column.name, column.duckdb_type) for column in contract.stored_columns]
        if found[contract.raw_table] != [*columns, *contract.system_columns]:
            raise ConfigurationError(
                f"the layout {contract.feed}.csv differs from the table {contract.raw_table} of the warehouse",
                "Undo the change, or build a new home from the archive: "
                "osamari rebuild --until <today> --home <new home>.",
            )


def _refuse_changed_secret(connection: duckdb.DuckDBPyConnection, secret: str) -> None:
    stored = connection.execute("SELECT fingerprint FROM pseudonym_fingerprint").fetchone()
    if stored is None:
        connection.execute("INSERT INTO pseudonym_fingerprint VALUES (?)", [fingerprint(secret)])
    elif stored[0] != fingerprint(secret):
        raise ConfigurationError(
            "the pseudonym key is another than the one this warehouse was built with",
            "Restore keys/pseudonym.key (or OSAMARI_PSEUDONYM_KEY): the same person would get two keys.",
        )


def _store_parameters(connection: duckdb.DuckDBPyConnection, profile: CityProfile) -> None:
    connection.execute("DELETE FROM raw_city_parameters")
    for row in profile.parameters:
        connection.execute(
            "INSERT INTO raw_city_parameters VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'city.toml', ?)",
            [
                row.parameter,
                row.scope,
                row.valid_from,
                row.valid_to,
                row.value,
                row.unit,
                row.law,
                row.status,
                row.note,
            ],
        )
