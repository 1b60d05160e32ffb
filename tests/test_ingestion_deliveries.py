"""Deliveries as they come: full and changed, in parts, late, out of order, twice, corrected, deleted.

What stands in the warehouse must follow from what was delivered, never from the order in which it arrived here. Does
not test what the figures become (dbt_project), nor files that contradict each other (a person has to decide).
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract
from ingestion.corrections import export_quarantine, refused_deliveries, render_refused
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from ingestion.loader import load_inbox
from ingestion.rebuild import rebuild
from tests.damaged_files import EXAMPLES
from tests.ingestion_deliveries import csv_bytes, receipt_rows, sound_row
from tests.ingestion_home import fresh_home, query

FIRST_RECEIPTS = "convenience_store.072036.20250401.001.csv"
PEOPLE, STORE = load_contract("non_resident"), load_contract("convenience_store")


@dataclass(frozen=True)
class Sent:
    """One file: its day, sequence, records and what its control file says besides."""

    feed: str
    day: str
    rows: tuple[dict[str, str], ...]
    seq: int = 1
    further: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in the inbox."""
        return f"{self.feed}.072036.{self.day}.{self.seq:03d}.csv"


def put(home: Home, sent: Sent) -> None:
    """Write the file and its control file into the inbox."""
    contract = load_contract(sent.feed)
    content = csv_bytes(contract, sent.rows)
    path = home.inbox / sent.name
    path.write_bytes(content)
    yen = sum(int(row[contract.amount] or 0) for row in sent.rows) if contract.amount else 0
    totals = {"rows": str(len(sent.rows)), "amount_yen": str(yen), "sha256": hashlib.sha256(content).hexdigest()}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[*totals, *sent.further], [*totals.values(), *sent.further.values()]])
    path.with_name(f"{path.stem}.control.csv").write_text(text.getvalue(), encoding="utf-8")


def person(number: int, name: str = "甲", **values: str) -> dict[str, str]:
    code = f"{number:015d}"
    return sound_row(PEOPLE, sheet_no=code, addressee_code=code, full_name=name, **values)


def receipt(number: int, yen: int = 500) -> dict[str, str]:
    return receipt_rows(number)[number - 1] | {"amount_yen": str(yen)}


