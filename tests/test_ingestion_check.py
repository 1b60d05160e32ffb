"""Checking of files: the feed by name or by content, rows and yen, every fault, and nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingestion.check import check, render
from ingestion.contract import load_contract, load_contracts
from ingestion.recognition import recognise_feed
from tests.ingestion_deliveries import (
    csv_bytes,
    deliver,
    end_record,
    fixed_record,
    levy_rows,
    receipt_rows,
    sound_row,
    transfer_records,
    write_sidecar,
)

if TYPE_CHECKING:
    from pathlib import Path

STORE = load_contract("convenience_store")


@pytest.mark.parametrize("feed", load_contracts())
def test_every_feed_is_recognised_by_its_content(tmp_path: Path, feed: str) -> None:
    contract = load_contract(feed)
    if contract.format == "fixed":
        content = fixed_record(contract, "header")
    else:
        content = csv_bytes(contract, [sound_row(contract)])
    (tmp_path / "unknown").write_bytes(content)
    assert recognise_feed(tmp_path / "unknown") == feed


def test_nothing_is_recognised_in_strange_bytes(tmp_path: Path) -> None:
    for content in (b"", b"\x89PNG", b"a,b,c\n1,2,3\n", b"111" + b"0" * 117):
        (tmp_path / "unknown").write_bytes(content)
        assert recognise_feed(tmp_path / "unknown") is None


def test_feed_rows_and_yen_are_named_without_a_warehouse(tmp_path: Path) -> None:
    path = deliver(tmp_path, "convenience_store.072036.20250401.001.csv", csv_bytes(STORE, receipt_rows(3)), 3, 1500)
    transfer = tmp_path / "account_transfer_result.072036.20250401.001.dat"
    transfer.write_bytes(b"\r\n".join([*transfer_records([("C1", 1000, "0")]), end_record()]))
    before = sorted(tmp_path.iterdir())
    reports = check([path, transfer])
    assert [render(report) for report in reports] == [
        [f"{path.name} · convenience_store コンビニ収納 · 3 rows, 1,500 yen · ok · its control file says the same"],
        [f"{transfer.name} · account_transfer_result 口座振替結果 · 1 row, 1,000 yen · ok · its trailer says the same"],
    ]
    assert sorted(tmp_path.iterdir()) == before


def test_lines_and_yen_of_a_damaged_file_are_accounted_for(tmp_path: Path) -> None:
    rows = receipt_rows(4)
    rows[1]["paid_date"] = "20250230"
    rows[2]["amount_yen"] = "1,000"
    path = tmp_path / "convenience_store.072036.20250401.001.csv"
    path.write_bytes(csv_bytes(STORE, rows))
    (report,) = check([path])
    assert render(report)[-2] == (
        f"{path.name}: balance: 4 rows delivered = 2 sound (1,000 yen) + 2 refused (500 yen and 1 unreadable amount)."
    )


def test_a_control_file_given_by_itself_is_told_as_such(tmp_path: Path) -> None:
    path = deliver(tmp_path, "levy.072036.20250401.001.csv", csv_bytes(load_contract("levy"), levy_rows(2)), 2, 2000)
    sidecar = path.with_name("levy.072036.20250401.001.control.csv")
    (report,) = check([sidecar])
    assert render(report) == [f"{sidecar.name} · control 合計 · 2 rows, 2,000 yen · ok"]
    sidecar.write_text("rows\n")
    (report,) = check([sidecar])
    assert not report.is_accepted


def test_an_unknown_name_is_an_error_even_when_the_content_is_known(tmp_path: Path) -> None:
    path = tmp_path / "april.csv"
    path.write_bytes(csv_bytes(STORE, receipt_rows(2)))
    (report,) = check([path])
    assert (report.feed, report.row_count, report.yen, report.is_accepted) == (
        "convenience_store",
        2,
        1000,
        False,
    )
    assert "the file name is unknown" in "\n".join(render(report))


def test_a_missing_control_file_is_only_a_warning_but_a_wrong_one_an_error(tmp_path: Path) -> None:
    path = tmp_path / "levy.072036.20250401.001.csv"
    path.write_bytes(csv_bytes(load_contract("levy"), levy_rows(2)))
    (report,) = check([path])
    assert report.is_accepted
    assert report.warnings
    write_sidecar(path, 2, 2001)
    (report,) = check([path])
    assert not report.is_accepted
    assert "states 2,001 yen, the rows add up to 2,000" in "\n".join(render(report))
