"""A home for the tests of ingestion, and what they ask it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.contract import load_contract
from ingestion.database import read_warehouse
from ingestion.home import Home
from ingestion.warehouse import ensure_warehouse
from tests.ingestion_deliveries import csv_bytes, deliver, levy_rows

if TYPE_CHECKING:
    from ingestion.file_ledger import FileOutcome

LEVY_NAME = "levy.072036.20250401.001.csv"


def fresh_home(folder: Path) -> Home:
    """A home with an empty warehouse."""
    return Home(shutil.copytree(_empty_home(), folder / "home"))


@lru_cache(maxsize=1)
def _empty_home() -> Path:
    """Made once: making all tables takes longer than loading a few files."""
    folder = Path(tempfile.mkdtemp(prefix="osamari-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = Home(folder / "home")
    ensure_warehouse(home)
    return home.root


def query(home: Home, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a query on the warehouse."""
    with read_warehouse(home) as connection:
        return connection.execute(sql).fetchall()


def deliver_levy(home: Home, name: str = LEVY_NAME, count: int = 3) -> Path:
    """Some levy rows in the inbox, 1,000 yen each, with their control file."""
    return deliver(home.inbox, name, csv_bytes(load_contract("levy"), levy_rows(count)), count, count * 1000)


def one(outcomes: list[FileOutcome]) -> FileOutcome:
    """The only outcome."""
    assert len(outcomes) == 1
    return outcomes[0]
