"""ONE receipt line, from the bytes a convenience store's agent delivers to a published cell. Read this test first.

Each test is one layer of the house, in order; all follow the same line of the same file. What happens to receipts that
are provisional, cancelled, doubled or without a slip is told by the law cases and by the singular tests of dbt.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ingestion.archive import restore_original
from ingestion.key_ring import readable_keys

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tests.refreshed_city import RefreshedCity


@dataclass(frozen=True)
class ReceiptLine:
    """The line that is followed: where it stands and what it says."""

    file_name: str
    line_no: int
    barcode_label: str
    paid_date: str
    amount_yen: int


@dataclass(frozen=True)
class Instalment:
    """What the receipt pays."""

    instalment_id: str
    tax_item_code: str
    levy_class: str
    accounting_year: int
    paid_date: date


@pytest.fixture(scope="module")
def line(refreshed_city: RefreshedCity) -> ReceiptLine:
    """The first final record (02) of the agent's files whose slip pays exactly one instalment."""
    for path in sorted(refreshed_city.deliveries.glob("convenience_store.*.csv")):
        if path.name.endswith(".control.csv"):
            continue
        with path.open(encoding="cp932", newline="") as file:
            for line_no, fields in enumerate(csv.reader(file), start=1):
                found = ReceiptLine(path.name, line_no, fields[3], fields[1], 0)
                if fields[0] == "02" and pays_one_instalment(refreshed_city, found.barcode_label):
                    return ReceiptLine(path.name, line_no, fields[3], fields[1], int(fields[7]))
    raise AssertionError("the invented city has no final convenience-store receipt")


def pays_one_instalment(city: RefreshedCity, barcode_label: str) -> bool:
    """True when exactly one slip line carries this barcode and no second receipt pays it."""
    lines = city.rows("SELECT count(*) FROM raw_payment_slip WHERE 'EAN' || barcode_info = ?", barcode_label)
    receipts = city.rows(
        "SELECT count(*) FROM raw_convenience_store WHERE receipt_kind_code = '02' AND barcode_label = ?", barcode_label
    )
    return lines == [(1,)] and receipts == [(1,)]


@pytest.fixture(scope="module")
def instalment(refreshed_city: RefreshedCity, line: ReceiptLine) -> Instalment:
    """The instalment that the receipt pays, found through the slip."""
    [row] = refreshed_city.rows(
        """
        SELECT collections.instalment_id, collections.tax_item_code, collections.levy_class,
               ledger.accounting_year, ledger.effective_date
        FROM raw_payment_slip AS slip
        INNER JOIN int_ledger_entries AS ledger
            ON slip.instalment_id = ledger.instalment_id AND ledger.kind = 'receipt' AND ledger.component = 'principal'
        INNER JOIN fct_collections AS collections
            ON ledger.instalment_id = collections.instalment_id AND ledger.accounting_year = collections.accounting_year
        INNER JOIN feed_files AS files ON ledger.source_file_no = files.file_no
        WHERE 'EAN' || slip.barcode_info = ? AND files.file_name = ? AND ledger.source_line_no = ?
        """,
        line.barcode_label,
        line.file_name,
        line.line_no,
    )
    return Instalment(*row)  # type: ignore[arg-type]


def test_raw_keeps_the_line_as_it_was_delivered(refreshed_city: RefreshedCity, line: ReceiptLine) -> None:
    found = refreshed_city.rows(
        """
        SELECT strftime(paid_date, '%Y%m%d'), amount_yen
        FROM raw_convenience_store INNER JOIN feed_files ON source_file_no = file_no
        WHERE file_name = ? AND source_line_no = ?
        """,
        line.file_name,
        line.line_no,
    )
    assert found == [(line.paid_date, line.amount_yen)]


def test_the_original_file_is_in_the_archive(refreshed_city: RefreshedCity, line: ReceiptLine, tmp_path: Path) -> None:
    """Encrypted; with the key of the archive it is again what was delivered."""
    home = refreshed_city.home
    delivered = (refreshed_city.deliveries / line.file_name).read_bytes()
    (archived,) = [p for p in home.archive.rglob("*") if p.name.endswith(line.file_name)]
    restore_original(archived, tmp_path / "original", readable_keys(home, "archive"))
    assert (tmp_path / "original").read_bytes() == delivered


