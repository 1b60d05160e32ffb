"""Invented linked tables for ``osamari bench disclosure``: the sizes that the engine is measured at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from marts.disclosure.lattice import Link
from marts.disclosure.table import TOTAL, Cell, CellRef, Dimension, Measure, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Codes = npt.NDArray[np.int64]

HOLDERS = 20_000
_SEED = 36
_SPREAD = 2.0
"""Spread of the logarithm of an amount: as heavy a tail as arrears have."""


@dataclass(frozen=True)
class Case:
    """One size: the dimensions as groups of leaves (``(3, 4)``: two groups of three and four), and the tables."""

    name: str
    dimensions: Mapping[str, Sequence[int]]
    tables: Mapping[str, Sequence[str]]


CASES = (
    Case("2-D", {"area": (5,) * 6, "band": (4,) * 4}, {"flat": ("area", "band")}),
    Case("3-D", {"area": (4, 4, 4), "band": (5, 5), "kind": (4, 4)}, {"deep": ("area", "band", "kind")}),
    Case(
        "3 linked",
        {"area": (4, 4, 4), "band": (8,), "kind": (4, 2), "state": (8,)},
        {
            "area_band": ("area", "band", "kind"),
            "area_state": ("area", "state", "kind"),
            "band_state": ("band", "state", "kind"),
        },
    ),
)


def invented_tables(case: Case, holders: int = HOLDERS) -> tuple[list[Table], list[Link]]:
    """The tables of a case and the links of all margins that two of them share; one contribution per holder."""
    generator = np.random.default_rng(_SEED)
    dimensions = {name: _dimension(name, groups) for name, groups in case.dimensions.items()}
    leaves = {name: _leaves(dimension) for name, dimension in dimensions.items()}
    drawn = {name: _skewed(generator, len(codes), holders) for name, codes in leaves.items()}
    amounts = np.ceil(np.exp(generator.normal(0, _SPREAD, holders)) * 1000).astype(np.int64)
    tables = [
        _table(name, [dimensions[d] for d in names], [(leaves[d], drawn[d]) for d in names], amounts)
        for name, names in case.tables.items()
    ]
    return tables, _links(tables)


def _dimension(name: str, groups: Sequence[int]) -> Dimension:
    if len(groups) == 1:
        return Dimension(name, {f"{i:02}": TOTAL for i in range(groups[0])})
    parents = {f"G{group}": TOTAL for group in range(len(groups))}
    leaves = {f"{group}{i:02}": f"G{group}" for group, size in enumerate(groups) for i in range(size)}
    return Dimension(name, parents | leaves)


def _leaves(dimension: Dimension) -> tuple[str, ...]:
    return tuple(code for code in dimension.codes if code not in dimension.children)


def _skewed(generator: np.random.Generator, count: int, holders: int) -> Codes:
    """Few codes with many holders, many with few: as districts and bands are."""
    weights = 1 / np.arange(1, count + 1)
    return generator.choice(count, holders, p=weights / weights.sum())


def _table(
    name: str, dimensions: Sequence[Dimension], drawn: Sequence[tuple[tuple[str, ...], Codes]], amounts: Codes
) -> Table:
    cells = {}
    members = [_members(d, *codes) for d, codes in zip(dimensions, drawn, strict=True)]
    for key in product(*(d.codes for d in dimensions)):
        inside = np.logical_and.reduce([member[code] for member, code in zip(members, key, strict=True)])
        held = np.sort(amounts[inside])[::-1]
        largest = [*held[:2].tolist(), 0, 0]
        cells[key] = Cell({"count": len(held), "amount": int(held.sum())}, len(held), largest[0], largest[1])
    everywhere = frozenset(d.name for d in dimensions)
    return Table(
        name, tuple(dimensions), (Measure("count", everywhere), Measure("amount", everywhere)), cells, "amount"
    )


def _members(dimension: Dimension, leaves: tuple[str, ...], drawn: Codes) -> dict[str, npt.NDArray[np.bool_]]:
    place = {leaf: i for i, leaf in enumerate(leaves)}
    return {code: np.isin(drawn, [place[leaf] for leaf in dimension.leaves_under(code)]) for code in dimension.codes}


def _links(tables: Sequence[Table]) -> list[Link]:
    """Where two tables share dimensions, the cells with all other dimensions at the total are the same figures."""
    links = []
    for i, left in enumerate(tables):
        for right in tables[i + 1 :]:
            shared = [d for d in left.dimensions if d in right.dimensions]
            for codes in product(*(d.codes for d in shared)):
                named = dict(zip((d.name for d in shared), codes, strict=True))
                links.append(Link(_cell(left, named), _cell(right, named), frozenset({"count", "amount"})))
    return links


def _cell(table: Table, named: Mapping[str, str]) -> CellRef:
    return CellRef(table.name, tuple(named.get(d.name, TOTAL) for d in table.dimensions))
