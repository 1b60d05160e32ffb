"""The fast way of CSV gives the same tables as the way that judges every row, and takes only what is beyond doubt."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import csv_reader
from ingestion.contract import load_contract
from ingestion.csv_reader import stream_csv_feed
from ingestion.loader import load_inbox
from ingestion.plain_blocks import PlainBlocks
from tests.ingestion_deliveries import csv_bytes, deliver, levy_rows, sound_row
from tests.ingestion_home import LEVY_NAME, deliver_levy, fresh_home, query

if TYPE_CHECKING:
    import pyarrow as pa

LEVY = load_contract("levy")
ADDRESSEE_NAME = "addressee.072036.20250401.001.csv"
VALUES = st.sampled_from(
    ["", "0", "00", "-0", "007", "5", "-5", " 5", "5 ", "\t5", "+5", "0x1F", "0X1f", "1e3", "1.5", "1_000", "１", "-",
     "9" * 13, "9" * 14, "9" * 19, "0" * 40 + "7", "20250401", "2025-04-01", "20250231", "00000000", "99999999",
     "20250400", "2025", "99", "11", "true", "T", "NULL", "NaN", "髙" * 15, "髙" * 16, "髙\U000e0100", "x" * 121,
     'a"b', "a,b", "a\r\nb", "\ue000", "120000", "250000"]
)  # fmt: skip


def loaded(content: bytes, name: str, block_bytes: int, *, is_fast: bool) -> tuple[list[tuple[Any, ...]], ...]:
    """Rows, refusals and flags after loading one file."""
    feed = name.split(".", 1)[0]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "BLOCK_BYTES", block_bytes)
        if not is_fast:
            patch.setattr(PlainBlocks, "of", lambda *_: None)
        home = fresh_home(Path(folder))
        home.city_profile.write_text('control_files = "optional"\n', encoding="utf-8")
        (home.inbox / name).write_bytes(content)
        load_inbox(home)
        lines = "SELECT source_line_no, column_no, cause FROM quarantined_lines ORDER BY ALL"
        flags = "SELECT source_line_no, column_no, flag FROM flagged_values ORDER BY ALL"
        return query(home, f"SELECT * FROM raw_{feed} ORDER BY source_line_no"), query(home, lines), query(home, flags)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(
        st.dictionaries(st.sampled_from(sorted(LEVY.layout.by_name)), VALUES, max_size=2), min_size=1, max_size=8
    ),
    block_bytes=st.sampled_from([1, 600, 16 << 20]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_both_ways_load_refuse_and_flag_the_same(
    changes: list[dict[str, str]], block_bytes: int, line_end: str
) -> None:
    rows = [row | change for row, change in zip(levy_rows(len(changes)), changes, strict=True)]
    content = csv_bytes(LEVY, rows, line_end)
    fast = loaded(content, LEVY_NAME, block_bytes, is_fast=True)
    assert fast == loaded(content, LEVY_NAME, block_bytes, is_fast=False)
    assert len(fast[0]) + len({line_no for line_no, *_ in fast[1]}) <= len(rows)


def test_both_ways_make_the_same_keys_and_flags_of_a_person() -> None:
    contract = load_contract("addressee")
    rows = [
        sound_row(contract, addressee_code="1", individual_number="123456789018", household_code="H9"),
        sound_row(contract, addressee_code="2", individual_number="123456789019", household_code=""),
        sound_row(contract, addressee_code="3"),
    ]
    fast = loaded(csv_bytes(contract, rows), ADDRESSEE_NAME, 16 << 20, is_fast=True)
    assert fast == loaded(csv_bytes(contract, rows), ADDRESSEE_NAME, 16 << 20, is_fast=False)
    assert [flag for _, _, flag in fast[2]] == ["wrong_check_digit"]


def batches_of(folder: Path, content: bytes) -> tuple[list[pa.RecordBatch], list[int]]:
    """The typed batches of a levy file, and the lines that went the other way."""
    (folder / "file.csv").write_bytes(content)
    framed = stream_csv_feed(folder / "file.csv", LEVY.layout, "utf-8", folder / "framed.csv")
    batches = list(framed.batches or ())
    rows = csv.reader(io.StringIO((folder / "framed.csv").read_bytes().decode(), newline=""))
    return batches, [int(row[0]) for row in rows]


def test_a_doubtful_value_costs_its_block_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = levy_rows(9)
    rows[4]["principal_levied_yen"] = "1.5"
    content = csv_bytes(LEVY, rows)
    monkeypatch.setattr(csv_reader, "BLOCK_BYTES", 1)
    batches, others = batches_of(tmp_path, content)
    lines = [line_no for batch in batches for line_no in batch.column("line_no").to_pylist()]
    assert others == [6]
    assert lines == [2, 3, 4, 5, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "value", [" 5", "5 ", "\t5", "0x1F", "+5", "1e3", "1.5", "9" * 14, "-" + "9" * 14, "1,000", "１", "五"]
)
def test_what_only_a_lenient_parser_reads_is_not_plain(tmp_path: Path, value: str) -> None:
    """Arrow reads blanks around a number and hexadecimal digits; a yen has neither."""
    rows = levy_rows(2)
    rows[1]["principal_levied_yen"] = value
    assert batches_of(tmp_path, csv_bytes(LEVY, rows)) == ([], [2, 3])


def test_a_name_with_a_space_and_the_last_line_without_an_end_are_plain(tmp_path: Path) -> None:
    rows = levy_rows(2)
    rows[0]["name"] = "ABC 商店"
    batches, others = batches_of(tmp_path, csv_bytes(LEVY, rows).removesuffix(b"\r\n"))
    assert others == []
    assert [batch.num_rows for batch in batches] == [2]


def test_what_fails_while_a_file_is_read_is_said_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = fresh_home(tmp_path)
    deliver_levy(home)

    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(PlainBlocks, "columns_of", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        load_inbox(home)
    assert query(home, "SELECT count(*) FROM raw_levy") == [(0,)]


def test_values_are_forgotten_before_they_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.plain_values.MOST_KNOWN", 3)
    rows = levy_rows(12)
    for number, row in enumerate(rows):
        row["designated_due_date"] = f"202504{number + 1:02d}"
    home = fresh_home(tmp_path)
    monkeypatch.setattr(csv_reader, "BLOCK_BYTES", 1)
    deliver(home.inbox, LEVY_NAME, csv_bytes(LEVY, rows), 12, 12_000)
    load_inbox(home)
    days = query(home, "SELECT designated_due_date::VARCHAR FROM raw_levy ORDER BY source_line_no")
    assert days == [(f"2025-04-{number:02d}",) for number in range(1, 13)]
