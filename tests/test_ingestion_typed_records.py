"""Fixed-width records that were typed at once are what judging each of them would have made, and never more."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest.mock import patch

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract
from ingestion.file_encoding import FileEncoding
from ingestion.fixed_width_reader import read_fixed_width_feed, stream_fixed_width_feed
from ingestion.record_slicer import RecordSlicer
from ingestion.row_sql import LINE_COLUMN, framed_relation, is_sound, quoted, typed_value
from tests.ingestion_deliveries import end_record, pension_records, transfer_records

CONTRACTS = {feed: load_contract(feed) for feed in ("account_transfer_result", "pension_special_collection")}
WHOLE = {
    "account_transfer_result": [
        *transfer_records([(f"C{number}", 1000 * number, "0") for number in range(4)]),
        *transfer_records([("C9", 50, "1")], debit_month_day="0731"),
        end_record(),
    ],
    "pension_special_collection": pension_records({"07203": [(100, 20, 3), (50, 0, 0)]}),
}
VALUES = st.sampled_from(
    [b"", b"0", b"7", b" 7", b"7 ", b"-1", b"x", b"0x1", b"1e3", b",", b'"', b"\x7f", b"\x00", b"\x81", b"\xfd",
     b"1" * 18, b"00000000", b"20250231", b"20250401", "ｱﾞ".encode("cp932"), "髙".encode("cp932"), b" " * 40]
)  # fmt: skip


@settings(deadline=None)
@given(data=st.data())
def test_typed_records_are_the_judged_ones(data: st.DataObject) -> None:
    feed = data.draw(st.sampled_from(sorted(CONTRACTS)))
    contract = CONTRACTS[feed]
    records = list(WHOLE[feed])
    data_rows = [row for row, record in enumerate(records) if record[:1] == records[1][:1]]
    slicer = RecordSlicer(contract.layout.record("data"), FileEncoding("cp932"))
    for _ in range(data.draw(st.integers(0, 2))):
        row, column = data.draw(st.sampled_from(data_rows)), data.draw(st.sampled_from(slicer.columns[1:]))
        place, value = slicer.place(column.name), data.draw(VALUES)[: column.length]
        records[row] = records[row][: place.start] + value.ljust(column.length) + records[row][place.stop :]
    with tempfile.TemporaryDirectory() as folder:
        path, framed_path = Path(folder) / "file.dat", Path(folder) / "framed.csv"
        path.write_bytes(b"".join(records))
        judged = read_fixed_width_feed(path, contract, "cp932", framed_path)
        columns = contract.layout.raw_columns
        values = ", ".join(f"{typed_value(column)} AS {quoted(column.name)}" for column in columns)
        relation = framed_relation(contract, str(framed_path))
        sound = duckdb.sql(f"SELECT {values}, {LINE_COLUMN} FROM {relation} WHERE {is_sound(columns)}")
        expected = {row[-1]: row for row in sound.fetchall()}
        with patch.multiple("ingestion.fixed_width_reader", LEAST_TYPED_BYTES=0, LEAST_RECORDS=0):
            typed = stream_fixed_width_feed(path, contract, "cp932", framed_path)
            found = {
                row[-1]: row for batch in typed.batches or () for row in zip(*batch.to_pydict().values(), strict=True)
            }
        left = {int(line.split(",", 1)[0]) for line in framed_path.read_text(encoding="utf-8").splitlines()}
    assert all(expected[line] == row for line, row in found.items())
    assert not left & found.keys()
    assert len(left) + len(found) + len(typed.unsound) == typed.record_count == judged.record_count
    assert (typed.trailers, typed.faults, typed.unsound) == (judged.trailers, judged.faults, judged.unsound)


def test_sound_records_are_all_typed(tmp_path: Path) -> None:
    for feed, contract in CONTRACTS.items():
        path = tmp_path / f"{feed}.dat"
        path.write_bytes(b"".join(WHOLE[feed]))
        with patch.multiple("ingestion.fixed_width_reader", LEAST_TYPED_BYTES=0, LEAST_RECORDS=0):
            framed = stream_fixed_width_feed(path, contract, "cp932", tmp_path / "framed.csv")
            assert sum(batch.num_rows for batch in framed.batches or ()) == framed.record_count > 1
        assert (tmp_path / "framed.csv").read_bytes() == b""


def test_a_longer_character_is_never_read_as_kana(tmp_path: Path) -> None:
    contract = CONTRACTS["account_transfer_result"]
    place = RecordSlicer(contract.layout.record("data"), FileEncoding("utf-8")).place("depositor_name_kana")
    records = [record.decode("cp932").encode("ascii", "replace") for record in WHOLE["account_transfer_result"]]
    records[1] = records[1][: place.start] + "é".encode().ljust(30) + records[1][place.stop :]
    path, framed_path = tmp_path / "file.dat", tmp_path / "framed.csv"
    path.write_bytes(b"".join(records))
    with patch.multiple("ingestion.fixed_width_reader", LEAST_TYPED_BYTES=0, LEAST_RECORDS=0):
        framed = stream_fixed_width_feed(path, contract, "utf-8", framed_path)
        assert sum(batch.num_rows for batch in framed.batches or ()) == 0
    assert ",é," in framed_path.read_text(encoding="utf-8")
