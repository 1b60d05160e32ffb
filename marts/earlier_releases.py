"""What readers already have from earlier releases of the same day: masked cells stay masked, told figures stay told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.certificate import PUBLISHED_EARLIER
from marts.disclosure.lattice import KnownFigure
from marts.disclosure.registry import Entry, Registry, RegistryBroken
from marts.disclosure.table import CellRef
from marts.release_folder import digests, read_files, release_ids, split_id
from marts.release_reader import REMEDY, read_release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from marts.stat_table import StatTable


@dataclass(frozen=True)
class Earlier:
    """Masked cells and told figures of earlier releases of one day."""

    masked: frozenset[CellRef] = frozenset()
    told: Mapping[tuple[CellRef, str], frozenset[int]] = field(default_factory=dict)

    def known(self, tables: Sequence[StatTable]) -> list[KnownFigure]:
        """The figures of ``tables`` that were told before and are still the same."""
        return [
            KnownFigure(CellRef(table.name, key), measure.name, int(row[measure.name]), PUBLISHED_EARLIER)
            for table in tables
            for key, row in table.rows.items()
            for measure in table.contract.measures
            if int(row[measure.name]) in self.told.get((CellRef(table.name, key), measure.name), ())
        ]


def read_earlier(released: Path, registry: Registry, release_ids_of_day: Sequence[str]) -> Earlier:
    """What the named releases masked and told.

    Raises:
        RegistryBroken: a release is missing or not what it was.
    """
    masked: set[CellRef] = set()
    told: dict[tuple[CellRef, str], frozenset[int]] = {}
    for release_id in release_ids_of_day:
        require_intact(released, registry, release_id)
        for table in read_release(released / release_id):
            if not table.resource["osamari:protected"]:
                continue
            masked.update(CellRef(table.name, key) for key in table.masked_cells)
            for (key, measure), figure in table.figures.items():
                if figure.value is not None:
                    place = CellRef(table.name, key), measure
                    told[place] = told.get(place, frozenset()) | {int(figure.value)}
    return Earlier(frozenset(masked), told)


def require_intact(released: Path, registry: Registry, release_id: str) -> None:
    """Demand that a release is registered and that its files are exactly those registered.

    Raises:
        RegistryBroken: it is not registered, or a file was changed, added or removed.
    """
    entry = registry.entry(release_id)
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
