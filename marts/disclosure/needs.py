"""How wide the interval of each masked cell must stay, and which intervals public figures have narrowed already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marts.disclosure.lattice import System
    from marts.disclosure.policy import IntervalRule

_PERCENT = 100


class Need(NamedTuple):
    """What a reader must not achieve, in units of the measure."""

    width: int
    """The interval is at least this wide."""
    above: int = 0
    """The interval reaches at least this far above the figure."""


@dataclass
class Needs:
    """The intervals that policy asks for in one system, minus what public figures tell anyway."""

    primary: frozenset[int]
    rules: Mapping[str, IntervalRule]
    dominated: Mapping[int, int] = field(default_factory=dict)
    """Cells masked by the p % rule: how far above the magnitude its interval must reach."""
    magnitudes: Mapping[str, str] = field(default_factory=dict)
    """The magnitude measure of each table."""
    public: set[int] = field(default_factory=set)
    """The masked cells for which no protection is claimed."""

    def of(self, system: System, cell: int) -> Need:
        """The need of one masked cell.

        A cell with few contributors needs a share of its figure in width. In a cell with many, one of which
        dominates, only that one's share is at risk: the second largest bounds it from above.
        """
        rule = self.rules[system.measure]
        if cell in self.dominated:
            above = self.dominated[cell] if system.measure == self.magnitudes[system.cells[cell].table] else 0
            return Need(rule.primary_width, above)
        if cell not in self.primary:
            return Need(rule.secondary_width)
        share = -(-int(system.values[cell]) * rule.primary_percent // _PERCENT)
        return Need(max(rule.primary_width, share))

    def of_all(self, system: System, masked: Iterable[int]) -> dict[int, Need]:
        """The need of each masked cell for which protection is claimed."""
        return {cell: self.of(system, cell) for cell in sorted(masked) if cell not in self.public}

    def reach(self, system: System) -> int:
        """The widest interval that the policy asks for whatever the figure, in units of the measure."""
        rule = self.rules[system.measure]
        return max(rule.primary_width, rule.secondary_width)

    def give_up(self, cells: Iterable[int]) -> None:
        """Record that public figures alone tell these cells."""
        self.public.update(cells)
