"""Small tables for the tests of disclosure control, made from invented contributions. Nothing to do with taxes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from marts.disclosure.lattice import Link
from marts.disclosure.policy import Effort, IntervalRule, Rules
from marts.disclosure.table import TOTAL, Cell, CellRef, Dimension, Key, Measure, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COUNT, AMOUNT = "visitor_count", "spent_yen"
BOTH = frozenset({COUNT, AMOUNT})


@dataclass(frozen=True)
class Visit:
    """One holder's contribution: where it counts (leaf code per dimension name) and how much."""

    holder: int
    codes: Mapping[str, str]
    amount: int


def flat(name: str, codes: Iterable[str]) -> Dimension:
    """A dimension whose codes stand directly under the total."""
    return Dimension(name, dict.fromkeys(codes, TOTAL))


def rules(  # noqa: PLR0913 - one for each rule
    minimum: int = 3,
    width: int = 2,
    percent: int = 0,
    *,
    lone: bool = True,
    p_percent: int = 10,
    pools: bool = False,
    optimum: int = 0,
) -> Rules:
    """Thresholds for small tables; ``optimum`` is the number of cells up to which the cheapest mask is looked for."""
    interval = {
        COUNT: IntervalRule(width, 0, 1),
        AMOUNT: IntervalRule(width, percent, 1),
    }
    effort = Effort(1000, optimum_cells=optimum, optimum_rounds=60, optimum_nodes=2000)
    return Rules(
        minimum, p_percent, interval, lone, 20_000, guards_whole_shares=True, guards_pools=pools, effort=effort
    )


def table_of(
    name: str,
    dimensions: Sequence[Dimension],
    visits: Iterable[Visit],
    *,
    zeros: frozenset[Key] = frozenset(),
    count_adds_up_over: Iterable[str] | None = None,
) -> Table:
    """All cells of the cross-classification, with the evidence; the count is of holders."""
    everything = frozenset(dimension.name for dimension in dimensions)
    shares: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for visit in visits:
        for key in product(*(_upward(d, visit.codes[d.name]) for d in dimensions)):
            shares[key][visit.holder] += visit.amount
    cells = {}
    for key in product(*(d.codes for d in dimensions)):
        largest = [*sorted(shares[key].values(), reverse=True), 0, 0]
        cells[key] = Cell(
            {COUNT: len(shares[key]), AMOUNT: sum(largest)}, len(shares[key]), largest[0], largest[1], key in zeros
        )
    counted = everything if count_adds_up_over is None else frozenset(count_adds_up_over)
    return Table(name, tuple(dimensions), (Measure(COUNT, counted), Measure(AMOUNT, everything)), cells, AMOUNT)


def table_of_figures(name: str, dimensions: Sequence[Dimension], leaves: Mapping[Key, int]) -> Table:
    """A table given by its finest figures; every cell has contributors enough, unless it is empty."""
    cells = {}
    for key in product(*(d.codes for d in dimensions)):
        under = product(*(d.leaves_under(code) for d, code in zip(dimensions, key, strict=True)))
        value = sum(leaves.get(leaf, 0) for leaf in under)
        cells[key] = Cell({AMOUNT: value}, 100, value // 100, value // 100)
    return Table(name, tuple(dimensions), (Measure(AMOUNT, frozenset(d.name for d in dimensions)),), cells, AMOUNT)


def with_few(table: Table, *keys: Key, contributors: int = 2) -> Table:
    """The same table with few contributors in some cells."""
    cells = dict(table.cells)
    for key in keys:
        cells[key] = Cell(cells[key].values, contributors, cells[key].largest, cells[key].second_largest)
    return Table(table.name, table.dimensions, table.measures, cells, table.magnitude_measure)


def same(left: Table, left_key: Key, right: Table, right_key: Key, measures: frozenset[str] = BOTH) -> Link:
    """The two cells show the same figures."""
    return Link(CellRef(left.name, left_key), CellRef(right.name, right_key), measures)


def _upward(dimension: Dimension, code: str) -> list[str]:
    way = [code]
    while way[-1] != TOTAL:
        way.append(dimension.parents[way[-1]])
    return way
