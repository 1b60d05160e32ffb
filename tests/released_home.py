"""A home with one release of invented arrears, and how tests read it. The gates are let through."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

import marts.release
from ingestion.home import Home
from marts.release import release
from tests.statistics_tables import ACCOUNTS, DIMENSIONS
from tests.statistics_warehouse import AS_OF, fill_warehouse, invented_arrears

if TYPE_CHECKING:
    from pathlib import Path

TABLES = tuple(sorted(DIMENSIONS))
FILES = {f"{table}.{ending}" for table in TABLES for ending in ("csv", "parquet", "csv-metadata.json")} | {
    "SHA256SUMS",
    "certificate.json",
    "datapackage.json",
    "index.html",
    "metadata.dcat.jsonld",
    "statistics.xlsx",
}
PROTECTED = tuple(table for table in TABLES if table not in ACCOUNTS)
MEASURES = ("debtor_count", "case_count", "outstanding_yen")


def release_once(root: Path) -> Home:
    """Fill a warehouse in ``root`` and release it."""
    home = Home(root)
    fill_warehouse(home, invented_arrears())
    with pytest.MonkeyPatch.context() as patch:
        let_through(patch)
        release(home, AS_OF)
    return home


def let_through(patch: pytest.MonkeyPatch) -> None:
    """Every suite has passed."""
    patch.setattr(marts.release, "require_passed", lambda *_: None)


def folder(home: Home, number: int = 1) -> Path:
    """The folder of a release."""
    return home.released / f"{AS_OF}.{number}"


def rows_of(home: Home, table: str, number: int = 1) -> list[dict[str, str]]:
    """The lines of a released CSV."""
    text = (folder(home, number) / f"{table}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def resource_of(home: Home, table: str) -> dict[str, list[dict[str, object]]]:
    """A table's entry in the data dictionary."""
    package = json.loads((folder(home) / "datapackage.json").read_text(encoding="utf-8"))
    return next(resource for resource in package["resources"] if resource["name"] == table)
