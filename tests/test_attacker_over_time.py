"""What several releases give away together: codes cut anew, months and their year, revisions, opened masks.

One release by itself: test_attacker.py. Whether the engine prevents it: test_release_keeping.py.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from marts.attacker.attack import attack, attack_release
from marts.attacker.reading import read_release
from tests.released_folders import BLOCK, LARGE, TOTAL, YEN, FolderTable, added_up, found, line, square, write_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_district_that_loses_a_town_between_two_releases_discloses_it(tmp_path: Path) -> None:
    before = {
        "north": TOTAL,
        "south": TOTAL,
        "lake": "north",
        "hill": "north",
        "mill": "north",
        "bay": "south",
        "sea": "south",
    }
    after = {**before, "mill": "south"}
    sizes = {"lake": 400, "hill": 500, "mill": 98, "bay": 600, "sea": 800}
    hidden = {"lake", "hill", "mill", "bay", "sea"}
    folders = [
        write_folder(tmp_path, f"2026-05-31.{number}", [line("district", tree, sizes, hidden)])
        for number, tree in enumerate((before, after), start=1)
    ]
    assert [found(attack_release([folder])) for folder in folders] == [set(), set()]
    report = attack_release(folders)
    assert {key for _, _, key in found(report)} == {("mill",)}
    assert report.findings[0].releases == ("2026-05-31.1", "2026-05-31.2")


def test_ages_cut_in_another_way_disclose_the_year_between(tmp_path: Path) -> None:
    coarse = {"15-19": TOTAL, "20-24": TOTAL, "25-": TOTAL}
    fine = {**coarse, "15-18": "15-19", "19": "15-19"}
    sizes = {"15-18": 300, "19": 7, "20-24": 400, "25-": 900}
    first = line("ages", coarse, {"15-19": 307, "20-24": 400, "25-": 900}, set())
    second = line("ages", fine, sizes, {"15-19", "19", "20-24"})
    one, two = (write_folder(tmp_path, f"2026-05-31.{n}", [table]) for n, table in ((1, first), (2, second)))
    assert found(attack_release([two])) == set()
    findings = found(attack_release([two, one]))
    assert ("re_opened", "ages", ("15-19",)) in findings
    assert ("subtraction", "ages", ("19",)) in findings


MONTHS = {f"2025-{month:02d}": "FY2025" for month in range(4, 13)} | {
    f"2026-{month:02d}": "FY2025" for month in (1, 2, 3)
}


def flow(months: dict[str, str], masked: set[str], values: dict[str, int] | None = None) -> FolderTable:
    """Payments by month, under their year where it is told."""
    sizes = values or {month: 100 + i for i, month in enumerate(MONTHS)}
    leaves = {(month,): sizes[month] for month in months if month in sizes}
    figures = added_up({"period_code": months}, leaves, ("period_code",))
    hidden = {(month,) for month in masked}
    return FolderTable(
        "payments",
        {"period_code": months},
        {YEN: figures},
        hidden,
        period_dimension="period_code",
        without_total=("period_code",),
    )


def test_a_year_published_after_eleven_of_its_months_discloses_the_twelfth(tmp_path: Path) -> None:
    eleven = {month: TOTAL for month in MONTHS if month != "2026-03"}
    early = write_folder(tmp_path, "2026-03-31.1", [flow(eleven, {"2025-10"})])
    masked_pair = {"2025-10", "2026-03"}
    late = write_folder(tmp_path, "2026-05-31.1", [flow({"FY2025": TOTAL, **MONTHS}, masked_pair)])
    assert found(attack_release([early])) == set()
    assert found(attack_release([early, late])) == set(), "two months stay hidden in the year"
    told = write_folder(tmp_path / "told", "2026-03-31.1", [flow(eleven, set())])
    assert found(attack_release([late])) == set()
    assert found(attack_release([late, told])) == {
        ("re_opened", "payments", ("2025-10",)),
        ("subtraction", "payments", ("2026-03",)),
    }


def test_a_stock_of_another_day_is_another_figure(tmp_path: Path) -> None:
    other_block = set(product("bc", "yz"))
    for name, second, attacks in (("days", "2026-06-30.1", set()), ("day", "2026-05-31.2", {"re_opened"})):
        folders = [
            write_folder(tmp_path / name, release_id, [square(LARGE, masked)])
            for release_id, masked in (("2026-05-31.1", BLOCK), (second, other_block))
        ]
        assert {attack_name for attack_name, *_ in found(attack_release(folders))} >= attacks
        assert bool(found(attack_release(folders))) == bool(attacks)


def test_a_figure_that_is_published_after_a_revision_in_its_line_is_told_as_such(tmp_path: Path) -> None:
    one = write_folder(tmp_path, "2026-05-31.1", [square(LARGE, BLOCK)])
    revised = [[100, 300, 500], [200, 600, 705], [800, 900, 1000]]
    two = write_folder(tmp_path, "2026-05-31.2", [square(revised, BLOCK - {("b", "x"), ("a", "x")})])
    report = attack_release([one, two])
    assert ("revision", "square", ("b", "x")) in found(report), "row b was revised"
    assert ("re_opened", "square", ("a", "x")) in found(report), "row a and column x were not"


def test_a_revision_never_ends_in_a_contradiction(tmp_path: Path) -> None:
    """The change stands in masked cells only, or in totals only: each release by itself is told, and no more."""
    later = [[105, 295, 500], [195, 605, 700], [800, 900, 1000]]
    grown = [[150, 300, 500], [200, 600, 700], [800, 900, 1000]]
    for name, figures in (("moved", later), ("grown", grown)):
        folders = [
            write_folder(tmp_path / name, f"2026-05-31.{number}", [square(table, BLOCK)])
            for number, table in ((1, LARGE), (2, figures))
        ]
        assert found(attack_release(folders)) == set()


def test_an_unnoticed_revision_falls_apart_by_release(tmp_path: Path) -> None:
    """No published figure stands in both releases, and yet not all can be true: the masked ones have changed."""
    tree = {"p": TOTAL, "q": TOTAL, "p1": "p", "p2": "p"}
    first = line("t", tree, {"p1": 10, "p2": 20, "q": 30}, {"p1", "p2", "p", "q"})
    second = line("t", tree, {"p1": 11, "p2": 25, "q": 34}, {"p1", "p2", "p", "q"})
    first.values[YEN]["T",] = 60
    beside = line("other", {"s": TOTAL}, {"s": 70}, set())
    same = {"left": {"table": "t", "where": {"code": "T"}}, "right": {"table": "other", "where": {"code": "s"}}}
    second.masked.add(("T",))
    one = write_folder(tmp_path, "2026-05-31.1", [first])
    two = write_folder(tmp_path, "2026-05-31.2", [second, beside], links=[{**same, "by": [], "measures": [YEN]}])
    report = attack_release([one, two])
    assert {(f.attack, f.key) for f in report.findings} == {("re_opened", ("T",))}


def test_a_masked_figure_that_a_later_release_publishes_is_re_opened(tmp_path: Path) -> None:
    one = write_folder(tmp_path, "2026-05-31.1", [square(LARGE, BLOCK)])
    two = write_folder(tmp_path, "2026-05-31.2", [square(LARGE, set())])
    report = attack_release([one, two])
    assert found(report) == {("re_opened", "square", key) for key in BLOCK}
    assert {finding.published_by for finding in report.findings} == {"2026-05-31.2"}


def test_stocks_and_flows_given_as_equations_are_used(tmp_path: Path) -> None:
    hidden = {"p", "q"}
    before = line("stock", dict.fromkeys("pqr", TOTAL), {"p": 70, "q": 90, "r": 10}, set())
    after = line("stock", dict.fromkeys("pqr", TOTAL), {"p": 75, "q": 95, "r": 10}, hidden)
    moves = line("moves", dict.fromkeys("pqr", TOTAL), {"p": 5, "q": 5, "r": 0}, set())
    terms = [
        {"table": "stock", "key": ["p"], "coefficient": 1, "release": "previous"},
        {"table": "moves", "key": ["p"], "coefficient": 1, "release": "this"},
        {"table": "stock", "key": ["p"], "coefficient": -1, "release": "this"},
    ]
    one = write_folder(tmp_path, "2026-04-30.1", [before])
    two = write_folder(tmp_path, "2026-05-31.1", [after, moves], equations=[{"measure": YEN, "terms": terms}])
    assert {key for _, _, key in found(attack_release([one, two]))} == {("p",), ("q",)}
    assert found(attack_release([two])) == set()


def test_only_what_the_release_has_part_in_is_told_when_asked_about_it(tmp_path: Path) -> None:
    bad = write_folder(tmp_path, "2026-04-30.1", [square(LARGE, {("a", "x")})])
    good = write_folder(tmp_path, "2026-05-31.1", [square(LARGE, BLOCK)])
    releases = [read_release(folder) for folder in (bad, good)]
    assert found(attack(releases, about="2026-05-31.1")) == set()
    assert found(attack(releases, about="2026-04-30.1")) == {("subtraction", "square", ("a", "x"))}