def tables(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """What stands, by file name and line, so that the numbers of the files do not matter."""
    files = "join feed_files f on f.file_no = r.source_file_no"
    return {
        "people": query(
            home,
            f"select file_name, source_line_no, addressee_code, full_name from raw_non_resident r {files} order by all",
        ),
        "receipts": query(
            home, f"select file_name, source_line_no, amount_yen from raw_convenience_store r {files} order by all"
        ),
        "ended": query(
            home,
            "select f.file_name, source_line_no, reason, e.file_name from ended_records r "
            f"{files} join feed_files e on e.file_no = r.ended_by_file_no order by all",
        ),
        "balance": query(
            home,
            "select file_name, file_status, row_count_delivered, row_count_loaded, row_count_duplicate, "
            "row_count_superseded, row_count_quarantined, yen_delivered, yen_loaded, yen_duplicate, yen_superseded, "
            "yen_quarantined from feed_files order by all",
        ),
    }


def load_in_order(files: list[Sent]) -> dict[str, list[tuple[Any, ...]]]:
    """Each file loaded alone, in this order."""
    folder = Path(tempfile.mkdtemp())
    try:
        home = fresh_home(folder)
        for sent in files:
            put(home, sent)
            load_inbox(home)
        return tables(home)
    finally:
        shutil.rmtree(folder)


STATES = [
    Sent("non_resident", "20250401", (person(1), person(2), person(3)), further={"scope": "full"}),
    Sent("non_resident", "20250501", (person(1, "乙"),)),
    Sent("non_resident", "20250601", (person(1), person(2), person(2))),
    Sent("non_resident", "20250602", (person(1), person(3, has_deleted_flag="1"))),
    Sent("non_resident", "20250701", (person(1),), 1, {"scope": "full", "part": "1", "parts": "2"}),
    Sent("non_resident", "20250701", (person(4),), 2, {"scope": "full", "part": "2", "parts": "2"}),
    Sent("non_resident", "20250801", (person(2), person(3))),
]
EVENTS = [
    Sent("convenience_store", "20250401", (receipt(1), receipt(2))),
    Sent("convenience_store", "20250402", (receipt(2), receipt(3))),
    Sent("convenience_store", "20250403", (receipt(1, 700), receipt(4)), 1, {"corrects": FIRST_RECEIPTS}),
    Sent("convenience_store", "20250404", (receipt(4), receipt(5))),
]


@pytest.fixture(scope="module")
def in_delivery_order() -> dict[str, list[tuple[Any, ...]]]:
    return load_in_order([*STATES, *EVENTS])


def test_full_deliveries_and_delete_flags_end_records(in_delivery_order: dict[str, list[tuple[Any, ...]]]) -> None:
    first, third = "non_resident.072036.20250401.001.csv", "non_resident.072036.20250602.001.csv"
    assert in_delivery_order["ended"] == [
        (first, 3, "absent", "non_resident.072036.20250701.002.csv"),
        (first, 4, "deleted", third),
    ]


def test_who_comes_back_after_the_end_is_news(in_delivery_order: dict[str, list[tuple[Any, ...]]]) -> None:
    last = [row[1:] for row in in_delivery_order["people"] if row[0] == "non_resident.072036.20250801.001.csv"]
    assert last == [(2, f"{2:015d}", "甲"), (3, f"{3:015d}", "甲")]


def test_a_correction_takes_the_place_of_its_file(in_delivery_order: dict[str, list[tuple[Any, ...]]]) -> None:
    assert in_delivery_order["receipts"] == [
        # Only the corrected file had made receipt 2 a repetition here.
        ("convenience_store.072036.20250402.001.csv", 2, 500),
        ("convenience_store.072036.20250402.001.csv", 3, 500),
        ("convenience_store.072036.20250403.001.csv", 2, 700),
        ("convenience_store.072036.20250403.001.csv", 3, 500),
        ("convenience_store.072036.20250404.001.csv", 3, 500),
    ]
    corrected = in_delivery_order["balance"][0]
    assert corrected[:2] == (FIRST_RECEIPTS, "superseded")
    assert corrected[2:7] == (2, 0, 0, 2, 0)
    assert corrected[7:] == (1000, 0, 0, 1000, 0)


def test_every_line_and_yen_is_accounted_for(in_delivery_order: dict[str, list[tuple[Any, ...]]]) -> None:
    for _, _, rows, *parts in in_delivery_order["balance"]:
        assert rows == sum(parts[:4])
        assert parts[4] == sum(parts[5:])


@settings(max_examples=max(4, EXAMPLES // 5), deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations([*STATES, *EVENTS]))
def test_the_order_of_arrival_does_not_matter(
    in_delivery_order: dict[str, list[tuple[Any, ...]]], order: list[Sent]
) -> None:
    assert load_in_order(order) == in_delivery_order


def test_a_full_delivery_with_a_missing_part_or_a_refused_line_ends_nothing(tmp_path: Path) -> None:
    home = fresh_home(tmp_path)
    put(home, STATES[0])
    put(home, STATES[4])
    put(home, Sent("non_resident", "20250901", (person(1), person(2, change_date="x")), 1, {"scope": "full"}))
    load_inbox(home)
    assert tables(home)["ended"] == []


@pytest.mark.parametrize(
    ("further", "cause"),
    [
        ({"scope": "some"}, "scope is unknown"),
        ({"part": "3", "parts": "2"}, "part and parts do not fit"),
        ({"colour": "red"}, "the header is not"),
    ],
)
def test_a_control_file_that_says_nonsense_refuses_the_file(
    tmp_path: Path, further: dict[str, str], cause: str
) -> None:
    home = fresh_home(tmp_path)
    put(home, Sent("non_resident", "20250401", (person(1),), 1, further))
    outcome = load_inbox(home)[0]
    assert outcome.file_status == "quarantined"
    assert cause in (outcome.cause or "")


def test_the_state_of_any_day_is_rebuilt_from_the_archive(tmp_path: Path) -> None:
    files = [*STATES, *EVENTS]
    home = fresh_home(tmp_path)
    for sent in reversed(files):
        put(home, sent)
        load_inbox(home)
    rebuilt = Home(tmp_path / "rebuilt")
    outcomes = rebuild(home, rebuilt, dt.date(2025, 6, 2))
    by_then = [sent for sent in files if sent.day <= "20250602"]
    assert len(outcomes) == len(by_then)
    assert tables(rebuilt) == load_in_order(by_then)
    key_of_one = f"select distinct addressee_key from raw_non_resident where addressee_code = '{1:015d}'"
    assert len(query(home, key_of_one)) == 1
    assert query(rebuilt, key_of_one) == query(home, key_of_one)
    with pytest.raises(ConfigurationError, match="not empty"):
        rebuild(home, rebuilt, dt.date(2025, 6, 2))


def test_deliveries_up_to_the_cut_over_are_opening_history(tmp_path: Path) -> None:
    home = fresh_home(tmp_path)
    home.city_profile.write_text("cut_over_date = 2025-04-02\n", encoding="utf-8")
    for sent in EVENTS:
        put(home, sent)
    load_inbox(home)
    marked = query(home, "select delivery_date, is_opening_history from feed_files order by 1")
    assert [is_history for _, is_history in marked] == [True, True, False, False]


def test_a_corrected_quarantine_is_traced_to_its_first_delivery(tmp_path: Path) -> None:
    home = fresh_home(tmp_path)
    put(home, Sent("non_resident", "20250401", (person(1), person(2, change_date="x"))))
    load_inbox(home)
    assert export_quarantine(home, tmp_path / "work") == 2
    assert [(one.line_count, one.corrected_by) for one in refused_deliveries(home)] == [(1, None)]
    further = {"corrects": "non_resident.072036.20250401.001.csv"}
    put(home, Sent("non_resident", "20250401", (person(1), person(2)), 2, further))
    load_inbox(home)
    assert [(one.line_count, one.corrected_by) for one in refused_deliveries(home)] == [
        (1, "non_resident.072036.20250401.002.csv")
    ]
    assert "corrected by non_resident.072036.20250401.002.csv" in render_refused(refused_deliveries(home))[0]
