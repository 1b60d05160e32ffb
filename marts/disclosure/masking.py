"""Choose the mask: enough that nothing can be had, then no more than that needs. Whether it is safe the audit says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
class Chosen:
    """The mask, and how it came about."""

    masked: frozenset[CellRef]
    pruned: int
    """Masks for the sake of others that were taken away again because they protect nobody."""
    undecided: int
    """Masks of which the bound on linear programs left open whether they are superfluous; they stay."""
    programs: int


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
    return Chosen(pruned.masked, len(masked) - len(pruned.masked), pruned.undecided, pruned.programs)


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
