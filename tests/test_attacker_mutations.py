"""On random linked tables the attacker finds nothing in what the engine masks, and something when a mask is missing.

Not every missing mask gives something away: the engine masks further cells one after another and does not search for
the fewest, so that some hide nobody. How many they may be is bounded here: a blind attacker fails. The variable
OSAMARI_DISCLOSURE_SETS says how many random sets of tables are tried (25). Worked examples: test_attacker.py.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from marts.attacker.attack import Insiders, attack
from marts.disclosure.protect import SECONDARY, Protection, protect
from tests.attacked_tables import released
from tests.disclosure_tables import rules
from tests.test_disclosure_properties import invented, linked, seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.attacker.report import Finding
    from marts.disclosure.lattice import Link
    from marts.disclosure.table import CellRef, Table

SETS = int(os.environ.get("OSAMARI_DISCLOSURE_SETS", "25"))
RULES = rules(minimum=3, width=3, percent=20)
SEEN_AT_LEAST = 0.85
"""Of the masks for the sake of others, taken away one at a time, the share that gives a figure away."""


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


def without(case: Protected, opened: CellRef) -> tuple[Finding, ...]:
    """What is found when one mask is missing from the outset."""
    fewer = set(case.protection.masked) - {opened}
    return attack([released(case.tables, case.links, fewer)]).findings


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


def test_nearly_every_mask_for_the_sake_of_others_is_missed_when_it_is_not_there() -> None:
    tried = seen = 0
    for seed in range(SETS):
        case = protected(seed)
        others = sorted(cell for cell, rule in case.protection.masked.items() if rule == SECONDARY)
        for opened in seeded(seed).sample(others, min(3, len(others))):
            tried += 1
            seen += bool(without(case, opened))
    assert tried > SETS // 2
    assert seen >= SEEN_AT_LEAST * tried, f"{seen} of {tried}"
