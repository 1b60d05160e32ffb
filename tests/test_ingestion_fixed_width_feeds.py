"""What each fixed-width feed has of its own: EBCDIC, requests, unknown codes, several municipalities, three amounts.

How any fixed-width file is framed: ``test_ingestion_fixed_width``; that no damage loses a record:
``test_ingestion_fixed_width_properties``.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from ingestion.check import check
from ingestion.contract import FeedContract, load_contract
from ingestion.control import block_faults
from ingestion.file_encoding import FileEncoding
from ingestion.file_ledger import LOADED, QUARANTINED
from ingestion.fixed_width_reader import read_fixed_width_feed, reread_fixed_width_feed
from ingestion.loader import load_inbox
from ingestion.recognition import recognise_feed
from ingestion.record_slicer import RecordSlicer
from tests.ingestion_deliveries import end_record, pension_records, refund_records, transfer_records
from tests.ingestion_home import fresh_home, one, query

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.framing import Framed

TRANSFER = load_contract("account_transfer_result")
PENSION = load_contract("pension_special_collection")
REFUND = load_contract("refund_transfer")
RECEIPTS = [("C1", 1000, "0"), ("C2", 2500, "1"), ("C3", 700, "0")]
SEPARATORS = [b"", b"\r\n", b"\n", b"\r"]
TWO_TOWNS = {"07203": [(100, 20, 3), (50, 0, 0)], "07204": [(7, 8, 9)]}
TRANSFER_NAME = "account_transfer_result.072036.20250601.001.dat"
PENSION_NAME = "pension_special_collection.072036.20250601.001.dat"


def read(
    folder: Path, contract: FeedContract, content: bytes, encoding: str = "cp932"
) -> tuple[Framed, list[dict[str, str]]]:
    (folder / "file.dat").write_bytes(content)
    framed = read_fixed_width_feed(folder / "file.dat", contract, encoding, folder / "framed.csv")
    names = ["line_no", *(column.name for column in contract.layout.raw_columns)]
    with (folder / "framed.csv").open(encoding="utf-8", newline="") as lines:
        return framed, list(csv.DictReader(lines, fieldnames=names))


def in_ebcdic(records: list[bytes], separator: bytes = b"") -> bytes:
    return separator.join(record.decode("cp932").encode("cp290") for record in records)


@pytest.mark.parametrize("separator", [*SEPARATORS, b"\x15", b"\x25", b"\x0d\x25"])
@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_ebcdic_says_the_same_as_jis(tmp_path: Path, separator: bytes, encoding: str) -> None:
    records = [*transfer_records(RECEIPTS), *transfer_records(RECEIPTS[:1], consignor_name="ｺｵﾘﾔﾏｼ"), end_record()]
    _, expected = read(tmp_path, TRANSFER, b"".join(records))
    framed, rows = read(tmp_path, TRANSFER, in_ebcdic(records, separator), encoding)
    assert not framed.faults
    assert not block_faults(framed)
    assert rows == expected
    assert recognise_feed(tmp_path / "file.dat") == TRANSFER.feed


def test_ebcdic_is_told_by_its_bytes_not_by_its_mark(tmp_path: Path) -> None:
    records = [*transfer_records(RECEIPTS, character_code_class="1"), end_record()]
    framed, rows = read(tmp_path, TRANSFER, b"".join(records))
    assert not framed.faults
    assert [row["depositor_name_kana"] for row in rows] == ["ｺｵﾘﾔﾏ ﾊﾅｺ"] * 3


def test_what_the_code_page_lacks_costs_one_record(tmp_path: Path) -> None:
    whole = bytearray(in_ebcdic([*transfer_records(RECEIPTS), end_record()]))
    # Byte CA is not defined in code page 290; 5B is the yen sign, which JIS X 0201 writes as 5C.
    whole[2 * 120 + 55], whole[3 * 120 + 55] = 0xCA, 0x5B
    framed, rows = read(tmp_path, TRANSFER, bytes(whole))
    assert [(row["line_no"], row["depositor_name_kana"]) for row in rows] == [
        ("2", "ｺｵﾘﾔﾏ ﾊﾅｺ"), ("4", "ｺｵﾘﾔﾏ¥ﾊﾅｺ"),
    ]  # fmt: skip
    error = framed.unsound[3].error
    assert error is not None
    assert (error.column_name, error.cause) == ("depositor_name_kana", "the bytes are not text in EBCDIC (cp290)")
    assert framed.unsound[3].yen == 2500
    assert not block_faults(framed)


def test_ebcdic_is_refused_where_double_byte_text_may_stand(tmp_path: Path) -> None:
    framed, rows = read(tmp_path, PENSION, in_ebcdic(pension_records(TWO_TOWNS)))
    assert [fault.line_no for fault in framed.faults] == [1]
    assert "EBCDIC" in framed.faults[0].cause
    assert rows == []


def test_requests_and_results_in_one_file_are_told_apart_by_their_trailers(tmp_path: Path) -> None:
    zeros = [(customer, yen, "0") for customer, yen, _ in RECEIPTS]
    records = [
        *transfer_records(zeros, is_request=True),
        *transfer_records(RECEIPTS),
        *transfer_records(zeros, is_request=True),
        *transfer_records(zeros, is_request=True),
        end_record(),
    ]
    framed, _ = read(tmp_path, TRANSFER, b"".join(records))
    assert not block_faults(framed)
    assert framed.trailers.requests == [(2, 4), (12, 19)]


def loaded(tmp_path: Path, name: str, content: bytes, least_typed_bytes: int) -> list[list[tuple[object, ...]]]:
    """Rows, refusals and flags of one file; the typed way is taken from so many bytes on."""
    home = fresh_home(tmp_path)
    with patch.multiple("ingestion.fixed_width_reader", LEAST_TYPED_BYTES=least_typed_bytes, LEAST_RECORDS=0):
        (home.inbox / name).write_bytes(content)
        load_inbox(home)
    feed = name.split(".", 1)[0]
    return [
        query(home, f"SELECT * FROM raw_{feed} ORDER BY source_line_no"),
        query(home, "SELECT * EXCLUDE (line_bytes) FROM quarantined_lines ORDER BY ALL"),
        query(home, "SELECT * FROM flagged_values ORDER BY ALL"),
        query(home, "SELECT file_status, row_count_loaded, yen_loaded, row_count_quarantined FROM feed_files"),
    ]


@pytest.mark.parametrize(
    ("field", "damage"),
    [
        ("debit_yen", b"0"),
        ("debit_yen", b" 000001000"),
        ("debit_yen", b"00000x1000"),
        ("depositor_name_kana", b"\x81"),
        ("depositor_name_kana", "髙".encode("cp932")),
        ("depositor_name_kana", b'"'),
        ("new_code", b"7"),
        ("debit_bank_code", b"    "),
    ],
)
def test_typed_and_judged_records_give_the_same_tables(tmp_path: Path, field: str, damage: bytes) -> None:
    records = [*transfer_records(RECEIPTS), *transfer_records([("C9", 50, "0")], is_request=True), end_record()]
    place = RecordSlicer(TRANSFER.layout.record("data"), FileEncoding("cp932")).place(field)
    records[1] = records[1][: place.start] + damage + records[1][place.start + len(damage) :]
    typed, judged = (loaded(tmp_path / str(least), TRANSFER_NAME, b"".join(records), least) for least in (0, 1 << 30))
    assert typed == judged
    assert len(typed[0]) >= 3
    assert {row[-1] for row in typed[0]} == {True, False}


def test_an_unknown_result_code_is_a_failed_transfer(tmp_path: Path) -> None:
    receipts = [("C1", 1000, "E"), ("C2", 2500, "N"), ("C3", 700, "0")]
    framed, rows = read(tmp_path, TRANSFER, b"".join([*transfer_records(receipts), end_record()]))
    assert not block_faults(framed)
    assert [row["transfer_result_code"] for row in rows] == ["E", "N", "0"]


def test_marks_of_another_record_do_not_hide_in_the_layout(tmp_path: Path) -> None:
    """In the pension file 3 is the trailer; in the transfer file it is no kind of record."""
    records = transfer_records(RECEIPTS)
    framed, _ = read(tmp_path, TRANSFER, b"".join([*records[:2], b"3" + records[2][1:], *records[3:], end_record()]))
    assert "a data or trailer record is expected here" in framed.faults[0].cause
    assert framed.faults[0].line_no == 3


@pytest.mark.parametrize("separator", SEPARATORS)
def test_each_municipality_has_its_block_and_no_end_record(tmp_path: Path, separator: bytes) -> None:
    records = pension_records(TWO_TOWNS, name_kanji="髙﨑　花子", address_kanji="郡山市朝日,一丁目", name_kana="ｱ ｲ")
    framed, rows = read(tmp_path, PENSION, separator.join([*records, b""]))
    assert not framed.faults
    assert not block_faults(framed)
    assert [(row["line_no"], row["header_jis_municipality_code"], row["amount_2_yen"]) for row in rows] == [
        ("2", "07203", "00000000020"), ("3", "07203", "00000000000"), ("6", "07204", "00000000008"),
    ]  # fmt: skip
    assert {row["name_kanji"] + row["address_kanji"] for row in rows} == {"髙﨑　花子郡山市朝日,一丁目"}
    assert (framed.trailers.stated_count, framed.trailers.stated_yen) == (3, 157)


def test_a_pension_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    framed, _ = read(tmp_path, PENSION, b"".join(pension_records(TWO_TOWNS)[:-1]))
    assert "without its trailer" in framed.faults[0].cause


def test_a_character_cut_by_the_end_of_its_field_costs_one_record(tmp_path: Path) -> None:
    records = pension_records(TWO_TOWNS, name_kanji="花子")
    records[1] = records[1][:124] + "花".encode("cp932")[:1] + records[1][125:]
    framed, rows = read(tmp_path, PENSION, b"".join(records))
    assert [row["line_no"] for row in rows] == ["3", "6"]
    error = framed.unsound[2].error
    assert error is not None
    assert error.column_name == "name_kanji"
    assert not block_faults(framed)


def test_a_wrong_second_amount_quarantines_the_file(tmp_path: Path) -> None:
    home = fresh_home(tmp_path)
    *records, last = pension_records(TWO_TOWNS)
    (home.inbox / PENSION_NAME).write_bytes(
        b"".join([*records, last.replace(b"00000000008" + b"00000000009", b"00000000018" + b"00000000009")])
    )
    outcome = one(load_inbox(home))
    assert outcome.file_status == QUARANTINED
    assert outcome.messages[0] == (
        f"{PENSION_NAME}, line 7: the trailer states 18 yen (total_amount_2_yen), its records add up to 8."
    )
    assert query(home, "select count(*) from raw_pension_special_collection") == [(0,)]


def test_pension_and_refund_files_are_loaded(tmp_path: Path) -> None:
    home = fresh_home(tmp_path)
    (home.inbox / PENSION_NAME).write_bytes(b"\r\n".join(pension_records(TWO_TOWNS)))
    refund = home.inbox / "refund_transfer.072036.20250601.001.dat"
    refund.write_bytes(b"\r".join(refund_records([("R1", 3000), ("R2", 4500)])))
    assert [recognise_feed(path) for path in sorted(home.inbox.iterdir())] == [PENSION.feed, REFUND.feed]
    reports = check(sorted(home.inbox.iterdir()))
    assert [(report.row_count, report.yen, report.is_accepted) for report in reports] == [
        (3, 157, True), (2, 7500, True),
    ]  # fmt: skip
    assert {outcome.file_status for outcome in load_inbox(home)} == {LOADED}
    assert query(home, "select sum(amount_1_yen), sum(amount_2_yen) from raw_pension_special_collection") == [(157, 28)]
    assert query(home, "select customer_code_1, transfer_yen from raw_refund_transfer order by 1") == [
        ("R1", 3000), ("R2", 4500),
    ]  # fmt: skip


def test_records_are_found_again_with_their_header(tmp_path: Path) -> None:
    path = tmp_path / "file.dat"
    records = [*transfer_records(RECEIPTS), *transfer_records(RECEIPTS, debit_month_day="0731"), end_record()]
    path.write_bytes(b"\r".join(records))
    found = reread_fixed_width_feed(path, TRANSFER, "cp932", [3, 8, 1, 99])
    assert sorted(found) == [3, 8]
    assert [found[number].raw for number in (3, 8)] == [records[2], records[7]]
    assert (found[8].fields or ())[5] == "0731"


def test_a_file_of_which_nearly_nothing_is_text_is_refused_as_a_whole(tmp_path: Path) -> None:
    header, *data, trailer = transfer_records(RECEIPTS)
    records = [header, *(record[:55] + b"\x81 " + record[57:] for record in data), trailer]
    with patch("ingestion.fixed_width_reader.MOST_UNSOUND", 2):
        framed, _ = read(tmp_path, TRANSFER, b"".join([*records, end_record()]))
    assert "are no text in the declared encoding" in framed.faults[0].cause
