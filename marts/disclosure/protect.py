"""The engine's front door: tables in, one mask out, proven safe or refused."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.disclosure.audit import Audit, audit
from marts.disclosure.lattice import build_systems
from marts.disclosure.needs import Needs
from marts.disclosure.primary import P_PERCENT, missing_room, primary_cells
from marts.disclosure.repair import widen
from marts.disclosure.secondary import Guarded, Reader, complete
from marts.disclosure.solver import Budget, solver_name
from marts.disclosure.table import CellRef, TableRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.disclosure.lattice import KnownFigure, Link, System
    from marts.disclosure.policy import Rules
    from marts.disclosure.table import Table

EARLIER = "earlier_release"
SECONDARY = "secondary"
PUBLIC = "public_account"
_DEPTH_WORTH = 10.0
"""A total is worth this many of its parts."""


@dataclass(frozen=True)
class Protection:
    """Which cells are masked and why, and what was proven about them."""

    masked: Mapping[CellRef, str]
    """Masked cells with the rule: ``threshold``, ``p_percent``, ``earlier_release`` or ``secondary``."""
    unclaimed: Mapping[tuple[CellRef, str], str]
    """Masked cell and measure that public figures tell: masked, but no protection is claimed."""
    cell_count: int
    structural_zero_count: int
    narrowest: Mapping[str, int]
    linear_programs: int
    solver: str = field(default_factory=solver_name)

    def count(self, rule: str) -> int:
        """How many cells are masked by ``rule``."""
        return Counter(self.masked.values())[rule]


def protect(
    tables: Sequence[Table],
    rules: Rules,
    *,
    links: Sequence[Link] = (),
    known: Sequence[KnownFigure] = (),
    masked_earlier: frozenset[CellRef] = frozenset(),
) -> Protection:
    """Mask ``tables`` together so that nobody can recover or narrowly enclose a masked figure.

    Args:
        tables: all tables that appear together.
        rules: thresholds and widths.
        links: cells of different tables that show the same figure.
        known: figures that readers have from elsewhere.
        masked_earlier: cells that an earlier release masks; they are not re-opened.

    Raises:
        TableRefused: a table contradicts itself or another.
        NotProven: protection could not be proven; nothing may be released.
    """
    _refuse_unruled_measures(tables, rules)
    systems = sorted(build_systems(tables, links, known), key=lambda s: (-len(s.known), s.measure))
    index = {cell: place for place, cell in enumerate(systems[0].cells)}
    reasons = {cell: EARLIER for cell in sorted(masked_earlier) if cell in index} | primary_cells(tables, rules)
    guarded = _guarded(tables, reasons, index, rules)
    needs, budget = _needs(tables, reasons, index, rules), Budget(rules.linear_program_budget)
    masked = _mask(systems, frozenset(index[cell] for cell in reasons), guarded, needs, (tables, budget))
    proof = audit(systems, masked, guarded, needs, budget)
    return _protection(systems, masked, reasons, proof, (needs, budget, known))


def _protection(
    systems: Sequence[System],
    masked: frozenset[int],
    reasons: Mapping[CellRef, str],
    proof: Audit,
    means: tuple[Needs, Budget, Sequence[KnownFigure]],
) -> Protection:
    needs, budget, known = means
    cells = systems[0].cells
    return Protection(
        masked={cells[i]: reasons.get(cells[i], SECONDARY) for i in sorted(masked)},
        unclaimed=_unclaimed(systems, needs, masked, known),
        cell_count=len(cells),
        structural_zero_count=len(systems[0].zeros),
        narrowest=proof.narrowest,
        linear_programs=budget.used,
    )


def _mask(
    systems: Sequence[System],
    masked: frozenset[int],
    guarded: Guarded,
    needs: Needs,
    means: tuple[Sequence[Table], Budget],
) -> frozenset[int]:
    """First nothing may be computed, then nothing may be enclosed too narrowly."""
    tables, budget = means
    readers = [Reader(system) for system in systems]
    usefulness = _usefulness(tables, systems[0])
    masked = complete(readers, masked, guarded, sorted(usefulness, key=lambda cell: (-usefulness[cell], cell)))
    for reader in readers:
        needs.give_up(reader.measure, reader.knows_before(masked))
    return widen(systems, masked, needs, usefulness, budget)


def _guarded(
    tables: Sequence[Table], reasons: Mapping[CellRef, str], index: Mapping[CellRef, int], rules: Rules
) -> Guarded:
    by_name = {table.name: table for table in tables}
    own = [cell for cell, reason in reasons.items() if reason != EARLIER]
    lone = [cell for cell in own if by_name[cell.table].cells[cell.key].contributor_count == 1]
    return Guarded(
        primary=frozenset(index[cell] for cell in own),
        lone=frozenset(index[cell] for cell in lone) if rules.guards_lone_contributor else frozenset(),
    )


def _needs(
    tables: Sequence[Table], reasons: Mapping[CellRef, str], index: Mapping[CellRef, int], rules: Rules
) -> Needs:
    by_name = {table.name: table for table in tables}
    dominated = {
        index[cell]: missing_room(by_name[cell.table], by_name[cell.table].cells[cell.key], rules)
        for cell, reason in reasons.items()
        if reason == P_PERCENT
    }
    own = frozenset(index[cell] for cell, reason in reasons.items() if reason != EARLIER)
    return Needs(own, rules.intervals, dominated, {table.name: table.magnitude_measure for table in tables})


def _usefulness(tables: Sequence[Table], system: System) -> dict[int, float]:
    """What each cell that may be masked is worth: totals far more than parts, many contributors more than few."""
    by_name = {table.name: table for table in tables}
    worth = {}
    for place, cell in enumerate(system.cells):
        if place not in system.zeros:
            table = by_name[cell.table]
            contributors = table.cells[cell.key].contributor_count
            worth[place] = _DEPTH_WORTH ** -table.depth(cell.key) * (1 + math.log1p(contributors))
    return worth


def _unclaimed(
    systems: Sequence[System], needs: Needs, masked: frozenset[int], known: Sequence[KnownFigure]
) -> dict[tuple[CellRef, str], str]:
    direct = {(figure.cell, figure.measure): figure.reason for figure in known}
    found = {}
    for system in systems:
        for place in sorted(needs.public.get(system.measure, set()) & masked):
            cell = system.cells[place]
            found[cell, system.measure] = direct.get((cell, system.measure), PUBLIC)
    return found


def _refuse_unruled_measures(tables: Sequence[Table], rules: Rules) -> None:
    for table in tables:
        for measure in table.measures:
            if measure.name not in rules.intervals:
                raise TableRefused(
                    f"{table.name}: the policy has no minimum interval for {measure.name}.",
                    "Add it under minimum_interval in the disclosure policy.",
                )
