"""What a release was protected from: every cell before masking, with its evidence. Restricted; never leaves the home.

Later releases need it: only who knows which masked figure has changed since can tell what both versions give away.
It also holds, per cell, whether and why it is masked. That must not be released: a cell masked for the others' sake
has ten contributors or more, and saying so narrows it.
"""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marts.disclosure.registry import RegistryBroken
from marts.disclosure.table import Cell, CellRef, Dimension, Measure, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingestion.home import Home
    from marts.disclosure.protect import Protection

PUBLISHED, STRUCTURAL_ZERO = "published", "structural_zero"
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Evidence:
    """The protected tables of one release with their true figures, and the rule by which each masked cell is masked."""

    tables: Mapping[str, Table]
    rules: Mapping[CellRef, str]


def write_evidence(home: Home, release_id: str, tables: Sequence[Table], protection: Protection) -> None:
    """Keep the evidence of a release, so that it is on the disk when this returns. Readable by its owner only."""
    folder = home.evidence
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {"release_id": release_id, "tables": [_described(table, protection) for table in tables]}
    content = gzip.compress(json.dumps(body, ensure_ascii=False).encode(), mtime=0)
    aside = folder / f".{release_id}.part"
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(_path(home, release_id))


def read_evidence(home: Home, release_id: str) -> Evidence:
    """The evidence of a release.

    Raises:
        RegistryBroken: it is missing or cannot be read.
    """
    path = _path(home, release_id)
    try:
        body = json.loads(gzip.decompress(path.read_bytes()))
        tables = [(entry, _table(entry)) for entry in body["tables"]]
        rules = {
            CellRef(table.name, tuple(cell["key"])): cell["status"]
            for entry, table in tables
            for cell in entry["cells"]
            if cell["status"] not in (PUBLISHED, STRUCTURAL_ZERO)
        }
    except (OSError, EOFError, ValueError, KeyError, TypeError) as problem:
        raise RegistryBroken(
            f"The evidence of release {release_id} is missing or cannot be read.",
            "Restore evidence/ from this home's backup; without it nothing beside that release can be proven.",
        ) from problem
    return Evidence({table.name: table for _, table in tables}, rules)


def _path(home: Home, release_id: str) -> Path:
    return home.evidence / f"{release_id}.json.gz"


def _described(table: Table, protection: Protection) -> dict[str, object]:
    return {
        "table": table.name,
        "magnitude_measure": table.magnitude_measure,
        "dimensions": [
            {"name": d.name, "has_total": d.has_total, "parents": dict(sorted(d.parents.items()))}
            for d in table.dimensions
        ],
        "measures": [{"name": m.name, "additive_over": sorted(m.additive_over)} for m in table.measures],
        "cells": [
            {
                "key": list(key),
                "values": dict(sorted(cell.values.items())),
                "contributor_count": cell.contributor_count,
                "largest": cell.largest,
                "second_largest": cell.second_largest,
                "status": STRUCTURAL_ZERO
                if cell.is_structural_zero
                else protection.masked.get(CellRef(table.name, key), PUBLISHED),
            }
            for key, cell in sorted(table.cells.items())
        ],
    }


def _table(entry: Mapping[str, Any]) -> Table:
    return Table(
        name=entry["table"],
        dimensions=tuple(Dimension(d["name"], d["parents"], d["has_total"]) for d in entry["dimensions"]),
        measures=tuple(Measure(m["name"], frozenset(m["additive_over"])) for m in entry["measures"]),
        cells={
            tuple(cell["key"]): Cell(
                cell["values"],
                cell["contributor_count"],
                cell["largest"],
                cell["second_largest"],
                cell["status"] == STRUCTURAL_ZERO,
            )
            for cell in entry["cells"]
        },
        magnitude_measure=entry["magnitude_measure"],
    )
