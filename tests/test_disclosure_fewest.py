"""No more is masked than protects somebody: superfluous masks go, and few linked tables get the cheapest mask there is.

Whether each mask that is left is needed: test_attacker_mutations.py. Does not test speed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from marts.disclosure.audit import audit
from marts.disclosure.protect import SECONDARY, Earlier, Protection, protect
from marts.disclosure.solver import Budget, NotProven, cheapest_cover
from marts.disclosure.table import CellRef, Key, Table
from tests.disclosure_tables import flat, rules, table_of_figures, with_few
from tests.test_disclosure_properties import invented, linked, seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.disclosure.audit import Audit
    from marts.disclosure.part import Part

ALL = 40
SEEDS = (44, 49)
"""Of random sets, some in which masking one cell after another masks more than is needed."""
RULES = rules(minimum=3, width=3, percent=20)


def square(*few: tuple[str, str]) -> Table:
    """A 3 × 3 table with totals, few contributors in some cells."""
    figures = [[998, 400, 300], [500, 600, 700], [800, 900, 1000]]
    leaves: dict[Key, int] = {(r, c): figures[i][j] for i, r in enumerate("abc") for j, c in enumerate("xyz")}
    return with_few(table_of_figures("square", (flat("row", "abc"), flat("column", "xyz")), leaves), *few)


def parts_of(tables: Sequence[Table], monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """The parts as the engine sees them."""
    seen: list[Part] = []

    def spy(parts: Sequence[Part], masked: frozenset[CellRef], budget: Budget) -> Audit:
        seen.extend(parts)
        return audit(parts, masked, budget)

    monkeypatch.setattr("marts.disclosure.protect.audit", spy)
    protect(tables, rules(width=100))
    return seen


def is_safe(parts: Sequence[Part], masked: frozenset[CellRef]) -> bool:
    """The audit's word."""
    try:
        audit(parts, masked, Budget(1000))
    except NotProven:
        return False
    return True


@pytest.mark.parametrize("few", [[("a", "x")], [("a", "x"), ("b", "y")], [("a", "x"), ("a", "y"), ("b", "z")]])
def test_the_proven_cheapest_mask_is_the_cheapest_of_all(
    few: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All masks of inner cells that cost no more are tried: none of them is safe."""
    table = square(*few)
    protection = protect([table], rules(width=100, optimum=ALL))
    assert (protection.cheapest.groups, protection.cheapest.solved) == (1, 1)
    own = frozenset(CellRef("square", key) for key in few)
    others = sorted(CellRef("square", (r, c)) for r in "abc" for c in "xyz" if (r, c) not in few)
    parts = parts_of([table], monkeypatch)
    assert is_safe(parts, frozenset(protection.masked))
    # Inner cells are worth the same here, so fewer is cheaper.
    fewer = protection.count(SECONDARY) - 1
    assert not [more for more in combinations(others, fewer) if is_safe(parts, own | frozenset(more))]


def test_the_search_for_the_cheapest_never_costs_more_and_sometimes_less() -> None:
    cheaper = 0
    for seed in (3, 4):
        tables, links = linked(invented(seed, seeded(seed).randint(6, 60)))
        usual = protect(tables, RULES, links=links)
        best = protect(tables, rules(minimum=3, width=3, percent=20, optimum=ALL), links=links)
        assert usual.cheapest.solved == 0
        assert best.cheapest.cost <= best.cheapest.cost_before
        cheaper += best.cheapest.cost < best.cheapest.cost_before
        assert {c for c, r in usual.masked.items() if r != SECONDARY} <= set(best.masked)
    assert cheaper


def test_what_is_not_proven_within_the_bounds_leaves_the_mask_as_it_was() -> None:
    table = square(("a", "x"))
    usual = protect([table], rules(width=100))
    bounded = rules(width=100, optimum=ALL)
    bounded = replace(bounded, effort=replace(bounded.effort, optimum_rounds=1))
    protection = protect([table], bounded)
    assert (protection.cheapest.groups, protection.cheapest.solved) == (1, 0)
    assert protection.masked == usual.masked


def random_case(seed: int, programs: int = 1000) -> Protection:
    """A random set of tables, protected with so many linear programs for finding superfluous masks."""
    tables, links = linked(invented(seed, seeded(seed).randint(6, 60)))
    return protect(tables, replace(RULES, effort=replace(RULES.effort, pruning_programs=programs)), links=links)


def test_masks_that_protect_nobody_are_taken_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pruned = {seed: random_case(seed) for seed in SEEDS}
    assert all(protection.pruned for protection in pruned.values())
    monkeypatch.setattr("marts.disclosure.pruning.Pruning._opened_with", lambda *_: frozenset())
    for seed, protection in pruned.items():
        before = random_case(seed)
        assert set(protection.masked) < set(before.masked)
        assert len(before.masked) - len(protection.masked) == protection.pruned


def test_without_programs_to_decide_a_mask_stays_and_is_counted() -> None:
    assert any(random_case(seed, programs=0).undecided for seed in SEEDS)


def test_a_mask_of_an_earlier_release_stays_though_it_protects_nobody() -> None:
    before = frozenset(CellRef("square", (r, c)) for r in "bc" for c in "yz")
    protection = protect([square()], rules(optimum=ALL), earlier=Earlier(masked=before))
    assert set(protection.masked) == before


def test_the_cheapest_cover_is_proven_or_refused() -> None:
    cuts = [([0, 1], None), ([1, 2], None), ([3], 1)]
    assert cheapest_cover([1.0, 1.5, 1.0, 5.0], cuts, 100) == {0, 2}
    assert cheapest_cover([1.0, 1.5, 1.0, 0.1], cuts, 100) == {1, 3}
    assert cheapest_cover([1.0, 1.0], [([0, 1], None)], 100) == {0}, "the earlier of equals"
    with pytest.raises(NotProven):
        cheapest_cover([1.0], [([0], None), ([], 0)], 100)
