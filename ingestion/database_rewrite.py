"""A DuckDB file written anew: under another key, or without what was deleted from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.database import attach_database, load_cryptography, settings_beside

if TYPE_CHECKING:
    from ingestion.database import DatabaseFile

_OWNER_ONLY = 0o600
_NEW = "rewritten"


def rewrite_database(file: DatabaseFile, key: str | None = None, *, is_plain: bool = False) -> None:
    """The same content in a new file, under this key or else its own, put in the place of the old one in one step.

    A run that is killed before that step has changed nothing; after it the file is the new one. With ``is_plain`` the
    old file is one of an earlier version, which was not encrypted.

    Raises:
        ConfigurationError, Busy: see :func:`ingestion.database.connect_database`.
    """
    beside = file.path.with_name(f"{file.path.name}.{_NEW}")
    # A run that was killed here has left a part of it, and the log of that part.
    for left in (beside, Path(f"{beside}.wal")):
        left.unlink(missing_ok=True)
    with duckdb.connect(config=settings_beside(file.path)) as connection:
        load_cryptography(connection)
        # Opened to be written: what a killed run has left in the log comes along, and the log goes.
        own = attach_database(connection, file.path, None if is_plain else file.keys, file.name)
        attach_database(connection, beside, key or own, _NEW)
        connection.execute(f"COPY FROM DATABASE {file.name} TO {_NEW}")
        connection.execute(f"CHECKPOINT {file.name}; CHECKPOINT {_NEW}")
    beside.chmod(_OWNER_ONLY)
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    beside.replace(file.path)
