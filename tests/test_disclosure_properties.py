"""For random small linked tables: after protection the attacker recovers nothing.

The attacker shares no code with the engine (marts/attacker). Does not test speed, nor real tables;
test_release_files.py attacks a released folder. Whether the attacker would notice: test_attacker_mutations.py.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marts.attacker.attack import attack
from marts.disclosure.arithmetic import RowSpace
from marts.disclosure.lattice import KnownFigure, Link
from marts.disclosure.primary import missing_room
from marts.disclosure.protect import protect
from marts.disclosure.table import TOTAL, CellRef, Dimension, Table
from tests.attacked_tables import intervals, narrower, released
from tests.disclosure_tables import AMOUNT, COUNT, Visit, flat, rules, same, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = Dimension("place", {"north": TOTAL, "south": TOTAL, "mill": "north", "lake": "north"})
AGE = flat("age", ["young", "old"])
KIND = Dimension("kind", {"k": TOTAL, "l": TOTAL, "m": TOTAL})
RULES = rules(minimum=3, width=3, percent=20)
LIMITS = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def seeded(seed: int) -> Random:
    """The same draws for the same seed."""
    return Random(seed)  # noqa: S311 - nothing secret is drawn


def invented(seed: int, holders: int) -> list[Visit]:
    """Holders with a place and an age each, and one to three kinds with an amount each."""
    random = seeded(seed)
    visits = []
    for holder in range(holders):
        codes = {"place": random.choice(["mill", "lake", "south"]), "age": random.choice(["young", "old"])}
        kinds = random.sample("klm", random.choice([1, 1, 2, 3]))
        visits += [Visit(holder, {**codes, "kind": k}, int(random.lognormvariate(3, 1.2)) + 1) for k in kinds]
    return visits


def linked(visits: Sequence[Visit]) -> tuple[list[Table], list[Link]]:
    """Two tables of the same visits: place × age × kind, and kind alone by age; holders of several kinds overlap."""
    wide = table_of("wide", (PLACE, KIND), visits, count_adds_up_over=["place"])
    narrow = table_of("narrow", (AGE, KIND), visits, count_adds_up_over=["age"])
    return [wide, narrow], [same(wide, (TOTAL, kind), narrow, (TOTAL, kind)) for kind in KIND.codes]


def needed_width(table: Table, cell: CellRef, measure: str, rule: str) -> int:
    """What the policy asks of this cell, computed here once more."""
    if rule == "secondary":
        return 1
    share = -(-table.cells[cell.key].values[measure] * 20 // 100) if (measure, rule) == (AMOUNT, "threshold") else 0
    return max(3, share)


@LIMITS
@given(seed=st.integers(0, 10**6), holders=st.integers(4, 40))
def test_nothing_masked_is_determined_or_enclosed_too_narrowly(seed: int, holders: int) -> None:
    tables, links = linked(invented(seed, holders))
    by_name = {table.name: table for table in tables}
    protection = protect(tables, RULES, links=links)
    assert not protection.unclaimed
    release = released(tables, links, protection.masked)
    assert attack([release]).findings == ()
    places = [(*cell, measure) for cell in protection.masked for measure in (COUNT, AMOUNT)]
    needed = {p: needed_width(by_name[p[0]], CellRef(*p[:2]), p[2], protection.masked[CellRef(*p[:2])]) for p in places}
    assert narrower(release, needed) == []
    dominated = [p for p in places if p[2] == AMOUNT and protection.masked[CellRef(*p[:2])] == "p_percent"]
    looked_at = {*dominated, *seeded(seed).sample(places, min(5, len(places)))}
    for (name, key, measure), (low, high) in intervals(release, looked_at).items():
        value = by_name[name].cells[key].values[measure]
        assert low - 1e-3 <= value <= high + 1e-3
        if (name, key, measure) in dominated:
            assert high - value >= missing_room(by_name[name], by_name[name].cells[key], RULES) - 1e-3


@LIMITS
@given(seed=st.integers(0, 10**6), holders=st.integers(10, 40), told=st.integers(0, 6))
def test_what_readers_know_anyway_is_counted_as_known(seed: int, holders: int, told: int) -> None:
    tables, links = linked(invented(seed, holders))
    keys = sorted(tables[1].cells)
    chosen = seeded(seed).sample(keys, told)
    known = [
        KnownFigure(CellRef("narrow", key), AMOUNT, tables[1].cells[key].values[AMOUNT], "accounts") for key in chosen
    ]
    protection = protect(tables, RULES, links=links, known=known)
    unclaimed = {(cell.table, cell.key, measure) for cell, measure in protection.unclaimed}
    report = attack([released(tables, links, protection.masked, known)])
    assert {(f.table, f.key, f.measure) for f in report.findings} <= unclaimed
    everything = {CellRef(table.name, key) for table in tables for key in table.cells}
    nothing_released = intervals(released(tables, links, everything, known), unclaimed)
    by_name = {table.name: table for table in tables}
    for name, key, _ in unclaimed:
        low, high = nothing_released[name, key, AMOUNT]
        rule, cell = protection.masked[CellRef(name, key)], by_name[name].cells[key]
        is_narrow = high - low < needed_width(by_name[name], CellRef(name, key), AMOUNT, rule) - 1e-6
        is_short = rule == "p_percent" and high - cell.values[AMOUNT] < missing_room(by_name[name], cell, RULES) - 1e-6
        assert is_narrow or is_short, "given up only where public figures alone say too much"


@LIMITS
@given(seed=st.integers(0, 10**6))
def test_the_order_of_the_input_does_not_matter(seed: int) -> None:
    tables, links = linked(invented(seed, 25))
    shuffled = []
    for table in reversed(tables):
        cells = list(table.cells.items())
        seeded(seed).shuffle(cells)
        shuffled.append(Table(table.name, table.dimensions, tuple(reversed(table.measures)), dict(cells), AMOUNT))
    first, second = protect(tables, RULES, links=links), protect(shuffled, RULES, links=list(reversed(links)))
    assert first == second


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    rows=st.lists(st.lists(st.integers(-1, 2), min_size=5, max_size=5), min_size=3, max_size=8),
    admitted=st.integers(1, 4),
)
def test_elimination_agrees_with_rank(rows: list[list[int]], admitted: int) -> None:
    space, matrix = RowSpace(np.array(rows, dtype=np.int64)), np.array(rows, dtype=float)
    known = list(range(min(admitted, len(rows) - 1)))
    rank = np.linalg.matrix_rank(matrix[known])
    others = range(len(known), len(rows))
    expected = {i for i in others if np.linalg.matrix_rank(matrix[[*known, i]]) == rank}
    for row in known:
        space.admit(row)
    assert set(space.determined(others)) == expected
    extra = len(rows) - 1
    would = {
        i
        for i in others
        if i not in expected
        and np.linalg.matrix_rank(matrix[[*known, extra, i]]) == np.linalg.matrix_rank(matrix[[*known, extra]])
    }
    if extra not in expected:
        assert set(space.opened_by(extra, list(others))) == would


@pytest.mark.parametrize("seed", range(3))
def test_kinds_are_equal_exactly_for_rows_that_determine_each_other(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 2, size=(12, 6))
    rows[5], rows[6] = rows[4], 2 * rows[4]
    space = RowSpace(rows.astype(np.int64))
    space.admit(0)
    kinds = space.kinds(range(12))
    rank = np.linalg.matrix_rank
    for i in range(12):
        for j in range(12):
            pair = rank(rows[[0, i, j]])
            tied = pair == rank(rows[[0, i]]) == rank(rows[[0, j]])
            assert (kinds[i] == kinds[j]) == tied
