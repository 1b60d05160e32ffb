"""The only place that opens a DuckDB file of a home: whoever needs one asks here, never ``duckdb.connect``.

Every such file is encrypted (AES-256 in Galois/counter mode, by DuckDB itself), and so is what DuckDB writes beside it:
the log of open transactions and what does not fit into memory. DuckDB takes a key for attached files only, so the
default database of a connection is one in memory; the file is attached under its name and made the default.
"""

from __future__ import annotations

import importlib.util
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.errors import Busy, ConfigurationError
from ingestion.key_ring import KINDS, checked_key, readable_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingestion.home import Home

WAREHOUSE = "warehouse"
"""The name under which the warehouse is attached, wherever the file lies: its views name it."""
WAREHOUSE_VARIABLE = "OSAMARI_WAREHOUSE"
"""Tells a process that is no part of a home (dbt) which file the warehouse is."""
_CRYPTOGRAPHY = "httpfs"
"""DuckDB's own cryptography only reads; what may write is OpenSSL, which comes with this extension."""
_WRONG_KEY, _NOT_ENCRYPTED = "Wrong encryption key", "is not encrypted"
_IN_USE = ("lock on file", "Unique file handle conflict")


@dataclass(frozen=True)
class DatabaseFile:
    """An encrypted DuckDB file with the keys of which one opens it; the keys are not shown."""

    path: Path
    keys: tuple[str, ...] = field(repr=False)
    name: str = WAREHOUSE
    """Under which it is attached."""

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A reading connection, closed at the end."""
        with connect_database(self.path, self.keys, read_only=True, name=self.name) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A writing connection, closed at the end; the file is made when it is missing."""
        with connect_database(self.path, self.keys, name=self.name) as connection:
            yield connection

    def opening_key(self) -> str | None:
        """The one of the keys that opens the file; the first when there is no file yet.

        Raises:
            ConfigurationError, Busy: see :func:`connect_database`.
        """
        if not self.path.exists():
            return self.keys[0]
        with duckdb.connect() as connection:
            return attach_database(connection, self.path, self.keys, self.name, read_only=True)

    def environment(self) -> dict[str, str]:
        """What tells a process of its own which file to open, and how; see :func:`named_warehouse`."""
        names = (KINDS[WAREHOUSE].variable, KINDS[WAREHOUSE].next_variable)
        return {WAREHOUSE_VARIABLE: str(self.path), **dict(zip(names, self.keys, strict=False))}


def named_warehouse() -> DatabaseFile:
    """The warehouse that :meth:`DatabaseFile.environment` has named to this process.

    Raises:
        ConfigurationError: none is named, or its key has a wrong form.
    """
    path = os.environ.get(WAREHOUSE_VARIABLE, "")
    given = [(name, os.environ.get(name)) for name in (KINDS[WAREHOUSE].variable, KINDS[WAREHOUSE].next_variable)]
    keys = tuple(checked_key(key, name) for name, key in given if key)
    if not path or not keys:
        raise ConfigurationError(
            f"{WAREHOUSE_VARIABLE} and {KINDS[WAREHOUSE].variable} do not name a warehouse and its key",
            "Set both: the path of warehouse.duckdb, and the line in keys/warehouse.key.",
        )
    return DatabaseFile(Path(path), keys)


def warehouse_file(home: Home) -> DatabaseFile:
    """The warehouse of a home.

    Raises:
        ConfigurationError: its key is lost, wrong or open to others.
    """
    return DatabaseFile(home.warehouse, readable_keys(home, WAREHOUSE))


@contextmanager
def read_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reading connection whose default database is the warehouse, closed at the end.

    Raises:
        ConfigurationError, Busy: see :func:`connect_database`.
    """
    with warehouse_file(home).reading() as connection:
        yield connection


@contextmanager
def write_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection whose default database is the warehouse, closed at the end; one writer at a time.

    Raises:
        ConfigurationError, Busy: see :func:`connect_database`.
    """
    with warehouse_file(home).writing() as connection:
        yield connection


