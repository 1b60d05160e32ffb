"""Choose the mask: enough that nothing can be had, then no more than that needs. Whether it is safe the audit says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marts.disclosure.optimum import Optimum, groups_of
from marts.disclosure.pruning import Pruning
from marts.disclosure.repair import Widening
from marts.disclosure.secondary import complete, readers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.disclosure.part import Part
    from marts.disclosure.policy import Effort
    from marts.disclosure.pools import Lines
    from marts.disclosure.secondary import Reader
    from marts.disclosure.solver import Budget
    from marts.disclosure.table import CellRef


@dataclass(frozen=True)
class Cheapest:
    """What the search for the cheapest mask came to. Costs are the worth of the cells masked for others' sake."""

    groups: int = 0
    """Groups of linked tables in which something is masked for the sake of others."""
    solved: int = 0
    """Those of them whose mask is proven to be the cheapest."""
    cost_before: float = 0.0
    """In the solved groups, before."""
    cost: float = 0.0
    """In the solved groups, of the cheapest mask."""


@dataclass(frozen=True)
class Chosen:
    """The mask, and how it came about."""

    masked: frozenset[CellRef]
    pruned: int
    """Masks for the sake of others that were taken away again because they protect nobody."""
    undecided: int
    """Masks of which the bound on linear programs left open whether they are superfluous; they stay."""
    programs: int
    cheapest: Cheapest


def choose_mask(
    parts: Sequence[Part],
    own: frozenset[CellRef],
    means: tuple[Lines, Mapping[CellRef, float], Effort],
    budget: Budget,
) -> Chosen:
    """The cells to be masked: ``own`` for their own sake or as before, others for their sake.

    ``means`` are the lines of the tables, what each cell that may be masked is worth, and the bounds on the search.
    """
    lines, worth, effort = means
    readers, widening = readers_of(parts), Widening(parts, budget)
    masked = _enough(readers, own, (lines, widening))
    removable = {cell: worth[cell] for cell in masked - own}
    pruned = Pruning(readers, widening.points(), masked, removable, (lines, effort.pruning_programs)).run()
    left, cheapest = pruned.masked, Cheapest()
    for group in groups_of(readers):
        left, cheapest = _cheapest(group, (own, left), (means, budget), cheapest)
    return Chosen(left, len(masked) - len(pruned.masked), pruned.undecided, pruned.programs, cheapest)


def _cheapest(
    group: Sequence[tuple[Part, Reader]],
    masks: tuple[frozenset[CellRef], frozenset[CellRef]],
    given: tuple[tuple[Lines, Mapping[CellRef, float], Effort], Budget],
    before: Cheapest,
) -> tuple[frozenset[CellRef], Cheapest]:
    """The cheapest mask for the tables of one group, where they are few enough and it is proven."""
    (own, masked), ((lines, worth, effort), budget) = masks, given
    cells = {cell for part, _ in group for cell in part.system.cells}
    others = masked & cells - own
    if not others:
        return masked, before
    candidates = {cell: worth[cell] for cell in cells & worth.keys() - own}
    found = None
    if len(candidates) <= effort.optimum_cells:
        found = Optimum(group, own, candidates, (lines, effort)).find()
    if found is None:
        return masked, replace(before, groups=before.groups + 1)
    costs = [sum(worth[cell] for cell in sorted(mask)) for mask in (others, found)]
    after = Cheapest(before.groups + 1, before.solved + 1, before.cost_before + costs[0], before.cost + min(costs))
    if costs[0] <= costs[1]:
        return masked, after
    chosen = masked - others | found
    # Found in another way, so it is put to the same question as every mask; if more were needed, the former stands.
    if _enough(group, chosen, (lines, Widening([part for part, _ in group], budget))) != chosen:
        return masked, replace(before, groups=before.groups + 1)
    return chosen, after


def _enough(
    readers: Sequence[tuple[Part, Reader]], masked: frozenset[CellRef], means: tuple[Lines, Widening]
) -> frozenset[CellRef]:
    """First nothing may be computed and no pool be small, then nothing may be too narrow; until all holds."""
    lines, widening = means
    while True:
        masked = complete(readers, masked)
        grown = lines.enlarge(masked)
        if grown != masked:
            masked = grown
            continue
        for part, reader in readers:
            part.needs.give_up(reader.knows_before(part.inside(masked)))
        masked = widening.run(masked)
        if masked == grown:
            return masked
