"""The last judgement on a mask: whoever chose it and however, can a reader recover or enclose a masked figure?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.disclosure.attack import Attack
from marts.disclosure.secondary import Insiders, Reader
from marts.disclosure.solver import NotProven

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.disclosure.lattice import System
    from marts.disclosure.part import Guarded, Part
    from marts.disclosure.solver import Budget
    from marts.disclosure.table import CellRef

_REMEDY = "Nothing was released. This is a defect of the masking, not of the data: report it."


@dataclass(frozen=True)
class Audit:
    """What was proven."""

    narrowest: dict[str, int]
    """Per measure, the narrowest interval of a cell masked for its own sake, in units of the measure."""
    ranks: dict[str, tuple[int, int]]
    """Per measure, how many independent equations readers have, and how many unknowns there are."""


def audit(parts: Sequence[Part], masked: frozenset[CellRef], budget: Budget) -> Audit:
    """Prove that no masked cell is determined, tied to a lone contributor, or enclosed too narrowly.

    Starts from nothing but the systems, what they guard and need, and the mask.

    Raises:
        NotProven: something is not proven. The message names the table and cell, never a figure.
    """
    narrowest: dict[str, int] = {}
    ranks: dict[str, tuple[int, int]] = {}
    for part in parts:
        system, hidden = part.system, part.inside(masked)
        claimed = part.needs.of_all(system, hidden)
        rank = _refuse_determined(system, hidden, list(claimed), part.guarded)
        equations, unknowns = ranks.get(system.measure, (0, 0))
        ranks[system.measure] = equations + rank, unknowns + int(system.forms.shape[1])
        attack = Attack(system, hidden, budget, part.needs.reach(system))
        for narrow in attack.too_narrow(claimed):
            raise NotProven(f"{system.cells[narrow.cell]}: {system.measure} can be enclosed too narrowly.", _REMEDY)
        width = attack.narrowest([cell for cell in claimed if cell in part.guarded.primary])
        if width is not None:
            narrowest[system.measure] = min(width, narrowest.get(system.measure, width))
    return Audit(narrowest, ranks)


def _refuse_determined(system: System, masked: frozenset[int], claimed: Sequence[int], guarded: Guarded) -> int:
    """By exact arithmetic, no tolerance. The number of independent equations that were at hand."""
    reader = Reader(system)
    space = reader.learns(cell for cell in range(len(system.cells)) if cell not in masked)
    determined = space.determined(claimed)
    if determined:
        raise NotProven(f"{system.cells[determined[0]]}: {system.measure} can be computed.", _REMEDY)
    if Insiders(reader, guarded, space).learn():
        raise NotProven(f"{system.measure}: a lone contributor can compute another masked cell.", _REMEDY)
    return space.rank
