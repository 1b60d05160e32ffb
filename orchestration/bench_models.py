"""The models for ``osamari bench marts``: built as in a refresh but without tests; dbt says how long each took."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.errors import ConfigurationError
from orchestration.bench import Measured, Watch
from orchestration.dbt_command import dbt_command, dbt_environment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from ingestion.database import DatabaseFile

MARTS = "marts"
ONLY_MODELS = ("--quiet", "--exclude-resource-type", "test", "unit_test")
"""Seeds and models without what judges them."""


@dataclass(frozen=True)
class Model:
    """One model or seed that dbt has built: its folder (layer), and when it began and ended, in seconds."""

    name: str
    layer: str
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


@dataclass(frozen=True)
class Built:
    """All models of one run, and what the process of dbt took, its start included."""

    models: tuple[Model, ...]
    process: Measured

    def layer(self, name: str) -> tuple[Model, ...]:
        """The models of one folder."""
        return tuple(model for model in self.models if model.layer == name)


def build_models(warehouse: DatabaseFile, as_of: date, scratch: Path) -> Built:
    """Build every seed and model in this warehouse; dbt's own files go to ``scratch``.

    Raises:
        ConfigurationError: dbt did not succeed; the text is its own.
    """
    command = dbt_command("build", *ONLY_MODELS, scratch=scratch)
    environment = {**os.environ, **dbt_environment(warehouse, as_of)}
    scratch.mkdir(exist_ok=True)
    with (scratch / "said.txt").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, text=True)  # noqa: S603
        watch = Watch()
        watch.sample_memory(process)
        watch.ended("dbt")
        if process.returncode != 0:
            said.seek(0)
            raise ConfigurationError(f"dbt did not build the models:\n{said.read()[-2000:]}", "Correct what it names.")
    return Built(_models(scratch / "target"), watch.stages["dbt"])


def busy_seconds(models: Iterable[Model]) -> float:
    """Seconds in which at least one of the models was being built: dbt builds two at a time."""
    busy, until = 0.0, 0.0
    for model in sorted(models, key=lambda each: each.began):
        busy += max(0.0, model.ended - max(model.began, until))
        until = max(until, model.ended)
    return busy


def _models(target: Path) -> tuple[Model, ...]:
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return tuple(_model(nodes[result["unique_id"]], result["timing"]) for result in results)


def _model(node: dict[str, Any], timing: list[dict[str, str]]) -> Model:
    began, ended = (
        _moment(stamps) for stamps in ([t["started_at"] for t in timing], [t["completed_at"] for t in timing])
    )
    folders = str(node["original_file_path"]).split("/")
    return Model(node["name"], folders[1] if folders[0] == "models" else folders[0], min(began), max(ended))


def _moment(stamps: list[str]) -> list[float]:
    return [datetime.fromisoformat(stamp).timestamp() for stamp in stamps]
