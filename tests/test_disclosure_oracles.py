"""The worked examples whose answers are known: can the engine see what an attacker sees, and does it prevent it?

Does not test random tables; see test_disclosure_properties.py.
"""

from __future__ import annotations

import pytest

from marts.disclosure.attack import Attack
from marts.disclosure.lattice import KnownFigure, build_systems
from marts.disclosure.part import Guarded
from marts.disclosure.primary import WHOLE_SHARE
from marts.disclosure.protect import Earlier, protect
from marts.disclosure.secondary import Insiders, Reader
from marts.disclosure.solver import Budget
from marts.disclosure.table import TOTAL, Cell, CellRef, Dimension, Measure, Table, TableRefused
from tests.disclosure_tables import (
    AMOUNT,
    COUNT,
    Visit,
    flat,
    rules,
    same,
    table_of,
    table_of_figures,
    with_few,
)

ROWS, COLUMNS = flat("row", "abc"), flat("column", "xyz")
AMOUNTS = frozenset({AMOUNT})


def square(figures: list[list[int]]) -> Table:
    """A 3 × 3 table with totals."""
    return table_of_figures(
        "square", (ROWS, COLUMNS), {(r, c): figures[i][j] for i, r in enumerate("abc") for j, c in enumerate("xyz")}
    )


def interval(tables: list[Table], masked: list[CellRef], wanted: CellRef) -> tuple[float, float]:
    """What a reader can enclose when exactly ``masked`` is masked."""
    (system,) = [s for s in build_systems(tables, (), ()) if s.measure == AMOUNT]
    place = {cell: i for i, cell in enumerate(system.cells)}
    return Attack(system, [place[cell] for cell in masked], Budget(100)).interval(place[wanted])


def test_a_block_of_two_by_two_leaves_the_interval_three_to_six() -> None:
    table = square([[5, 2, 10], [1, 2, 20], [30, 40, 50]])
    block = [CellRef("square", (r, c)) for r in "ab" for c in "xy"]
    low, high = interval([table], block, block[0])
    assert (round(low, 6), round(high, 6)) == (3, 6)


def test_one_masked_cell_is_recovered_by_subtraction_and_a_second_one_is_masked() -> None:
    table = square([[998, 400, 300], [500, 600, 700], [800, 900, 1000]])
    alone = CellRef("square", ("a", "x"))
    assert interval([table], [alone], alone) == pytest.approx((998, 998))
    protection = protect([with_few(table, ("a", "x"))], rules(width=100))
    assert len(protection.masked) == 4
    assert all(TOTAL not in cell.key for cell in protection.masked), "totals stand when inner cells suffice"


def test_a_town_does_not_follow_from_its_district_with_and_without_it() -> None:
    towns = Dimension("place", {"north": TOTAL, "south": TOTAL, "mill": "north", "rest": "north"} | _REST)
    sizes = {("mill",): 98, ("lake",): 400, ("hill",): 500, ("south",): 700}
    district = with_few(table_of_figures("district", (towns,), sizes), ("mill",))
    without = table_of_figures("without", (flat("place", ["lake", "hill"]),), {("lake",): 400, ("hill",): 500})
    links = [same(district, ("rest",), without, (TOTAL,), AMOUNTS)]
    links += [same(district, (town,), without, (town,), AMOUNTS) for town in ("lake", "hill")]
    mill = CellRef("district", ("mill",))
    assert interval([district], [mill], mill) == pytest.approx((98, 98))
    masked = protect([district, without], rules(width=50), links=links).masked
    north, rest = CellRef("district", ("north",)), CellRef("district", ("rest",))
    assert north in masked or rest in masked
    assert (rest in masked) == (CellRef("without", (TOTAL,)) in masked), "one figure, one mask"


_REST = {"lake": "rest", "hill": "rest"}


def test_two_linked_tables_each_safe_alone_are_not_safe_together() -> None:
    left = table_of_figures("left", (flat("row", "ab"), flat("column", "xy")), dict(_QUARTERS))
    right = table_of_figures("right", (flat("column", "xy"),), {("x",): 400, ("y",): 600})
    left = with_few(left, ("a", "x"))
    links = [same(left, (TOTAL, c), right, (c,), AMOUNTS) for c in "xyT"]
    apart = protect([left, right], rules(width=10))
    hidden_totals = {("T", "x"), ("T", "y")} & {cell.key for cell in apart.masked}
    assert not hidden_totals, "unlinked, the column totals stand"
    few_total = with_few(right, ("x",))
    together = protect([left, few_total], rules(width=10), links=links)
    masked = set(together.masked)
    assert CellRef("right", ("x",)) in masked
    assert CellRef("left", (TOTAL, "x")) in masked, "the same figure stands in the other table"
    assert CellRef("right", ("y",)) in masked
    assert CellRef("left", (TOTAL, "y")) in masked


