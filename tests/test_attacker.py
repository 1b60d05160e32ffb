"""The worked examples whose answers are known, through folders of releases: does the attacker see what can be seen?

Each example has its harmless twin: an attacker that finds everything everywhere proves nothing. Several releases
together: test_attacker_over_time.py. Whether the engine protects: test_disclosure_properties.py.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from marts.attacker.attack import Insiders, attack_release
from marts.attacker.reading import NotARelease
from marts.attacker.report import ContradictoryReleases
from tests.released_folders import BLOCK, LARGE, TOTAL, YEN, FolderTable, added_up, found, line, square, write_folder

if TYPE_CHECKING:
    from pathlib import Path


GEURTS = [[5, 2, 10], [1, 2, 20], [30, 40, 50]]


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


def test_a_lone_contributor_learns_through_the_total_of_its_line_another_part_of_it(tmp_path: Path) -> None:
    towns = line("towns", {"mill": TOTAL, "lake": TOTAL}, {"mill": 700, "lake": 400}, {"mill", "T"})
    ages = line("ages", {"young": TOTAL, "old": TOTAL}, {"young": 300, "old": 800}, {"old", "T"})
    link = {
        "left": {"table": "towns", "where": {"code": "T"}},
        "right": {"table": "ages", "where": {"code": "T"}},
        "by": [],
        "measures": [YEN],
    }
    folder = write_folder(tmp_path, "2026-05-31.1", [towns, ages], links=[link])
    own, other = ("towns", ("mill",)), ("ages", ("old",))
    assert found(attack_release([folder])) == set()
    assert found(attack_release([folder], Insiders(frozenset({own})))) == {("insider", *other)}
    assert found(attack_release([folder], Insiders(frozenset({own}), frozenset({own})))) == set()


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
