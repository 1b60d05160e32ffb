"""A small invented city, taken in and released once for all tests that need the whole way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from ingestion.home import Home

if TYPE_CHECKING:
    from pathlib import Path

PERSONS, YEARS, SEED = 1500, 1, 7


@dataclass(frozen=True)
class RefreshedCity:
    """The home after one refresh, a copy of what was delivered, and what the command said."""

    home: Home
    deliveries: Path
    summary: str
    exit_code: int

    def rows(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        """Ask the warehouse, reading only."""
        with read_warehouse(self.home) as connection:
            return connection.execute(query, parameters).fetchall()

    def osamari(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command on this home, as an operator would."""
        return run_osamari(self.home, *arguments)


def run_osamari(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The ``osamari`` command in a process of its own."""
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", *arguments]
    environment = os.environ | {"OSAMARI_HOME": str(home.root)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def refresh_a_city(folder: Path) -> RefreshedCity:
    """Invent the city, keep a copy of its deliveries, refresh."""
    home = Home(folder / "home").create()
    options = ("--persons", str(PERSONS), "--years", str(YEARS), "--seed", str(SEED))
    invented = run_osamari(home, "sample", *options, "--out", str(home.inbox))
    assert invented.returncode == 0, invented.stderr
    deliveries = folder / "deliveries"
    shutil.copytree(home.inbox, deliveries)
    done = run_osamari(home, "refresh")
    return RefreshedCity(home, deliveries, done.stdout + done.stderr, done.returncode)
