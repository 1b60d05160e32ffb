"""Nothing is opened by releasing again: periods, revisions, other codes, stocks and flows. Invented figures.

Does not test released files (test_release_keeping.py) nor what a reader of files can do (the attacker's own tests).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from marts.disclosure.lattice import Equation
from marts.disclosure.protect import EARLIER, protect
from marts.disclosure.table import TOTAL, Cell, CellRef, Dimension, Key, Measure, Table, TableRefused
from marts.earlier_versions import Told, Versions
from tests.disclosure_tables import AMOUNT, flat, rules, same, table_of_figures, with_few

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PERIOD = "period"
KIND = flat("kind", ["a", "b", "c"])
MONTHS = ("04", "05", "06")


def periods(months: Sequence[str]) -> Dimension:
    """Months; under their quarter once all three are there. No total."""
    quarter = {"Q1": TOTAL} if len(months) == len(MONTHS) else {}
    return Dimension(PERIOD, quarter | dict.fromkeys(months, "Q1" if quarter else TOTAL), has_total=False)


def flow(months: Sequence[str], figures: Mapping[tuple[str, str], int]) -> Table:
    """Kind by period."""
    dimensions = (KIND, periods(months))
    cells = {}
    for kind, period in product(KIND.codes, dimensions[1].codes):
        under = product(KIND.leaves_under(kind), dimensions[1].leaves_under(period))
        value = sum(figures[leaf] for leaf in under)
        cells[kind, period] = Cell({AMOUNT: value}, 100, value // 100, value // 100)
    return Table("flow", dimensions, (Measure(AMOUNT, frozenset({"kind", PERIOD})),), cells, AMOUNT)


FIGURES = {(k, m): 1000 + 37 * i for i, (k, m) in enumerate(product("abc", MONTHS))}


def masked(table: Table, *releases: tuple[Table, Told]) -> set[Key]:
    """The cells of ``table`` that are masked after the given releases."""
    versions = Versions({table.name: table})
    for number, (version, told) in enumerate(releases):
        versions.add(f"2026-0{number + 4}-30.1", version, told, PERIOD)
    protection = protect([table], rules(width=5), earlier=versions.earlier())
    return {cell.key for cell in protection.masked}


def told(table: Table, hidden: set[Key]) -> Told:
    return Told(frozenset(hidden), frozenset(table.cells) - hidden)


def released(table: Table, *releases: tuple[Table, Told]) -> Told:
    """The table as it is released."""
    return told(table, masked(table, *releases))


def test_a_month_stays_as_it_was_told_when_its_quarter_is_complete() -> None:
    april = with_few(flow(MONTHS[:1], FIGURES), ("a", "04"))
    first = released(april)
    assert ("a", "04") in first.masked
    whole = with_few(flow(MONTHS, FIGURES), ("a", "04"))
    again = masked(whole, (april, first))
    assert first.masked <= again
    assert not first.shown & again, "a told figure is not masked afterwards"


def test_a_quarter_is_masked_where_it_would_open_the_month_masked_before() -> None:
    april = with_few(flow(MONTHS[:1], FIGURES), ("a", "04"))
    first = released(april)
    may = flow(MONTHS[:2], FIGURES)
    second = released(with_few(may, ("a", "04")), (april, first))
    june = with_few(flow(MONTHS, FIGURES), ("a", "04"))
    again = masked(june, (april, first), (may, second))
    months = {("a", "05"), ("a", "06")}
    assert ("a", "Q1") in again or again & months
    without = masked(june)
    assert ("a", "04") in without


def test_without_the_earlier_releases_the_month_would_have_been_opened() -> None:
    """The guard can fail: the second release by itself has nothing to hide."""
    april = flow(MONTHS[:1], FIGURES)
    first = Told(frozenset({("a", "04"), ("b", "04")}), frozenset(april.cells) - {("a", "04"), ("b", "04")})
    whole = flow(MONTHS, FIGURES)
    assert masked(whole) == set()
    again = masked(whole, (april, first))
    assert {("a", "04"), ("b", "04")} <= again
    protection = protect([whole], rules(width=5))
    assert not protection.masked


def test_a_revision_does_not_open_what_did_not_change() -> None:
    """The total was told before and after, and so was all but one masked cell that changed and one that did not."""
    before = with_few(flow(MONTHS[:1], FIGURES), ("a", "04"))
    first = released(before)
    changed = FIGURES | {("c", "04"): FIGURES["c", "04"] + 500}
    after = with_few(flow(MONTHS[:1], changed), ("a", "04"))
    versions = Versions({"flow": after})
    versions.add("2026-04-30.1", before, first, PERIOD)
    earlier = versions.earlier()
    assert [table.name for table in earlier.tables] == ["flow@2026-04-30.1"]
    linked = {link.right.key for link in earlier.links}
    assert ("a", "04") in linked
    assert ("c", "04") not in linked
    protection = protect([after], rules(width=5), earlier=earlier)
    assert {cell.table for cell in protection.masked} == {"flow"}
    assert first.masked <= {cell.key for cell in protection.masked}


def test_the_same_version_is_reckoned_with_once() -> None:
    before, changed = flow(MONTHS[:1], FIGURES), FIGURES | {("c", "04"): 1, ("c", "05"): 2}
    longer = flow(MONTHS[:2], FIGURES)
    versions = Versions({"flow": flow(MONTHS[:2], changed)})
    for number, version in enumerate((before, longer, before), start=1):
        versions.add(f"2026-04-30.{number}", version, released(version), PERIOD)
    assert [table.name for table in versions.earlier().tables] == ["flow@2026-04-30.2"]


def test_what_two_tables_share_they_shared_in_the_earlier_release_too() -> None:
    kind = flat("kind", ["a", "b", "c"])
    old, new = ({("a",): 100, ("b",): b, ("c",): 300} for b in (200, 250))
    today = {name: table_of_figures(name, [kind], new) for name in ("left", "right")}
    link = same(today["left"], ("b",), today["right"], ("b",), frozenset({AMOUNT}))
    versions = Versions(today)
    for name in today:
        before = table_of_figures(name, [kind], old)
        versions.add("2026-05-31.1", before, told(before, {("a",), ("b",)} if name == "left" else set()), "")
    joined = {(one.left, one.right) for one in versions.earlier([link]).links}
    assert (CellRef("left@2026-05-31.1", ("b",)), CellRef("right@2026-05-31.1", ("b",))) in joined


def test_other_codes_for_the_same_figures_are_refused() -> None:
    """Ages 15–19 in one release and 15–18 in another give away age 19."""
    wide = table_of_figures("age", [flat("age", ["15-19", "20-"])], {("15-19",): 300, ("20-",): 900})
    narrow = table_of_figures("age", [flat("age", ["15-18", "19-"])], {("15-18",): 290, ("19-",): 910})
    with pytest.raises(TableRefused, match=r"age: age 15-19 does not stand where release 2026-05-31\.1 has it"):
        Versions({"age": narrow}).add("2026-05-31.1", wide, told(wide, set()), "")


def test_a_new_code_is_empty_in_the_periods_before_it() -> None:
    narrower = flat("kind", ["a", "b"])
    old = flow(MONTHS[:1], FIGURES | {("c", "04"): 0})
    cells = {key: cell for key, cell in old.cells.items() if key[0] != "c"}
    before = replace(old, dimensions=(narrower, old.dimensions[1]), cells=cells)
    versions = Versions({"flow": old})
    versions.add("2026-04-30.1", before, told(before, set()), PERIOD)
    assert {(f.cell.key, f.value) for f in versions.earlier().known if f.cell.key[0] == "c"} == {(("c", "04"), 0)}


def test_opening_new_and_cleared_give_the_closing_stock() -> None:
    """A masked stock must not follow from the stocks and flows around it."""
    area = flat("area", ["x", "y"])
    figures = {"opening": (500, 700), "new": (80, 90), "cleared": (60, 40), "closing": (520, 750)}
    tables = [table_of_figures(name, [area], {("x",): left, ("y",): right}) for name, (left, right) in figures.items()]
    signs = {"opening": 1, "new": 1, "cleared": -1, "closing": -1}
    equations = [
        Equation(tuple((CellRef(name, (code,)), sign) for name, sign in signs.items()), frozenset({AMOUNT}))
        for code in area.codes
    ]
    tables[3] = with_few(tables[3], ("x",))
    alone = protect(tables, rules(width=5))
    together = protect(tables, rules(width=5), links=equations)
    assert {cell.table for cell in alone.masked} == {"closing"}
    assert {cell.table for cell in together.masked} > {"closing"}
    wrong = [replace(equations[0], terms=equations[0].terms[:-1])]
    with pytest.raises(TableRefused, match="do not agree"):
        protect(tables, rules(width=5), links=wrong)


def test_what_is_masked_only_because_it_was_before_says_so() -> None:
    table = flow(MONTHS[:1], FIGURES)
    first = Told(frozenset({("a", "04"), ("b", "04")}), frozenset(table.cells) - {("a", "04"), ("b", "04")})
    versions = Versions({"flow": table})
    versions.add("2026-04-30.1", table, first, PERIOD)
    protection = protect([table], rules(), earlier=versions.earlier())
    assert set(protection.masked.values()) == {EARLIER}
