"""The attack on releases as any reader has them: what is masked in them, and can it be had all the same?

Every masked figure of every release is an unknown; every sum, ordering and equal cell is a row. Block by block the
attacks are tried from the simplest to the strongest; each recovered figure is told once, by the first that succeeds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marts.attacker.block_attack import BlockAttack, Knowledge
from marts.attacker.blocks import Block, Contradiction, blocks_of
from marts.attacker.equations import all_rows
from marts.attacker.reading import in_order, read_release
from marts.attacker.report import (
    ATTACKS,
    INSIDER,
    RE_OPENED,
    REVISION,
    AttackReport,
    ContradictoryReleases,
    Finding,
    MeasureReport,
    NoSuchCell,
)
from marts.attacker.unknowns import number_unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from marts.attacker.equations import Cell
    from marts.attacker.reading import Release


@dataclass(frozen=True)
class Insiders:
    """Cells of the newest release that a lone contributor knows, and the cells that it must not learn from them.

    Without ``must_not_learn`` every other masked cell counts. That is more than is promised: a cell that is masked only
    for the sake of others may be known.
    """

    lone: frozenset[Cell] = frozenset()
    must_not_learn: frozenset[Cell] | None = None


NOBODY = Insiders()


def attack_release(folders: Sequence[Path], insiders: Insiders = NOBODY) -> AttackReport:
    """Attack the releases in ``folders`` together.

    Args:
        folders: folders of releases, in any order.
        insiders: what lone contributors to the newest release know.

    Raises:
        NotARelease: a folder does not hold a release.
        NoSuchCell: the newest release masks no such cell.
        ContradictoryReleases: published figures cannot all be true.
        NotSolved: the solver gave no proof.
    """
    return attack([read_release(folder) for folder in folders], insiders)


def attack(releases: Sequence[Release], insiders: Insiders = NOBODY, *, about: str = "") -> AttackReport:
    """Attack ``releases`` together; ``about`` limits it to what the release of that id has part in.

    Raises:
        ContradictoryReleases: published figures cannot all be true.
        NotSolved: the solver gave no proof.
    """
    return _Attack(in_order(releases), insiders, about).report()


class _Attack:
    """One run over all blocks."""

    def __init__(self, releases: Sequence[Release], insiders: Insiders, about: str) -> None:
        self._releases = releases
        self._unknowns = number_unknowns(releases)
        ids = [release.release_id for release in releases]
        self._about = ids.index(about) if about else None
        newest = len(ids) - 1 if self._about is None else self._about
        self._knowledge = Knowledge(releases, self._unknowns, newest, insiders.lone, insiders.must_not_learn)
        self._insiders = insiders
        for table, key in sorted(insiders.lone - self._knowledge.masked_in_newest(insiders.lone)):
            raise NoSuchCell(f"{ids[newest]} masks no cell {'/'.join(key)} in a table {table}.")
        self._measures: dict[str, MeasureReport] = defaultdict(MeasureReport)

    def report(self) -> AttackReport:
        """Try everything."""
        findings = list(self._re_opened())
        pinned = {pin.unknown for pin in self._unknowns.pins}
        for block in blocks_of(all_rows(self._releases, self._unknowns), np.arange(self._unknowns.count)):
            if self._about is None or self._about in block.releases:
                findings += [found for number, found in self._of_block(block) if number not in pinned]
        tried = [name for name in ATTACKS if name != INSIDER or self._insiders.lone]
        return AttackReport(
            releases=tuple(release.release_id for release in self._releases),
            measures=dict(self._measures),
            findings=tuple(sorted(set(findings))),
            attacks=tuple(tried),
        )

    def _ids(self, places: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._releases[place].release_id for place in places)

    def _re_opened(self) -> Iterator[Finding]:
        for pin in self._unknowns.pins:
            if self._about is None or self._about in (pin.hider, pin.teller):
                figure = self._unknowns.figure(pin.unknown)
                hider, teller = self._ids([pin.hider, pin.teller])
                both = tuple(sorted((hider, teller)))
                yield Finding(RE_OPENED, both, figure.table, figure.key, figure.measure, teller)
        for figure in self._unknowns.revised:
            if self._about in (None, figure.release):
                (teller,) = self._ids([figure.release])
                yield Finding(REVISION, (teller,), figure.table, figure.key, figure.measure, teller)

    def _of_block(self, block: Block) -> Iterator[tuple[int, Finding]]:
        tried = self._try(block)
        for measure, count in self._knowledge.measures(block).items():
            mine = self._measures[measure]
            mine.unknowns += count
            mine.blocks += 1
            mine.programs += tried.programs
            mine.told_by_accounts += sum(self._unknowns.figure(u).measure == measure for u in tried.told_by_accounts)
        alone = self._alone(block) if tried.found and block.joins_releases else {}
        is_revised = not self._unknowns.kept_apart.isdisjoint(block.unknowns.tolist())
        for number, kind in sorted(tried.found.items()):
            figure = self._unknowns.figure(number)
            releases, name = block.releases, kind
            if number in alone:
                releases = (alone[number],)
            elif block.joins_releases and is_revised and kind != INSIDER:
                name = REVISION
            yield number, Finding(name, self._ids(releases), figure.table, figure.key, figure.measure)

    def _alone(self, block: Block) -> dict[int, int]:
        """The figures that one release tells by itself, and the first such release."""
        found: dict[int, int] = {}
        for release in block.releases:
            for part in block.only(release):
                for number in self._try(part).found:
                    found.setdefault(number, release)
        return found

    def _try(self, block: Block) -> BlockAttack:
        """All attacks on a block; when nothing agrees with it, on what each of its releases tells by itself."""
        try:
            return BlockAttack.of(block, self._knowledge)
        except Contradiction:
            if not block.joins_releases:
                raise ContradictoryReleases(self._contradiction(block)) from None
        merged = BlockAttack()
        for part in block.apart():
            try:
                merged = merged.joined(BlockAttack.of(part, self._knowledge))
            except Contradiction:
                raise ContradictoryReleases(self._contradiction(part)) from None
        return merged

    def _contradiction(self, block: Block) -> str:
        tables = sorted({self._unknowns.figure(int(number)).table for number in block.unknowns})
        return (
            f"{', '.join(self._ids(block.releases))}: the published figures of {', '.join(tables)} cannot all be true. "
            "Check the files: osamari release verify"
        )
