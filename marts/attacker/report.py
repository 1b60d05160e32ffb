"""What an attack found. Nothing here ever holds a figure or an interval: a finding says where, not what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marts.attacker.reading import Key

RE_OPENED = "re_opened"
SUBTRACTION = "subtraction"
LINEAR = "linear"
BOUNDS = "bounds"
INSIDER = "insider"
REVISION = "revision"
ATTACKS: dict[str, str] = {
    RE_OPENED: "masked in one release and published in another",
    SUBTRACTION: "the only unknown left in a sum",
    LINEAR: "follows from several sums together (exact)",
    BOUNDS: "enclosed more narrowly than the certificate promises",
    INSIDER: "follows for somebody who knows another masked figure",
    REVISION: "follows from what a revision changed and what it left",
}


class ContradictoryReleases(ValueError):  # noqa: N818 - it says what is wrong
    """Releases whose published figures cannot all be true; the message names releases and tables."""


class NoSuchCell(ValueError):  # noqa: N818 - it says what is wrong
    """Somebody is said to know a cell that the newest release does not mask, or does not have."""


@dataclass(frozen=True, order=True)
class Finding:
    """A masked figure that can be had: by which attack, from which releases, and where it stands."""

    attack: str
    releases: tuple[str, ...]
    table: str
    key: Key
    measure: str
    published_by: str = ""
    """Of a re-opened figure, the release that tells it."""

    def __str__(self) -> str:
        """One line, without any figure."""
        return f"{self.attack}: {self.table} {'/'.join(self.key)} {self.measure} ({', '.join(self.releases)})"


@dataclass
class MeasureReport:
    """What was tried on one measure: unknowns, blocks of unknowns that hang together, and linear programs."""

    unknowns: int = 0
    blocks: int = 0
    programs: int = 0
    told_by_accounts: int = 0
    """Masked figures that the public accounts enclose by themselves; no release can protect them."""


@dataclass(frozen=True)
class AttackReport:
    """The releases, what was tried per measure, and what was found."""

    releases: tuple[str, ...]
    measures: Mapping[str, MeasureReport]
    findings: tuple[Finding, ...]
    attacks: tuple[str, ...]

    def lines(self) -> list[str]:
        """The report for people."""
        lines = [f"releases  {len(self.releases)}: {self.releases[0]} … {self.releases[-1]}"]
        lines += [f"attacks   {', '.join(self.attacks)}"]
        for name, measure in sorted(self.measures.items()):
            found = sum(finding.measure == name for finding in self.findings)
            lines.append(
                f"{name}: masked {measure.unknowns:,}, blocks {measure.blocks:,}, "
                f"linear programs {measure.programs:,}, "
                f"told by the public accounts {measure.told_by_accounts:,}, found {found:,}"
            )
        lines += [str(finding) for finding in self.findings]
        return [*lines, f"{len(self.findings):,} findings" if self.findings else "Nothing was found."]
