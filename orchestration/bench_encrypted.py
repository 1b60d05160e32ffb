"""One step of ``osamari bench encryption``, as every run does it: load the inbox of the home, or build its models."""

from __future__ import annotations

import os
import sys
from datetime import date

from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration import bench_load
from orchestration.bench_models import ONLY_MODELS
from orchestration.dbt_command import day_named, dbt_arguments
from orchestration.dbt_manifest import NO_STATISTICS


def main() -> None:
    """Run the step that is named; the home is the one of ``OSAMARI_HOME``."""
    stage, as_of = sys.argv[1:]
    if stage == "load":
        bench_load.main()
    else:
        _build_models(Home.from_environment(), as_of)


def _build_models(home: Home, as_of: str) -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds, and loading does without)

    os.environ |= {**day_named(date.fromisoformat(as_of)), **NO_STATISTICS}
    command = dbt_arguments("build", *ONLY_MODELS, scratch=home.root / "dbt")
    if not dbtRunner().invoke(command).success:
        raise ConfigurationError("dbt did not build the models.", "See what it says above.")


if __name__ == "__main__":
    main()
