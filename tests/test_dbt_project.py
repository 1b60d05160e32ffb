"""The whole dbt project builds on the first day, when no file has come yet, with every unit test and data test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_builds_on_an_empty_warehouse(built_project: tuple[Path, str]) -> None:
    target, refusal = built_project
    assert not refusal
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    kinds = {result["unique_id"].split(".")[0] for result in results}
    assert kinds == {"seed", "model", "test", "unit_test"}
    assert {result["status"] for result in results} == {"success", "pass"}
