"""What readers already have from earlier releases: masked cells stay masked, told figures stay told.

A stock belongs to the day of its release, a flow to its period: the same key of the same day or period is the same
figure. Where a figure has changed since it was told (a revision), the earlier version of its table is protected
together with today's, as one more table whose unchanged cells are today's cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.disclosure.protect import Earlier
from marts.disclosure.registry import Entry, Registry, RegistryBroken
from marts.disclosure.table import CellRef
from marts.earlier_versions import Told, Versions
from marts.evidence import read_evidence
from marts.release_folder import digests, read_files, release_ids, split_id
from marts.release_reader import REMEDY, read_release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingestion.home import Home
    from marts.disclosure.lattice import Link
    from marts.disclosure.table import Table
    from marts.release_reader import ReadTable
    from marts.stat_table import StatTable

Revised = frozenset[tuple[CellRef, str]]


@dataclass(frozen=True)
class Before:
    """Earlier releases as the engine takes them, and the figures of today that were told differently."""

    earlier: Earlier = field(default_factory=Earlier)
    revised: Revised = frozenset()
    release_count: int = 0


@dataclass(frozen=True)
class Today:
    """The tables to be released, as they are released and (the protected ones) as the engine takes them."""

    as_of: str
    tables: Mapping[str, StatTable]
    protected: Mapping[str, Table]
    links: Sequence[Link]


def read_before(home: Home, registry: Registry, entries: Sequence[Entry], today: Today) -> Before:
    """What the releases of ``entries`` mean for the tables of today.

    Raises:
        RegistryBroken: a release is missing or not what it was, or its evidence is.
        TableRefused: the same figures would come out under other codes.
    """
    tables, protected = today.tables, today.protected
    versions, revised = Versions(protected), set()
    registered = registry.by_id()
    for entry in entries:
        require_intact(home.released, registered, entry.release_id)
        comparable = {n for n, t in tables.items() if t.contract.period_dimension or entry.as_of == today.as_of}
        read = {table.name: table for table in read_release(home.released / entry.release_id, comparable)}
        for name, table in read.items():
            revised |= _told_differently(table, tables[name])
        if read.keys() & protected.keys():
            truth = read_evidence(home, entry.release_id)
            for name in sorted(read.keys() & protected.keys()):
                period = tables[name].contract.period_dimension
                versions.add(entry.release_id, truth.tables[name], _told(read[name], truth.tables[name], entry), period)
    return Before(versions.earlier(today.links), frozenset(revised), len(entries))


def _told(read: ReadTable, truth: Table, entry: Entry) -> Told:
    """Which cells a release shows and which it masks, after comparing what it shows with the evidence."""
    masked = frozenset(read.masked_cells)
    for (key, measure), figure in read.figures.items():
        cell = truth.cells.get(key)
        if cell is None or (key not in masked and cell.values.get(measure) != figure.value):
            raise RegistryBroken(
                f"Release {entry.release_id}: {CellRef(read.name, key)} is not what its evidence says.",
                "Restore released/ and evidence/ from the same backup.",
            )
    return Told(masked, frozenset(truth.cells) - masked)


def _told_differently(read: ReadTable, today: StatTable) -> set[tuple[CellRef, str]]:
    """Figures of today for which a release shows another value."""
    shown = {measure.name for measure in today.contract.measures}
    return {
        (CellRef(read.name, key), measure)
        for (key, measure), figure in read.figures.items()
        if figure.value is not None
        and measure in shown
        and key in today.rows
        and today.rows[key][measure] != figure.value
    }


def require_intact(released: Path, registered: Mapping[str, Entry], release_id: str) -> None:
    """Demand that a release is ``registered`` (by its id) and that its files are exactly those registered.

    Raises:
        RegistryBroken: it is not registered, or a file was changed, added or removed.
    """
    entry = registered.get(release_id)
    if entry is None:
        raise RegistryBroken(f"Release {release_id} is not in the register.", REMEDY)
    folder = released / release_id
    if not folder.is_dir():
        raise RegistryBroken(f"Release {release_id} is gone.", REMEDY)
    found = digests(read_files(folder))
    for name in sorted({*found, *entry.files}):
        if found.get(name) != entry.files.get(name):
            raise RegistryBroken(f"Release {release_id}: {name} is not the file that was released.", REMEDY)


def register_unregistered(released: Path, registry: Registry) -> None:
    """Register a folder that a run moved into place and was killed before it registered: it may have been read."""
    registered = {entry.release_id for entry in registry.entries()}
    for release_id in release_ids(released):
        parts = split_id(release_id)
        if release_id in registered or parts is None:
            continue
        tables = [t for t in read_release(released / release_id) if t.resource["osamari:protected"]]
        masked = tuple(sorted(CellRef(table.name, key) for table in tables for key in table.masked_cells))
        files = digests(read_files(released / release_id))
        registry.append(Entry(release_id, parts[0].isoformat(), files, masked))
