"""dbt on a warehouse, started as the product starts it, and one build of the whole project for all who need it."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING

from ingestion.database import warehouse_file
from ingestion.home import Home
from ingestion.warehouse import ensure_warehouse
from orchestration.dbt_command import dbt_command, dbt_environment

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.database import DatabaseFile

ANY_DAY = date(2026, 5, 31)


def run_dbt(
    warehouse: DatabaseFile, as_of: date, verb: str, *arguments: str, scratch: Path
) -> subprocess.CompletedProcess[str]:
    """Run dbt as of a day; what it writes lies in ``target`` and ``logs`` of ``scratch``."""
    command = dbt_command(verb, *arguments, scratch=scratch)
    environment = os.environ | dbt_environment(warehouse, as_of)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def build_on_an_empty_warehouse(folder: Path) -> tuple[Path, str]:
    """Everything, unit tests and data tests included, where no file has come yet.

    Returns the target folder, and what dbt said if it did not succeed.
    """
    home = Home(folder / "home")
    ensure_warehouse(home)
    done = run_dbt(warehouse_file(home), ANY_DAY, "build", scratch=folder)
    return folder / "target", done.stdout if done.returncode else ""
