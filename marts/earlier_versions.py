"""Versions of a table that were released before: the same as today's as far as they go, or different in a figure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from marts.disclosure.lattice import KnownFigure, Link
from marts.disclosure.protect import PUBLISHED_EARLIER, Earlier
from marts.disclosure.table import TOTAL, CellRef, Dimension, Key, Table, TableRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Told:
    """The cells that a version masks, and those that it shows."""

    masked: frozenset[Key]
    shown: frozenset[Key]


@dataclass
class Versions:
    """Collects versions, and says what they mean for the tables of today (``today``, by name)."""

    today: Mapping[str, Table]
    _masked: set[CellRef] = field(default_factory=set)
    _told: set[CellRef] = field(default_factory=set)
    _empty: set[CellRef] = field(default_factory=set)
    _different: list[tuple[str, Table, Told]] = field(default_factory=list)
    _parts: dict[tuple[str, str], tuple[Table, Told]] = field(default_factory=dict)
    """By release and table, the part that differs from today's."""

    def add(self, release_id: str, version: Table, told: Told, period: str) -> None:
        """One version; ``period`` is the name of the dimension of periods, empty for a stock.

        Raises:
            TableRefused: the same figures would come out under other codes.
        """
        today = self.today[version.name]
        _refuse_other_codes(release_id, version, today, period)
        shared = version.cells.keys() & today.cells.keys()
        self._masked |= {CellRef(today.name, key) for key in told.masked & shared}
        newcomers = _newcomers(version, today, period)
        changed = {key for key in shared if version.cells[key].values != today.cells[key].values}
        changed |= {key for key in newcomers if any(today.cells[key].values.values())}
        self._told |= {CellRef(today.name, key) for key in (told.shown & shared) - changed}
        if not changed:
            self._empty |= {CellRef(today.name, key) for key in newcomers}
            return
        part = _around(version, changed, period)
        kept = Told(told.masked & part.cells.keys(), told.shown & part.cells.keys())
        self._parts[release_id, version.name] = part, kept
        self._keep(release_id, part, kept)

    def earlier(self, links_of_today: Iterable[Link] = ()) -> Earlier:
        """All of it in the terms of the engine; what links join today they joined in each release, too."""
        tables: list[Table] = []
        links: list[Link] = []
        known, masked = list(self._known()), set(self._masked)
        for release_id, version, told in self._different:
            name = f"{version.name}@{release_id}"
            tables.append(replace(version, name=name))
            links += _unchanged(version, self.today[version.name], name)
            masked |= {CellRef(name, key) for key in told.masked}
            known += _figures(version, name, told.shown)
        links += self._linked({table.name: table for table in (*tables, *self.today.values())}, links_of_today)
        return Earlier(frozenset(masked), frozenset(self._told), tuple(known), tuple(tables), tuple(links))

    def _linked(self, tables: Mapping[str, Table], links: Iterable[Link]) -> list[Link]:
        """The links between versions of one release: at least one of the two tables differs from today's."""
        names = {place: self._name(*part) for place, part in self._parts.items()}
        found = set()
        for link in links:
            for release_id in sorted({release_id for release_id, _ in names}):
                left, right = (
                    CellRef(names.get((release_id, cell.table), cell.table), cell.key)
                    for cell in (link.left, link.right)
                )
                if (left, right) != (link.left, link.right) and _agree(tables, left, right, link.measures):
                    found.add(Link(left, right, link.measures))
        return sorted(found, key=lambda link: (link.left, link.right, sorted(link.measures)))

    def _name(self, part: Table, told: Told) -> str:
        """The name of the version that stands for this one."""
        for release_id, version, shown in self._different:
            if version.name == part.name and _repeats(part, told, version, shown):
                return f"{version.name}@{release_id}"
        raise AssertionError(part.name)

    def _known(self) -> Iterable[KnownFigure]:
        for name, table in sorted(self.today.items()):
            keys = {cell.key for cell in self._told | self._empty if cell.table == name}
            yield from _figures(table, name, keys)

    def _keep(self, release_id: str, version: Table, told: Told) -> None:
        """A version that a longer one repeats says nothing more."""
        mine = [(other, shown) for _, other, shown in self._different if other.name == version.name]
        if any(_repeats(version, told, other, shown) for other, shown in mine):
            return
        self._different = [
            kept
            for kept in self._different
            if kept[1].name != version.name or not _repeats(kept[1], kept[2], version, told)
        ]
        self._different.append((release_id, version, told))


