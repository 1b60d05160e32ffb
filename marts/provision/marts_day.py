"""The marts as they stand: a reading connection with the day they are of. Nothing is computed for another day."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ingestion.database import read_warehouse
from ingestion.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ingestion.home import Home

FISCAL_YEAR = """
select year($day) - (strftime($day, '%m-%d') < max(value_text))::integer from int_law_values
where parameter = 'fiscal_year_start' and $day between valid_from and valid_to
"""


@dataclass(frozen=True)
class Marts:
    """A reading connection, and the day of the marts."""

    connection: duckdb.DuckDBPyConnection
    as_of: date

    def fiscal_year_of(self, day: date) -> int:
        """The fiscal year of a day, by the law seed."""
        row = self.connection.execute(FISCAL_YEAR, {"day": day}).fetchone()
        return int(row[0]) if row else day.year


@contextmanager
def open_marts(home: Home) -> Iterator[Marts]:
    """The marts of a home, read only.

    Raises:
        DataRefused: nothing has been computed, or by an older version of the platform.
    """
    if not home.warehouse.exists():
        raise DataRefused("Nothing has been computed in this home yet.", "Run `osamari refresh` first.")
    with read_warehouse(home) as connection:
        try:
            row = connection.execute("select as_of_date from int_run").fetchone()
            if row is None:
                raise DataRefused("No run has computed the marts yet.", "Run `osamari refresh` first.")
            yield Marts(connection, row[0])
        except (duckdb.CatalogException, duckdb.BinderException) as problem:
            raise DataRefused(
                "The warehouse does not hold what answers are made from.", "Run `osamari refresh`, then repeat."
            ) from problem
