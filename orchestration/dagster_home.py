"""Dagster's own folder in the home: one run at a time, nothing sent to anybody."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

SETTINGS = """\
# Written by osamari. One writer: a second run waits in the queue. Output of the steps is not copied here:
# dbt's own log stands in dagster/dbt/, the steps write none.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: orchestration.event_storage
  class: EventStorage
  config:
    base_dir: {events}
"""


def prepare_dagster_home(home: Home) -> Path:
    """Write ``dagster.yaml`` where it is missing or old, and name the folder to Dagster."""
    path = home.dagster / "dagster.yaml"
    # Where Dagster would keep them, too; a home that was moved gets its new place.
    settings = SETTINGS.format(events=json.dumps(os.fspath(home.dagster / "history" / "runs"), ensure_ascii=False))
    if not path.exists() or path.read_text(encoding="utf-8") != settings:
        path.write_text(settings, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = os.fspath(home.dagster)
    return home.dagster
