"""The last gate: what is about to be released is attacked, together with all that was released before.

The attacker sees files only. What it finds stops the release, unless the certificate claims no protection for the
figure or the earlier releases tell it without this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.errors import DataRefused
from marts.attacker.attack import Insiders, attack
from marts.attacker.reading import NotARelease, read_release, release_of
from marts.attacker.report import RE_OPENED, ContradictoryReleases
from marts.attacker.solver import NotSolved
from marts.disclosure.primary import OWN_RULES
from marts.disclosure.table import CellRef
from marts.release_folder import release_ids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from marts.attacker.reading import Release
    from marts.attacker.report import Finding
    from marts.disclosure.protect import Protection
    from marts.disclosure.table import Table

_REMEDY = "Nothing was released. This is a defect of the masking, not of the data: report it."


class Recoverable(DataRefused):
    """An attacker can have a masked figure from the files, so they are not released (exit code 1)."""


def refuse_recoverable(
    released: Path, release: tuple[str, Mapping[str, bytes]], protection: Protection, tables: Sequence[Table]
) -> None:
    """Demand that nothing masked in ``release`` (its id and files) or in the folders of ``released`` can be had.

    ``tables`` are the protected tables as they were before masking: they say who is alone in a cell.

    Raises:
        Recoverable: something can. The message names the table and cell, never a figure.
    """
    release_id, files = release
    try:
        before = [read_release(released / earlier) for earlier in release_ids(released)]
        insiders = _lone_contributors(tables, protection)
        found = attack([*before, release_of(release_id, files)], insiders, about=release_id).findings
        new = _not_told_before([f for f in found if _is_claimed(f, release_id, protection)], before)
    except (NotARelease, ContradictoryReleases, NotSolved) as problem:
        raise Recoverable(f"The attack on {release_id} did not end: {problem}", _REMEDY) from problem
    if new:
        further = f" and {len(new) - 1} more" if len(new) > 1 else ""
        raise Recoverable(f"The files of {release_id} give away a masked figure by {new[0]}{further}.", _REMEDY)


def _lone_contributors(tables: Sequence[Table], protection: Protection) -> Insiders:
    """Who knows a masked cell because nobody else is in it, and the cells that are masked for their own sake."""
    sensitive = {(c.table, c.key) for c, rule in protection.masked.items() if rule in OWN_RULES}
    lone = {
        (table.name, key)
        for table in tables
        for key, cell in table.cells.items()
        if (table.name, key) in sensitive and cell.contributor_count == 1
    }
    return Insiders(frozenset(lone), frozenset(sensitive))


def _is_claimed(finding: Finding, release_id: str, protection: Protection) -> bool:
    is_told_already = finding.attack == RE_OPENED and finding.published_by != release_id
    is_unclaimed = (CellRef(finding.table, finding.key), finding.measure) in protection.unclaimed
    return release_id in finding.releases and not is_told_already and not is_unclaimed


def _not_told_before(findings: list[Finding], before: Sequence[Release]) -> list[Finding]:
    """Without what the earlier releases tell by themselves: no mask of this one could prevent it."""
    if not findings or not before:
        return findings
    told = {(f.table, f.key, f.measure) for f in attack(before).findings}
    return [f for f in findings if (f.table, f.key, f.measure) not in told]
