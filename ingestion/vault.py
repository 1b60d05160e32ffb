"""The vault: individual numbers (個人番号), each beside the keyed token that stands for it everywhere else.

A file of its own with a key of its own, opened by nobody but this module. Table ``individual_numbers``: one row per
token. Numbers come in while a file is loaded, before its rows are committed: a killed run may leave a number whose row
comes with the next run, never a token without its number.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.database import DatabaseFile
from ingestion.database_rewrite import rewrite_database
from ingestion.key_ring import readable_keys
from ingestion.pseudonym import pseudonym, read_secret
from ingestion.row_sql import LINE_COLUMN, framed_relation, quoted
from ingestion.unstored_texts import UnstoredTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract
    from ingestion.home import Home

NAME = "vault"
"""Of the key, and of the database in a connection."""
PURPOSE = "individual_number"
"""What the tokens are made for: see :mod:`ingestion.pseudonym`."""
_TABLE = "individual_numbers"
_CREATE = f"CREATE TABLE IF NOT EXISTS {_TABLE} (token VARCHAR NOT NULL, individual_number VARCHAR NOT NULL)"
_MEMORY_LIMIT = "256MiB"


class Vault:
    """The vault, open to take in numbers; workers that load side by side take turns."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        """Take a writing connection to the file."""
        self._connection = connection
        self._turn = threading.Lock()

    def take_in(self, loading: DuckDBPyConnection, contract: FeedContract, framed_path: Path, file_no: int) -> None:
        """Keep the numbers of the rows of one file that stand in its table, within their open transaction.

        The table has the tokens; the numbers lie in ``work/``, for as long as the file is loaded, beside their lines.
        """
        vault = [column.name for column in contract.layout.raw_columns if column.personal == NAME]
        if not vault:
            return
        sources = [framed_relation(contract, str(framed_path))] if framed_path.stat().st_size else []
        texts = UnstoredTexts(contract.layout, framed_path)
        if texts.path.exists():
            sources.append(texts.relation())
        rows = f"(SELECT * FROM {contract.raw_table} WHERE source_file_no = {file_no})"
        found = " UNION ".join(
            f"SELECT DISTINCT kept.{quoted(name)} AS token, given.{quoted(name)} AS individual_number "
            f"FROM {rows} AS kept JOIN {source} AS given "
            f"ON kept.source_line_no = given.{LINE_COLUMN} WHERE kept.{quoted(name)} IS NOT NULL"
            for name in vault
            for source in sources
        )
        if found:
            # Handed over as a table in memory: one transaction of DuckDB writes into one file only.
            numbers = loading.execute(found).to_arrow_table()
            self._keep(numbers)

    def _keep(self, numbers: object) -> None:
        with self._turn:
            self._connection.register("numbers", numbers)
            try:
                self._connection.execute(f"INSERT INTO {_TABLE} FROM numbers ANTI JOIN {_TABLE} USING (token)")
            finally:
                self._connection.unregister("numbers")


def vault_file(home: Home) -> DatabaseFile:
    """The vault of a home.

    Raises:
        ConfigurationError: its key is lost, wrong or open to others.
    """
    return DatabaseFile(home.vault, readable_keys(home, NAME), NAME)


@contextmanager
def open_vault(home: Home) -> Iterator[Vault]:
    """The vault to take in numbers, made when it is missing and closed at the end.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.connect_database`.
    """
    with vault_file(home).writing() as connection:
        connection.execute(f"SET enable_progress_bar = false; SET memory_limit = '{_MEMORY_LIMIT}'; {_CREATE}")
        home.vault.chmod(0o600)
        yield Vault(connection)


def individual_number(home: Home, token: str) -> str | None:
    """The number behind a token; None when the vault has none.

    For those only who may see it: the caller has checked the right and the purpose, and records the access.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.connect_database`.
    """
    row = _one(home, "individual_number", token)
    return str(row) if row else None


def token_of(home: Home, number: str) -> str | None:
    """The token of a number that was delivered; None when the vault does not have it.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.connect_database`.
    """
    row = _one(home, "token", pseudonym(read_secret(home), PURPOSE, number))
    return str(row) if row else None


def erase(home: Home, tokens: Collection[str]) -> int:
    """Take these tokens and their numbers out of the vault; how many it had.

    The file is written anew: DuckDB would leave the bytes of a deleted row where they were.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.connect_database`.
    """
    if not home.vault.exists():
        return 0
    file = vault_file(home)
    with file.writing() as connection:
        row = connection.execute(
            f"DELETE FROM {_TABLE} WHERE token IN (SELECT unnest($tokens))", {"tokens": list(tokens)}
        ).fetchone()
    count = int(row[0]) if row else 0
    if count:
        rewrite_database(file)
    return count


def _one(home: Home, column: str, token: str) -> object:
    if not home.vault.exists():
        return None
    with vault_file(home).reading() as connection:
        row = connection.execute(f"SELECT {column} FROM {_TABLE} WHERE token = ?", [token]).fetchone()
    return row[0] if row else None