def test_staging_gives_it_names_and_changes_nothing(refreshed_city: RefreshedCity, line: ReceiptLine) -> None:
    found = refreshed_city.rows(
        """
        SELECT amount_yen FROM stg_convenience_store INNER JOIN feed_files ON source_file_no = file_no
        WHERE file_name = ? AND source_line_no = ?
        """,
        line.file_name,
        line.line_no,
    )
    assert found == [(line.amount_yen,)]


def test_the_slip_leads_it_to_its_instalment(
    refreshed_city: RefreshedCity, line: ReceiptLine, instalment: Instalment
) -> None:
    found = refreshed_city.rows(
        """
        SELECT matches.match_state, slip.instalment_id
        FROM int_receipts AS receipts
        INNER JOIN int_receipt_matches AS matches ON receipts.receipt_id = matches.receipt_id
        INNER JOIN feed_files ON receipts.source_file_no = file_no
        INNER JOIN raw_payment_slip AS slip ON 'EAN' || slip.barcode_info = ?
        WHERE file_name = ? AND receipts.source_line_no = ?
        """,
        line.barcode_label,
        line.file_name,
        line.line_no,
    )
    assert found == [("matched", instalment.instalment_id)]


def test_the_ledger_takes_it_off_what_is_owed(
    refreshed_city: RefreshedCity, line: ReceiptLine, instalment: Instalment
) -> None:
    entries = refreshed_city.rows(
        """
        SELECT sum(amount_yen), min(instalment_id), max(instalment_id)
        FROM int_ledger_entries INNER JOIN feed_files ON source_file_no = file_no
        WHERE file_name = ? AND source_line_no = ?
        """,
        line.file_name,
        line.line_no,
    )
    assert entries == [(-line.amount_yen, instalment.instalment_id, instalment.instalment_id)]


def test_collections_count_it_in_its_accounting_year(
    refreshed_city: RefreshedCity, line: ReceiptLine, instalment: Instalment
) -> None:
    [(collected,)] = refreshed_city.rows(
        "SELECT collected_yen FROM fct_collections WHERE instalment_id = ? AND accounting_year = ?",
        instalment.instalment_id,
        instalment.accounting_year,
    )
    [(receipts,)] = refreshed_city.rows(
        """
        SELECT -sum(amount_yen) FROM int_ledger_entries
        WHERE instalment_id = ? AND accounting_year = ? AND component = 'principal' AND kind <> 'levy'
        """,
        instalment.instalment_id,
        instalment.accounting_year,
    )
    assert collected == receipts
    assert 0 < line.amount_yen <= collected  # type: ignore[operator]


def test_it_is_no_arrear_once_it_is_paid(refreshed_city: RefreshedCity, instalment: Instalment) -> None:
    principal = refreshed_city.rows(
        "SELECT principal_outstanding_yen FROM fct_arrears WHERE instalment_id = ?", instalment.instalment_id
    )
    assert principal in ([], [(0,)])


def test_the_published_cell_contains_it(refreshed_city: RefreshedCity, instalment: Instalment) -> None:
    """The cell of its tax item, class and year is the sum over the instalments, of which it is one."""
    [(expected,)] = refreshed_city.rows(
        "SELECT sum(collected_yen) FROM fct_collections "
        "WHERE tax_item_code = ? AND levy_class = ? AND accounting_year = ?",
        instalment.tax_item_code,
        instalment.levy_class,
        instalment.accounting_year,
    )
    [release] = sorted(p for p in refreshed_city.home.released.iterdir() if p.is_dir())
    with (release / "collection_results.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [
            row
            for row in csv.DictReader(file)
            if row["tax_item_code"] == instalment.tax_item_code
            and row["levy_class"] == instalment.levy_class
            and row["accounting_year"] == str(instalment.accounting_year)
            and row["measure"] == "collected_yen"
        ]
    newest = max(cells, key=lambda row: row["month_end_date"])
    assert int(newest["value"]) == expected
