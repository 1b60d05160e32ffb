"""Whatever happens to a fixed-width file on its way: no traceback, no record lost, no yen changed.

The oracle reads the damaged file by itself, one record after the other, without any of the platform's framing: the
fast reading of whole pieces must find exactly what it finds, wherever the pieces are cut.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.check import check
from ingestion.contract import load_contract
from ingestion.file_ledger import LOADED
from ingestion.fixed_width_reader import read_fixed_width_feed
from ingestion.loader import load_inbox
from tests.damaged_files import EXAMPLES, damaged
from tests.ingestion_deliveries import end_record, fixed_record, pension_records, refund_records, transfer_records
from tests.ingestion_home import fresh_home, query

if TYPE_CHECKING:
    from ingestion.contract import FeedContract

COUNTER = load_contract("counter_slip")
FILES = {
    "account_transfer_result": [
        *transfer_records([("C1", 1000, "0"), ("C2", 2500, "1"), ("C3", 0, "E")]),
        *transfer_records([("C4", 9999999999, "0")], consignor_name='A, "B"', debit_month_day="0731"),
        end_record(),
    ],
    "counter_slip": [
        fixed_record(COUNTER, "header"),
        fixed_record(COUNTER, "data", payment_no="1", paid_yen="4000"),
        fixed_record(COUNTER, "trailer", total_count="1", total_yen="4000"),
        end_record("counter_slip"),
    ],
    "refund_transfer": refund_records([("R1", 3000), ("R,2", 4500)]),
    "pension_special_collection": pension_records(
        {"07203": [(100, 20, 3), (50, 0, 0)], "07204": [(7, 8, 9)]}, name_kanji="髙﨑　花子", name_kana="ﾀｶｻｷ ﾊﾅｺ"
    ),
}
SEPARATORS = [b"", b"\r\n", b"\n", b"\r"]
AWKWARD = [b"\x81", b"\x00", b"\t", b"\xa0", b"\xff", b",", b'"', "花".encode("cp932"), "ｱ".encode("cp932"), b" ", b"-"]
NO_JAPANESE_CHARACTER = set("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")
fuzzed = settings(max_examples=5 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class Oracle:
    """What a slow and simple reading finds: fields of sound records by number, number of records, is the file whole."""

    rows: dict[int, list[str]] = field(default_factory=dict)
    record_count: int = 0
    is_whole: bool = False


def read_simply(content: bytes, contract: FeedContract) -> Oracle:
    """One record after the other: bytes cut by the layout, each field decoded, trailing spaces taken off."""
    oracle, size = Oracle(), contract.record_bytes or 0
    kinds = {c: kind for kind in ("header", "data", "trailer", "end") for c in first_codes(contract, kind)}
    follows = {"": "header", "header": "data trailer", "data": "data trailer", "trailer": "header end", "end": ""}
    before, header, number, place = "", [], 0, 0
    while place < len(content):
        number += 1
        raw = content[place : place + size]
        kind = kinds.get(raw[:1].decode("ascii", errors="replace"), "?")
        if len(raw) < size or b"\r" in raw or b"\n" in raw or kind not in follows[before].split():
            return oracle
        fields = simple_fields(raw, contract, kind)
        if kind == "data":
            oracle.record_count += 1
            if fields is not None:
                oracle.rows[number] = [*header, *fields]
        elif kind != "end":
            columns = contract.layout.record(kind)
            if fields is None or not all(c.accepts(v) for c, v in zip(columns, fields, strict=True)):
                return oracle
            header = fields if kind == "header" else header
        before, place = kind, place + size
        place += next((len(s) for s in (b"\r\n", b"\r", b"\n") if content[place:].startswith(s)), 0)
    last = "end" if contract.layout.record("end") else "trailer"
    oracle.is_whole = before == last
    return oracle


def first_codes(contract: FeedContract, kind: str) -> list[str]:
    columns = contract.layout.record(kind)
    return list(columns[0].codes) if columns else []


def simple_fields(raw: bytes, contract: FeedContract, kind: str) -> list[str] | None:
    """None when the record holds a control character or a field is no text."""
    if any(byte < 32 or byte == 127 for byte in raw):
        return None
    fields, place = [], 0
    for column in contract.layout.record(kind):
        try:
            text = raw[place : place + column.length].decode("cp932")
        except UnicodeDecodeError:
            return None
        if NO_JAPANESE_CHARACTER & set(text):
            return None
        fields.append(text.rstrip(" "))
        place += column.length
    return fields


@st.composite
def damaged_file(draw: st.DrawFn, feed: str) -> bytes:
    """Records lost, doubled, moved; separators changed; bytes overwritten in place, cut or stuffed."""
    records = list(FILES[feed])
    if draw(st.booleans()):
        places = st.lists(st.integers(0, len(records) - 1), max_size=len(records) + 3)
        records = [records[place] for place in draw(places)]
    for _ in range(draw(st.integers(0, 3)) if records else 0):
        number = draw(st.integers(0, len(records) - 1))
        awkward, place = draw(st.sampled_from(AWKWARD)), draw(st.integers(0, len(records[0]) - 3))
        records[number] = records[number][:place] + awkward + records[number][place + len(awkward) :]
    separators = draw(st.sampled_from([[one] for one in SEPARATORS] + [SEPARATORS]))
    content = b"".join(record + draw(st.sampled_from(separators)) for record in records)
    return draw(damaged(content)) if draw(st.booleans()) else content


@fuzzed
@given(data=st.data(), feed=st.sampled_from(sorted(FILES)), piece=st.sampled_from([1, 500, 777, 1 << 20]))
def test_whole_pieces_say_what_single_records_say(data: st.DataObject, feed: str, piece: int) -> None:
    content, contract = data.draw(damaged_file(feed)), load_contract(feed)
    with tempfile.TemporaryDirectory() as folder, patch("ingestion.record_frames.PIECE_BYTES", piece):
        path, framed_path = Path(folder) / "file.dat", Path(folder) / "framed.csv"
        path.write_bytes(content)
        framed = read_fixed_width_feed(path, contract, "cp932", framed_path)
        with framed_path.open(encoding="utf-8", newline="") as lines:
            width = len(contract.layout.raw_columns)
            rows = {int(line[0]): line[1 : width + 1] for line in csv.reader(lines)}
    oracle = read_simply(content, contract)
    assert rows == oracle.rows
    assert (framed.record_count, not framed.faults) == (oracle.record_count, oracle.is_whole)
    assert len(rows) + len(framed.unsound) == framed.record_count


@fuzzed
@given(data=st.data(), feed=st.sampled_from(sorted(FILES)))
def test_a_check_of_any_damaged_file_answers(data: st.DataObject, feed: str) -> None:
    content = data.draw(st.one_of(damaged_file(feed), st.binary(max_size=600)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{feed}.072036.20250401.001.dat"
        path.write_bytes(content)
        report = check([path])[0]
    assert all(fault.cause and fault.remedy for fault in report.faults)
    assert all(e.cause and e.remedy for line in report.refused for e in line.errors)
    assert report.faults or report.sound_row_count + len(report.refused) == report.row_count > 0


@settings(fuzzed, max_examples=EXAMPLES)
@given(data=st.data(), feed=st.sampled_from(sorted(FILES)))
def test_no_record_is_lost_and_no_yen_changed(data: st.DataObject, feed: str) -> None:
    content, contract = data.draw(damaged_file(feed)), load_contract(feed)
    folder = Path(tempfile.mkdtemp())
    try:
        home = fresh_home(folder)
        (home.inbox / f"{feed}.072036.20250401.001.dat").write_bytes(content)
        load_inbox(home)
        status, delivered, loaded, duplicate, refused, yen_rest = query(
            home,
            "select file_status, row_count_delivered, row_count_loaded, row_count_duplicate, row_count_quarantined, "
            "coalesce(yen_delivered - yen_loaded - yen_duplicate - yen_quarantined, 0) from feed_files",
        )[0]
        assert (delivered, yen_rest) == (loaded + duplicate + refused, 0)
        stored = query(home, f"select source_line_no, {contract.amount} from {contract.raw_table}")
        assert len(stored) == loaded
        rows = read_simply(content, contract).rows
        place = [column.name for column in contract.layout.raw_columns].index(contract.amount or "")
        assert {number: yen for number, yen in stored if int(rows[number][place]) != yen} == {}
        if status == LOADED:
            assert query(home, "select count(distinct source_line_no) from quarantined_lines") == [(refused,)]
        else:
            assert loaded == 0
    finally:
        shutil.rmtree(folder)
