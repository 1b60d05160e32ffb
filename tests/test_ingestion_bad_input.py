"""Every kind of bad input: refused with file, line, column, cause and remedy.

Kept for correction; all else is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingestion.check import check, render
from ingestion.contract import load_contract
from ingestion.loader import load_inbox
from tests.ingestion_deliveries import Row, csv_bytes, deliver, end_record, levy_rows, transfer_records
from tests.ingestion_home import fresh_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingestion.home import Home

LEVY = load_contract("levy")
BAD = "levy.072036.20250402.001.csv"
GOOD = "levy.072036.20250401.001.csv"
YEN = "column 50 本税調定額 (principal_levied_yen)"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = fresh_home(tmp_path)
    deliver(home.inbox, GOOD, csv_bytes(LEVY, levy_rows(2)), 2, 2000)
    return home


def bad_rows(change: Callable[[Row], None]) -> bytes:
    """Three rows of other instalments than the good file's, the second one damaged."""
    rows = levy_rows(5)[2:]
    change(rows[1])
    return csv_bytes(LEVY, rows)


def put(**values: str) -> Callable[[Row], None]:
    return lambda row: row.update(values)


LINE_FAULTS = {
    "yen with separators": (
        bad_rows(put(principal_levied_yen="1,000")),
        f'line 3, {YEN}: "1,000" is not a whole',
    ),
    "yen with bare separators": (
        bad_rows(put(principal_levied_yen="77")).replace(b",77,", b",1,000,"),
        f'line 3, {YEN}: "1,000" is not a whole',
    ),
    "full-width yen": (bad_rows(put(principal_levied_yen="１０００")), f"line 3, {YEN}: "),
    "yen with exponent": (bad_rows(put(principal_levied_yen="1e3")), f'line 3, {YEN}: "1e3" is not a whole'),
    "yen with decimals": (bad_rows(put(principal_levied_yen="1.5")), f'line 3, {YEN}: "1.5" is not a whole'),
    "no such date": (
        bad_rows(put(statutory_due_date="20250231")),
        'line 3, column 44 法定納期限 (statutory_due_date): "20250231" is a date that does not exist',
    ),
    "required value missing": (
        bad_rows(put(addressee_code="")),
        "line 3, column 11 宛名コード (addressee_code): the value is missing",
    ),
    "unknown code": (
        bad_rows(put(tax_item_code="99")),
        'line 3, column 3 税目コード (tax_item_code): "99" is not one of the codes 11, 21',
    ),
    "bytes of another encoding": (
        bad_rows(put(licence_plate_no="PLATE")).replace(b"PLATE", "髙".encode("cp932")),
        "line 3, column 13 標識番号 (licence_plate_no): the bytes are not text in utf-8",
    ),
    "personal value": (
        bad_rows(put(addressee_code="9876543210987654321")),
        "line 3, column 11 宛名コード (addressee_code): the value has 19 characters",
    ),
    "truncated last record": (
        bad_rows(put())[:-60],
        "line 4, column ",
    ),
}


@pytest.mark.parametrize("kind", LINE_FAULTS)
def test_a_bad_line_is_explained_and_kept_and_the_others_are_loaded(home: Home, kind: str) -> None:
    content, expected = LINE_FAULTS[kind]
    path = deliver(home.inbox, BAD, content, 3, 3000)
    checked = [line for report in check([path]) for line in render(report)]
    good, bad = load_inbox(home)
    assert (good.row_count_loaded, bad.row_count_loaded, bad.row_count_quarantined) == (2, 2, 1), bad.messages
    assert bad.messages[0].startswith(f"{BAD}, {expected}")
    assert bad.messages[1].strip().split(". ")[0]
    assert bad.messages[1].endswith("The line is in quarantine; the other 2 lines were loaded.")
    assert (home.quarantine / f"{BAD}.errors.txt").read_text(encoding="utf-8").splitlines() == bad.messages
    assert (home.quarantine / "levy.072036.20250402.001.lines.csv").exists()
    assert checked[1] == bad.messages[0]
    assert "98765432109" not in "".join(bad.messages)


def header_without(label: str) -> bytes:
    header, rest = bad_rows(put()).split(b"\r\n", 1)
    return header.replace(f"{label},".encode(), b"", 1) + b"\r\n" + rest


TRANSFER = b"".join([*transfer_records([("C1", 1000, "0")]), end_record()])
FILE_FAULTS = {
    "missing column": (
        BAD,
        header_without("期別"),
        "line 1: column 42 期別 (instalment_no) is missing from the header",
    ),
    "wrong header": (
        BAD,
        bad_rows(put()).split(b"\r\n", 1)[1],
        "line 1: the first line is not the header of the feed levy",
    ),
    "another encoding": (
        BAD,
        bad_rows(put()).decode().encode("cp932"),
        "line 1: the header is not written in utf-8, the declared encoding; it seems to be cp932",
    ),
    "unknown feed": ("taxes.072036.20250401.001.csv", bad_rows(put()), 'there is no feed "taxes"'),
    "unknown name": ("levy.csv", bad_rows(put()), "the file name is unknown"),
    "check digit": (
        "levy.072037.20250401.001.csv",
        bad_rows(put()),
        "the municipality code 072037 has a wrong check",
    ),
    "delivery date": (
        "levy.072036.20250231.001.csv",
        bad_rows(put()),
        "the delivery date 20250231 does not exist",
    ),
    "extension": ("levy.072036.20250403.001.dat", bad_rows(put()), "files of the feed levy end in .csv"),
    "empty": (BAD, b"", "the file is empty"),
    "truncated fixed-width record": (
        "account_transfer_result.072036.20250401.001.dat",
        TRANSFER[:-7],
        "line 4: the last record is cut short: it has 113 bytes, not 120",
    ),
    "wrong trailer": (
        "account_transfer_result.072036.20250401.001.dat",
        TRANSFER.replace(b"8000001000000001000", b"8000002000000001000"),
        "line 3: the trailer states 2 records (total_count), its records add up to 1",
    ),
}


@pytest.mark.parametrize("kind", FILE_FAULTS)
def test_a_bad_file_is_explained_and_kept_and_the_others_are_loaded(home: Home, kind: str) -> None:
    name, content, expected = FILE_FAULTS[kind]
    path = home.inbox / name
    if name.endswith(".dat") and name.startswith("account"):
        path.write_bytes(content)
    else:
        deliver(home.inbox, name, content, 3, 3000)
    checked = [line for report in check([path]) for line in render(report)]
    outcomes = {outcome.file_name: outcome for outcome in load_inbox(home)}
    bad = outcomes.pop(name)
    assert bad.file_status == "quarantined"
    place = f"{name}, {expected}" if expected.startswith("line") else f"{name}: {expected}"
    assert bad.messages[0].startswith(place)
    assert bad.messages[1].endswith("The file is in quarantine; nothing of it was loaded.")
    assert bad.remedy
    assert (home.quarantine / name).read_bytes() == content
    assert (home.quarantine / f"{name}.errors.txt").exists()
    assert any(line.startswith(place) for line in checked)
    assert outcomes[GOOD].row_count_loaded == 2
    assert not list(home.inbox.iterdir())


def test_a_file_of_another_city_is_refused_where_the_city_is_set(home: Home) -> None:
    home.city_profile.write_text('municipality_code = "072036"\n')
    deliver(home.inbox, "levy.131016.20250401.001.csv", bad_rows(put()), 3, 3000)
    good, other = load_inbox(home)
    assert (good.file_status, other.file_status) == ("loaded", "quarantined")
    assert other.cause == "the file is of municipality 131016, this is 072036"
