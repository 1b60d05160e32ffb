"""The only place that opens the DuckDB file of a home: whoever needs it asks here, never ``duckdb.connect``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.home import Home


@contextmanager
def read_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reading connection whose default database is the warehouse, closed at the end."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection


@contextmanager
def write_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection whose default database is the warehouse, closed at the end; one writer at a time."""
    with duckdb.connect(str(home.warehouse)) as connection:
        yield connection
