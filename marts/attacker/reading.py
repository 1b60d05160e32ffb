"""Releases as any reader gets them: the CSV files, their data dictionary, and the widths the certificate promises."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

ABSENT, TOLD, MASKED = 0, 1, 2
"""What a file says of a figure: nothing, its value, or that it is masked."""
_FLAG_MASKED = "X"
Key = tuple[str, ...]


class NotARelease(ValueError):  # noqa: N818 - it says what is wrong
    """A folder does not hold what a release holds. The message names the file and the remedy."""


@dataclass(frozen=True)
class Dimension:
    """A tree of codes; ``parents`` gives the code above, or the total for those directly under it."""

    name: str
    total: str
    has_total: bool
    parents: Mapping[str, str]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every code that has figures, the total first where there is one."""
        return (*((self.total,) if self.has_total else ()), *self.parents)

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each code stands in ``codes``."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def families(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each code that has parts, with its parts."""
        found: dict[str, list[str]] = {}
        for code, parent in self.parents.items():
            found.setdefault(parent, []).append(code)
        return tuple((whole, tuple(parts)) for whole, parts in found.items() if whole in self.place)

    @cached_property
    def _parts(self) -> dict[str, tuple[str, ...]]:
        return dict(self.families)

    def leaves(self, code: str) -> frozenset[str]:
        """The finest codes under ``code``; itself when it has no parts."""
        parts = self._parts.get(code, ())
        return frozenset().union(*(self.leaves(part) for part in parts)) if parts else frozenset((code,))


@dataclass(frozen=True)
class Figures:
    """One measure of one table: per cell ``ABSENT``, ``TOLD`` or ``MASKED``, and the value where it is told."""

    state: npt.NDArray[np.int8]
    value: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """A table as released; figures are arrays with one axis per dimension."""

    name: str
    is_protected: bool
    period_dimension: str
    dimensions: tuple[Dimension, ...]
    additive_over: Mapping[str, frozenset[str]]
    figures: Mapping[str, Figures] = field(repr=False)

    def place(self, key: Sequence[str]) -> tuple[int, ...] | None:
        """Where the cell of ``key`` stands in the arrays; none when the table has no such cell."""
        if len(key) != len(self.dimensions):
            return None
        places = [d.place.get(code) for d, code in zip(self.dimensions, key, strict=True)]
        return None if None in places else tuple(p for p in places if p is not None)

    def key(self, place: Sequence[int]) -> Key:
        """The codes of a cell."""
        return tuple(d.codes[i] for d, i in zip(self.dimensions, place, strict=True))


@dataclass(frozen=True)
class Release:
    """A release: its tables, what its dictionary says is equal or at most, and the promised widths per measure."""

    release_id: str
    as_of: str
    tables: Mapping[str, Table]
    links: Sequence[Mapping[str, Any]]
    ceilings: Sequence[Mapping[str, Any]]
    equations: Sequence[Mapping[str, Any]]
    widths: Mapping[str, int]


def read_release(folder: Path) -> Release:
    """The release in ``folder``.

    Raises:
        NotARelease: a file is missing or cannot be read.
    """
    try:
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".csv", ".json")}
    except OSError as problem:
        raise NotARelease(f"{folder} is not a folder that can be read. Name the folder of a release.") from problem
    return release_of(folder.name, files)


def release_of(name: str, files: Mapping[str, bytes]) -> Release:
    """The release that consists of ``files``; ``name`` stands in messages.

    Raises:
        NotARelease: a file is missing or cannot be read.
    """
    for needed in ("datapackage.json", "certificate.json"):
        if needed not in files:
            raise NotARelease(f"{name} holds no {needed}. Name the folder of a release, as it was released.")
    try:
        package, proof = (json.loads(files[file]) for file in ("datapackage.json", "certificate.json"))
        tables = [_table(one, files) for one in package["resources"] if "osamari:dimensions" in one]
        return Release(
            release_id=str(package["version"]),
            as_of=str(package["osamari:as_of_date"]),
            tables={table.name: table for table in tables},
            links=package.get("osamari:links", ()),
            ceilings=package.get("osamari:ceilings", ()),
            equations=package.get("osamari:equations", ()),
            widths={m: int(rule["secondary_width"]) for m, rule in proof["rules"]["minimum_interval"].items()},
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as problem:
        raise NotARelease(
            f"{name} cannot be read as a release ({type(problem).__name__}: {problem}). Try: osamari release verify"
        ) from problem


def in_order(releases: Sequence[Release]) -> list[Release]:
    """Oldest day first, and of one day the smaller number first."""

    def order(release: Release) -> tuple[str, int, str]:
        number = release.release_id.rpartition(".")[2]
        return release.as_of, int(number) if number.isdecimal() else 0, release.release_id

    return sorted(releases, key=order)


def _table(resource: Mapping[str, Any], files: Mapping[str, bytes]) -> Table:
    dimensions = tuple(_dimension(one) for one in resource["osamari:dimensions"])
    additive = {m["name"]: frozenset(m["additive_over"]) for m in resource["osamari:measures"]}
    return Table(
        name=resource["name"],
        is_protected=bool(resource["osamari:protected"]),
        period_dimension=resource.get("osamari:period_dimension", ""),
        dimensions=dimensions,
        additive_over=additive,
        figures=_figures(files[resource["path"]], dimensions, tuple(additive)),
    )


def _dimension(entry: Mapping[str, Any]) -> Dimension:
    total = entry["total"]
    parents = {code["code"]: code["parent"] or total for code in entry["codes"]}
    return Dimension(entry["name"], total, bool(entry.get("has_total", True)), parents)


def _figures(content: bytes, dimensions: Sequence[Dimension], measures: Sequence[str]) -> dict[str, Figures]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = next(rows)
    columns = [header.index(dimension.name) for dimension in dimensions]
    measure_at, value_at, flag_at = (header.index(name) for name in ("measure", "value", "flag"))
    shape = tuple(len(dimension.codes) for dimension in dimensions)
    found = {m: Figures(np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int64)) for m in measures}
    places = [dimension.place for dimension in dimensions]
    for row in rows:
        place = tuple(p[row[column]] for p, column in zip(places, columns, strict=True))
        figures, value = found[row[measure_at]], row[value_at]
        if row[flag_at] == _FLAG_MASKED:
            figures.state[place] = MASKED
        elif value and "." not in value:
            # Rates have decimals; nothing adds up to them, so they tell an attacker nothing here.
            figures.state[place] = TOLD
            figures.value[place] = int(value)
    return found
