"""Tables of cells along hierarchies: what the engine protects. Nothing here knows what is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from ingestion.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOTAL = "T"
Key = tuple[str, ...]


class CellRef(NamedTuple):
    """One cell of one table; the key has one code per dimension, in the table's order."""

    table: str
    key: Key

    def __str__(self) -> str:
        """Table and codes, as messages name a cell."""
        return f"{self.table} {'/'.join(self.key)}"


class TableRefused(DataRefused):
    """A table is not what it says it is: a gap, an overlap, a total that does not add up."""


@dataclass(frozen=True)
class Dimension:
    """A tree of codes. ``parents`` maps each code to the code it adds up to; the root is the total ``T``.

    Without a total the codes under the root stand side by side and nothing is the sum of them: periods, for example.
    """

    name: str
    parents: Mapping[str, str]
    has_total: bool = True

    def __post_init__(self) -> None:
        """Refuse a tree with a gap or a circle."""
        for code in self.parents:
            self.depth(code)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The codes directly under each code, in their own order."""
        found: dict[str, list[str]] = {}
        for code in sorted(self.parents):
            found.setdefault(self.parents[code], []).append(code)
        return {code: tuple(under) for code, under in found.items()}

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code with the total first, where there is one."""
        return ((TOTAL,) if self.has_total else ()) + tuple(sorted(self.parents))

    def leaves_under(self, code: str) -> tuple[str, ...]:
        """The finest codes that ``code`` is the sum of; itself when it is one."""
        return self._leaves[code]

    @cached_property
    def _leaves(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for code in sorted(self.codes, key=self.depth, reverse=True):
            under = self.children.get(code)
            found[code] = (code,) if under is None else tuple(leaf for child in under for leaf in found[child])
        return found

    def depth(self, code: str) -> int:
        """How many steps ``code`` is below the total.

        Raises:
            TableRefused: the way up does not end at the total.
        """
        steps, at = 0, code
        while at != TOTAL:
            if at not in self.parents or steps > len(self.parents):
                raise TableRefused(
                    f"Dimension {self.name}: code {code} does not add up to the total.",
                    "Give every code a parent that is itself a code, or none.",
                )
            at, steps = self.parents[at], steps + 1
        return steps


@dataclass(frozen=True)
class Measure:
    """A figure per cell, a whole number ≥ 0, and the dimensions along which it is the sum of its parts."""

    name: str
    additive_over: frozenset[str]


@dataclass(frozen=True)
class Cell:
    """Figures of one cell and the evidence for its protection; the shares are of the magnitude measure."""

    values: Mapping[str, int]
    contributor_count: int
    largest: int = 0
    second_largest: int = 0
    is_structural_zero: bool = False


@dataclass(frozen=True)
class Table:
    """All cells of one cross-classification, totals and empty cells included.

    ``magnitude_measure`` is the measure of the contributors' shares: the p % rule looks at it.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    cells: Mapping[Key, Cell] = field(repr=False)
    magnitude_measure: str
    shares: Mapping[str, str] = field(default_factory=dict)
    """Measures that count some of what another measure counts, with that other one."""

    def __post_init__(self) -> None:
        """Refuse a cell that is missing, superfluous or impossible."""
        if self.magnitude_measure not in {measure.name for measure in self.measures}:
            raise TableRefused(
                f"{self.name}: the magnitude {self.magnitude_measure} is not one of its measures.",
                "Name a measure of the table.",
            )
        expected = set(self.keys())
        for key in sorted(expected.symmetric_difference(self.cells)):
            problem = "is missing" if key in expected else "is not in the code lists"
            raise TableRefused(
                f"Cell {CellRef(self.name, key)} {problem}.",
                "A table lists every combination of its codes with totals, and nothing else.",
            )
        for key, cell in self.cells.items():
            _refuse_impossible(CellRef(self.name, key), cell, self.measures)

    def keys(self) -> Iterable[Key]:
        """Every combination of codes, totals first."""
        return product(*(dimension.codes for dimension in self.dimensions))

    def depth(self, key: Key) -> int:
        """Steps below the grand total, over all dimensions together."""
        return sum(d.depth(code) for d, code in zip(self.dimensions, key, strict=True))

    def parts(self, measure: Measure, key: Key) -> Iterable[Key]:
        """The finest cells that ``measure`` of ``key`` is the sum of, over its additive dimensions."""
        return product(
            *(
                d.leaves_under(code) if d.name in measure.additive_over else (code,)
                for d, code in zip(self.dimensions, key, strict=True)
            )
        )


def _refuse_impossible(cell_ref: CellRef, cell: Cell, measures: Iterable[Measure]) -> None:
    values = [cell.values.get(measure.name) for measure in measures]
    if any(value is None or value < 0 for value in values):
        raise TableRefused(
            f"Cell {cell_ref} has a figure that is missing or negative.", "Correct the statistics model."
        )
    if cell.is_structural_zero and (any(values) or cell.contributor_count):
        raise TableRefused(
            f"Cell {cell_ref} is called empty by structure and is not empty.",
            "Correct the list of structural zeros, or the data under it.",
        )
