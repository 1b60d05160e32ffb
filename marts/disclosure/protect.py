"""The engine's front door: tables in, one mask out, proven safe or refused."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.disclosure.audit import Audit, audit
from marts.disclosure.lattice import build_systems
from marts.disclosure.masking import Cheapest, choose_mask
from marts.disclosure.needs import Needs
from marts.disclosure.part import Guarded, Part
from marts.disclosure.pools import Lines
from marts.disclosure.primary import P_PERCENT, missing_room, primary_cells
from marts.disclosure.solver import Budget, NotProven, solver_name
from marts.disclosure.table import CellRef, TableRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.disclosure.lattice import Equation, KnownFigure, Link, System
    from marts.disclosure.masking import Chosen
    from marts.disclosure.policy import Rules
    from marts.disclosure.table import Table

EARLIER = "earlier_release"
SECONDARY = "secondary"
PUBLIC = "public_account"
PUBLISHED_EARLIER = "published_earlier"
_REMEDY = "Nothing was released. This is a defect of the masking, not of the data: report it."
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
    """Masked cells with the rule: one of ``OWN_RULES``, ``earlier_release`` or ``secondary``."""
    unclaimed: Mapping[tuple[CellRef, str], str]
    """Masked cell and measure that public figures tell: masked, but no protection is claimed."""
    cell_count: int
    structural_zero_count: int
    narrowest: Mapping[str, int]
    ranks: Mapping[str, tuple[int, int]]
    """Per measure: how many independent equations readers have, and how many unknowns there are."""
    linear_programs: int
    pruned: int = 0
    """Cells that were masked for others' sake on the way and are published because that protects nobody."""
    undecided: int = 0
    """Cells of which the bound on linear programs left open whether their mask is superfluous; they stay masked."""
    cheapest: Cheapest = field(default_factory=Cheapest)
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
    systems = build_systems(everything, [*links, *earlier.links], known)
    reasons = _reasons(everything, rules, earlier)
    worth = _usefulness(tables, earlier.told)
    parts = [_part(system, everything, reasons, (rules, worth)) for system in systems]
    parts.sort(key=lambda part: (-len(part.system.known), part.system.measure, part.system.cells[:1]))
    budget, lines = Budget(rules.linear_program_budget), Lines(tables, rules, worth)
    chosen = choose_mask(parts, frozenset(reasons), (lines, worth, rules.effort), budget)
    proof = audit(parts, chosen.masked, budget)
    for pool in lines.small_pools(chosen.masked):
        raise NotProven(f"{pool.whole}: the masked parts together are too few.", _REMEDY)
    return _protection(tables, (parts, chosen), reasons, proof, (budget, known))


def _reasons(tables: Sequence[Table], rules: Rules, earlier: Earlier) -> dict[CellRef, str]:
    """The cells to be masked before anything is computed; what was told and is the same stays told."""
    unchangeable = {table.name for table in earlier.tables}
    own = {
        cell: rule
        for cell, rule in primary_cells(tables, rules).items()
        if cell not in earlier.told and (cell.table not in unchangeable or cell in earlier.masked)
    }
    cells = {CellRef(table.name, key) for table in tables for key in table.cells}
    return dict.fromkeys(sorted(earlier.masked & cells), EARLIER) | own


def _protection(
    tables: Sequence[Table],
    result: tuple[Sequence[Part], Chosen],
    reasons: Mapping[CellRef, str],
    proof: Audit,
    means: tuple[Budget, Sequence[KnownFigure]],
) -> Protection:
    """What is said of this release; the versions of earlier ones took part and are not listed again."""
    (parts, chosen), (budget, known) = result, means
    masked, names = chosen.masked, {table.name for table in tables}
    return Protection(
        masked={cell: reasons.get(cell, SECONDARY) for cell in sorted(masked) if cell.table in names},
        unclaimed=_unclaimed(parts, masked, known, names),
        cell_count=sum(len(table.cells) for table in tables),
        structural_zero_count=sum(cell.is_structural_zero for table in tables for cell in table.cells.values()),
        narrowest=proof.narrowest,
        ranks=proof.ranks,
        linear_programs=budget.used + chosen.programs,
        pruned=chosen.pruned,
        undecided=chosen.undecided,
        cheapest=chosen.cheapest,
    )


def _part(
    system: System,
    tables: Sequence[Table],
    reasons: Mapping[CellRef, str],
    means: tuple[Rules, Mapping[CellRef, float]],
) -> Part:
    (rules, worth), by_name = means, {table.name: table for table in tables}
    rule_of = {i: reasons[cell] for i, cell in enumerate(system.cells) if reasons.get(cell, EARLIER) != EARLIER}
    evidence = {i: by_name[system.cells[i].table].cells[system.cells[i].key] for i in rule_of}
    lone = {i for i in rule_of if rules.guards_lone_contributor and evidence[i].contributor_count == 1}
    dominated = {
        i: missing_room(by_name[system.cells[i].table], evidence[i], rules)
        for i, rule in rule_of.items()
        if rule == P_PERCENT
    }
    own = frozenset(rule_of)
    magnitudes = {table.name: table.magnitude_measure for table in tables}
    return Part(
        system,
        Guarded(own, frozenset(lone)),
        Needs(own, rules.intervals, dominated, magnitudes),
        {i: worth[cell] for i, cell in enumerate(system.cells) if cell in worth},
    )


def _usefulness(tables: Sequence[Table], told: frozenset[CellRef]) -> dict[CellRef, float]:
    """What each cell that may be masked is worth: totals far more than parts, many contributors more than few."""
    return {
        CellRef(table.name, key): _DEPTH_WORTH ** -table.depth(key) * (1 + math.log1p(cell.contributor_count))
        for table in tables
        for key, cell in table.cells.items()
        if not cell.is_structural_zero and CellRef(table.name, key) not in told
    }


def _unclaimed(
    parts: Sequence[Part], masked: frozenset[CellRef], known: Sequence[KnownFigure], names: set[str]
) -> dict[tuple[CellRef, str], str]:
    direct = {(figure.cell, figure.measure): figure.reason for figure in known}
    found = {}
    for part in parts:
        measure = part.system.measure
        for cell in sorted(part.outside(part.needs.public) & masked):
            if cell.table in names:
                found[cell, measure] = direct.get((cell, measure), PUBLIC)
    return found


def _refuse_unruled_measures(tables: Sequence[Table], rules: Rules) -> None:
    for table in tables:
        for measure in table.measures:
            if measure.name not in rules.intervals:
                raise TableRefused(
                    f"{table.name}: the policy has no minimum interval for {measure.name}.",
                    "Add it under minimum_interval in the disclosure policy.",
                )
