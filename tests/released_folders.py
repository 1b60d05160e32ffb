"""Folders that look like releases, for tests of whoever reads releases: tables, dictionary, certificate, no more."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from marts.attacker.report import AttackReport

Key = tuple[str, ...]
TOTAL = "T"
YEN = "spent_yen"
SQUARE = {"row": dict.fromkeys("abc", TOTAL), "column": dict.fromkeys("xyz", TOTAL)}
BLOCK = {(r, c) for r in "ab" for c in "xy"}
LARGE = [[100, 300, 500], [200, 600, 700], [800, 900, 1000]]


@dataclass
class FolderTable:
    """A table as it is written: ``parents`` per dimension, values per measure and cell, and the masked cells."""

    name: str
    parents: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[Key, int]]
    masked: set[Key] = field(default_factory=set)
    additive_over: Mapping[str, Iterable[str]] = field(default_factory=dict)
    period_dimension: str = ""
    without_total: tuple[str, ...] = ()
    is_protected: bool = True


def added_up(
    parents: Mapping[str, Mapping[str, str]], leaves: Mapping[Key, int], without_total: Sequence[str] = ()
) -> dict[Key, int]:
    """Every cell of the cross-classification as the sum of its finest cells."""
    ways = []
    for name, tree in parents.items():
        ways.append({code: _upward(tree, code, has_total=name not in without_total) for code in tree})
    codes = [[*((TOTAL,) if name not in without_total else ()), *tree] for name, tree in parents.items()]
    found = dict.fromkeys(product(*codes), 0)
    for leaf, value in leaves.items():
        for key in product(*(way[code] for way, code in zip(ways, leaf, strict=True))):
            found[key] += value
    return found


def write_folder(root: Path, release_id: str, tables: Sequence[FolderTable], **more: Any) -> Path:
    """Write a release; ``more`` is as in ``release_bytes``."""
    folder = root / release_id
    folder.mkdir(parents=True)
    for name, content in release_bytes(release_id, tables, **more).items():
        (folder / name).write_bytes(content)
    return folder


def release_bytes(  # noqa: PLR0913 - each is one part of the dictionary
    release_id: str,
    tables: Sequence[FolderTable],
    *,
    links: Sequence[Mapping[str, Any]] = (),
    ceilings: Sequence[Mapping[str, Any]] = (),
    equations: Sequence[Mapping[str, Any]] = (),
    widths: Mapping[str, int] | None = None,
) -> dict[str, bytes]:
    """The files of a release; its day is the first part of its id."""
    package = {
        "version": release_id,
        "osamari:as_of_date": release_id.rpartition(".")[0],
        "osamari:links": list(links),
        "osamari:ceilings": list(ceilings),
        "osamari:equations": list(equations),
        "resources": [_resource(table) for table in tables],
    }
    measures = sorted({measure for table in tables for measure in table.values})
    rules = {measure: {"secondary_width": (widths or {}).get(measure, 1)} for measure in measures}
    files = {f"{table.name}.csv": _csv(table) for table in tables}
    for name, content in (("datapackage", package), ("certificate", {"rules": {"minimum_interval": rules}})):
        files[f"{name}.json"] = json.dumps(content).encode()
    return files


def _csv(table: FolderTable) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*table.parents, "measure", "unit", "value", "flag"))
    for measure, figures in table.values.items():
        for key, value in figures.items():
            shown = ("", "X") if key in table.masked else (value, "" if value else "-")
            writer.writerow((*key, measure, "yen", *shown))
    return text.getvalue().encode("utf-8-sig")


def _resource(table: FolderTable) -> dict[str, object]:
    everything = list(table.parents)
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "osamari:protected": table.is_protected,
        "osamari:period_dimension": table.period_dimension,
        "osamari:dimensions": [
            {
                "name": name,
                "total": TOTAL,
                "has_total": name not in table.without_total,
                "codes": [{"code": code, "parent": "" if up == TOTAL else up} for code, up in tree.items()],
            }
            for name, tree in table.parents.items()
        ],
        "osamari:measures": [
            {"name": measure, "additive_over": list(table.additive_over.get(measure, everything))}
            for measure in table.values
        ],
    }


def _upward(tree: Mapping[str, str], code: str, *, has_total: bool) -> list[str]:
    way = [code]
    while tree.get(way[-1], TOTAL) != TOTAL:
        way.append(tree[way[-1]])
    return [*way, *((TOTAL,) if has_total else ())]


def square(figures: list[list[int]], masked: set[Key], **more: Any) -> FolderTable:
    """A 3 × 3 table with totals."""
    leaves = {(r, c): figures[i][j] for i, r in enumerate("abc") for j, c in enumerate("xyz")}
    return FolderTable("square", SQUARE, {YEN: added_up(SQUARE, leaves)}, masked, **more)


def line(name: str, tree: dict[str, str], leaves: dict[str, int], masked: set[str], **more: Any) -> FolderTable:
    """A table with a single dimension."""
    values = added_up({"code": tree}, {(code,): value for code, value in leaves.items()})
    return FolderTable(name, {"code": tree}, {YEN: values}, {(code,) for code in masked}, **more)


def found(report: AttackReport) -> set[tuple[str, str, Key]]:
    """What was found, without release and measure."""
    return {(finding.attack, finding.table, finding.key) for finding in report.findings}
