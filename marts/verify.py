"""Is a release still what it was, and do its files agree with each other? Anyone can repeat this."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from ingestion.errors import ConfigurationError
from marts.disclosure.registry import Registry, RegistryBroken, Withdrawal
from marts.earlier_releases import require_intact
from marts.release_folder import release_ids
from marts.release_reader import REMEDY, ReadTable, read_release
from marts.released_table import MASKED, NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ingestion.home import Home
    from marts.disclosure.table import Key


def list_releases(home: Home) -> list[str]:
    """One line per release, oldest first."""
    registry = Registry(home.released)
    withdrawn = registry.withdrawn()
    return [
        f"{entry.release_id}  as of {entry.as_of}  {len(entry.files)} files, {len(entry.masked)} cells masked"
        + (f"  WITHDRAWN: {withdrawn[entry.release_id]}" if entry.release_id in withdrawn else "")
        for entry in registry.entries()
    ]


def withdraw(home: Home, release_id: str, reason: str) -> None:
    """Record that a release should no longer be used. Its files stay: what was read cannot be unread.

    Raises:
        ConfigurationError: there is no such release, it is withdrawn already, or no reason is given.
    """
    registry = Registry(home.released)
    if release_id not in registry.by_id():
        raise ConfigurationError(f"There is no release {release_id}.", "List them: osamari release list")
    if release_id in registry.withdrawn():
        raise ConfigurationError(f"Release {release_id} is withdrawn already.", "List them: osamari release list")
    if not reason.strip():
        raise ConfigurationError("No reason is given.", "Say why, in words that anyone may read: --reason TEXT")
    registry.append(Withdrawal(release_id, " ".join(reason.split())))


def show(home: Home, release_id: str | None = None) -> list[str]:
    """What a release holds and promises, in lines for a person; the latest one when none is named.

    Raises:
        ConfigurationError: there is no such release.
    """
    folder = _folder(home, release_id)
    proof = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    cells, rules = proof["cells"], proof["rules"]
    withdrawn = [why for one, why in Registry(home.released).withdrawn().items() if one == folder.name]
    narrowest = ", ".join(f"{name} {width:,}" for name, width in proof["proof"]["narrowest_interval"].items())
    return [
        f"release {folder.name}",
        *(f"WITHDRAWN  {reason}" for reason in withdrawn),
        f"folder  {folder}",
        f"law     {proof.get('law_version', 'not named')}",
        *(f"table   {table.name}: {len(table.figures):,} figures" for table in read_release(folder)),
        f"rules   fewer than {rules['minimum_contributors']} contributors, p % with p = {rules['p_percent']}",
        f"cells   {cells['protected']:,} protected, {cells['published']:,} published, {cells['exempt']:,} exempt",
        f"masked  {sum(cells['primary'].values()):,} for their own sake, {cells['secondary']:,} for the others'",
        f"narrowest interval  {narrowest or 'nothing is masked'}",
        f"promise {proof['promise']}",
        *(f"not covered  {text}" for text in proof["not_covered"]),
    ]


def verify(home: Home, release_id: str | None = None) -> list[str]:
    """Check one release, or all of them, and say what holds.

    Raises:
        RegistryBroken: the register or a file is not what it was, or files contradict each other. The message
            names the file or the cell, never a figure.
        ConfigurationError: there is no such release.
    """
    registered = Registry(home.released).by_id()
    wanted = [release_id] if release_id is not None else sorted({*registered, *release_ids(home.released)})
    if not wanted or (release_id is not None and release_id not in {*registered, *release_ids(home.released)}):
        raise ConfigurationError(f"There is no release {release_id or 'yet'}.", "List them: osamari release list")
    lines = [f"registry: {len(registered)} releases, chain unbroken"]
    for one in wanted:
        require_intact(home.released, registered, one)
        tables = read_release(home.released / one)
        law = _one_law(home.released / one)
        for table in tables:
            _check_table(home.released / one, table)
        figures = sum(len(table.figures) for table in tables)
        lines.append(f"{one}: files as released, {len(tables)} tables agree, {figures:,} figures add up, law {law}")
    return lines


def _folder(home: Home, release_id: str | None) -> Path:
    ids = release_ids(home.released)
    if not ids or (release_id is not None and release_id not in ids):
        raise ConfigurationError(f"There is no release {release_id or 'yet'}.", "List them: osamari release list")
    return home.released / (release_id or ids[-1])


def _one_law(folder: Path) -> str:
    """The law version that certificate and data dictionary name alike; releases of 0.1.0 name none."""
    proof, package = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("certificate.json", "datapackage.json")
    )
    certified, described = proof.get("law_version"), package.get("osamari:law_version")
    if certified != described:
        raise RegistryBroken(f"Release {folder.name}: certificate and data dictionary name different laws.", REMEDY)
    return str(certified or "not named")


def _check_table(folder: Path, table: ReadTable) -> None:
    for problem in _problems(folder, table):
        raise RegistryBroken(f"Release {folder.name}, {table.name}: {problem}.", REMEDY)


def _problems(folder: Path, table: ReadTable) -> Iterator[str]:
    parquet = pq.read_table(folder / f"{table.name}.parquet").to_pylist()
    names = [dimension["name"] for dimension in table.dimensions]
    from_parquet = {(tuple(row[name] for name in names), row["measure"]): row for row in parquet}
    if set(from_parquet) != set(table.figures):
        yield "CSV and Parquet list different cells"
        return
    for (key, measure), figure in table.figures.items():
        row, place = from_parquet[key, measure], f"{'/'.join(key)} {measure}"
        if row["value"] != figure.value or row["flag"] != figure.flag:
            yield f"CSV and Parquet differ at {place}"
        if figure.flag == MASKED and figure.value is not None:
            yield f"a masked figure has a value at {place}"
        if figure.flag == NONE and figure.value != 0:
            yield f"a figure is called none and is not at {place}"
    yield from _partly_masked(table)
    yield from _wrong_sums(table)


def _partly_masked(table: ReadTable) -> Iterator[str]:
    """One mask for all measures of a cell."""
    masked = table.masked_cells
    for (key, measure), figure in table.figures.items():
        if key in masked and figure.flag != MASKED:
            yield f"only part of a cell is masked at {'/'.join(key)} {measure}"


def _wrong_sums(table: ReadTable) -> Iterator[str]:
    """Published totals that are not the sum of their published parts."""
    for place, dimension in enumerate(table.dimensions):
        parts_of = _parts(dimension)
        others = [
            sorted({key[i] for key, _ in table.figures}) if i != place else list(parts_of)
            for i in range(len(table.dimensions))
        ]
        for measure in table.resource["osamari:measures"]:
            if dimension["name"] not in measure["additive_over"]:
                continue
            for key in product(*others):
                if not _adds_up(table, key, place, (measure["name"], parts_of[key[place]])):
                    yield f"{measure['name']} does not add up at {'/'.join(key)}"


def _parts(dimension: Mapping[str, Any]) -> dict[str, list[str]]:
    """The codes directly under each code that has any."""
    parts: dict[str, list[str]] = {}
    for code in dimension["codes"]:
        parts.setdefault(code["parent"] or dimension["total"], []).append(code["code"])
    return parts


def _adds_up(table: ReadTable, key: Key, place: int, sought: tuple[str, list[str]]) -> bool:
    measure, parts = sought
    keys = [key, *((*key[:place], part, *key[place + 1 :]) for part in parts)]
    figures = [table.figures.get((one, measure)) for one in keys]
    values = [figure.value for figure in figures if figure is not None and figure.value is not None]
    return len(values) < len(keys) or values[0] == sum(values[1:])
