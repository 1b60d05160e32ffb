"""The worked examples whose answers are known, through folders of releases: does the attacker see what can be seen?

Each example also has its harmless twin: an attacker that finds everything everywhere proves nothing. Does not test
whether the engine protects; see test_disclosure_properties.py and test_attacker_mutations.py.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from marts.attacker.attack import Insiders, attack, attack_release
from marts.attacker.reading import NotARelease, read_release
from marts.attacker.report import ContradictoryReleases
from tests.released_folders import TOTAL, FolderTable, Key, added_up, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from marts.attacker.report import AttackReport

YEN = "spent_yen"
BLOCK = {(r, c) for r in "ab" for c in "xy"}
SQUARE = {"row": dict.fromkeys("abc", TOTAL), "column": dict.fromkeys("xyz", TOTAL)}


def square(figures: list[list[int]], masked: set[Key], **more: Any) -> FolderTable:
    """A 3 × 3 table with totals."""
    leaves = {(r, c): figures[i][j] for i, r in enumerate("abc") for j, c in enumerate("xyz")}
    return FolderTable("square", SQUARE, {YEN: added_up(SQUARE, leaves)}, masked, **more)


def line(name: str, tree: dict[str, str], leaves: dict[str, int], masked: set[str], **more: Any) -> FolderTable:
    """A table with a single dimension."""
    values = added_up({"code": tree}, {(code,): value for code, value in leaves.items()})
    return FolderTable(name, {"code": tree}, {YEN: values}, {(code,) for code in masked}, **more)


def found(report: AttackReport) -> set[tuple[str, str, Key]]:
    """What was found, without release and measure."""
    return {(finding.attack, finding.table, finding.key) for finding in report.findings}


GEURTS = [[5, 2, 10], [1, 2, 20], [30, 40, 50]]
LARGE = [[100, 300, 500], [200, 600, 700], [800, 900, 1000]]


@pytest.mark.parametrize(("width", "is_found"), [(3, False), (4, True)])
def test_a_block_of_two_by_two_leaves_an_interval_of_exactly_three(tmp_path: Path, width: int, is_found: bool) -> None:  # noqa: FBT001
    folder = write_folder(tmp_path, "2026-05-31.1", [square(GEURTS, BLOCK)], widths={YEN: width})
    report = attack_release([folder])
    assert found(report) == ({("bounds", "square", key) for key in BLOCK} if is_found else set())


def test_one_masked_cell_is_recovered_by_subtraction_and_no_report_holds_its_figure(tmp_path: Path) -> None:
    alone = square([[998, 400, 300], [500, 600, 700], [800, 900, 1000]], {("a", "x")})
    report = attack_release([write_folder(tmp_path, "2026-05-31.1", [alone])])
    assert found(report) == {("subtraction", "square", ("a", "x"))}
    assert report.findings[0].releases == ("2026-05-31.1",)
    assert "998" not in "\n".join(report.lines())


def test_a_cell_that_follows_only_from_several_sums_is_found_exactly(tmp_path: Path) -> None:
    parents = {"row": dict.fromkeys("abcd", TOTAL), "column": dict.fromkeys("wxyz", TOTAL)}
    leaves = {(r, c): 100 * i + 10 * j + 100 for i, r in enumerate("abcd") for j, c in enumerate("wxyz")}
    # Every line has two masked cells or more; rows a and b less columns x and y leave nothing but b/z.
    masked = {*BLOCK, ("b", "z"), *product("cd", "zw")}
    table = FolderTable("wide", parents, {YEN: added_up(parents, leaves)}, masked)
    report = attack_release([write_folder(tmp_path, "2026-05-31.1", [table])])
    assert found(report) == {("linear", "wide", ("b", "z"))}


def test_a_town_follows_from_its_district_with_and_without_it(tmp_path: Path) -> None:
    towns = {"north": TOTAL, "south": TOTAL, "mill": "north", "rest": "north", "lake": "rest", "hill": "rest"}
    sizes = {"mill": 98, "lake": 400, "hill": 500, "south": 700}
    district = line("district", towns, sizes, {"mill", "rest"})
    others = line("others", {"lake": TOTAL, "hill": TOTAL}, {"lake": 400, "hill": 500}, set())
    sides = {
        "left": {"table": "district", "where": {"code": "rest"}},
        "right": {"table": "others", "where": {"code": "T"}},
    }
    district_alone = line("district", towns, sizes, {"mill", "rest", "lake"})
    link = {**sides, "by": [], "measures": [YEN]}
    assert found(attack_release([write_folder(tmp_path / "a", "2026-05-31.1", [district_alone, others])])) == set()
    together = write_folder(tmp_path / "b", "2026-05-31.1", [district_alone, others], links=[link])
    assert ("district", ("mill",)) in {place[1:] for place in found(attack_release([together]))}
    assert ("subtraction", "district", ("mill",)) in found(
        attack_release([write_folder(tmp_path / "c", "2026-05-31.1", [district, others])])
    )


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


def test_a_lone_contributor_learns_the_other_cell_of_its_row_but_not_beyond_what_it_must_not(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, "2026-05-31.1", [square(LARGE, BLOCK)])
    own, other = ("square", ("a", "x")), ("square", ("a", "y"))
    assert found(attack_release([folder])) == set()
    everything = found(attack_release([folder], Insiders(frozenset({own}))))
    assert everything == {("insider", "square", key) for key in BLOCK - {("a", "x")}}
    guarded = attack_release([folder], Insiders(frozenset({own}), frozenset({own, other})))
    assert found(guarded) == {("insider", "square", ("a", "y"))}
    wider = {*BLOCK, *product("ab", "z"), *product("c", "xyz")}
    safe = write_folder(tmp_path / "wider", "2026-05-31.1", [square(LARGE, wider)])
    assert found(attack_release([safe], Insiders(frozenset({own})))) == set()


def test_a_lone_contributor_who_finds_itself_in_the_total_of_its_line_learns_nothing(tmp_path: Path) -> None:
    table = square(LARGE, {*BLOCK, *product("ab", "T"), ("a", "z"), ("b", "z")} - {("a", "y"), ("a", "z")})
    folder = write_folder(tmp_path, "2026-05-31.1", [table])
    report = attack_release([folder], Insiders(frozenset({("square", ("a", "x"))})))
    assert ("insider", "square", ("a", "T")) not in found(report)


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
    folders = [
        write_folder(
            tmp_path, f"2026-0{month}-28.1", [square(LARGE, BLOCK - {corner} | {("c", "z"), ("c", "x"), ("a", "z")})]
        )
        for month, corner in ((5, ("a", "x")), (6, ("b", "y")))
    ]
    assert {f.attack for f in attack_release(folders).findings} <= {"subtraction", "linear"}
    assert all(len(finding.releases) == 1 for finding in attack_release(folders).findings)


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
    """No published figure was told twice with two values, and still not all can be true: the masked ones have changed."""
    tree = {"p": TOTAL, "q": TOTAL, "p1": "p", "p2": "p", "q1": "q", "q2": "q"}
    first = line("t", tree, {"p1": 10, "p2": 20, "q1": 30, "q2": 40}, {"p1", "p2", "p", "q", "q1", "q2"})
    second = line("t", tree, {"p1": 11, "p2": 25, "q1": 30, "q2": 40}, {"p1", "p2", "T", "q1", "q2"})
    third = line("t", tree, {"p1": 11, "p2": 25, "q1": 30, "q2": 40}, {"p1", "p2", "p", "q1", "q2", "q"})
    folders = [write_folder(tmp_path, f"2026-05-31.{n}", [t]) for n, t in ((1, first), (2, second), (3, third))]
    report = attack_release(folders)
    assert {(f.attack, f.key) for f in report.findings if f.attack != "re_opened"} <= {
        ("subtraction", ("T",)),
        ("revision", ("p",)),
        ("revision", ("q",)),
    }


def test_a_masked_figure_that_a_later_release_publishes_is_re_opened(tmp_path: Path) -> None:
    one = write_folder(tmp_path, "2026-05-31.1", [square(LARGE, BLOCK)])
    two = write_folder(tmp_path, "2026-05-31.2", [square(LARGE, set())])
    report = attack_release([one, two])
    assert found(report) == {("re_opened", "square", key) for key in BLOCK}
    assert {finding.published_by for finding in report.findings} == {"2026-05-31.2"}


def test_wholes_that_do_not_add_up_are_bounded_by_their_parts(tmp_path: Path) -> None:
    tree = dict.fromkeys("kl", TOTAL)
    values = {YEN: {("T",): 14, ("k",): 14, ("l",): 3}}
    for masked, expected in (({("l",)}, set()), ({("T",)}, {("bounds", "overlap", ("T",))})):
        table = FolderTable("overlap", {"code": tree}, values, masked, {YEN: []})
        folder = write_folder(tmp_path / str(len(expected)), "2026-05-31.1", [table], widths={YEN: 4})
        assert found(attack_release([folder])) == expected, "between 14 and 17; a part between 0 and 14"


def accounts(values: dict[str, int]) -> FolderTable:
    """An exempt table."""
    return line("accounts", dict.fromkeys(values, TOTAL), values, set(), is_protected=False)


CEILING = {
    "left": {"table": "owed", "where": {}},
    "right": {"table": "accounts", "where": {}},
    "by": {"code": "code"},
    "measures": [YEN],
}


def test_what_the_public_accounts_tell_is_counted_and_what_they_help_to_tell_is_found(tmp_path: Path) -> None:
    tree = {"p": TOTAL, "q": TOTAL, "p1": "p", "p2": "p"}
    owed = line("owed", tree, {"p1": 30, "p2": 40, "q": 90}, {"p", "q", "p1", "p2"})
    reached = write_folder(tmp_path / "a", "2026-05-31.1", [owed, accounts({"p": 70, "q": 90})], ceilings=[CEILING])
    report = attack_release([reached])
    assert found(report) == set()
    assert report.measures[YEN].told_by_accounts == 2, "p and q are their ceilings"
    helped = line("owed", tree, {"p1": 30, "p2": 40, "q": 90}, {"p", "q", "p1"})
    folder = write_folder(tmp_path / "b", "2026-05-31.1", [helped, accounts({"p": 70, "q": 90})], ceilings=[CEILING])
    assert found(attack_release([folder])) == {("bounds", "owed", ("p1",))}


def test_a_ceiling_below_the_figures_is_another_quantity_and_tells_nothing(tmp_path: Path) -> None:
    owed = line("owed", dict.fromkeys("pqr", TOTAL), {"p": 70, "q": 90, "r": 10}, {"p", "q"})
    folder = write_folder(tmp_path, "2026-05-31.1", [owed, accounts({"p": 1, "q": 1})], ceilings=[CEILING])
    assert found(attack_release([folder])) == set()


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


def test_releases_that_cannot_be_true_and_folders_that_are_none_are_refused(tmp_path: Path) -> None:
    broken = square(LARGE, {("a", "x"), ("a", "y")})
    broken.values[YEN]["a", "z"] = 10**6
    folder = write_folder(tmp_path, "2026-05-31.1", [broken])
    with pytest.raises(ContradictoryReleases, match="published figures of square cannot all be true"):
        attack_release([folder])
    with pytest.raises(NotARelease, match=r"holds no datapackage\.json"):
        attack_release([tmp_path])
    (folder / "square.csv").unlink()
    with pytest.raises(NotARelease, match="cannot be read as a release"):
        attack_release([folder])
