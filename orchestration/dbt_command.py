"""How dbt is started: what it is called with, and what the environment tells it.

Day, warehouse and key come from the environment and not as variables or settings of dbt: these would decide what dbt
has to parse, and it would parse the whole project for every run instead of taking over what was parsed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.dbt_manifest import AS_OF_VARIABLE, NO_STATISTICS, PARSED, PROJECT_OPTIONS
from orchestration.settings import dbt_executable

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ingestion.database import DatabaseFile


def dbt_command(verb: str, *arguments: str, scratch: Path) -> list[str]:
    """A call of dbt; what it writes for itself goes to ``scratch``.

    Raises:
        ConfigurationError: dbt is not installed.
    """
    return [dbt_executable(), *dbt_arguments(verb, *arguments, scratch=scratch)]


def dbt_arguments(verb: str, *arguments: str, scratch: Path) -> list[str]:
    """The same without the program: for dbt in this process."""
    options = ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
    if PARSED.exists():
        options += ["--partial-parse-file-path", str(PARSED)]
    return ["--no-use-colors", verb, *arguments, *PROJECT_OPTIONS, *options]


def dbt_environment(warehouse: DatabaseFile, as_of: date) -> dict[str, str]:
    """What tells dbt which file the warehouse is, how it opens, and the day; goes beside ``os.environ``."""
    return {**warehouse.environment(), **day_named(as_of), **NO_STATISTICS}


def day_named(as_of: date) -> dict[str, str]:
    """What tells dbt the day of the run."""
    return {AS_OF_VARIABLE: as_of.isoformat()}
