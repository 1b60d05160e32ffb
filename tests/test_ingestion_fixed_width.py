"""Reading of fixed-width files: framed by length with any separator.

Trailers must hold; a broken frame is named.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract
from ingestion.control import block_faults
from ingestion.fixed_width_reader import read_fixed_width_feed
from tests.ingestion_deliveries import end_record, fixed_record, transfer_records

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.framing import Framed

TRANSFER = load_contract("account_transfer_result")
COUNTER = load_contract("counter_slip")
RECEIPTS = [("C1", 1000, "0"), ("C2", 2500, "1"), ("C3", 700, "0")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fixed")


def read(folder: Path, content: bytes) -> tuple[Framed, list[dict[str, str]]]:
    (folder / "file.dat").write_bytes(content)
    framed = read_fixed_width_feed(folder / "file.dat", TRANSFER, "cp932", folder / "framed.csv")
    names = ["line_no", *(column.name for column in TRANSFER.layout.raw_columns)]
    with (folder / "framed.csv").open(encoding="utf-8", newline="") as lines:
        return framed, list(csv.DictReader(lines, fieldnames=names))


def fault(folder: Path, content: bytes) -> str:
    """The one fault that refuses the file."""
    framed, _ = read(folder, content)
    assert len(framed.faults) == 1
    assert framed.faults[0].remedy
    return f"{framed.faults[0].line_no}: {framed.faults[0].cause}"


@settings(max_examples=50, deadline=None)
@given(
    blocks=st.lists(
        st.lists(st.tuples(st.text("0123456789ABC", min_size=1, max_size=20), st.integers(0, 9999999999),
                           st.sampled_from("0123489E")), max_size=5), min_size=1, max_size=3),
    separators=st.lists(st.sampled_from([b"", b"\r\n", b"\n", b"\r"]), min_size=30, max_size=30),
)  # fmt: skip
def test_records_are_read_back_whatever_stands_between_them(
    folder: Path, blocks: list[list[tuple[str, int, str]]], separators: list[bytes]
) -> None:
    records = [record for block in blocks for record in transfer_records(block)] + [end_record()]
    content = b"".join(record + separator for record, separator in zip(records, separators, strict=False))
    framed, rows = read(folder, content)
    assert not framed.faults
    assert not block_faults(framed)
    found = [(row["customer_no"], int(row["debit_yen"]), row["transfer_result_code"]) for row in rows]
    assert found == [receipt for block in blocks for receipt in block]
    assert framed.record_count == len(found)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([*transfer_records(RECEIPTS), end_record(), b"\r\n", b"\n", b" ", b"\x1a"])).map(
            b"".join
        ),
    )
)
def test_any_bytes_are_framed_or_refused(folder: Path, content: bytes) -> None:
    framed, rows = read(folder, content)
    assert framed.record_count == len(rows) + len(framed.unsound)
    assert framed.faults or content.rstrip(b"\r\n").endswith(end_record())


def test_a_record_carries_its_header_and_its_number_in_the_file(folder: Path) -> None:
    first, second = transfer_records(RECEIPTS), transfer_records(RECEIPTS[:1], debit_month_day="0731")
    _, rows = read(folder, b"\r\n".join([*first, *second, end_record(), b""]))
    assert [(row["line_no"], row["debit_month_day"]) for row in rows] == [
        ("2", "0630"), ("3", "0630"), ("4", "0630"), ("7", "0731"),
    ]  # fmt: skip
    assert rows[0]["depositor_name_kana"] == "ｺｵﾘﾔﾏ ﾊﾅｺ"


def test_a_request_is_told_from_a_result_by_its_trailer(folder: Path) -> None:
    zeros = [(customer, yen, "0") for customer, yen, _ in RECEIPTS]
    framed, _ = read(folder, b"".join([*transfer_records(zeros, is_request=True), end_record()]))
    assert not block_faults(framed)
    assert framed.trailers.requests == [(2, 4)]
    framed, _ = read(folder, b"".join([*transfer_records(RECEIPTS), end_record()]))
    assert framed.trailers.requests == []


@pytest.mark.parametrize(
    "field",
    ["total_count", "total_yen", "transferred_count", "transferred_yen", "failed_count", "failed_yen"],
)
def test_each_total_of_the_trailer_is_recomputed(folder: Path, field: str) -> None:
    *others, trailer = transfer_records(RECEIPTS)
    columns = TRANSFER.layout.record("trailer")
    start = sum(column.length for column in columns[: TRANSFER.layout.by_name[field].position - 1])
    end = start + TRANSFER.layout.by_name[field].length
    wrong = trailer[:start] + b"7".rjust(end - start, b"0") + trailer[end:]
    framed, _ = read(folder, b"".join([*others, wrong, end_record()]))
    faults = block_faults(framed)
    assert [field in one.cause for one in faults] == [True]
    assert faults[0].line_no == 5


def test_faults_of_the_frame_are_named(folder: Path) -> None:
    records = [*transfer_records(RECEIPTS), end_record()]
    whole = b"\r\n".join(records)
    assert fault(folder, whole[:-40]) == "6: the last record is cut short: it has 80 bytes, not 120"
    assert "without its trailer" in fault(folder, b"".join(records[:3]))
    assert "without its end" in fault(folder, b"".join(records[:5]))
    assert fault(folder, whole + b"\r\nabc") == "7: 3 bytes stand behind the end record"
    assert fault(folder, whole + b"\x1a") == "7: 1 bytes stand behind the end record"
    assert (
        fault(folder, b"\r\n".join([*records[:2], records[2][:79], *records[3:]]))
        == "3: the record has 79 bytes, not 120"
    )
    assert "a header record is expected" in fault(folder, records[1])
    assert "data or trailer" in fault(folder, b"".join([records[0], *records]))


def test_another_record_type_is_refused_with_its_column(folder: Path) -> None:
    header = transfer_records(RECEIPTS)[0]
    text = fault(folder, b"111" + header[3:])
    assert "column 2 種別コード (transfer_type_code)" in text
    assert '"11"' in text


def test_bytes_that_are_no_text_cost_one_record(folder: Path) -> None:
    records = transfer_records(RECEIPTS)
    records[2] = records[2][:50] + b"\x81 " + records[2][52:]
    framed, rows = read(folder, b"".join([*records, end_record()]))
    assert [row["line_no"] for row in rows] == ["2", "4"]
    error = framed.unsound[3].error
    assert error is not None
    assert error.column_name == "depositor_name_kana"
    # The amount of that record is not known, so the yen of the trailer may be higher; its count must hold.
    assert not block_faults(framed)


def test_counter_slips_have_blocks_per_bundle(folder: Path) -> None:
    records: list[bytes] = []
    for bundle in ("B1", "B2"):
        records += [
            fixed_record(COUNTER, "header", bundle_no=bundle),
            fixed_record(COUNTER, "data", payment_no="123", paid_yen="4000"),
            fixed_record(COUNTER, "trailer", total_count="1", total_yen="4000"),
        ]
    path = folder / "slips.dat"
    path.write_bytes(b"\r".join([*records, end_record("counter_slip")]))
    framed = read_fixed_width_feed(path, COUNTER, "cp932", folder / "slips.csv")
    assert (framed.record_count, framed.faults, block_faults(framed)) == (2, [], [])