def _agree(tables: Mapping[str, Table], left: CellRef, right: CellRef, measures: Iterable[str]) -> bool:
    """Whether both cells are there and show the same."""
    cells = [tables[cell.table].cells.get(cell.key) for cell in (left, right)]
    if None in cells:
        return False
    return all(len({cell.values.get(measure) for cell in cells if cell is not None}) == 1 for measure in measures)


def _repeats(version: Table, told: Told, other: Table, other_told: Told) -> bool:
    """Whether ``other`` holds all that ``version`` holds, masked and shown alike."""
    return (
        version.cells.keys() <= other.cells.keys()
        and told.masked <= other_told.masked
        and told.shown <= other_told.shown
        and all(cell.values == other.cells[key].values for key, cell in version.cells.items())
    )


def _refuse_other_codes(release_id: str, version: Table, today: Table, period: str) -> None:
    """Two classifications of the same figures can be subtracted from each other: ages 15–19 and 15–18 give 19."""
    remedy = "Keep the codes of what was released; a new classification is a new table, or starts on a new day."
    if [d.name for d in version.dimensions] != [d.name for d in today.dimensions]:
        raise TableRefused(f"{version.name}: its dimensions are not those of release {release_id}.", remedy)
    for before, now in zip(version.dimensions, today.dimensions, strict=True):
        for code, parent in before.parents.items():
            has_moved = before.name == period and _has_moved(code, before, now)
            if now.parents.get(code) != parent and not has_moved:
                raise TableRefused(
                    f"{version.name}: {now.name} {code} does not stand where release {release_id} has it.", remedy
                )


def _has_moved(code: str, before: Dimension, now: Dimension) -> bool:
    """Whether a period has left with all it counted in, or has come under a quarter or year that is complete now."""
    parent, today = before.parents[code], now.parents.get(code)
    if today is None:
        return parent not in now.parents
    return parent == TOTAL and today not in before.parents


def _newcomers(version: Table, today: Table, period: str) -> set[Key]:
    """Cells of today whose period the version has, under a code that it did not have yet."""
    covered = [set(before.codes) if before.name == period else None for before in version.dimensions]
    return {
        key
        for key in today.cells.keys() - version.cells.keys()
        if all(codes is None or code in codes for codes, code in zip(covered, key, strict=True))
    }


def _around(version: Table, changed: Iterable[Key], period: str) -> Table:
    """The part of a version that can have to do with ``changed``: of a flow, the periods under the same top codes."""
    place = next((i for i, d in enumerate(version.dimensions) if d.name == period), None)
    if place is None:
        return version
    dimension = version.dimensions[place]
    tops = {_top(dimension, key[place]) for key in changed if key[place] in dimension.parents}
    kept = {code: parent for code, parent in dimension.parents.items() if _top(dimension, code) in tops}
    dimensions = tuple(replace(d, parents=kept) if i == place else d for i, d in enumerate(version.dimensions))
    cells = {key: cell for key, cell in version.cells.items() if key[place] in kept}
    return replace(version, dimensions=dimensions, cells=cells)


def _top(dimension: Dimension, code: str) -> str:
    while dimension.parents[code] != TOTAL:
        code = dimension.parents[code]
    return code


def _unchanged(version: Table, today: Table, name: str) -> Iterable[Link]:
    """The finest cells with the same figure in both: they are one and the same unknown."""
    for measure in version.measures:
        for key in sorted(version.cells.keys() & today.cells.keys()):
            is_finest = tuple(version.parts(measure, key)) == (key,)
            if is_finest and version.cells[key].values[measure.name] == today.cells[key].values[measure.name]:
                yield Link(CellRef(name, key), CellRef(today.name, key), frozenset({measure.name}))


def _figures(table: Table, name: str, keys: Iterable[Key]) -> list[KnownFigure]:
    return [
        KnownFigure(CellRef(name, key), measure, value, PUBLISHED_EARLIER)
        for key in sorted(keys)
        for measure, value in sorted(table.cells[key].values.items())
    ]
