"""Loading: each file once, each record once, with its keys and its place; killed runs are completed."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

import duckdb
import pytest

from ingestion import delivery, file_load
from ingestion.archive import ArchivedFile, remove_when_archived, restore_original
from ingestion.contract import load_contract
from ingestion.errors import ConfigurationError
from ingestion.key_ring import readable_keys
from ingestion.loader import load_feeds, load_inbox, register_inbox
from ingestion.pseudonym import instalment_value, pseudonym, read_secret
from tests.ingestion_deliveries import (
    csv_bytes,
    deliver,
    end_record,
    levy_rows,
    receipt_rows,
    sound_row,
    transfer_records,
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


def test_rows_carry_their_file_line_delivery_and_keys(home: Home) -> None:
    deliver_levy(home)
    outcome = one(load_inbox(home))
    assert (outcome.file_status, outcome.row_count_loaded, outcome.yen_loaded) == ("loaded", 3, 3000)
    assert (outcome.control_row_count, outcome.control_yen) == (3, 3000)
    rows = query(home, "SELECT source_file_no, source_line_no, delivery_date::VARCHAR, delivery_seq, addressee_key, "
                       "instalment_id, principal_levied_yen FROM raw_levy ORDER BY source_line_no")  # fmt: skip
    secret = read_secret(home)
    value = instalment_value([2025, 2025, "11", "00000001", None, None, None, None, None, 1, 1])
    assert value == "2025|2025|11|00000001||||||1|1"
    assert rows[0] == (
        1, 2, "2025-04-01", 1, pseudonym(secret, "addressee", "000000000000001"),
        pseudonym(secret, "instalment", value), 1000,
    )  # fmt: skip
    assert [row[1] for row in rows] == [2, 3, 4]


def test_a_premium_instalment_has_the_same_id_as_its_slip(home: Home) -> None:
    premium, slip = load_contract("premium_assessment"), load_contract("payment_slip")
    premium_rows = [
        sound_row(premium, assessment_management_no="K1", instalment_no="3", premium_instalment_split_yen="10")
    ]
    slip_rows = [
        sound_row(
            slip,
            tax_item_code="61",
            notice_no="K1",
            instalment_no="3",
            instalment_order="1",
            principal_payment_yen="10",
        )
    ]
    deliver(home.inbox, "premium_assessment.072036.20250401.001.csv", csv_bytes(premium, premium_rows), 1, 10)
    deliver(home.inbox, "payment_slip.072036.20250401.001.csv", csv_bytes(slip, slip_rows), 1, 10)
    assert {outcome.file_status for outcome in load_inbox(home)} == {"loaded"}
    assert query(home, "SELECT count(*) FROM raw_premium_assessment JOIN raw_payment_slip USING (instalment_id)") == [
        (1,)
    ]


def test_the_individual_number_never_reaches_the_warehouse(home: Home) -> None:
    contract = load_contract("addressee")
    sound = sound_row(contract, addressee_code="1", individual_number="123456789018", household_code="H9")
    broken = sound_row(contract, addressee_code="2", individual_number="123456789018", individual_corporate_class="7")
    deliver(home.inbox, "addressee.072036.20250401.001.csv", csv_bytes(contract, [sound, broken]), 2, 0)
    assert one(load_inbox(home)).row_count_quarantined == 1
    secret = read_secret(home)
    assert query(home, "SELECT individual_number, household_key FROM raw_addressee") == [
        (pseudonym(secret, "individual_number", "123456789018"), pseudonym(secret, "household", "H9"))
    ]
    assert b"123456789018" not in home.warehouse.read_bytes()
    assert query(home, "SELECT line_bytes FROM quarantined_lines") == [(None,)]


def test_a_file_is_loaded_once_whatever_its_name(home: Home) -> None:
    deliver_levy(home)
    load_inbox(home)
    deliver_levy(home, "levy.072036.20250402.001.csv")
    deliver_levy(home)
    outcomes = load_inbox(home)
    assert [outcome.file_status for outcome in outcomes] == ["duplicate", "duplicate"]
    assert query(home, "SELECT count(*) FROM raw_levy") == [(3,)]
    assert not list(home.inbox.iterdir())


def test_the_same_records_under_another_name_are_recognised_by_key(home: Home) -> None:
    deliver_levy(home)
    load_inbox(home)
    rows = levy_rows(4)
    rows[0]["principal_levied_yen"] = "400"
    deliver(home.inbox, "levy.072036.20250501.001.csv", csv_bytes(LEVY, rows), 4, 3400)
    outcome = one(load_inbox(home))
    assert (outcome.row_count_duplicate, outcome.row_count_loaded, outcome.row_count_quarantined) == (2, 2, 0)
    assert (outcome.yen_duplicate, outcome.yen_loaded, outcome.yen_delivered) == (2000, 1400, 3400)
    # The reassessed instalment has both versions; the later delivery decides, further on.
    versions = "SELECT principal_levied_yen FROM raw_levy WHERE notice_no = '00000001' ORDER BY delivery_date"
    assert query(home, versions) == [(1000,), (400,)]


def test_a_state_that_returns_to_what_it_was_is_news(home: Home) -> None:
    """Levied 1,000, lowered to 400, raised to 1,000 again: the third delivery repeats the first and must count."""
    for day, yen in (("20250401", "1000"), ("20250501", "400"), ("20250601", "1000"), ("20250701", "1000")):
        rows = levy_rows(1)
        rows[0]["principal_levied_yen"] = yen
        # Another line end makes another file of the same records.
        content = csv_bytes(LEVY, rows).replace(b"\r\n", b"\n" if day == "20250601" else b"\r\n")
        content += b"" if day < "20250701" else csv_bytes(LEVY, levy_rows(2)).splitlines(keepends=True)[2]
        deliver(home.inbox, f"levy.072036.{day}.001.csv", content, *((1, int(yen)) if day < "20250701" else (2, 2000)))
    outcomes = load_inbox(home)
    assert [(o.row_count_loaded, o.row_count_duplicate) for o in outcomes] == [(1, 0), (1, 0), (1, 0), (1, 1)]
    versions = "SELECT principal_levied_yen FROM raw_levy WHERE notice_no = '00000001' ORDER BY delivery_date"
    assert query(home, versions) == [(1000,), (400,), (1000,)]


def test_an_event_with_the_same_key_and_other_content_is_refused(home: Home) -> None:
    rows = receipt_rows(2)
    deliver(home.inbox, "convenience_store.072036.20250401.001.csv", csv_bytes(STORE, rows), 2, 1000)
    load_inbox(home)
    rows[1]["amount_yen"] = "900"
    deliver(home.inbox, "convenience_store.072036.20250402.001.csv", csv_bytes(STORE, rows), 2, 1400)
    outcome = one(load_inbox(home))
    assert (outcome.row_count_duplicate, outcome.row_count_loaded, outcome.row_count_quarantined) == (1, 0, 1)
    assert (outcome.yen_duplicate, outcome.yen_loaded, outcome.yen_quarantined) == (500, 0, 900)
    assert "convenience_store.072036.20250401.001.csv, line 3" in outcome.messages[0]


def test_a_record_that_stands_twice_in_a_file_is_loaded_once(home: Home) -> None:
    rows = receipt_rows(2)
    content = csv_bytes(STORE, [*rows, rows[0], rows[0]])
    deliver(home.inbox, "convenience_store.072036.20250401.001.csv", content, 4, 2000)
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.row_count_duplicate, outcome.yen_duplicate) == (2, 2, 1000)
    assert query(home, "SELECT source_line_no FROM raw_convenience_store ORDER BY 1") == [(2,), (3,)]


def test_transfer_results_are_loaded_with_their_header_and_their_nature(home: Home) -> None:
    path = home.inbox / "account_transfer_result.072036.20250401.001.dat"
    path.write_bytes(b"\r\n".join([*transfer_records([("C1", 1000, "0"), ("C2", 500, "1")]), end_record()]))
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.yen_loaded, outcome.control_yen) == (2, 1500, 1500)
    rows = query(
        home,
        "SELECT source_line_no, debit_month_day, customer_no, debit_yen, is_result FROM raw_account_transfer_result",
    )
    assert sorted(rows) == [(2, "0630", "C1", 1000, True), (3, "0630", "C2", 500, True)]


def test_a_result_is_no_duplicate_of_its_request(home: Home) -> None:
    receipts = [("C1", 1000, "0"), ("C2", 500, "0")]
    request = b"".join([*transfer_records(receipts, is_request=True), end_record()])
    result = b"".join([*transfer_records([("C1", 1000, "0"), ("C2", 500, "1")]), end_record()])
    (home.inbox / "account_transfer_result.072036.20250620.001.dat").write_bytes(request)
    (home.inbox / "account_transfer_result.072036.20250705.001.dat").write_bytes(result)
    assert [outcome.row_count_loaded for outcome in load_inbox(home)] == [2, 2]
    rows = query(home, "SELECT is_result, transfer_result_code FROM raw_account_transfer_result")
    assert sorted(rows) == [(False, "0"), (False, "0"), (True, "0"), (True, "1")]


def test_a_file_that_grows_while_it_is_loaded_stays_in_the_inbox(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = deliver_levy(home)
    take = remove_when_archived

    def sender_writes_on(source: Path, archived: ArchivedFile) -> None:
        if source == path:
            with path.open("ab") as more:
                more.write(b"more")
        take(source, archived)

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "remove_when_archived", sender_writes_on)
        assert one(load_inbox(home)).row_count_loaded == 3
    assert path.read_bytes().endswith(b"more")


def test_originals_are_archived_encrypted_by_hash_and_read_only(home: Home, tmp_path: Path) -> None:
    path = deliver_levy(home)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    load_inbox(home)
    kept = home.archive / digest[:2] / f"{digest}_{LEVY_NAME}"
    assert content[:20] not in kept.read_bytes()
    restore_original(kept, tmp_path / "plain", readable_keys(home, "archive"))
    assert (tmp_path / "plain").read_bytes() == content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    assert len(list(home.archive.rglob("*.control.csv"))) == 1


@pytest.mark.parametrize("step", ["archive_file", "record_outcome", "remove_when_archived"])
def test_a_run_that_is_killed_is_completed_by_the_next(home: Home, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    deliver_levy(home)
    (home.work / "load-left").mkdir()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(file_load if step == "record_outcome" else delivery, step, die)
        with pytest.raises(KeyboardInterrupt):
            load_inbox(home)
    assert (home.inbox / LEVY_NAME).exists()
    load_inbox(home)
    assert query(home, "SELECT count(*) FROM raw_levy") == [(3,)]
    assert not list(home.inbox.iterdir())
    assert not list(home.work.iterdir())


def test_an_error_while_loading_leaves_no_trace(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver_levy(home)

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("ingestion.file_load.record_outcome", fail)
        with pytest.raises(OSError, match="full"):
            load_inbox(home)
    assert query(home, "SELECT count(*) FROM raw_levy") == [(0,)]
    assert not list(home.work.iterdir())
    assert one(load_inbox(home)).file_status == "loaded"


def test_a_load_that_runs_out_of_memory_says_so_and_is_completed_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_levy(home)

    def fail(*_: object) -> None:
        raise duckdb.OutOfMemoryException("failed to pin block")

    with monkeypatch.context() as patch:
        patch.setattr("ingestion.file_load.record_outcome", fail)
        with pytest.raises(ConfigurationError, match=rf"^{LEVY_NAME}: .* memory") as refused:
            load_inbox(home)
    assert refused.value.remedy.startswith("Repeat")
    assert one(load_inbox(home)).file_status == "loaded"


def test_feeds_can_be_loaded_one_by_one_behind_the_files_of_no_feed(home: Home) -> None:
    deliver_levy(home)
    (home.inbox / "notes.txt").write_text("?")
    deliver(home.inbox, "convenience_store.072036.20250401.001.csv", csv_bytes(STORE, receipt_rows(1)), 1, 500)
    assert [outcome.file_name for outcome in register_inbox(home)] == ["notes.txt"]
    seen: list[tuple[int, int, str]] = []
    (levy,) = load_feeds(home, ["levy"], lambda *step: seen.append(step))
    assert one(levy.outcomes).row_count_loaded == 3
    assert seen == [(1, 1, LEVY_NAME)]
    loads = {load.feed: load.outcomes for load in load_feeds(home, ["levy", "convenience_store"])}
    assert loads["levy"] == []
    assert one(loads["convenience_store"]).row_count_loaded == 1
    assert [load.outcomes for load in load_feeds(home, ["levy"])] == [[]]
