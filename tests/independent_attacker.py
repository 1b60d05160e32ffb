"""An attacker that shares no code with the engine: from published figures to what follows from them.

It is told what any reader of a release is told: the codes with their parents, which measure adds up along which
dimension, which cells of two tables are the same, and the published figures. Bounds come from scipy, exact
determination from rational numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = tuple[str, ...]
Place = tuple[str, Key]
Row = dict[int, int]


@dataclass
class Published:
    """One measure of one table as it is read: ``figures`` holds None for a masked cell."""

    name: str
    parents: Sequence[Mapping[str, str]]
    adds_up: Sequence[bool]
    figures: Mapping[Key, int | None]


@dataclass
class Attacker:
    """Everything that a reader can write down about one measure."""

    tables: Sequence[Published]
    same: Iterable[tuple[Place, Place]] = ()
    known: Mapping[Place, int] = field(default_factory=dict)
    at_most: Mapping[Place, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the cells; every relation is a row over them."""
        self.places: list[Place] = [(t.name, key) for t in self.tables for key in sorted(t.figures)]
        self.number = {place: i for i, place in enumerate(self.places)}
        self.equal: list[tuple[Row, int]] = []
        self.at_most_zero: list[Row] = []
        for table in self.tables:
            for key, value in table.figures.items():
                if value is not None:
                    self.equal.append(({self.number[table.name, key]: 1}, value))
            self._add_relations(table)
        for left, right in self.same:
            self.equal.append(({self.number[left]: 1, self.number[right]: -1}, 0))
        for place, value in self.known.items():
            self.equal.append(({self.number[place]: 1}, value))

    def masked(self) -> list[Place]:
        """The places without a figure."""
        return [(t.name, key) for t in self.tables for key in sorted(t.figures) if t.figures[key] is None]

    def _add_relations(self, table: Published) -> None:
        for place, parents in enumerate(table.parents):
            children: dict[str, list[str]] = {}
            for code, parent in parents.items():
                children.setdefault(parent, []).append(code)
            codes = [sorted({key[i] for key in table.figures}) for i in range(len(table.parents))]
            for whole, parts in children.items():
                for rest in product(*(c for i, c in enumerate(codes) if i != place)):
                    keys = [(*rest[:place], code, *rest[place:]) for code in (whole, *parts)]
                    numbers = [self.number[table.name, key] for key in keys]
                    if table.adds_up[place]:
                        self.equal.append(({numbers[0]: 1, **dict.fromkeys(numbers[1:], -1)}, 0))
                    else:
                        self.at_most_zero += [{part: 1, numbers[0]: -1} for part in numbers[1:]]
                        self.at_most_zero.append({numbers[0]: 1, **dict.fromkeys(numbers[1:], -1)})

    def determined(self) -> list[Place]:
        """Masked places that follow from the equations alone, in rational numbers."""
        basis: dict[int, dict[int, Fraction]] = {}
        for row, _ in self.equal:
            rest = _reduce({i: Fraction(v) for i, v in row.items()}, basis)
            if rest:
                lead = min(rest)
                basis[lead] = {i: v / rest[lead] for i, v in rest.items()}
        return [place for place in self.masked() if not _reduce({self.number[place]: Fraction(1)}, basis)]

    def interval(self, place: Place) -> tuple[float, float]:
        """Least and greatest value that agrees with everything."""
        width = len(self.places)
        objective = np.zeros(width)
        objective[self.number[place]] = 1
        bounds = [(0, self.at_most.get(p)) for p in self.places]
        found = []
        for sign in (1, -1):
            answer = linprog(
                sign * objective,
                A_eq=_dense([row for row, _ in self.equal], width),
                b_eq=[value for _, value in self.equal],
                A_ub=_dense(self.at_most_zero, width) if self.at_most_zero else None,
                b_ub=[0] * len(self.at_most_zero) if self.at_most_zero else None,
                bounds=bounds,
                method="highs",
            )
            found.append(float("inf") if answer.status == 3 else sign * answer.fun)
            assert answer.status in (0, 3), answer.message
        return found[0], abs(found[1])


def _dense(rows: Sequence[Row], width: int) -> np.ndarray:
    matrix = np.zeros((len(rows), width))
    for number, row in enumerate(rows):
        for column, value in row.items():
            matrix[number, column] += value
    return matrix


def _reduce(row: dict[int, Fraction], basis: Mapping[int, Mapping[int, Fraction]]) -> dict[int, Fraction]:
    """What remains of a row after subtracting the basis; leads are smallest columns, so one upward pass is enough."""
    rest = dict(row)
    done: set[int] = set()
    while True:
        leads = sorted(i for i in rest if i in basis and i not in done)
        if not leads:
            return rest
        factor, lead = rest[leads[0]], leads[0]
        done.add(lead)
        for i, value in basis[lead].items():
            rest[i] = rest.get(i, Fraction(0)) - factor * value
            if not rest[i]:
                del rest[i]
