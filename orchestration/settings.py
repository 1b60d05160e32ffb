"""Settings of a run, built when they are asked for: importing this room needs no home, no key and no environment."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError, DataRefused

if TYPE_CHECKING:
    from ingestion.home import Home

DBT_PROJECT = Path(__file__).parents[1] / "dbt_project"
NOTHING_LOADED = "No delivery has been loaded yet, so there is no as-of date."


def parse_day(text: str) -> date:
    """A date written as ``YYYY-MM-DD``.

    Raises:
        ConfigurationError: It is written otherwise or does not exist.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f'"{text}" is not a date.', "Write the as-of date as YYYY-MM-DD.") from None


def newest_delivery(home: Home) -> date:
    """The newest delivery date among the loaded files.

    Raises:
        DataRefused: Nothing has been loaded.
    """
    remedy = f"Put feed files into {home.inbox}, or invent some with `osamari sample --out {home.inbox}`."
    if not home.warehouse.exists():
        raise DataRefused(NOTHING_LOADED, remedy)
    with read_warehouse(home) as connection:
        newest = connection.execute("select max(delivery_date) from feed_files where file_status = 'loaded'").fetchone()
    if newest is None or newest[0] is None:
        raise DataRefused(NOTHING_LOADED, remedy)
    day = newest[0]
    if not isinstance(day, date):  # the column is a DATE; anything else is a damaged warehouse
        raise ConfigurationError(f"feed_files.delivery_date holds {type(day).__name__}.", "Load the archive anew.")
    return day


def dbt_executable() -> str:
    """The dbt of the same environment as this Python, which need not be on the PATH.

    Raises:
        ConfigurationError: It is not installed.
    """
    path = Path(sys.executable).parent / "dbt"
    if not path.exists():
        raise ConfigurationError(f"{path} does not exist.", "Install the dependencies of pyproject.toml.")
    return str(path)
