"""The engine's tables as a reader gets them, and how narrowly that reader encloses each masked figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marts.attacker.blocks import blocks_of
from marts.attacker.bounds import Enclosure
from marts.attacker.equations import all_rows
from marts.attacker.reading import Release, release_of
from marts.attacker.unknowns import number_unknowns
from marts.disclosure.table import CellRef, Table
from tests.released_folders import TOTAL, FolderTable, Key, release_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from marts.disclosure.lattice import KnownFigure, Link

RELEASE_ID = "2026-05-31.1"
Place = tuple[str, Key, str]
_WIDER_THAN_ANY = 2**60


def released(
    tables: Sequence[Table],
    links: Sequence[Link],
    masked: Collection[CellRef],
    known: Sequence[KnownFigure] = (),
    widths: Mapping[str, int] | None = None,
) -> Release:
    """The release in which exactly ``masked`` is masked; what is ``known`` elsewhere stands in a table beside it."""
    written = [_written(table, masked) for table in tables]
    joined = [_link(tables, link.left, link.right, link.measures) for link in links]
    by_measure: dict[str, dict[Key, int]] = {}
    for place, figure in enumerate(known):
        by_measure.setdefault(figure.measure, {})[str(place),] = figure.value
        beside = {"table": f"known_{figure.measure}", "where": {"code": str(place)}}
        joined.append({"left": _side(tables, figure.cell), "right": beside, "by": [], "measures": [figure.measure]})
    for measure, values in by_measure.items():
        parents = {"code": {code: TOTAL for (code,) in values}}
        written.append(FolderTable(f"known_{measure}", parents, {measure: values}, without_total=("code",)))
    return release_of(RELEASE_ID, release_bytes(RELEASE_ID, written, links=joined, widths=widths))


def intervals(release: Release, wanted: Collection[Place]) -> dict[Place, tuple[float, float]]:
    """The exact intervals of those masked figures that stand in any equation or ordering."""
    found = {}
    for places, enclosure in _enclosures(release):
        for number, place in enumerate(places):
            if place in wanted:
                enclosure.narrow([number], np.full(len(places), _WIDER_THAN_ANY))
                found[place] = float(enclosure.low[number]), float(enclosure.high[number])
    return found


def narrower(release: Release, widths: Mapping[Place, int]) -> list[Place]:
    """The masked figures whose interval is narrower than ``widths`` says; all are asked, most of them together."""
    found = []
    for places, enclosure in _enclosures(release):
        wanted = np.array([widths[place] for place in places])
        found += [places[number] for number in enclosure.narrow(range(len(places)), wanted)]
    return found


def _enclosures(release: Release) -> Iterator[tuple[list[Place], Enclosure]]:
    unknowns = number_unknowns([release])
    for block in blocks_of(all_rows([release], unknowns), np.arange(unknowns.count)):
        figures = [unknowns.figure(int(number)) for number in block.unknowns]
        yield [(f.table, f.key, f.measure) for f in figures], Enclosure(block.equal(), block.at_most(), {}, 1)


def _written(table: Table, masked: Collection[CellRef]) -> FolderTable:
    return FolderTable(
        table.name,
        {dimension.name: dict(dimension.parents) for dimension in table.dimensions},
        {m.name: {key: cell.values[m.name] for key, cell in table.cells.items()} for m in table.measures},
        {key for key in table.cells if CellRef(table.name, key) in masked},
        {m.name: sorted(m.additive_over) for m in table.measures},
    )


def _link(tables: Sequence[Table], left: CellRef, right: CellRef, measures: Collection[str]) -> dict[str, object]:
    return {"left": _side(tables, left), "right": _side(tables, right), "by": [], "measures": sorted(measures)}


def _side(tables: Sequence[Table], cell: CellRef) -> dict[str, object]:
    table = next(t for t in tables if t.name == cell.table)
    return {"table": cell.table, "where": dict(zip((d.name for d in table.dimensions), cell.key, strict=True))}
