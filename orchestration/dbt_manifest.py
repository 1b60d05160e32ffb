"""The manifest of the dbt project, parsed only when a model, macro, seed description or setting has changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from orchestration.settings import DBT_PROJECT, dbt_executable

if TYPE_CHECKING:
    from pathlib import Path

TARGET = DBT_PROJECT / "target"
PARSED = TARGET / "partial_parse.msgpack"
"""What dbt keeps of its parsing; a run that starts with it need not parse."""
PROJECT_OPTIONS = ("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT))
AS_OF_VARIABLE = "OSAMARI_AS_OF"
"""The day of a run, for ``int_run``."""
ANY_DAY = "2000-01-01"
"""Parsing needs some day; it computes nothing."""
NO_STATISTICS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
"""Nothing of a run is told to dbt's makers."""


def prepared_manifest() -> Path:
    """Path of a manifest that is as new as the project.

    Raises:
        ConfigurationError: dbt cannot parse the project; the text is dbt's own.
    """
    manifest, mark = TARGET / "manifest.json", TARGET / "parsed_project.sha256"
    digest = _project_digest()
    if not (manifest.exists() and mark.exists() and mark.read_text(encoding="ascii") == digest):
        _parse()
        mark.write_text(digest, encoding="ascii")
    return manifest


def _project_digest() -> str:
    """A digest of every file that decides what dbt builds. Seeds count by content, since dbt hashes them as well."""
    digest = hashlib.sha256()
    for folder in ("models", "macros", "tests", "seeds", "."):
        pattern = "*" if folder == "." else "**/*"
        for path in sorted(p for p in (DBT_PROJECT / folder).glob(pattern) if p.is_file()):
            digest.update(f"{path.relative_to(DBT_PROJECT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _parse() -> None:
    command = [dbt_executable(), "parse", *PROJECT_OPTIONS, "--target-path", str(TARGET), "--log-path", str(TARGET)]
    environment = {**os.environ, AS_OF_VARIABLE: ANY_DAY, **NO_STATISTICS}
    parsed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if parsed.returncode != 0:
        raise ConfigurationError(
            f"dbt cannot parse the project:\n{parsed.stdout[-2000:]}", "Correct the model named above."
        )
