"""Which masked figures of several releases are the same unknown.

A figure has an identity: its table, measure and cell, and for a stock the day of the release (a flow carries its period
in the cell). The same identity in two releases is one unknown, unless a published figure in one of its lines (itself,
the parts it is summed with, the whole above, the parts below) was told with another value in between: then something in
that line was revised and nobody can say what, so the figure is a new unknown from there on. A code whose parts were cut
anew is another identity. What nevertheless contradicts is taken apart later, release by release (see blocks).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from marts.attacker.reading import ABSENT, MASKED, TOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from marts.attacker.reading import Figures, Key, Release, Table

    Numbers = npt.NDArray[np.int64]


class FigureRef(NamedTuple):
    """One figure: the place of its release among all, table, cell and measure."""

    release: int
    table: str
    key: Key
    measure: str


class Pin(NamedTuple):
    """An unknown that another release tells: release ``teller`` publishes what ``hider`` masks."""

    unknown: int
    value: int
    hider: int
    teller: int


@dataclass(frozen=True)
class Placed:
    """One measure of one table of one release, with the number of the unknown at each masked figure, else -1."""

    release: int
    table: Table
    measure: str
    figures: Figures
    unknown: Numbers


@dataclass
class Unknowns:
    """Every masked figure of all releases, numbered; where each stands, and what another release tells."""

    placed: dict[tuple[int, str, str], Placed] = field(default_factory=dict)
    pins: list[Pin] = field(default_factory=list)
    revised: list[FigureRef] = field(default_factory=list)
    """Masked first, published after a revision in its line."""
    kept_apart: set[int] = field(default_factory=set)
    """Unknowns of figures that are another unknown in another release, because of a revision."""
    _starts: list[int] = field(default_factory=list)
    _batches: list[tuple[Placed, Numbers]] = field(default_factory=list)
    count: int = 0

    def figure(self, unknown: int) -> FigureRef:
        """The figure that first had this number."""
        at = int(np.searchsorted(self._starts, unknown, side="right")) - 1
        placed, cells = self._batches[at]
        place = np.unravel_index(cells[unknown - self._starts[at]], placed.unknown.shape)
        return FigureRef(placed.release, placed.table.name, placed.table.key([int(i) for i in place]), placed.measure)

    def of_all(self, value: Callable[[Placed], int]) -> Numbers:
        """One number for every unknown, from where it stands."""
        parts = [np.full(len(cells), value(placed), dtype=np.int64) for placed, cells in self._batches]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    def new(self, placed: Placed, where: npt.NDArray[np.bool_]) -> None:
        """Number the figures at ``where``."""
        cells = np.flatnonzero(where)
        if len(cells):
            placed.unknown.flat[cells] = np.arange(self.count, self.count + len(cells))
            self._starts.append(self.count)
            self._batches.append((placed, cells))
            self.count += len(cells)


def number_unknowns(releases: Sequence[Release]) -> Unknowns:
    """Number the masked figures of all protected tables; ``releases`` stand in their order of time."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, release in enumerate(releases):
        for table in release.tables.values():
            if table.is_protected:
                day = "" if table.period_dimension else release.as_of
                groups[table.name, day, *(d.name for d in table.dimensions)].append(place)
    found = Unknowns()
    for (name, *_), places in groups.items():
        tables = [releases[place].tables[name] for place in places]
        axes = _common_axes(tables)
        for measure in dict.fromkeys(m for table in tables for m in table.figures):
            memory = _Memory(found, [max(axis[i].max(initial=0) for axis in axes) + 1 for i in range(len(axes[0]))])
            for place, table, axis in zip(places, tables, axes, strict=True):
                if measure in table.figures:
                    memory.take(place, table, measure, axis)
    return found


