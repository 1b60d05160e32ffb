"""Control totals: whole files or nothing when they do not hold; what is refused is kept; rows and yen balance."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ingestion.contract import load_contract
from ingestion.loader import load_inbox
from tests.ingestion_deliveries import (
    csv_bytes,
    deliver,
    end_record,
    levy_rows,
    transfer_records,
    write_sidecar,
)
from tests.ingestion_home import LEVY_NAME, deliver_levy, fresh_home, one, query

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

LEVY = load_contract("levy")
STORE = load_contract("convenience_store")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return fresh_home(tmp_path)


@pytest.mark.parametrize(
    ("rows", "yen", "sha256", "cause"),
    [
        (4, 3000, None, "states 4 rows, the file has 3"),
        (3, 3001, None, "states 3,001 yen, the rows add up to 3,000"),
        (3, 3000, "0" * 64, "another sha256"),
    ],
)
def test_a_wrong_control_file_refuses_the_whole_file(
    home: Home, rows: int, yen: int, sha256: str | None, cause: str
) -> None:
    path = deliver_levy(home)
    write_sidecar(path, rows, yen, sha256)
    outcome = one(load_inbox(home))
    assert outcome.file_status == "quarantined"
    assert cause in (outcome.cause or "")
    assert (outcome.row_count_delivered, outcome.row_count_loaded, outcome.row_count_quarantined) == (3, 0, 3)
    assert (outcome.yen_delivered, outcome.yen_quarantined) == (3000, 3000)
    assert query(home, "SELECT count(*) FROM raw_levy") == [(0,)]
    kept = {path.name for path in home.quarantine.iterdir()}
    assert kept == {LEVY_NAME, f"{LEVY_NAME}.errors.txt", "levy.072036.20250401.001.control.csv"}


@pytest.mark.parametrize("content", ["", "rows,amount_yen\n3,3000\n", "rows,amount_yen,sha256\n3,3000.0,x\n"])
def test_an_unreadable_control_file_refuses_the_file(home: Home, content: str) -> None:
    path = deliver_levy(home)
    path.with_name("levy.072036.20250401.001.control.csv").write_text(content)
    outcome = one(load_inbox(home))
    assert outcome.file_status == "quarantined"
    assert "control file" in (outcome.cause or "")


def test_a_missing_control_file_refuses_the_file_unless_the_city_does_without(home: Home) -> None:
    deliver_levy(home).with_name("levy.072036.20250401.001.control.csv").unlink()
    assert one(load_inbox(home)).cause == "the control file is missing"
    shutil.move(home.quarantine / LEVY_NAME, home.inbox / LEVY_NAME)
    home.city_profile.write_text('control_files = "optional"\n')
    assert one(load_inbox(home)).file_status == "loaded"


def test_the_control_file_may_carry_the_full_name(home: Home) -> None:
    path = deliver_levy(home)
    path.with_name("levy.072036.20250401.001.control.csv").rename(path.with_name(f"{LEVY_NAME}.control.csv"))
    assert one(load_inbox(home)).file_status == "loaded"


def test_an_unreadable_amount_is_implied_by_the_control_total(home: Home) -> None:
    rows = levy_rows(3)
    rows[1]["principal_levied_yen"] = "1e3"
    rows[2]["levy_year"] = "25"
    deliver(home.inbox, LEVY_NAME, csv_bytes(LEVY, rows), 3, 3000)
    outcome = one(load_inbox(home))
    assert (outcome.file_status, outcome.row_count_loaded, outcome.row_count_quarantined) == ("loaded", 1, 2)
    assert (outcome.yen_delivered, outcome.yen_loaded, outcome.yen_quarantined) == (3000, 1000, 2000)


def test_line_errors_are_told_even_when_the_whole_file_is_refused(home: Home) -> None:
    rows = levy_rows(3)
    rows[1]["statutory_due_date"] = "20250231"
    deliver(home.inbox, LEVY_NAME, csv_bytes(LEVY, rows), 9, 3000)
    outcome = one(load_inbox(home))
    text = "\n".join(outcome.messages)
    assert "states 9 rows" in text
    assert "line 3, column 44 法定納期限 (statutory_due_date)" in text
    assert query(home, "SELECT source_line_no, column_name FROM quarantined_lines") == [(3, "statutory_due_date")]


def test_a_trailer_that_does_not_add_up_refuses_the_file(home: Home) -> None:
    *others, trailer = transfer_records([("C1", 1000, "0"), ("C2", 500, "1")])
    wrong = trailer.replace(b"000000001500", b"000000001501")
    path = home.inbox / "account_transfer_result.072036.20250401.001.dat"
    path.write_bytes(b"".join([*others, wrong, end_record()]))
    outcome = one(load_inbox(home))
    assert outcome.file_status == "quarantined"
    assert "1,501 yen (total_yen), its records add up to 1,500 yen" in (outcome.cause or "").replace(
        "1,500", "1,500 yen"
    )
    assert "account_transfer_result.072036.20250401.001.dat, line 4:" in outcome.messages[0]
    assert query(home, "SELECT count(*) FROM raw_account_transfer_result") == [(0,)]


def test_refused_lines_are_kept_with_their_header_and_load_when_corrected(home: Home) -> None:
    rows = levy_rows(3)
    rows[1]["principal_levied_yen"] = "1.5"
    deliver(home.inbox, LEVY_NAME, csv_bytes(LEVY, rows), 3, 3000)
    load_inbox(home)
    kept = home.quarantine / "levy.072036.20250401.001.lines.csv"
    assert kept.read_bytes() == csv_bytes(LEVY, [rows[1]])
    corrected = kept.read_bytes().replace(b",1.5,", b",1000,")
    deliver(home.inbox, "levy.072036.20250401.002.csv", corrected, 1, 1000)
    assert one(load_inbox(home)).row_count_loaded == 1
    assert query(home, "SELECT count(*), sum(principal_levied_yen) FROM raw_levy") == [(3, 3000)]


def test_two_refused_files_of_one_name_are_both_kept(home: Home) -> None:
    for content in (b"first", b"second"):
        (home.inbox / LEVY_NAME).write_bytes(content)
        load_inbox(home)
    kept = [path.read_bytes() for path in home.quarantine.glob("*levy*.csv")]
    assert sorted(kept) == [b"first", b"second"]


def test_refused_lines_of_two_files_of_one_name_are_both_kept(home: Home) -> None:
    for yen in ("1.5", "2.5"):
        rows = levy_rows(2)
        rows[0]["principal_levied_yen"] = yen
        deliver(home.inbox, LEVY_NAME, csv_bytes(LEVY, rows), 2, 2000)
        load_inbox(home)
    kept = [path.read_bytes() for path in home.quarantine.glob("*.lines.csv")]
    assert sorted(b",1.5," in content for content in kept) == [False, True]
    assert len(list(home.quarantine.glob("*.errors.txt"))) == 2


def test_rows_and_yen_of_every_file_balance(home: Home) -> None:
    rows = levy_rows(6)
    rows[2]["principal_levied_yen"] = "x"
    deliver(home.inbox, LEVY_NAME, csv_bytes(LEVY, rows), 6, 6000)
    deliver(home.inbox, "levy.072036.20250402.001.csv", csv_bytes(LEVY, rows[3:]), 3, 3000)
    deliver(home.inbox, "levy.072036.20250403.001.csv", csv_bytes(LEVY, rows[:2]), 2, 1)
    load_inbox(home)
    balance = """
        SELECT file_status, row_count_delivered - row_count_loaded - row_count_duplicate - row_count_quarantined,
               yen_delivered - yen_loaded - yen_duplicate - yen_quarantined FROM feed_files ORDER BY file_no"""
    assert query(home, balance) == [("loaded", 0, 0), ("loaded", 0, 0), ("quarantined", 0, 0)]
