"""The attacks on one block: subtraction, linear elimination, bounds, and what a lone contributor can add."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from marts.attacker.accounts import Accounts
from marts.attacker.blocks import Contradiction
from marts.attacker.bounds import Enclosure
from marts.attacker.recovery import determined, freedom, subtract, tied
from marts.attacker.report import BOUNDS, INSIDER, LINEAR, SUBTRACTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from marts.attacker.blocks import Block, Sparse
    from marts.attacker.equations import Cell
    from marts.attacker.reading import Release
    from marts.attacker.recovery import Subtracted
    from marts.attacker.unknowns import Unknowns

    Numbers = npt.NDArray[np.int64]

_COLLAPSED = 0.5
"""An interval below half a unit is a figure."""


@dataclass
class Knowledge:
    """What is the same for all blocks; solutions of blocks of the same shape are kept."""

    releases: Sequence[Release]
    unknowns: Unknowns
    newest: int
    lone: frozenset[Cell]
    must_not_learn: frozenset[Cell] | None
    _solutions: dict[bytes, Numbers] = field(default_factory=dict)
    _accounts: dict[tuple[int, str], Accounts] = field(default_factory=dict)

    @cached_property
    def _widths(self) -> Numbers:
        """The promised width of every unknown, in units of its measure."""
        return self.unknowns.of_all(lambda placed: self.releases[placed.release].widths.get(placed.measure, 1))

    @cached_property
    def _measures(self) -> tuple[list[str], Numbers]:
        names = sorted({placed.measure for placed in self.unknowns.placed.values()})
        return names, self.unknowns.of_all(lambda placed: names.index(placed.measure))

    @cached_property
    def known_to_lone(self) -> dict[int, Cell]:
        """The unknowns that a lone contributor knows, with their cells in the newest release."""
        found = {}
        for (release, table, _), placed in self.unknowns.placed.items():
            for cell in self.lone:
                place = placed.table.place(cell[1]) if (release, table) == (self.newest, cell[0]) else None
                if place is not None and placed.unknown[place] >= 0:
                    found[int(placed.unknown[place])] = cell
        return found

    def masked_in_newest(self, cells: frozenset[Cell]) -> frozenset[Cell]:
        """Those of ``cells`` of lone contributors that the newest release masks."""
        return cells & frozenset(self.known_to_lone.values())

    def widths(self, block: Block) -> Numbers:
        """The promised widths in a block."""
        return self._widths[block.unknowns]

    def measures(self, block: Block) -> dict[str, int]:
        """How many unknowns of a block each measure has."""
        names, of_all = self._measures
        return {names[place]: count for place, count in Counter(of_all[block.unknowns].tolist()).items()}

    def solution(self, matrix: Sparse) -> Numbers:
        """The freedom of a system of sums; measures with one mask share it."""
        parts = (np.array(matrix.shape), matrix.indptr, matrix.indices, matrix.data)
        shape = b"".join(part.astype(np.int64).tobytes() for part in parts)
        if shape not in self._solutions:
            self._solutions[shape] = freedom(matrix)
        return self._solutions[shape]

    def tells_itself(self, unknown: int, width: float) -> bool:
        """Whether the public accounts enclose the figure whatever is released; ``width`` is that of its interval."""
        figure = self.unknowns.figure(unknown)
        place = figure.release, figure.measure
        if place not in self._accounts:
            self._accounts[place] = Accounts(self.releases[figure.release], figure.measure)
        cell, accounts = (figure.table, figure.key), self._accounts[place]
        limit = accounts.limit(cell)
        is_below_width = limit is not None and limit < int(self._widths[unknown])
        return is_below_width or (width < _COLLAPSED and accounts.tell(cell))

    def may_learn(self, unknown: int) -> bool:
        """Whether it does not matter that a lone contributor learns the figure."""
        return self.must_not_learn is not None and self.cell(unknown) not in self.must_not_learn

    def cell(self, unknown: int) -> Cell:
        """Table and key of an unknown."""
        figure = self.unknowns.figure(unknown)
        return figure.table, figure.key


@dataclass
class BlockAttack:
    """What was found in a block, by unknown; figures that the accounts tell; how many linear programs were solved."""

    found: dict[int, str] = field(default_factory=dict)
    told_by_accounts: set[int] = field(default_factory=set)
    programs: int = 0

    @classmethod
    def of(cls, block: Block, knowledge: Knowledge) -> BlockAttack:
        """Try everything on ``block``.

        Raises:
            Contradiction: no figures agree with it.
            NotSolved: the solver gave no proof.
        """
        result = cls()
        subtracted = subtract(*block.equal())
        result.found |= dict.fromkeys(block.unknowns[subtracted.known].tolist(), SUBTRACTION)
        left = np.flatnonzero(~subtracted.known)
        solution = knowledge.solution(subtracted.left)
        is_determined = determined(solution) & (np.diff(subtracted.left.tocsc().indptr) > 0)
        result.found |= dict.fromkeys(block.unknowns[left[is_determined]].tolist(), LINEAR)
        asked = [int(i) for i in np.flatnonzero(~is_determined)]
        result._bound(block, knowledge, subtracted, asked)
        result._learn(block.unknowns[left], knowledge, (subtracted, solution))
        return result

    def joined(self, other: BlockAttack) -> BlockAttack:
        """Both results together."""
        return BlockAttack(
            self.found | other.found, self.told_by_accounts | other.told_by_accounts, self.programs + other.programs
        )

    def _bound(self, block: Block, knowledge: Knowledge, subtracted: Subtracted, asked: list[int]) -> None:
        left = np.flatnonzero(~subtracted.known)
        widths, numbers = knowledge.widths(block)[left], block.unknowns[left]
        place = {int(number): i for i, number in enumerate(left)}
        limits = {place[number]: limit for number, limit in block.ceilings().items() if number in place}
        try:
            enclosure, narrow = self._narrow(block, subtracted, (limits, asked, widths))
        except Contradiction:
            if not limits:
                raise
            # A public figure below the cell is another quantity and tells nothing.
            limits = {}
            enclosure, narrow = self._narrow(block, subtracted, (limits, asked, widths))
        own = set(self._narrow(block, subtracted, ({}, narrow, widths))[1]) if limits and narrow else set(narrow)
        for unknown in narrow:
            width = float(enclosure.high[unknown] - enclosure.low[unknown])
            if unknown not in own and knowledge.tells_itself(int(numbers[unknown]), width):
                self.told_by_accounts.add(int(numbers[unknown]))
            else:
                self.found[int(numbers[unknown])] = BOUNDS

    def _narrow(
        self, block: Block, subtracted: Subtracted, question: tuple[dict[int, int], list[int], Numbers]
    ) -> tuple[Enclosure, list[int]]:
        limits, asked, widths = question
        orders, constant = block.at_most()
        known = subtracted.known
        rest = constant - orders[:, known] @ subtracted.value[known]
        rows = orders[:, ~known]
        enclosure = Enclosure((subtracted.left, subtracted.constant), (rows, rest), limits, int(widths.max(initial=1)))
        narrow = enclosure.narrow(asked, widths)
        self.programs += enclosure.programs
        return enclosure, narrow

    def _learn(self, numbers: Numbers, knowledge: Knowledge, system: tuple[Subtracted, Numbers]) -> None:
        """What follows from each figure that a lone contributor knows, but for its own figure in other lines."""
        subtracted, solution = system
        for own in np.flatnonzero(np.isin(numbers, list(knowledge.known_to_lone))):
            if int(numbers[own]) in self.found:
                continue
            ties = [int(numbers[i]) for i in np.flatnonzero(tied(solution, int(own)) & solution.any(axis=1))]
            # Its own figure in an earlier version of a table is its own figure, too.
            mine = {knowledge.cell(int(numbers[i])) for i in _same(subtracted, int(own))}
            for number in ties:
                if knowledge.cell(number) not in mine and not knowledge.may_learn(number):
                    self.found.setdefault(number, INSIDER)


def _same(subtracted: Subtracted, unknown: int) -> set[int]:
    """The unknowns that are ``unknown`` and published figures of its own line: linked cells, and wholes above it.

    From such a whole the way leads up only: another part of it, in another table, is others' figure.
    """
    matrix = subtracted.left
    pairs = np.flatnonzero(np.diff(matrix.indptr) == 2)  # noqa: PLR2004 - a whole and its only masked part
    found, grows = {unknown}, True
    while grows:
        before = len(found)
        for row in pairs:
            part = slice(matrix.indptr[row], matrix.indptr[row + 1])
            (one, other), (sign, opposite) = matrix.indices[part].tolist(), matrix.data[part].tolist()
            if sign + opposite == 0:
                whole, of_it = (one, other) if sign > 0 else (other, one)
                if of_it in found:
                    found.add(whole)
                elif whole in found and not subtracted.constant[row]:
                    found.add(of_it)
        grows = len(found) > before
    return found
