"""One step of ``osamari bench encryption``, as every run does it: load the inbox of the home, or build its models."""

from __future__ import annotations

import os
import sys

from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration import bench_load
from orchestration.settings import DBT_PROJECT


def main() -> None:
    """Run the step that is named; the home is the one of ``OSAMARI_HOME``."""
    stage, as_of = sys.argv[1:]
    if stage == "load":
        bench_load.main()
    else:
        _build_models(Home.from_environment(), as_of)


def _build_models(home: Home, as_of: str) -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds, and loading does without)

    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    scratch = home.root / "dbt"
    command = ["--no-use-colors", "build", "--quiet", "--exclude-resource-type", "test", "unit_test"]
    command += ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    command += ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
    command += ["--vars", f'{{"as_of": "{as_of}"}}']
    if not dbtRunner().invoke(command).success:
        raise ConfigurationError("dbt did not build the models.", "See what it says above.")


if __name__ == "__main__":
    main()
