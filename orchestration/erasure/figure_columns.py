"""What figures are made of: the columns that the staging models read, and the tables that dbt computes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orchestration.settings import DBT_PROJECT

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE = re.compile(r"source\(\s*'raw'\s*,\s*'raw_(\w+)'\s*\)")


def columns_read(models: Path = DBT_PROJECT / "models") -> dict[str, set[str]]:
    """By feed, every word of the models that read its table: among them the names of the columns they read."""
    found: dict[str, set[str]] = {}
    for path in sorted(models.rglob("*.sql")):
        text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        for feed in _SOURCE.findall(text):
            found.setdefault(feed, set()).update(re.findall(r"\w+", text))
    return found


def computed_tables(models: Path = DBT_PROJECT / "models") -> set[str]:
    """The tables and views that dbt makes from others."""
    return {path.stem for path in models.rglob("*.sql")}
