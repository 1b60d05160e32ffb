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

    from marts.disclosure.lattice import Equation, KnownFigure, Link, System
    from marts.disclosure.policy import Rules
    from marts.disclosure.table import Table

EARLIER = "earlier_release"
SECONDARY = "secondary"
PUBLIC = "public_account"
PUBLISHED_EARLIER = "published_earlier"
_DEPTH_WORTH = 10.0
"""A total is worth this many of its parts."""


@dataclass(frozen=True)
class Earlier:
    """What earlier releases leave behind, in terms of the tables to be released now.

    ``tables`` are versions of tables as they were released, where a figure has changed since: nothing more can be
    masked in them. ``links`` join their unchanged cells to those of today.
    """

    masked: frozenset[CellRef] = frozenset()
    """Cells that an earlier release masks; they are not re-opened."""
    told: frozenset[CellRef] = frozenset()
    """Cells that an earlier release shows as they are today; they stay."""
    known: tuple[KnownFigure, ...] = ()
    """Every figure of the told cells and of the published cells of ``tables``."""
    tables: tuple[Table, ...] = ()
    links: tuple[Link, ...] = ()


NOTHING_EARLIER = Earlier()


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
    ranks: Mapping[str, tuple[int, int]]
    """Per measure: how many independent equations readers have, and how many unknowns there are."""
    linear_programs: int
    solver: str = field(default_factory=solver_name)

    def count(self, rule: str) -> int:
        """How many cells are masked by ``rule``."""
        return Counter(self.masked.values())[rule]


def protect(
    tables: Sequence[Table],
    rules: Rules,
    *,
    links: Sequence[Link | Equation] = (),
    known: Sequence[KnownFigure] = (),
    earlier: Earlier = NOTHING_EARLIER,
) -> Protection:
    """Mask ``tables`` together, and with all that was published before, so that no masked figure can be recovered.

    Args:
        tables: all tables that appear together.
        rules: thresholds and widths.
        links: cells of different tables that show the same figure, and other equations between cells.
        known: figures that readers have from elsewhere.
        earlier: what earlier releases told and masked.

    Raises:
        TableRefused: a table contradicts itself or another.
        NotProven: protection could not be proven; nothing may be released.
    """
    _refuse_unruled_measures(tables, rules)
    everything, known = [*tables, *earlier.tables], [*known, *earlier.known]
    systems = sorted(
        build_systems(everything, [*links, *earlier.links], known), key=lambda s: (-len(s.known), s.measure)
    )
    index = {cell: place for place, cell in enumerate(systems[0].cells)}
    reasons = _reasons(everything, rules, earlier, index)
    guarded = _guarded(everything, reasons, index, rules)
    needs, budget = _needs(everything, reasons, index, rules), Budget(rules.linear_program_budget)
    usefulness = _usefulness(tables, systems[0], earlier.told)
    masked = _mask(systems, frozenset(index[cell] for cell in reasons), guarded, needs, (usefulness, budget))
    proof = audit(systems, masked, guarded, needs, budget)
    return _protection(tables, (systems, masked), reasons, proof, (needs, budget, known))


def _reasons(
    tables: Sequence[Table], rules: Rules, earlier: Earlier, index: Mapping[CellRef, int]
) -> dict[CellRef, str]:
    """The cells to be masked before anything is computed; what was told and is the same stays told."""
    unchangeable = {table.name for table in earlier.tables}
    own = {
        cell: rule
        for cell, rule in primary_cells(tables, rules).items()
        if cell not in earlier.told and (cell.table not in unchangeable or cell in earlier.masked)
    }
    return {cell: EARLIER for cell in sorted(earlier.masked) if cell in index} | own


def _protection(
    tables: Sequence[Table],
    result: tuple[Sequence[System], frozenset[int]],
    reasons: Mapping[CellRef, str],
    proof: Audit,
    means: tuple[Needs, Budget, Sequence[KnownFigure]],
) -> Protection:
    """What is said of this release; the versions of earlier ones took part and are not listed again."""
    (systems, masked), (needs, budget, known) = result, means
    cells, names = systems[0].cells, {table.name for table in tables}
    here = {i for i, cell in enumerate(cells) if cell.table in names}
    return Protection(
        masked={cells[i]: reasons.get(cells[i], SECONDARY) for i in sorted(masked & here)},
        unclaimed=_unclaimed(systems, needs, masked & here, known),
        cell_count=len(here),
        structural_zero_count=len(systems[0].zeros & here),
        narrowest=proof.narrowest,
        ranks=proof.ranks,
        linear_programs=budget.used,
    )


def _mask(
    systems: Sequence[System],
    masked: frozenset[int],
    guarded: Guarded,
    needs: Needs,
    means: tuple[Mapping[int, float], Budget],
) -> frozenset[int]:
    """First nothing may be computed, then nothing may be enclosed too narrowly."""
    usefulness, budget = means
    readers = [Reader(system) for system in systems]
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


def _usefulness(tables: Sequence[Table], system: System, told: frozenset[CellRef]) -> dict[int, float]:
    """What each cell that may be masked is worth: totals far more than parts, many contributors more than few."""
    by_name = {table.name: table for table in tables}
    worth = {}
    for place, cell in enumerate(system.cells):
        if cell.table in by_name and cell not in told and place not in system.zeros:
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
