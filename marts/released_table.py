"""A table as it leaves: every cell it has, each figure with a flag, masked figures without a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.stat_table import exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from marts.disclosure.table import CellRef, Key
    from marts.earlier_releases import Revised
    from marts.stat_table import CodeList, StatTable
    from marts.table_contract import MeasureContract, TableContract

MASKED, NONE, BELOW_UNIT, NOT_AVAILABLE, REVISED = "X", "-", "0", "…", "r"
FLAGS_JA: dict[str, str] = {
    MASKED: "秘匿（個人の特定を防ぐため表示しない。ゼロではない）",
    NONE: "該当なし",
    BELOW_UNIT: "単位に満たない",
    NOT_AVAILABLE: "数値が得られない",
    REVISED: "訂正した値（以前の公表と異なる）",
}
# What people see instead of, or around, a figure, and what it means.
LEGEND: tuple[tuple[str, str], ...] = (
    ("x", FLAGS_JA[MASKED]),
    (NONE, FLAGS_JA[NONE]),
    (BELOW_UNIT, FLAGS_JA[BELOW_UNIT]),
    (NOT_AVAILABLE, FLAGS_JA[NOT_AVAILABLE]),
    ("△", "負数"),
    ("p", "速報値"),
    (REVISED, FLAGS_JA[REVISED]),
)


@dataclass(frozen=True)
class Figure:
    """One released figure. ``value`` is None where the flag says why: ``X`` masked, ``…`` not available."""

    value: int | Decimal | None
    flag: str = ""

    @property
    def mark(self) -> str:
        """What people read before the figure: ``r`` where it differs from an earlier release."""
        return REVISED if self.flag == REVISED else ""

    @property
    def text(self) -> str:
        """How officers read it: thousands separated, △ for negative, a symbol where there is no figure."""
        if self.flag == MASKED:
            return "x"
        if self.flag == NONE:
            return NONE
        if self.value is None:
            return self.flag or NOT_AVAILABLE
        shown = f"{abs(self.value):,}"
        return f"△{shown}" if self.value < 0 else shown


@dataclass(frozen=True)
class ReleasedTable:
    """Released figures by cell and measure, with the code lists to read them."""

    contract: TableContract
    code_lists: tuple[CodeList, ...]
    keys: tuple[Key, ...]
    figures: Mapping[tuple[Key, str], Figure] = field(repr=False)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.contract.table

    def figure(self, key: Key, measure: str) -> Figure:
        """The figure of a cell; not available when the table has no such cell."""
        return self.figures.get((key, measure), Figure(None, NOT_AVAILABLE))

    def rows(self) -> Iterator[tuple[Key, MeasureContract, Figure]]:
        """Every figure, cells in the order of their code lists, measures in the order of the contract."""
        for key in self.keys:
            for measure in self.contract.measures:
                yield key, measure, self.figures[key, measure.name]


def released_table(table: StatTable, masked: Mapping[CellRef, str], revised: Revised = frozenset()) -> ReleasedTable:
    """The table with masked cells emptied; one mask for all measures of a cell. Revised figures are flagged."""
    changed = {(cell.key, measure) for cell, measure in revised if cell.table == table.name}
    hidden = {cell.key for cell in masked if cell.table == table.name}
    figures = {}
    for key in table.rows:
        for measure in table.contract.measures:
            value = table.rows[key][measure.name]
            if key in hidden:
                figures[key, measure.name] = Figure(None, MASKED)
            elif (key, measure.name) in changed and value is not None:
                figures[key, measure.name] = Figure(exact(value, measure.decimals), REVISED)
            else:
                figures[key, measure.name] = _shown(exact(value, measure.decimals), measure)
    return ReleasedTable(table.contract, table.code_lists, tuple(table.keys()), figures)


def _shown(value: int | Decimal | None, measure: MeasureContract) -> Figure:
    """A nil sum or count is none; a rate of nil is a rate."""
    if value is None:
        return Figure(None, NOT_AVAILABLE)
    return Figure(value, NONE if value == 0 and not measure.decimals else "")
