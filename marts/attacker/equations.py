"""Everything that a reader can write down about the unknowns: sums, orderings, equal cells, ceilings.

Published figures are constants here; a row holds nothing but unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from marts.attacker.reading import ABSENT, MASKED, TOLD, NotARelease
from marts.attacker.unknowns import families

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from marts.attacker.reading import Key, Release, Table
    from marts.attacker.unknowns import Placed, Unknowns

    Numbers = npt.NDArray[np.int64]

EQUAL, AT_MOST, CEILING = 0, 1, 2
"""Kinds of rows. A ceiling is an ``AT_MOST`` that only the public accounts tell."""
Place = TypeVar("Place", int, "npt.NDArray[np.int64]")


def across(teller: Place) -> Place:
    """The release of a row that holds only while a figure is the same in ``teller`` and elsewhere: below 0."""
    return -1 - teller


@dataclass
class Rows:
    """Rows over unknowns, sparse: ``sum of coefficient · unknown`` equals, or is at most, ``constant``."""

    kind: Numbers
    constant: Numbers
    release: Numbers
    entry_row: Numbers
    entry_unknown: Numbers
    entry_coefficient: Numbers
    entry_release: Numbers


@dataclass
class _Collected:
    parts: list[tuple[Numbers, ...]] = field(default_factory=list)
    count: int = 0

    def add(self, kind: int, release: int, constants: Numbers, entries: tuple[Numbers, Numbers, Numbers]) -> None:
        """``entries`` are row (from 0), unknown and coefficient."""
        row, unknown, coefficient = entries
        size = len(constants)
        heads = np.full(size, kind), constants, np.full(size, release)
        self.parts.append((*heads, row + self.count, unknown, coefficient, np.full(len(row), release)))
        self.count += size

    def add_one(self, kind: int, release: int, constant: int, terms: Sequence[tuple[int, int, int]]) -> None:
        """``terms`` are unknown, coefficient and release."""
        unknown, coefficient, of = (np.array(column, dtype=np.int64) for column in zip(*terms, strict=True))
        heads = np.array([kind]), np.array([constant], dtype=np.int64), np.array([release])
        self.parts.append((*heads, np.full(len(unknown), self.count), unknown, coefficient, of))
        self.count += 1

    def rows(self) -> Rows:
        """All rows as arrays."""
        nothing = np.zeros(0, dtype=np.int64)
        columns = zip(*self.parts, strict=True) if self.parts else [(nothing,)] * 7
        return Rows(*(np.concatenate(column).astype(np.int64) for column in columns))


def all_rows(releases: Sequence[Release], unknowns: Unknowns) -> Rows:
    """The rows of all releases.

    Raises:
        NotARelease: a release's dictionary links what it does not have.
    """
    found = _Collected()
    for placed in unknowns.placed.values():
        _add_sums(found, placed)
    for place, release in enumerate(releases):
        _add_links(found, unknowns, place, release)
        _add_ceilings(found, unknowns, place, release)
        _add_further(found, unknowns, place, releases)
    for pin in unknowns.pins:
        found.add_one(EQUAL, across(pin.teller), pin.value, [(pin.unknown, 1, pin.hider)])
    return found.rows()


def _add_sums(found: _Collected, placed: Placed) -> None:
    """A whole is the sum of its parts; where they overlap, it is at least each part and at most their sum."""
    additive = placed.table.additive_over[placed.measure]
    for axis, (whole, *parts) in families(placed.table):
        if placed.table.dimensions[axis].name in additive:
            _add_lines(found, placed, (axis, [whole, *parts]), EQUAL, [1] + [-1] * len(parts))
        else:
            _add_lines(found, placed, (axis, [whole, *parts]), AT_MOST, [1] + [-1] * len(parts))
            for part in parts:
                _add_lines(found, placed, (axis, [part, whole]), AT_MOST, [1, -1])


def _add_lines(
    found: _Collected, placed: Placed, line: tuple[int, list[int]], kind: int, coefficients: list[int]
) -> None:
    """One row for each line along an axis that has an unknown and no gap."""
    axis, places = line
    state, value, unknown = (
        np.take(array, places, axis=axis).swapaxes(0, axis).reshape(len(places), -1)
        for array in (placed.figures.state, placed.figures.value, placed.unknown)
    )
    lines = np.flatnonzero((state != ABSENT).all(axis=0) & (state == MASKED).any(axis=0))
    if not len(lines):
        return
    state, value, unknown = state[:, lines], value[:, lines], unknown[:, lines]
    weight = np.array(coefficients, dtype=np.int64)
    constants = -(weight[:, None] * np.where(state == TOLD, value, 0)).sum(axis=0)
    row, member = np.nonzero(state.T == MASKED)
    entries = row.astype(np.int64), unknown[member, row].astype(np.int64), weight[member]
    found.add(kind, placed.release, constants, entries)


def _add_links(found: _Collected, unknowns: Unknowns, place: int, release: Release) -> None:
    for link in release.links:
        by = {name: name for name in link["by"]}
        for measure in link["measures"]:
            for left, right in linked_cells(release, link, by):
                _add_equation(
                    found, place, [(unknowns, place, left, measure, 1), (unknowns, place, right, measure, -1)]
                )


def _add_ceilings(found: _Collected, unknowns: Unknowns, place: int, release: Release) -> None:
    for ceiling in release.ceilings:
        for measure, other, left, right in ceiling_cells(release, ceiling):
            unknown, value = _look_up(unknowns, place, left, measure), told(release, right, other)
            if unknown is not None and unknown[0] >= 0 and value is not None:
                found.add_one(CEILING, place, value, [(unknown[0], 1, place)])


def ceiling_cells(release: Release, ceiling: Mapping[str, Any]) -> Iterator[tuple[str, str, Cell, Cell]]:
    """Measure of the protected and of the public table, and the two cells, of all that a ceiling speaks of."""
    for measure in ceiling.get("measures") or [ceiling["left"]["measure"]]:
        other = ceiling["right"].get("measure", measure)
        for left, right in linked_cells(release, ceiling, ceiling["by"]):
            yield ceiling["left"].get("measure", measure), other, left, right


def _add_further(found: _Collected, unknowns: Unknowns, place: int, releases: Sequence[Release]) -> None:
    """Equations that come as data: stocks and flows."""
    for equation in releases[place].equations:
        terms = []
        for term in equation["terms"]:
            at = place - (term.get("release", "this") == "previous")
            measure = term.get("measure") or equation["measure"]
            terms.append((unknowns, at, (term["table"], tuple(term["key"])), measure, int(term["coefficient"])))
        _add_equation(found, place, terms)


def _add_equation(found: _Collected, place: int, terms: Sequence[tuple[Unknowns, int, Cell, str, int]]) -> None:
    """A sum of figures that is 0; nothing when one of them is not there."""
    constant, of_unknowns = 0, []
    for unknowns, at, cell, measure, coefficient in terms:
        looked_up = _look_up(unknowns, at, cell, measure)
        if looked_up is None:
            return
        unknown, value = looked_up
        if unknown < 0:
            constant -= coefficient * value
        else:
            of_unknowns.append((unknown, coefficient, at))
    if of_unknowns:
        found.add_one(EQUAL, place, constant, of_unknowns)


Cell = tuple[str, "Key"]


def _look_up(unknowns: Unknowns, release: int, cell: Cell, measure: str) -> tuple[int, int] | None:
    """The unknown (or -1) and the value of a figure of a protected table; none when there is no such figure."""
    placed = unknowns.placed.get((release, cell[0], measure))
    place = placed.table.place(cell[1]) if placed is not None else None
    if placed is None or place is None or placed.figures.state[place] == ABSENT:
        return None
    return int(placed.unknown[place]), int(placed.figures.value[place])


def told(release: Release, cell: Cell, measure: str) -> int | None:
    """A published figure of any table; none when it is not published."""
    table = release.tables[cell[0]]
    place, figures = table.place(cell[1]), table.figures.get(measure)
    if place is None or figures is None or figures.state[place] != TOLD:
        return None
    return int(figures.value[place])


def linked_cells(release: Release, link: Mapping[str, Any], by: Mapping[str, str]) -> Iterator[tuple[Cell, Cell]]:
    """Every pair of cells that a link speaks of; ``by`` maps dimensions of the left table to those of the right."""
    tables = []
    for side in ("left", "right"):
        if link[side]["table"] not in release.tables:
            raise NotARelease(
                f"{release.release_id}: a link names no table of the release. Check its datapackage.json."
            )
        tables.append(release.tables[link[side]["table"]])
    left, right = tables
    shared = [_shared_codes(left, right, pair) for pair in by.items()]
    for codes in product(*shared):
        yield (
            (left.name, _key(left, {**link["left"]["where"], **dict(zip(by, codes, strict=True))})),
            (right.name, _key(right, {**link["right"]["where"], **dict(zip(by.values(), codes, strict=True))})),
        )


def _shared_codes(left: Table, right: Table, names: tuple[str, str]) -> list[str]:
    found = []
    for table, name in zip((left, right), names, strict=True):
        dimension = next((d for d in table.dimensions if d.name == name), None)
        if dimension is None:
            raise NotARelease(f"A link names {name}, which {table.name} does not have. Check datapackage.json.")
        found.append(dimension.codes)
    return [code for code in found[0] if code in found[1]]


def _key(table: Table, named: Mapping[str, str]) -> Key:
    if {d.name for d in table.dimensions} != set(named):
        raise NotARelease(f"A link does not name one code per dimension of {table.name}. Check datapackage.json.")
    return tuple(str(named[d.name]) for d in table.dimensions)
