"""A release is made once, never changed, and found out when touched; earlier ones bind later ones.

The gates are let through here except once; the gates themselves are tested in test_gates.py.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import marts.release
from expectations.verdict import GateRefused
from ingestion.database import write_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from marts.disclosure.policy import load_policy
from marts.disclosure.registry import FILE_NAME, RegistryBroken
from marts.release import list_releases, release, show, verify, withdraw
from tests.loose_databases import copy_warehouse
from tests.released_home import FILES, PROTECTED, TABLES, folder, let_through, release_once, rows_of
from tests.statistics_warehouse import AS_OF, LAW_VERSION, Arrear, fill_warehouse, invented_arrears

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one release. Read only."""
    return release_once(tmp_path_factory.mktemp("released"))


@pytest.fixture
def home(released_once: Home, tmp_path: Path) -> Home:
    """A copy of it that may be changed."""
    shutil.copytree(released_once.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def open_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every suite has passed."""
    let_through(monkeypatch)


ONE_OF_EACH_KIND = (
    "arrears_by_area_age.csv",
    "arrears_by_area_age.csv-metadata.json",
    "arrears_by_area_age.parquet",
    "certificate.json",
    "datapackage.json",
    "index.html",
    "metadata.dcat.jsonld",
    "statistics.xlsx",
    "SHA256SUMS",
)


def make_writable(path: Path) -> Path:
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return path


@pytest.mark.usefixtures("open_gates")
def test_the_same_figures_are_not_released_a_second_time(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.released.rglob("*") if path.is_file()}
    again = release(home, AS_OF)
    assert (again.release_id, again.unchanged) == (f"{AS_OF}.1", True)
    assert {path: path.read_bytes() for path in home.released.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("open_gates")
def test_the_same_cells_in_another_order_give_the_same_bytes(home: Home, tmp_path: Path) -> None:
    other = copy_warehouse(home, Home(tmp_path / "other"))
    with write_warehouse(other) as connection:
        for table in (*(f"cells_{t}" for t in TABLES), "cells_dimension_codes"):
            connection.execute(f"create or replace table {table} as select * from {table} order by hash({table})")
    release(other, AS_OF)
    for name in FILES:
        assert (folder(other) / name).read_bytes() == (folder(home) / name).read_bytes(), name


@pytest.mark.usefixtures("open_gates")
def test_changed_figures_are_a_new_release_and_what_was_masked_stays_masked(home: Home) -> None:
    newcomers = [
        Arrear(
            900 + i, {"area_code": "08", "age_band_code": "A30", "tax_item_code": "11", "levy_year_code": "2025"}, 900
        )
        for i in range(40)
    ]
    fill_warehouse(home, [*invented_arrears(), *newcomers])
    second = release(home, AS_OF)
    assert (second.release_id, second.unchanged) == (f"{AS_OF}.2", False)
    for table in PROTECTED:
        keys = [
            {
                tuple(v for k, v in row.items() if k.endswith("_code"))
                for row in rows_of(home, table, n)
                if row["flag"] == "X"
            }
            for n in (1, 2)
        ]
        assert keys[0] <= keys[1]
    assert len(verify(home)) == 3
    assert release(home, AS_OF).unchanged


def test_without_a_pass_of_the_gates_nothing_is_released(home: Home) -> None:
    with pytest.raises(GateRefused):
        release(home, AS_OF)
    assert not folder(home, 2).exists()


@pytest.mark.usefixtures("open_gates")
def test_another_day_than_the_cells_have_is_refused(home: Home) -> None:
    with pytest.raises(DataRefused, match="has no cells as of 2026-04-30"):
        release(home, AS_OF.replace(month=4, day=30))


@pytest.mark.usefixtures("open_gates")
def test_a_run_that_died_before_it_registered_is_registered_by_the_next(home: Home) -> None:
    (home.released / FILE_NAME).unlink()
    assert release(home, AS_OF).unchanged
    assert verify(home)[1].startswith(f"{AS_OF}.1")


def test_verify_list_and_show_speak_of_the_release(released_once: Home) -> None:
    assert verify(released_once)[0] == "registry: 1 releases, chain unbroken"
    assert list_releases(released_once)[0].startswith(f"{AS_OF}.1  as of {AS_OF}")
    assert any("fewer than 10 contributors" in line for line in show(released_once))
    with pytest.raises(ConfigurationError, match=r"no release 2020-01-01\.1"):
        show(released_once, "2020-01-01.1")
    with pytest.raises(ConfigurationError, match=r"no release 2020-01-01\.1"):
        verify(released_once, "2020-01-01.1")
    with pytest.raises(ConfigurationError, match="no release yet"):
        verify(Home(released_once.root / "elsewhere"))


@pytest.mark.usefixtures("open_gates")
@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_a_tampered_file_is_found_and_nothing_more_is_released(home: Home, name: str) -> None:
    assert {one.rpartition(".")[2] for one in FILES} == {one.rpartition(".")[2] for one in ONE_OF_EACH_KIND}
    path = make_writable(folder(home) / name)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RegistryBroken, match=name):
        verify(home)
    if name.endswith((".csv", "SHA256SUMS")):
        fill_warehouse(home, invented_arrears(seed=8))
        with pytest.raises(RegistryBroken, match=name):
            release(home, AS_OF)


def test_a_removed_release_and_a_changed_register_are_found(home: Home) -> None:
    shutil.move(folder(home), home.root / "aside")
    with pytest.raises(RegistryBroken, match="is gone"):
        verify(home)
    shutil.move(home.root / "aside", folder(home))
    register = home.released / FILE_NAME
    register.write_text(register.read_text(encoding="utf-8").replace('"T"', '"01"', 1), encoding="utf-8")
    with pytest.raises(RegistryBroken, match="line 1: the chain is broken"):
        verify(home)


def forge(home: Home, name: str, old: str, new: str) -> None:
    """Change a file and put everything else in order, as someone with all rights could."""
    path = make_writable(folder(home) / name)
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    register = home.released / FILE_NAME
    body = json.loads(register.read_text(encoding="utf-8"))
    del body["digest"]
    body["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    register.write_text(
        json.dumps({**body, "digest": digest}, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )


def test_files_that_contradict_each_other_are_found_even_with_matching_digests(home: Home) -> None:
    row = next(r for r in rows_of(home, "arrears_by_area_age") if r["flag"] == "" and r["measure"] == "case_count")
    line = ",".join(row.values())
    forge(home, "arrears_by_area_age.csv", line, line.replace(f",{row['value']},", f",{int(row['value']) + 1},"))
    with pytest.raises(RegistryBroken, match="CSV and Parquet differ at T/T/T case_count"):
        verify(home)


def test_a_certificate_of_another_law_is_found(home: Home) -> None:
    assert verify(home)[1].endswith(f"law {LAW_VERSION}")
    forge(home, "certificate.json", f'"law_version": "{LAW_VERSION}"', '"law_version": "V1"')
    with pytest.raises(RegistryBroken, match="different laws"):
        verify(home)


@pytest.mark.usefixtures("open_gates")
def test_figures_under_another_law_are_another_release(home: Home) -> None:
    with write_warehouse(home) as connection:
        connection.execute("update int_law_version set law_version = 'V1'")
    assert release(home, AS_OF).release_id == f"{AS_OF}.2"
    assert "law     V1" in show(home)
    with write_warehouse(home) as connection:
        connection.execute("delete from int_law_version")
    with pytest.raises(DataRefused, match="under which law"):
        release(home, AS_OF)


@pytest.mark.usefixtures("open_gates")
def test_a_release_that_cannot_be_proven_leaves_nothing_behind(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    original = load_policy()
    tight = replace(original, rules=replace(original.rules, linear_program_budget=1))
    monkeypatch.setattr(marts.release, "load_policy", lambda: tight)
    before = sorted(home.released.rglob("*"))
    with pytest.raises(DataRefused, match="not proven within 1 linear programs"):
        release(home, AS_OF)
    assert sorted(home.released.rglob("*")) == before


@pytest.mark.usefixtures("open_gates")
def test_a_changed_figure_is_flagged_as_revised_and_the_old_one_reckoned_with(home: Home) -> None:
    arrears = invented_arrears()
    fill_warehouse(home, [*arrears, replace(arrears[0], debtor=990)])
    release(home, AS_OF)
    flags = {row["flag"] for row in rows_of(home, "arrears_by_area_age", 2)}
    assert "r" in flags
    assert "r" not in {row["flag"] for row in rows_of(home, "arrears_by_area_age", 1)}
    proof = json.loads((folder(home, 2) / "certificate.json").read_text(encoding="utf-8"))
    assert proof["proof"]["earlier_releases"] == 1
    assert len(verify(home)) == 3


@pytest.mark.usefixtures("open_gates")
def test_without_the_evidence_of_a_release_of_that_day_nothing_more_is_released(home: Home) -> None:
    (evidence,) = home.evidence.iterdir()
    assert stat.S_IMODE(evidence.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    evidence.unlink()
    fill_warehouse(home, invented_arrears(seed=8))
    with pytest.raises(RegistryBroken, match=rf"evidence of release {AS_OF}\.1 is missing"):
        release(home, AS_OF)
    assert not folder(home, 2).exists()


def test_a_withdrawn_release_stays_and_says_so(home: Home) -> None:
    with pytest.raises(ConfigurationError, match=r"no release 2020-01-01\.1"):
        withdraw(home, "2020-01-01.1", "訂正")
    with pytest.raises(ConfigurationError, match="No reason"):
        withdraw(home, f"{AS_OF}.1", "  ")
    withdraw(home, f"{AS_OF}.1", "訂正した公表を\n用いること")
    assert list_releases(home)[0].endswith("WITHDRAWN: 訂正した公表を 用いること")
    assert "WITHDRAWN  訂正した公表を 用いること" in show(home)
    assert verify(home)[0] == "registry: 1 releases, chain unbroken"
    with pytest.raises(ConfigurationError, match="withdrawn already"):
        withdraw(home, f"{AS_OF}.1", "again")