class _Memory:
    """What is known of the figures of one identity group while its releases are read one after another."""

    def __init__(self, found: Unknowns, shape: Sequence[int]) -> None:
        self._found = found
        self._state = np.full(shape, ABSENT, dtype=np.int8)
        self._value = np.zeros(shape, dtype=np.int64)
        self._unknown = np.full(shape, -1, dtype=np.int64)
        self._release = np.full(shape, -1, dtype=np.int64)

    def take(self, release: int, table: Table, measure: str, axis: Sequence[Numbers]) -> None:
        """Read one release: number its masked figures, or recognise them."""
        figures, here = table.figures[measure], np.ix_(*axis)
        before, value, known_as = self._state[here], self._value[here], self._unknown[here]
        seen_in = self._release[here]
        placed = Placed(release, table, measure, figures, np.full(figures.state.shape, -1, dtype=np.int64))
        self._found.placed[release, table.name, measure] = placed
        dirty = _lines_through(table, (before == TOLD) & (figures.state == TOLD) & (value != figures.value))
        masked = figures.state == MASKED
        same = masked & (before == MASKED) & ~dirty
        placed.unknown[same] = known_as[same]
        self._found.new(placed, masked & ~same)
        apart = masked & (before == MASKED) & dirty
        self._found.kept_apart.update(placed.unknown[apart].tolist(), known_as[apart].tolist())
        for cell in np.argwhere(masked & (before == TOLD) & ~dirty):
            self._pin(placed.unknown, value, tuple(cell), release, int(seen_in[tuple(cell)]))
        for cell in np.argwhere((figures.state == TOLD) & (before == MASKED)):
            place = tuple(int(i) for i in cell)
            if dirty[place]:
                self._found.revised.append(FigureRef(release, table.name, table.key(place), measure))
            else:
                self._pin(known_as, figures.value, place, int(seen_in[place]), release)
        seen = figures.state != ABSENT
        self._state[here] = np.where(seen, figures.state, before)
        self._value[here] = np.where(seen, figures.value, value)
        self._unknown[here] = np.where(seen, placed.unknown, known_as)
        self._release[here] = np.where(seen, release, seen_in)

    def _pin(self, unknown: Numbers, value: Numbers, place: tuple[int, ...], hider: int, teller: int) -> None:
        self._found.pins.append(Pin(int(unknown[place]), int(value[place]), hider, teller))


def _lines_through(table: Table, changed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The figures that stand in one line with a changed one, along any dimension."""
    dirty = changed.copy()
    if changed.any():
        for axis, family in families(table):
            touched = np.take(changed, family, axis=axis).any(axis=axis, keepdims=True)
            part: list[slice | list[int]] = [slice(None)] * changed.ndim
            part[axis] = family
            dirty[tuple(part)] |= touched
    return dirty


def families(table: Table) -> Iterator[tuple[int, list[int]]]:
    """Per dimension (as an axis), each whole and its parts as places, the whole first."""
    for axis, dimension in enumerate(table.dimensions):
        for whole, parts in dimension.families:
            yield axis, [dimension.place[code] for code in (whole, *parts)]


def _common_axes(tables: Sequence[Table]) -> list[list[Numbers]]:
    """Per table and dimension, where each code stands among the codes of all of them.

    The same code with the same finest codes under it is the same; without parts it is the same as with any.
    """
    axes: list[list[Numbers]] = [[] for _ in tables]
    for place in range(len(tables[0].dimensions)):
        numbers: dict[tuple[str, int], int] = {}
        cuts: dict[str, list[frozenset[str]]] = defaultdict(list)
        for table, axis in zip(tables, axes, strict=True):
            dimension = table.dimensions[place]
            of_codes = []
            for code in dimension.codes:
                leaves, known = dimension.leaves(code), cuts[code]
                if leaves != {code} and leaves not in known:
                    known.append(leaves)
                cut = known.index(leaves) if leaves in known else 0
                of_codes.append(numbers.setdefault((code, cut), len(numbers)))
            axis.append(np.array(of_codes, dtype=np.int64))
    return axes