_QUARTERS = {("a", "x"): 100, ("a", "y"): 200, ("b", "x"): 300, ("b", "y"): 400}


def test_a_lone_contributor_must_not_learn_the_other_cell_of_its_row() -> None:
    table = square([[100, 300, 500], [200, 600, 700], [800, 900, 1000]])
    table = with_few(with_few(table, ("a", "x"), contributors=1), ("a", "y"))
    (system,) = build_systems([table], (), ())
    place = {cell.key: i for i, cell in enumerate(system.cells)}
    guarded = Guarded(frozenset({place["a", "x"], place["a", "y"]}), frozenset({place["a", "x"]}))
    reader = Reader(system)
    block = {place[r, c] for r in "ab" for c in "xy"}
    known = reader.learns(i for i in place.values() if i not in block)
    assert Insiders(reader, guarded, known).learn(), "two masked cells in a row tie the lone contributor to the other"
    guarding = protect([table], rules(width=10))
    careless = protect([table], rules(width=10, lone=False))
    assert len(guarding.masked) > len(careless.masked)


def test_what_public_figures_tell_is_masked_but_not_claimed_and_counts_as_known() -> None:
    table = with_few(square([[100, 300, 500], [200, 600, 700], [800, 900, 1000]]), ("a", "x"), ("b", "y"))
    cell = CellRef("square", ("a", "x"))
    known = [KnownFigure(cell, AMOUNT, 100, "accounts")]
    protection = protect([table], rules(width=10), known=known)
    assert cell in protection.masked
    assert protection.unclaimed[cell, AMOUNT] == "accounts"
    masked = {c.key for c in protection.masked}
    assert len([k for k in masked if k[0] == "b"]) > 1
    assert len([k for k in masked if k[0] == "a" and k != ("a", "x")]) != 1, "the known cell hides nothing"


def test_a_ceiling_narrows_the_interval_and_is_taken_into_account() -> None:
    table = with_few(square([[100, 300, 500], [200, 600, 700], [800, 900, 1000]]), ("a", "x"))
    cell = CellRef("square", ("a", "x"))
    ceiling = KnownFigure(cell, AMOUNT, 105, "accounts", is_ceiling=True)
    protection = protect([table], rules(width=60), known=[ceiling])
    assert protection.narrowest[AMOUNT] == 105
    assert not protection.unclaimed


def test_the_dominant_one_is_hidden_from_the_second_largest() -> None:
    visits = [Visit(0, {"row": "a", "column": "x"}, 10_000), Visit(1, {"row": "a", "column": "x"}, 600)]
    visits += [Visit(10 + i, {"row": "a", "column": "x"}, 20) for i in range(20)]
    others = [Visit(100 + i, {"row": r, "column": c}, 500) for i, (r, c) in enumerate(["bx", "by", "ay"] * 40)]
    table = table_of("t", (flat("row", "ab"), flat("column", "xy")), visits + others)
    protection = protect([table], rules())
    assert protection.masked[CellRef("t", ("a", "x"))] == "p_percent"
    (system,) = [s for s in build_systems([table], (), ()) if s.measure == AMOUNT]
    masked = [i for i, cell in enumerate(system.cells) if cell in protection.masked]
    place = system.cells.index(CellRef("t", ("a", "x")))
    _, high = Attack(system, masked, Budget(100)).interval(place)
    assert high - 600 >= 10_000 * 1.1 - 1e-3


def test_an_empty_cell_is_masked_unless_it_is_empty_by_structure() -> None:
    visits = [Visit(i, {"row": r, "column": c}, 10) for i, (r, c) in enumerate(["ax", "ay", "bx"] * 9)]
    dimensions = (flat("row", "ab"), flat("column", "xy"))
    told = protect([table_of("t", dimensions, visits)], rules())
    silent = protect([table_of("t", dimensions, visits, zeros=frozenset({("b", "y")}))], rules())
    assert told.masked[CellRef("t", ("b", "y"))] == "threshold"
    assert not silent.masked


def test_a_count_that_does_not_add_up_is_still_bounded_by_its_parts() -> None:
    kinds = flat("kind", "kl")
    visits = [Visit(i, {"kind": "k"}, 5) for i in range(8)] + [Visit(i, {"kind": "l"}, 5) for i in range(6, 14)]
    table = table_of("t", (kinds,), visits, count_adds_up_over=())
    systems = {s.measure: s for s in build_systems([table], (), ())}
    place = systems[COUNT].cells.index(CellRef("t", (TOTAL,)))
    low, high = Attack(systems[COUNT], [place], Budget(10)).interval(place)
    assert (round(low, 6), round(high, 6)) == (8, 16)


