"""Encrypted DuckDB files outside a home, for tests that need a file and nothing else; and a home's warehouse copied."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ingestion.database import DatabaseFile

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

TEST_KEY = "7e" * 32
"""Protects nothing: what stands in such a file is invented."""


def loose_database(path: Path) -> DatabaseFile:
    """A file that need not exist yet; made when it is first written."""
    return DatabaseFile(path, (TEST_KEY,))


def copy_warehouse(source: Home, target: Home) -> Home:
    """The target, with a copy of the source's warehouse and of the keys it was made with."""
    shutil.copytree(source.keys, target.create().keys, dirs_exist_ok=True)
    shutil.copyfile(source.warehouse, target.warehouse)
    return target
