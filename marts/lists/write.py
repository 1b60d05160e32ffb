"""The front door: write one list into the restricted zone, and say whether it agrees with its mart."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.protected_list import protected_keys
from marts.lists.choice import Condition, condition
from marts.lists.csv_file import CsvFile
from marts.lists.excel_file import ExcelFile
from marts.lists.query import columns_of, rows_query
from marts.lists.reconciliation import reconcile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from ingestion.home import Home
    from marts.lists.choice import Asked
    from marts.lists.declaration import ListDeclaration
    from marts.lists.reconciliation import Reconciliation

CSV, EXCEL = "csv", "xlsx"
BATCH = 10_000
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class WrittenList:
    """Where the list is, its last line, its rows, and whether it agrees with its mart.

    ``unknown_protected_count``: entries of the city's list of people under protection that are nobody in the marts.
    """

    path: Path
    last_line: str
    row_count: int
    is_equal: bool
    unknown_protected_count: int = 0


def write_list(
    home: Home,
    declaration: ListDeclaration,
    asked: Asked,
    as_of: date | None = None,
    target: tuple[str, Path | None] = (CSV, None),
) -> WrittenList:
    """Write the list as of the day of the marts; ``target`` is the format and the file, else one in the home.

    The file is for its owner only and takes the place of an earlier one at once, or not at all.

    Raises:
        ConfigurationError: the marts stand as of another day, an option or the city's list of people under protection
            is wrong, or the folder does not exist.
        DataRefused: nothing has been computed, the debtor is unknown, or the list is too long for Excel.
    """
    file_format, path = target
    with _warehouse(home) as connection:
        day = _day_of_marts(connection, as_of)
        asked_rows = condition(declaration, asked, day)
        _refuse_unknown_debtor(connection, declaration, asked_rows)
        listed = sorted(protected_keys(home, day))
        shown = {"shows_protected": asked.shows_protected, "listed": listed}
        path = path or _room(home) / f"{declaration.name}.{day}.{file_format}"
        with _replacing(path) as new:
            columns = columns_of(declaration)
            file = ExcelFile(new, columns, declaration.title, day) if file_format == EXCEL else CsvFile(new, columns)
            row_count, outcome = _fill(connection, declaration, (asked_rows, shown), file)
        unknown = _unknown_count(connection, listed) if declaration.has_names else 0
    return WrittenList(path, outcome.last_line, row_count, outcome.is_equal, unknown)


def day_of_marts(home: Home) -> date:
    """The day as of which the marts stand.

    Raises:
        DataRefused: nothing has been computed.
    """
    with _warehouse(home) as connection:
        return _day_of_marts(connection, None)


@contextmanager
def _warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, read only."""
    if not home.warehouse.exists():
        raise DataRefused("Nothing has been computed in this home yet.", "Run `osamari refresh` first.")
    with read_warehouse(home) as connection:
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException):
            raise DataRefused(
                "The warehouse does not hold what this list is made from.", "Run `osamari refresh`, then repeat."
            ) from None


def _day_of_marts(connection: duckdb.DuckDBPyConnection, as_of: date | None) -> date:
    row = connection.execute("select as_of_date from int_run").fetchone()
    if row is None:
        raise DataRefused("No run has computed the marts yet.", "Run `osamari refresh` first.")
    day: date = row[0]
    if as_of is not None and as_of != day:
        raise ConfigurationError(
            f"The marts stand as of {day}, not {as_of}.", f"Run `osamari refresh --as-of {as_of}`, then repeat."
        )
    return day


def _refuse_unknown_debtor(
    connection: duckdb.DuckDBPyConnection, declaration: ListDeclaration, asked: Condition
) -> None:
    if "debtor" not in asked.parameters:
        return
    query = f"select 1 from {declaration.view} where {asked.sql} limit 1"
    if connection.execute(query, asked.parameters).fetchone() is None:
        raise DataRefused(
            "Nobody with that key owes anything.", "Take a key (宛名の鍵) from the list large_debtors of the same day."
        )


def _unknown_count(connection: duckdb.DuckDBPyConnection, listed: list[str]) -> int:
    """How many of these keys are nobody's: their codes are mistyped, or nothing was delivered about them yet."""
    query = "select count(*) from (select unnest(cast($listed as varchar[])) as addressee_key) anti join dim_addressee"
    row = connection.execute(f"{query} using (addressee_key)", {"listed": listed}).fetchone()
    return int(row[0]) if row else 0


def _room(home: Home) -> Path:
    """The folder of the lists, for its owner only."""
    home.lists.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.lists.chmod(0o700)
    return home.lists


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A new file beside ``path`` that takes its place when the block ends well; nobody else may read it meanwhile."""
    if not path.parent.is_dir():
        raise ConfigurationError(
            f"The folder of {path.name} does not exist.", f"Make {path.parent}, or name another file."
        )
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE_FILE))
        yield new
        new.replace(path)
    except PermissionError:
        raise ConfigurationError(f"{path.name} cannot be written.", f"Check the rights of {path.parent}.") from None
    finally:
        new.unlink(missing_ok=True)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    declaration: ListDeclaration,
    asked: tuple[Condition, dict[str, Any]],
    file: CsvFile | ExcelFile,
) -> tuple[int, Reconciliation]:
    """Write the rows of a condition and the last line; returns the number of rows and whether they agree.

    With the condition come the parameters that say whose names are shown.
    """
    asked_rows, shown = asked
    parameters = asked_rows.parameters | (shown if declaration.has_names else {})
    try:
        written = _add_rows(connection.execute(rows_query(declaration, asked_rows.sql), parameters), declaration, file)
        outcome = reconcile(connection, declaration, asked_rows, written)
    except BaseException:
        file.abandon()
        raise
    file.close(_last_row(declaration, outcome.last_line, written))
    return written["row_count"], outcome


def _add_rows(
    cursor: duckdb.DuckDBPyConnection, declaration: ListDeclaration, file: CsvFile | ExcelFile
) -> dict[str, int]:
    """Write the rows in batches; returns the number of rows and the totals of what was written."""
    names = [column.name for column in columns_of(declaration)]
    places = {name: names.index(name) for name in declaration.totals}
    written = dict.fromkeys(("row_count", *declaration.totals), 0)
    distinct: set[Any] = set()
    for rows in iter(lambda: cursor.fetchmany(BATCH), []):
        file.add(rows)
        written["row_count"] += len(rows)
        for name, place in places.items():
            written[name] += sum(row[place] or 0 for row in rows)
        if declaration.distinct:
            distinct.update(row[names.index(declaration.distinct)] for row in rows)
    return written | ({"distinct_count": len(distinct)} if declaration.distinct else {})


def _last_row(declaration: ListDeclaration, last_line: str, written: dict[str, int]) -> Sequence[Any]:
    """The last line in the first cell, and each total under its column."""
    columns = columns_of(declaration)
    figures = (written[column.name] if column.name in declaration.totals else None for column in columns[1:])
    return list(chain([last_line], figures))