def test_what_was_masked_before_is_not_opened_again() -> None:
    table = square([[100, 300, 500], [200, 600, 700], [800, 900, 1000]])
    before = frozenset({CellRef("square", ("b", "z"))})
    assert not protect([table], rules()).masked
    protection = protect([table], rules(), earlier=Earlier(masked=before))
    assert protection.masked[CellRef("square", ("b", "z"))] == "earlier_release"
    assert len(protection.masked) >= 4


def test_totals_that_do_not_add_up_and_links_that_contradict_are_refused() -> None:
    table = square([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    broken = dict(table.cells)
    broken["a", "x"] = broken["b", "y"]
    with pytest.raises(TableRefused, match="is not the sum of its parts"):
        protect([Table("square", table.dimensions, table.measures, broken, AMOUNT)], rules())
    other = table_of_figures("other", (flat("row", "a"),), {("a",): 1})
    with pytest.raises(TableRefused, match="do not agree in"):
        protect([table, other], rules(), links=[same(table, ("b", "x"), other, ("a",), AMOUNTS)])


def test_a_missing_cell_and_a_code_without_a_way_to_the_total_are_refused() -> None:
    table = square([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    fewer = {key: cell for key, cell in table.cells.items() if key != ("a", "x")}
    with pytest.raises(TableRefused, match="square a/x is missing"):
        Table("square", table.dimensions, table.measures, fewer, AMOUNT)
    with pytest.raises(TableRefused, match="does not add up to the total"):
        Dimension("loop", {"a": "b", "b": "a"})


@pytest.mark.parametrize(("part", "is_masked"), [(0, True), (1, False), (199, False), (200, True)])
def test_a_share_of_none_or_all_of_its_whole_tells_of_everyone(part: int, is_masked: bool) -> None:  # noqa: FBT001
    area = flat("area", ["x", "y", "z"])
    whole = {("x",): 200, ("y",): 300, ("z",): 400}
    parts = {("x",): part, ("y",): 100, ("z",): 100}
    cells = {
        (code,): Cell(
            {
                AMOUNT: sum(whole[leaf,] for leaf in area.leaves_under(code)),
                COUNT: sum(parts[leaf,] for leaf in area.leaves_under(code)),
            },
            100,
            1,
            1,
        )
        for code in area.codes
    }
    measures = (Measure(AMOUNT, frozenset({"area"})), Measure(COUNT, frozenset({"area"})))
    table = Table("shares", (area,), measures, cells, AMOUNT, shares={COUNT: AMOUNT})
    masked = protect([table], rules()).masked
    assert (masked.get(CellRef("shares", ("x",))) == WHOLE_SHARE) == is_masked
    assert bool(masked) == is_masked


def test_the_masked_cells_of_a_line_are_together_as_many_as_a_cell_that_is_shown() -> None:
    """Two masked cells of one contributor each: their sum is known, and it is that of two people."""
    area = flat("area", "vwxyz")
    figures = {(code,): 100 + 40 * place for place, code in enumerate("vwxyz")}
    table = with_few(table_of_figures("line", [area], figures), ("v",), ("w",), contributors=1)
    alone = {cell.key for cell in protect([table], rules(lone=False)).masked}
    pooled = {cell.key for cell in protect([table], rules(lone=False, pools=True)).masked}
    assert alone == {("v",), ("w",)}
    assert alone < pooled
    assert (TOTAL,) not in pooled


def test_a_pool_with_one_giant_is_enlarged_until_it_hides_it() -> None:
    area = flat("area", "vwxyz")
    figures = {("v",): 400, ("w",): 500, ("x",): 600, ("y",): 20, ("z",): 900}
    table = table_of_figures("line", [area], figures)
    cells = dict(table.cells)
    cells["y",] = Cell({AMOUNT: 20}, 1, 20, 0)
    cells["z",] = Cell({AMOUNT: 900}, 100, 880, 10)
    table = Table("line", table.dimensions, table.measures, cells, AMOUNT)
    alone = protect([table], rules(lone=False, p_percent=1)).masked
    assert {cell.key for cell in alone} == {("y",), ("z",)}
    pooled = protect([table], rules(lone=False, p_percent=1, pools=True)).masked
    assert {cell.key for cell in pooled} == {("y",), ("z",)}, "20 of others are 2 % of 880"
    pooled = protect([table], rules(lone=False, p_percent=3, pools=True)).masked
    assert len(pooled) == 3
