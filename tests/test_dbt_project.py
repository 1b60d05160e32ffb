"""The whole dbt project builds on the first day, when no file has come yet, with every unit test and data test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from ingestion.database import warehouse_file
from ingestion.home import Home
from ingestion.warehouse import ensure_warehouse
from tests.law_case_runner import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_builds_on_an_empty_warehouse(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    ensure_warehouse(home)
    environment = (
        os.environ
        | warehouse_file(home).environment()
        | {
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(tmp_path / "target"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
        }
    )
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build", "--project-dir", str(PROJECT)]
    done = subprocess.run(
        [*command, "--vars", '{as_of: "2026-05-31"}'], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    kinds = {result["unique_id"].split(".")[0] for result in results}
    assert kinds == {"seed", "model", "test", "unit_test"}
    assert {result["status"] for result in results} == {"success", "pass"}
