"""Whatever happens to a CSV file on its way: no traceback, no line lost, no yen changed.

The oracle reads the damaged file by itself, line by line, without any of the platform's readers. It cannot judge
lines with quotation marks (a record may span several lines there); those are counted only. Does not test fixed-width
files.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.check import check
from ingestion.contract import load_contract, load_contracts
from ingestion.file_ledger import QUARANTINED
from ingestion.loader import load_inbox
from tests.damaged_files import EXAMPLES, damaged
from tests.ingestion_deliveries import csv_bytes, levy_rows, sound_row
from tests.ingestion_home import LEVY_NAME, fresh_home, query

if TYPE_CHECKING:
    from ingestion.contract import FeedContract
    from ingestion.home import Home

CSV_FEEDS = sorted(feed for feed, contract in load_contracts().items() if contract.format == "csv")
fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def sound_file(contract: FeedContract, count: int) -> bytes:
    """Records that differ in their first free key column."""
    columns = contract.layout.by_name
    key = next((name for name in contract.record_key if columns[name].type in ("text", "code", "int")), None)
    rows = [sound_row(contract) for _ in range(count)]
    for number, row in enumerate(rows, start=1):
        if key and not columns[key].codes:
            row[key] = str(number)
    return csv_bytes(contract, rows)


def load_damaged(home: Home, name: str, content: bytes) -> None:
    """Load a file without its control file, so that its lines are judged one by one."""
    home.city_profile.write_text('control_files = "optional"\n', encoding="utf-8")
    (home.inbox / name).write_bytes(content)
    load_inbox(home)


@fuzzed
@given(data=st.data(), feed=st.sampled_from(CSV_FEEDS))
def test_a_check_of_any_damaged_file_answers(data: st.DataObject, feed: str) -> None:
    content = data.draw(damaged(sound_file(load_contract(feed), 3)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{feed}.072036.20250401.001.csv"
        path.write_bytes(content)
        report = check([path])[0]
    assert report.is_accepted or all(e.cause and e.remedy for line in report.refused for e in line.errors)
    assert report.faults or report.sound_row_count + len(report.refused) == report.row_count


@fuzzed
@given(content=st.binary(max_size=400), feed=st.sampled_from(CSV_FEEDS))
def test_a_check_of_arbitrary_bytes_refuses_them(content: bytes, feed: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{feed}.072036.20250401.001.csv"
        path.write_bytes(content)
        report = check([path])[0]
    assert report.faults
    assert report.sound_row_count == 0 or report.row_count >= report.sound_row_count


@fuzzed
@given(data=st.data(), yens=st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_no_line_is_lost_and_no_yen_changed(data: st.DataObject, yens: list[int]) -> None:
    rows = levy_rows(len(yens))
    for row, yen in zip(rows, yens, strict=True):
        row["principal_levied_yen"] = str(yen)
    content = data.draw(damaged(csv_bytes(load_contract("levy"), rows)))
    folder = Path(tempfile.mkdtemp())
    try:
        home = fresh_home(folder)
        load_damaged(home, LEVY_NAME, content)
        assert_nothing_lost(home)
        assert_yen_as_written(home, content)
    finally:
        shutil.rmtree(folder)


def assert_nothing_lost(home: Home) -> None:
    """Delivered = loaded + duplicate + quarantined, and the tables hold exactly that."""
    status, delivered, loaded, duplicate, refused = query(
        home,
        "select file_status, row_count_delivered, row_count_loaded, row_count_duplicate, row_count_quarantined "
        "from feed_files",
    )[0]
    assert delivered == loaded + duplicate + refused
    assert query(home, "select count(*), count(distinct source_line_no) from raw_levy") == [(loaded, loaded)]
    if status == QUARANTINED:
        assert loaded == 0
        assert (home.quarantine / LEVY_NAME).exists()
    else:
        assert query(home, "select count(distinct source_line_no) from quarantined_lines") == [(refused,)]


def assert_yen_as_written(home: Home, content: bytes) -> None:
    """Each loaded amount is the number that stands in its line, by a plain split of that line."""
    place = [column.name for column in load_contract("levy").layout.record("data")].index("principal_levied_yen")
    lines = content.split(b"\n")
    for line_no, yen in query(home, "select source_line_no, principal_levied_yen from raw_levy"):
        line = lines[line_no - 1].removesuffix(b"\r")
        if b'"' not in line:
            assert int(line.split(b",")[place]) == yen
