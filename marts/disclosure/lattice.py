"""All tables of a release as one linear system per measure: what a reader can add up and subtract."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array, vstack

from marts.disclosure.table import CellRef, Measure, Table, TableRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

Sparse = Any
"""A scipy ``csr_array`` of whole numbers; scipy has no types."""
Entries = dict[int, int]


@dataclass(frozen=True)
class Link:
    """Two cells that show the same figure: the same people and money, counted in two tables."""

    left: CellRef
    right: CellRef
    measures: frozenset[str]

    @property
    def terms(self) -> tuple[tuple[CellRef, int], ...]:
        """The link as an equation."""
        return ((self.left, 1), (self.right, -1))


@dataclass(frozen=True)
class Equation:
    """Cells whose figures, each times its whole number, sum to nothing: opening + new − cleared − closing."""

    terms: tuple[tuple[CellRef, int], ...]
    measures: frozenset[str]


@dataclass(frozen=True)
class KnownFigure:
    """What readers know without the release: ``cell`` is ``value`` or, if ``is_ceiling``, at most that."""

    cell: CellRef
    measure: str
    value: int
    reason: str
    is_ceiling: bool = False


@dataclass(frozen=True)
class System:
    """One measure of all tables. Unknowns are its finest cells; every cell is a sum of unknowns.

    ``cells[i] = forms[i] · unknowns``; ``same · unknowns = 0`` (links); ``ordered · unknowns ≤ 0`` (where a
    dimension does not add up: a whole is at least each part and at most the sum of its parts).
    """

    measure: str
    cells: tuple[CellRef, ...]
    forms: Sparse
    same: Sparse
    ordered: Sparse
    finest: tuple[int, ...]
    """The cell that each unknown is."""
    values: npt.NDArray[np.int64]
    zeros: frozenset[int]
    """Cells empty by structure: everyone knows them."""
    known: Mapping[int, int]
    """Cells whose figure readers have from elsewhere."""
    ceilings: Mapping[int, int]


def build_systems(
    tables: Sequence[Table], links: Sequence[Link | Equation], known: Sequence[KnownFigure]
) -> tuple[System, ...]:
    """One system per measure and group of tables that links join in it; the order of the input does not matter.

    Raises:
        TableRefused: a total does not add up, or a link or an equation does not hold.
    """
    systems = []
    for name in sorted({measure.name for table in tables for measure in table.measures}):
        mine = [table for table in tables if any(measure.name == name for measure in table.measures)]
        for group in _joined(mine, [link for link in links if name in link.measures]):
            cells = tuple(sorted(CellRef(table.name, key) for table in group for key in table.cells))
            if cells:
                systems.append(_Builder(group, cells, name).build(links, known))
    return tuple(systems)


def _joined(tables: Sequence[Table], links: Sequence[Link | Equation]) -> list[list[Table]]:
    """Tables in groups: two are in one if links lead from the one to the other."""
    group = {table.name: {table.name} for table in tables}
    for link in links:
        together = set().union(*(group[cell.table] for cell, _ in link.terms if cell.table in group))
        group |= dict.fromkeys(together, together)
    names = sorted({tuple(sorted(members)) for members in group.values()})
    by_name = {table.name: table for table in tables}
    return [[by_name[name] for name in members] for members in names]


class _Builder:
    """Collects the rows of one measure's system."""

    def __init__(self, tables: Sequence[Table], cells: tuple[CellRef, ...], measure: str) -> None:
        self._measure = measure
        self._tables = {table.name: table for table in tables}
        self._cells = cells
        self._index = {cell: row for row, cell in enumerate(cells)}
        self._columns: dict[CellRef, int] = {}
        for cell in cells:
            if tuple(self._parts(cell)) == (cell,):
                self._columns[cell] = len(self._columns)

    def build(self, links: Sequence[Link | Equation], known: Sequence[KnownFigure]) -> System:
        values = np.array([self._value(cell) for cell in self._cells], dtype=np.int64)
        forms = self._matrix([self._form(cell) for cell in self._cells])
        self._refuse_wrong_sums(forms, values)
        mine = [figure for figure in known if figure.measure == self._measure and figure.cell in self._index]
        return System(
            measure=self._measure,
            cells=self._cells,
            forms=forms,
            same=self._same(links),
            ordered=self._matrix(list(self._orderings())),
            finest=tuple(self._index[cell] for cell in self._columns),
            values=values,
            zeros=frozenset(i for i, cell in enumerate(self._cells) if self._is_zero(cell)),
            known={self._index[f.cell]: f.value for f in mine if not f.is_ceiling},
            ceilings={self._index[f.cell]: f.value for f in mine if f.is_ceiling},
        )

    def _measure_of(self, cell: CellRef) -> Measure | None:
        measures = self._tables[cell.table].measures
        return next((m for m in measures if m.name == self._measure), None)

    def _parts(self, cell: CellRef) -> Iterator[CellRef]:
        measure = self._measure_of(cell)
        if measure is not None:
            table = self._tables[cell.table]
            yield from (CellRef(cell.table, key) for key in table.parts(measure, cell.key))

    def _form(self, cell: CellRef) -> Entries:
        return {self._columns[part]: 1 for part in self._parts(cell)}

    def _value(self, cell: CellRef) -> int:
        return self._tables[cell.table].cells[cell.key].values.get(self._measure, 0)

    def _is_zero(self, cell: CellRef) -> bool:
        return self._tables[cell.table].cells[cell.key].is_structural_zero

    def _orderings(self) -> Iterator[Entries]:
        """Part − whole ≤ 0 for each part, and whole − sum of parts ≤ 0, where parts do not add up."""
        for cell, column in self._columns.items():
            table, measure = self._tables[cell.table], self._measure_of(cell)
            for place, dimension in enumerate(table.dimensions):
                under = dimension.children.get(cell.key[place], ())
                if measure is None or dimension.name in measure.additive_over or not under:
                    continue
                parts = [
                    self._columns[CellRef(cell.table, (*cell.key[:place], code, *cell.key[place + 1 :]))]
                    for code in under
                ]
                yield from ({part: 1, column: -1} for part in parts)
                yield {column: 1, **dict.fromkeys(parts, -1)}

    def _same(self, links: Sequence[Link | Equation]) -> Sparse:
        mine = sorted(
            link.terms
            for link in links
            if self._measure in link.measures and all(cell.table in self._tables for cell, _ in link.terms)
        )
        for terms in mine:
            if sum(factor * self._value(cell) for cell, factor in terms):
                raise TableRefused(
                    f"{' and '.join(str(cell) for cell, _ in terms)} do not agree in {self._measure}.",
                    "Correct the statistics models, or the links in the disclosure policy.",
                )
        return self._matrix([self._balance(terms) for terms in mine])

    def _balance(self, terms: Sequence[tuple[CellRef, int]]) -> Entries:
        total: Counter[int] = Counter()
        for cell, factor in terms:
            total.update({column: factor * count for column, count in self._form(cell).items()})
        return {column: count for column, count in total.items() if count}

    def _refuse_wrong_sums(self, forms: Sparse, values: npt.NDArray[np.int64]) -> None:
        finest = np.array([self._value(cell) for cell in self._columns], dtype=np.int64)
        wrong = np.flatnonzero(forms @ finest != values)
        with_measure = [i for i in wrong if self._measure_of(self._cells[i]) is not None]
        if with_measure:
            raise TableRefused(
                f"{self._cells[with_measure[0]]}: {self._measure} is not the sum of its parts.",
                "Correct the statistics model; a table whose totals do not add up cannot be protected.",
            )

    def _matrix(self, rows: Sequence[Entries]) -> Sparse:
        lengths = [len(row) for row in rows]
        return csr_array(
            (
                np.fromiter(chain.from_iterable(row.values() for row in rows), dtype=np.int64),
                np.fromiter(chain.from_iterable(row.keys() for row in rows), dtype=np.int64),
                np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            ),
            shape=(len(rows), len(self._columns)),
        )


def all_rows(system: System) -> npt.NDArray[np.int64]:
    """Every cell's row, then the links' rows, as one dense matrix."""
    dense: npt.NDArray[np.int64] = vstack([system.forms, system.same]).toarray().astype(np.int64)
    return dense
