"""What stands in a released folder: formats, flags, dictionary, certificate, and nothing a reader could work out.

Does not test how a release is kept; see test_release_keeping.py.
"""

from __future__ import annotations

import hashlib
import json
import stat
from typing import TYPE_CHECKING

import frictionless
import pyarrow.parquet as pq
import pytest

from marts.attacker.attack import attack_release
from tests.released_home import FILES, MEASURES, PROTECTED, TABLES, folder, release_once, resource_of, rows_of
from tests.statistics_tables import DIMENSIONS
from tests.statistics_warehouse import LAW_VERSION

if TYPE_CHECKING:
    from ingestion.home import Home


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one release. Read only."""
    return release_once(tmp_path_factory.mktemp("released"))


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


def test_a_reader_of_the_files_and_of_the_accounts_recovers_no_masked_figure(released_once: Home) -> None:
    report = attack_release([folder(released_once)])
    assert report.findings == ()
    assert {name for name, measure in report.measures.items() if measure.unknowns > 20} >= set(MEASURES)
    proof = json.loads((folder(released_once) / "certificate.json").read_text(encoding="utf-8"))
    told = report.measures["outstanding_yen"].told_by_accounts
    assert 0 < told <= sum(entry["count"] for entry in proof["unclaimed"]), "the certificate owns up to them"


def test_the_certificate_counts_what_was_masked_and_holds_no_figure_of_it(released_once: Home) -> None:
    proof = json.loads((folder(released_once) / "certificate.json").read_text(encoding="utf-8"))
    masked = {
        (table, *(row[dimension] for dimension in DIMENSIONS[table]))
        for table in PROTECTED
        for row in rows_of(released_once, table)
        if row["flag"] == "X"
    }
    cells = proof["cells"]
    assert sum(cells["masked_by_table"].values()) == len(masked)
    assert sum(cells["primary"].values()) + cells["secondary"] == len(masked)
    listed = {
        (table, *(row[d] for d in DIMENSIONS[table])) for table in PROTECTED for row in rows_of(released_once, table)
    }
    assert cells["published"] + len(masked) == cells["protected"] == len(listed)
    assert proof["rules"]["minimum_contributors"] == 10
    assert proof["proof"]["narrowest_interval"]["debtor_count"] >= 5
    assert proof["not_covered"]
    assert len(proof["law_fingerprint"]) == 64


def test_certificate_and_dictionary_name_the_law_of_the_marts(released_once: Home) -> None:
    proof, package = (
        json.loads((folder(released_once) / name).read_text(encoding="utf-8"))
        for name in ("certificate.json", "datapackage.json")
    )
    assert proof["law_version"] == package["osamari:law_version"] == LAW_VERSION


def test_the_digests_can_be_checked_with_ordinary_tools(released_once: Home) -> None:
    lines = (folder(released_once) / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {line.split("  ")[1] for line in lines} == FILES - {"SHA256SUMS"}
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((folder(released_once) / name).read_bytes()).hexdigest() == digest