def connect_database(
    path: Path, keys: str | Sequence[str], *, read_only: bool = False, name: str = WAREHOUSE
) -> duckdb.DuckDBPyConnection:
    """Open an encrypted file as the default database ``name``; what does not fit into memory is encrypted, too.

    A cursor of the connection does not inherit the default: see :func:`cursor_on`.

    Raises:
        ConfigurationError: none of the keys opens the file, or it is not encrypted.
        Busy: another process writes it, or reads it while it is to be written.
    """
    connection = duckdb.connect(config=settings_beside(path))
    try:
        load_cryptography(connection)
        attach_database(connection, path, keys, name, read_only=read_only)
        connection.execute(f"USE {name}")
    except BaseException:
        connection.close()
        raise
    return connection


def settings_beside(path: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of a connection to a file: what does not fit into memory goes beside it, for the time of a query."""
    # The one extension that is loaded has been verified (see _cryptography); none is looked for anywhere.
    none_other = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    return {"temp_directory": f"{path}.tmp", "allow_unsigned_extensions": True, **none_other}


def attach_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    keys: str | Sequence[str] | None,
    name: str,
    *,
    read_only: bool = False,
) -> str | None:
    """Attach a file under a name, with the first of the keys that opens it; that key. None stands for a plain file.

    Raises:
        ConfigurationError, Busy: see :func:`connect_database`.
    """
    literal, mode = str(path).replace("'", "''"), ["READ_ONLY"] if read_only else []
    tried = [keys] if keys is None or isinstance(keys, str) else keys
    for place, key in enumerate(tried, start=1):
        options = ["ENCRYPTION_KEY ?", "ENCRYPTION_CIPHER 'GCM'", *mode] if key else mode
        given = f" ({', '.join(options)})" if options else ""
        try:
            connection.execute(f"ATTACH '{literal}' AS {name}{given}", [key] if key else [])
        except duckdb.Error as error:
            if _WRONG_KEY in str(error) and place < len(tried):
                continue
            raise _explained(error, path) from error
        return key
    raise ValueError("no key was given")


def cursor_on(connection: duckdb.DuckDBPyConnection, name: str = WAREHOUSE) -> duckdb.DuckDBPyConnection:
    """A second connection to what an open one has open, with the same default database."""
    cursor = connection.cursor()
    cursor.execute(f"USE {name}")
    return cursor


def load_cryptography(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the cryptography that may write, for its files and for what does not fit into memory."""
    connection.execute(f"LOAD '{_cryptography()}'")
    connection.execute("SET temp_file_encryption = true")


def _explained(error: duckdb.Error, path: Path) -> Exception:
    """What is wrong with the file, for a person; an error that is none of ours stays as it is."""
    text = str(error)
    if _WRONG_KEY in text:
        return ConfigurationError(
            f"the key does not open {path}",
            f"Restore the key it was made with: see `osamari keys check` for {path.name}.",
        )
    if _NOT_ENCRYPTED in text:
        return ConfigurationError(
            f"{path} is not encrypted: an earlier version has made it", "Run: osamari keys encrypt"
        )
    if any(mark in text for mark in _IN_USE):
        return Busy(f"another run is using {path.name}", "Wait until it has finished, then repeat.")
    return error


@cache
def _cryptography() -> Path:
    """The extension as it lies in its wheel, verified: nothing is copied into anybody's home.

    Raises:
        ConfigurationError: it is not installed, or for another version of DuckDB.
    """
    package = importlib.util.find_spec(f"duckdb_extension_{_CRYPTOGRAPHY}")
    for folder in package.submodule_search_locations or () if package else ():
        file = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{_CRYPTOGRAPHY}.duckdb_extension"
        if file.exists():
            # DuckDB verifies its signature by hashing it, which takes longer than opening a warehouse: once a process.
            with duckdb.connect() as connection:
                connection.execute(f"LOAD '{file}'")
            return file
    raise ConfigurationError(
        f"the cryptography of DuckDB {duckdb.__version__} is not installed",
        "Install the dependencies of pyproject.toml (duckdb-extension-httpfs).",
    )
