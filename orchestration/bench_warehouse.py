"""A loaded warehouse for ``osamari bench marts``: of an invented city, or a copy of a home's that stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.database import warehouse_file
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration import run_lock
from orchestration.bench import REPOSITORY, run_stages
from orchestration.settings import newest_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ingestion.database import DatabaseFile


@dataclass(frozen=True)
class LoadedWarehouse:
    """A warehouse that may be changed, in a folder that vanishes afterwards, and the day to compute."""

    title: str
    file: DatabaseFile
    as_of: date

    @property
    def folder(self) -> Path:
        """Where everything else of the measuring goes."""
        return self.file.path.parent


@contextmanager
def invented_warehouse(persons: int, years: int) -> Iterator[LoadedWarehouse]:
    """Invent a city and load its files.

    Raises:
        ConfigurationError: A step did not succeed; its own words are on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        home = Home(Path(folder) / "home").create()
        sample = ["sample", "--persons", str(persons), "--years", str(years), "--out", str(home.inbox)]
        run_stages(sample, home.root, {"": "sample"})
        command = [sys.executable, "-m", "orchestration.bench_load"]
        environment = {**os.environ, "OSAMARI_HOME": str(home.root)}
        loaded = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, cwd=REPOSITORY, check=False)  # noqa: S603
        if loaded.returncode != 0:
            raise ConfigurationError("The city could not be loaded.", "See what it says above.")
        as_of = newest_delivery(home)
        file = replace(warehouse_file(home), path=Path(folder) / home.warehouse.name)
        home.warehouse.rename(file.path)
        shutil.rmtree(home.root)
        yield LoadedWarehouse(f"{persons:,} persons, {years} years", file, as_of)


@contextmanager
def copied_warehouse(home: Home) -> Iterator[LoadedWarehouse]:
    """Copy the warehouse of a home, beside the home's own work, since it holds what the warehouse holds.

    Raises:
        DataRefused: Nothing has been loaded there.
        Busy: A refresh is running.
    """
    as_of = newest_delivery(home)
    with tempfile.TemporaryDirectory(dir=home.work, prefix="bench-") as folder:
        file = replace(warehouse_file(home), path=Path(folder) / home.warehouse.name)
        with run_lock.hold(home):
            shutil.copyfile(home.warehouse, file.path)
        yield LoadedWarehouse(f"home {home.root}", file, as_of)
