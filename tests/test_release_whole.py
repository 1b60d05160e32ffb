"""A release from invented cells: whole, the same every time, never changed, and safe against a reader of its files.

The gates are let through here; that a release is refused without them is tested in test_gates.py and below once.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import frictionless
import pyarrow.parquet as pq
import pytest

import marts.release
from expectations.verdict import GateRefused
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from marts.disclosure.policy import load_policy
from marts.disclosure.registry import FILE_NAME, RegistryBroken
from marts.release import list_releases, release, show, verify
from tests.independent_attacker import Attacker, Published
from tests.statistics_warehouse import AS_OF, Arrear, fill_warehouse, invented_arrears

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("arrears_by_area_age", "arrears_by_levy_year", "collection_results")
FILES = {f"{table}.{ending}" for table in TABLES for ending in ("csv", "parquet")} | {
    "SHA256SUMS",
    "certificate.json",
    "datapackage.json",
    "index.html",
}
PROTECTED = TABLES[:2]
MEASURES = ("debtor_count", "case_count", "outstanding_yen")


@pytest.fixture
def open_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every suite has passed."""
    monkeypatch.setattr(marts.release, "require_passed", lambda *_: None)


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one release. Read only."""
    home = Home(tmp_path_factory.mktemp("released"))
    fill_warehouse(home.warehouse, invented_arrears())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marts.release, "require_passed", lambda *_: None)
        release(home, AS_OF)
    return home


@pytest.fixture
def home(released_once: Home, tmp_path: Path) -> Home:
    """A copy of it that may be changed."""
    shutil.copytree(released_once.root, tmp_path / "home")
    return Home(tmp_path / "home")


def folder(home: Home, number: int = 1) -> Path:
    return home.released / f"{AS_OF}.{number}"


def rows_of(home: Home, table: str, number: int = 1) -> list[dict[str, str]]:
    text = (folder(home, number) / f"{table}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def resource_of(home: Home, table: str) -> dict[str, list[dict[str, object]]]:
    package = json.loads((folder(home) / "datapackage.json").read_text(encoding="utf-8"))
    return next(resource for resource in package["resources"] if resource["name"] == table)


def make_writable(path: Path) -> Path:
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return path


def test_the_folder_holds_every_file_and_nothing_may_be_written(released_once: Home) -> None:
    files = list(folder(released_once).iterdir())
    assert {file.name for file in files} == FILES
    assert all(not file.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) for file in files)
    assert not list(released_once.released.glob(".*"))


def test_csv_is_utf8_with_mark_crlf_long_form_and_masked_is_not_zero(released_once: Home) -> None:
    for table in TABLES:
        content = (folder(released_once) / f"{table}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\n") == content.count(b"\r\n")
        for row in rows_of(released_once, table):
            assert list(row)[-4:] == ["measure", "unit", "value", "flag"]
            assert row["flag"] in ("", "X", "-", "…")
            assert (row["value"] == "") == (row["flag"] in ("X", "…"))
            assert (row["flag"] == "-") <= (row["value"] == "0")


def test_something_is_masked_and_city_total_stands(released_once: Home) -> None:
    rows = rows_of(released_once, "arrears_by_area_age")
    flags = {(r["area_code"], r["age_band_code"], r["tax_item_code"]): r["flag"] for r in rows}
    assert flags["T", "T", "T"] == ""
    assert flags["08", "T", "T"] == "X", "an area with few debtors"
    assert flags["T", "A30", "21"] == "-", "empty by law"


def test_the_accounts_are_released_unmasked_with_the_reason_in_the_certificate(released_once: Home) -> None:
    assert {row["flag"] for row in rows_of(released_once, "collection_results")} <= {"", "-", "…"}
    proof = json.loads((folder(released_once) / "certificate.json").read_text(encoding="utf-8"))
    assert [e["table"] for e in proof["exemptions"]] == ["collection_results"]
    assert proof["exemptions"][0]["reason"]
    assert {u["status"] for u in proof["unclaimed"]} == {"public_account"}


def test_parquet_has_the_same_rows_with_types(released_once: Home) -> None:
    for table in TABLES:
        from_csv = [tuple(row.values()) for row in rows_of(released_once, table)]
        read = pq.read_table(folder(released_once) / f"{table}.parquet").to_pylist()
        as_text = [tuple("" if v is None else str(v) for v in row.values()) for row in read]
        plain = [tuple(v.removesuffix(".0") if i == len(r) - 2 else v for i, v in enumerate(r)) for r in as_text]
        assert plain == [
            tuple(v.removesuffix(".0") if i == len(r) - 2 else v for i, v in enumerate(r)) for r in from_csv
        ]


def test_the_data_package_is_valid_and_lists_codes_with_parents(released_once: Home) -> None:
    report = frictionless.Package(str(folder(released_once) / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    for table in TABLES:
        for dimension in resource_of(released_once, table)["osamari:dimensions"]:
            listed = {code["code"] for code in dimension["codes"]}
            found = {row[str(dimension["name"])] for row in rows_of(released_once, table)}
            assert found - listed <= {dimension["total"]}
            assert all(code["parent"] in {"", *listed} for code in dimension["codes"])


def attacker(home: Home, measure: str) -> Attacker:
    """A reader of the released files, who also knows the public accounts."""
    tables = []
    for table in PROTECTED:
        resource = resource_of(home, table)
        names = [str(d["name"]) for d in resource["osamari:dimensions"]]
        parents = [{c["code"]: c["parent"] or d["total"] for c in d["codes"]} for d in resource["osamari:dimensions"]]
        over = next(m["additive_over"] for m in resource["osamari:measures"] if m["name"] == measure)
        figures = {
            tuple(row[name] for name in names): None if row["flag"] == "X" else int(row["value"])
            for row in rows_of(home, table)
            if row["measure"] == measure
        }
        tables.append(Published(table, parents, [name in over for name in names], figures))
    items = ["T", "G1", "11", "21", "G2", "51"]
    links = [(("arrears_by_levy_year", ("T", i)), ("arrears_by_area_age", ("T", "T", i))) for i in items]
    return Attacker(tables, links, public_accounts(home) if measure == "outstanding_yen" else {})


def public_accounts(home: Home) -> dict[tuple[str, tuple[str, ...]], int]:
    known = {}
    for row in rows_of(home, "collection_results"):
        code = {"current": "2025", "carryover": "C"}.get(row["levy_class"])
        if code and row["month_end_date"] == str(AS_OF) and row["measure"] == "outstanding_yen":
            known["arrears_by_levy_year", (code, row["tax_item_code"])] = int(row["value"])
    return known


@pytest.mark.parametrize("measure", MEASURES)
def test_a_reader_of_the_files_and_of_the_accounts_recovers_no_masked_figure(released_once: Home, measure: str) -> None:
    reader = attacker(released_once, measure)
    told_by_accounts = Attacker(
        [
            # Only what is empty by law is told with nothing released.
            Published(t.name, t.parents, t.adds_up, {key: 0 if v == 0 else None for key, v in t.figures.items()})
            for t in reader.tables
        ],
        reader.same,
        reader.known,
    )
    assert set(reader.determined()) <= set(told_by_accounts.determined())
    assert len(reader.masked()) > 20


def test_the_certificate_counts_what_was_masked_and_holds_no_figure_of_it(released_once: Home) -> None:
    proof = json.loads((folder(released_once) / "certificate.json").read_text(encoding="utf-8"))
    masked = {
        (table, *(v for k, v in row.items() if k.endswith("_code")))
        for table in PROTECTED
        for row in rows_of(released_once, table)
        if row["flag"] == "X"
    }
    cells = proof["cells"]
    assert sum(cells["masked_by_table"].values()) == len(masked)
    assert sum(cells["primary"].values()) + cells["secondary"] == len(masked)
    assert cells["published"] + len(masked) == cells["protected"] == 5 * 6 + 4 * 4 * 6
    assert proof["rules"]["minimum_contributors"] == 10
    assert proof["proof"]["narrowest_interval"]["debtor_count"] >= 5
    assert proof["not_covered"]
    assert len(proof["law_fingerprint"]) == 64


@pytest.mark.usefixtures("open_gates")
def test_the_same_figures_are_not_released_a_second_time(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.released.rglob("*") if path.is_file()}
    again = release(home, AS_OF)
    assert (again.release_id, again.unchanged) == (f"{AS_OF}.1", True)
    assert {path: path.read_bytes() for path in home.released.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("open_gates")
def test_the_same_cells_in_another_order_give_the_same_bytes(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    shuffled = tmp_path / "shuffled.duckdb"
    shutil.copy(home.warehouse, shuffled)
    with duckdb.connect(str(shuffled)) as connection:
        for table in (*(f"cells_{t}" for t in TABLES), "cells_dimension_codes"):
            connection.execute(f"create or replace table {table} as select * from {table} order by hash({table})")
    other.root.mkdir()
    shutil.copy(shuffled, other.warehouse)
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
    fill_warehouse(home.warehouse, [*invented_arrears(), *newcomers])
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
@pytest.mark.parametrize("name", sorted(FILES))
def test_a_tampered_file_is_found_and_nothing_more_is_released(home: Home, name: str) -> None:
    path = make_writable(folder(home) / name)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RegistryBroken, match=name):
        verify(home)
    if name.endswith((".csv", "SHA256SUMS")):
        fill_warehouse(home.warehouse, invented_arrears(seed=8))
        with pytest.raises(RegistryBroken, match=name):
            release(home, AS_OF)


def test_a_removed_release_and_a_changed_register_are_found(home: Home) -> None:
    shutil.move(folder(home), home.root / "aside")
    with pytest.raises(RegistryBroken, match="is gone"):
        verify(home)
    shutil.move(home.root / "aside", folder(home))
    register = home.released / FILE_NAME
    register.write_text(register.read_text(encoding="utf-8").replace('"T"', '"01"', 1), encoding="utf-8")
    with pytest.raises(RegistryBroken, match="line 1: the chain of releases is broken"):
        verify(home)


def forge(home: Home, table: str, old: str, new: str) -> None:
    """Change a figure and put everything else in order, as someone with all rights could."""
    path = make_writable(folder(home) / f"{table}.csv")
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
    forge(home, "arrears_by_area_age", line, line.replace(f",{row['value']},", f",{int(row['value']) + 1},"))
    with pytest.raises(RegistryBroken, match="CSV and Parquet differ at T/T/T case_count"):
        verify(home)


def test_the_digests_can_be_checked_with_ordinary_tools(released_once: Home) -> None:
    lines = (folder(released_once) / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {line.split("  ")[1] for line in lines} == FILES - {"SHA256SUMS"}
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((folder(released_once) / name).read_bytes()).hexdigest() == digest


@pytest.mark.usefixtures("open_gates")
def test_a_release_that_cannot_be_proven_leaves_nothing_behind(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    original = load_policy()
    tight = replace(original, rules=replace(original.rules, linear_program_budget=1))
    monkeypatch.setattr(marts.release, "load_policy", lambda: tight)
    before = sorted(home.released.rglob("*"))
    with pytest.raises(DataRefused, match="not proven within 1 linear programs"):
        release(home, AS_OF)
    assert sorted(home.released.rglob("*")) == before
