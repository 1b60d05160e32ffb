"""On random linked tables the attacker finds nothing in what the engine masks, and something when a mask is missing.

Any missing mask gives something away. One for the sake of others opens another masked figure: the engine leaves none
that protects nobody. One for the cell's own sake shows the figure itself; readers who have an earlier release with the
mask see it. So both a blind attacker and a superfluous mask fail here. The variable OSAMARI_DISCLOSURE_SETS says how
many random sets of tables are tried (25). Worked examples: test_attacker.py.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from marts.attacker.attack import Insiders, attack
from marts.disclosure.primary import P_PERCENT, missing_room
from marts.disclosure.protect import SECONDARY, Protection, protect
from tests.attacked_tables import intervals, narrower, released
from tests.disclosure_tables import AMOUNT, COUNT, rules
from tests.test_disclosure_properties import invented, linked, needed_width, seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.attacker.reading import Release
    from marts.disclosure.lattice import Link
    from marts.disclosure.table import CellRef, Table

SETS = int(os.environ.get("OSAMARI_DISCLOSURE_SETS", "25"))
RULES = rules(minimum=3, width=3, percent=20)


class Protected(NamedTuple):
    """A random set of tables and its mask."""

    tables: Sequence[Table]
    links: Sequence[Link]
    protection: Protection


@cache
def protected(seed: int) -> Protected:
    """Tables of 6 to 60 people."""
    tables, links = linked(invented(seed, seeded(seed).randint(6, 60)))
    return Protected(tables, links, protect(tables, RULES, links=links))


def insiders(case: Protected) -> Insiders:
    """Whoever is alone in a cell, and the cells that are masked for their own sake."""
    own = {(c.table, c.key) for c, rule in case.protection.masked.items() if rule != SECONDARY}
    lone = {(t.name, key) for t in case.tables for key, cell in t.cells.items() if cell.contributor_count == 1}
    return Insiders(frozenset(lone & own), frozenset(own))


def is_missed(case: Protected, opened: CellRef) -> bool:
    """Whether anything is found when one mask is missing from the outset.

    Whoever knows the policy also knows how wide the interval of each cell masked for its own sake has to be.
    """
    fewer = set(case.protection.masked) - {opened}
    release = released(case.tables, case.links, fewer)
    if attack([release], insiders(case)).findings:
        return True
    tables = {table.name: table for table in case.tables}
    needed = {
        (*cell, measure): needed_width(tables[cell.table], cell, measure, case.protection.masked[cell])
        for cell in fewer
        for measure in (COUNT, AMOUNT)
    }
    return bool(narrower(release, needed)) or is_one_bounded(case, release, fewer)


def is_one_bounded(case: Protected, release: Release, masked: set[CellRef]) -> bool:
    """Whether the second largest of a cell in which one dominates can bound the largest too closely."""
    tables = {table.name: table for table in case.tables}
    dominated = [(*cell, AMOUNT) for cell in masked if case.protection.masked[cell] == P_PERCENT]
    for (name, key, _), (_, high) in intervals(release, dominated).items():
        cell = tables[name].cells[key]
        if high - cell.values[AMOUNT] < missing_room(tables[name], cell, RULES) - 1e-3:
            return True
    return False


@pytest.mark.parametrize("seed", range(SETS))
def test_nothing_is_found_in_what_the_engine_masks(seed: int) -> None:
    case = protected(seed)
    assert attack([released(case.tables, case.links, case.protection.masked)], insiders(case)).findings == ()


@pytest.mark.parametrize("seed", range(SETS))
def test_a_mask_that_a_later_release_takes_away_is_found(seed: int) -> None:
    case = protected(seed)
    first = released(case.tables, case.links, case.protection.masked)
    for opened in seeded(seed).sample(sorted(case.protection.masked), min(3, len(case.protection.masked))):
        later = released(case.tables, case.links, set(case.protection.masked) - {opened})
        findings = attack([first, replace(later, release_id="2026-05-31.2")]).findings
        assert {f.attack for f in findings if (f.table, f.key) == opened} == {"re_opened"}


def test_every_mask_for_the_sake_of_others_is_missed_when_it_is_not_there() -> None:
    tried = 0
    for seed in range(SETS):
        case = protected(seed)
        assert not case.protection.undecided
        others = sorted(cell for cell, rule in case.protection.masked.items() if rule == SECONDARY)
        for opened in seeded(seed).sample(others, min(3, len(others))):
            tried += 1
            assert is_missed(case, opened), f"{opened} of set {seed} protects nobody"
    assert tried > SETS // 2
