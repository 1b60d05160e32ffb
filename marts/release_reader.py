"""A released folder read back, from its files alone."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from marts.disclosure.registry import RegistryBroken
from marts.released_table import MASKED, Figure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from marts.disclosure.table import Key

REMEDY = "Restore the release from its backup; it must not be used as it is."


@dataclass(frozen=True)
class ReadTable:
    """Figures of a released table by cell and measure, with its entry in the data dictionary."""

    name: str
    resource: Mapping[str, Any]
    figures: Mapping[tuple[Key, str], Figure]

    @property
    def dimensions(self) -> list[Mapping[str, Any]]:
        """The dimensions as the data dictionary has them."""
        return list(self.resource["osamari:dimensions"])

    @property
    def masked_cells(self) -> set[Key]:
        """Cells with a masked figure."""
        return {key for (key, _), figure in self.figures.items() if figure.flag == MASKED}


def read_release(folder: Path, names: Collection[str] | None = None) -> list[ReadTable]:
    """The tables that the data dictionary names; only those of ``names`` when they are given.

    Raises:
        RegistryBroken: a file is missing or cannot be read.
    """
    try:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        return [
            ReadTable(resource["name"], resource, _figures(folder / resource["path"], resource))
            for resource in package["resources"]
            if resource["format"] == "csv" and (names is None or resource["name"] in names)
        ]
    except (OSError, ValueError, KeyError, InvalidOperation) as problem:
        raise RegistryBroken(f"Release {folder.name} cannot be read: {type(problem).__name__}.", REMEDY) from problem


def _figures(path: Path, resource: Mapping[str, Any]) -> dict[tuple[Key, str], Figure]:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    names = [field["name"] for field in resource["schema"]["fields"]]
    width = len(resource["osamari:dimensions"])
    if rows[0] != names:
        raise ValueError(path.name)
    figures = {}
    for row in rows[1:]:
        measure, _, value, flag = row[width:]
        figures[tuple(row[:width]), measure] = Figure(_number(value), flag)
    return figures


def _number(text: str) -> int | Decimal | None:
    if not text:
        return None
    return Decimal(text) if "." in text else int(text)
