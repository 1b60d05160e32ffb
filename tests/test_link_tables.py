"""The journey of a change through the shared link tables: to each consumer exactly what is registered, once.

Does not test the registry's own mistakes (test_link_registry), lookups and erasure (test_link_copies), the command.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ingestion.anchored_chain import AnchoredChain
from ingestion.contract import load_contracts
from ingestion.database import write_warehouse
from ingestion.errors import DataRefused
from ingestion.home import Home
from marts.link_tables import delivering, outbox
from marts.link_tables.deliver import Request, deliver
from marts.link_tables.delivery_log import Delivered
from marts.link_tables.link import LinkItem
from marts.link_tables.verify import verify
from tests.small_feeds import create_feed
from tests.small_links import (
    AT,
    CODE,
    DAY,
    KEY,
    LATE,
    LINKS,
    OWING,
    ask,
    change,
    consumed,
    control_of,
    delivered,
    files_of,
    held_count,
    linked_home,
    rows_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ARREARS, INTEGRATED = LINKS["addressees_to_arrears"], LINKS["addressees_to_integrated"]
LEVIES, STATES = LINKS["levies_to_arrears"], LINKS["arrears_to_receipts"]
MOVED = f"update raw_addressee set address_kanji = '新町一丁目' where addressee_code = '{CODE}'"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """After the first delivery of every link. Read only."""
    home = linked_home(tmp_path_factory.mktemp("links") / "home")
    change(home, "update fct_arrears set has_participating_seizure = true where addressee_key = " + KEY)
    delivered(home)
    return home


@pytest.fixture
def home(first: Home, tmp_path: Path) -> Home:
    """After the first delivery, to change it."""
    return Home(shutil.copytree(first.root, tmp_path / "home"))


def test_the_first_delivery_is_full_and_its_totals_are_those_of_the_file(first: Home) -> None:
    logged = {delivery.link: delivery for delivery in Delivered.read(first).all}
    for link in LINKS.values():
        [path] = files_of(first, link)
        rows, control = rows_of(path), control_of(path)
        assert list(rows[0]) == list(link.headings)
        assert {row["異動区分"] for row in rows} == {"1"}
        amount = sum(int(row[link.amount.heading]) for row in rows) if link.amount else 0
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        stated = {"rows": str(len(rows)), "amount_yen": str(amount), "sha256": digest, "scope": "full"}
        assert control == stated
        assert len(rows) == held_count(first, link) == logged[link.id].held_count
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name == f"{link.id}.072036.20250601.001.csv"
    assert sum(int(row["本税調定額"]) for row in rows_of(files_of(first, LEVIES)[0])) == 100 * LATE > 0


def test_only_chosen_records_are_given(first: Home) -> None:
    assert [held_count(first, link) for link in (ARREARS, LEVIES, STATES)] == [80, LATE, OWING]


def test_values_are_written_as_the_feeds_write_them(home: Home) -> None:
    rows = {row["宛名コード"]: row for row in rows_of(files_of(home, STATES)[0])}
    assert {row["督促状発行日"] for row in rows.values()} == {"20250501"}
    assert (rows[CODE]["参加差押の有無"], rows["c8"]["参加差押の有無"]) == ("1", "0")
    change(home, "update raw_addressee set address_kanji = 'a,\"b\"\nc', birth_date = null")
    delivered(home, INTEGRATED.id)
    row = rows_of(files_of(home, INTEGRATED)[1])[0]
    assert (row["住所漢字"], row["生年月日"]) == ('a,"b"\nc', "")


def test_a_move_is_delivered_to_those_who_get_addresses_and_nothing_else_is(home: Home) -> None:
    change(home, MOVED)
    news = {name for name, outcome in delivered(home).items() if outcome.delivery}
    assert news == {"addressees_to_arrears", "addressees_to_integrated", "addressees_to_late_elderly"}
    [row] = rows_of(files_of(home, ARREARS)[1])
    assert (row["異動区分"], row["宛名コード"], row["住所漢字"]) == ("2", CODE, "新町一丁目")
    assert control_of(files_of(home, ARREARS)[1])["scope"] == "change"


def test_a_newer_version_takes_the_place_of_the_older_one_and_a_later_one_waits(home: Home) -> None:
    columns = "* replace (date '{day}' as delivery_date, '{name}' as basic_full_name_kanji)"
    for day, name in (("2025-05-20", "新しい名"), ("2025-06-02", "まだ届かない名")):
        chosen = columns.format(day=day, name=name)
        change(home, f"insert into raw_addressee select {chosen} from raw_addressee where addressee_code = '{CODE}'")
    delivered(home)
    assert [row["基本氏名漢字情報"] for row in rows_of(files_of(home, INTEGRATED)[1])] == ["新しい名"]


def test_a_record_that_ended_is_a_deletion_with_its_key_only(home: Home) -> None:
    change(
        home,
        "insert into ended_records (feed, source_file_no, source_line_no, delivery_date) select 'addressee', "
        f"source_file_no, source_line_no, date '2025-05-31' from raw_addressee where addressee_code = '{CODE}'",
    )
    delivered(home)
    [row] = rows_of(files_of(home, ARREARS)[1])
    assert {heading: text for heading, text in row.items() if text} == {"異動区分": "3", "宛名コード": CODE}
    assert held_count(home, ARREARS) == 79


def test_a_row_that_an_erasure_made_nobodys_is_given_to_nobody(home: Home) -> None:
    change(
        home,
        "insert into erased_lines select 'addressee', source_file_no, source_line_no from raw_addressee "
        f"where addressee_code = '{CODE}'",
        f"update raw_addressee set addressee_code = 'fresh', addressee_key = 'A0' where addressee_code = '{CODE}'",
    )
    delivered(home, INTEGRATED.id)
    assert [(row["異動区分"], row["宛名コード"]) for row in rows_of(files_of(home, INTEGRATED)[1])] == [("3", CODE)]


def test_of_a_non_resident_the_row_that_numbering_says_stands(home: Home) -> None:
    """A sheet without a code under the code that it got; another sheet takes its place; a deleted code ends."""
    link = LINKS["non_residents_to_receipts"]
    place = "source_line_no = (select source_line_no from raw_non_resident where sheet_no = 'c8')"
    change(
        home,
        "update raw_non_resident set addressee_code = null, addressee_key = null, full_name = '票 ' || sheet_no",
        f"update int_non_residents set {place} where addressee_code = '{CODE}'",
        "delete from int_non_residents where addressee_code in ('c8', 'c9')",
    )
    delivered(home, link.id)
    rows = {row["個人コード"]: row for row in rows_of(files_of(home, link)[1])}
    assert len(rows) == 80
    assert {code for code, row in rows.items() if row["異動区分"] == "3"} == {"c8", "c9"}
    assert (rows[CODE]["異動区分"], rows[CODE]["氏名"], rows["c1"]["氏名"]) == ("2", "票 c8", "票 c1")


def test_a_delete_mark_ends_a_record(home: Home) -> None:
    """No link of the platform reads a feed with such a mark by its record key; a city's may."""
    contract = load_contracts()["arrears_case"]
    code = LinkItem("arrears_case", "addressee_code", "宛名コード", "VARCHAR")
    link = replace(INTEGRATED, id="cases", contract=contract, keys=(code,), items=())
    with write_warehouse(home) as connection:
        create_feed(connection, contract)
    deliver(home, [link], Request(AT))
    change(home, f"update raw_arrears_case set has_deleted_flag = true where addressee_code = '{CODE}'")
    deliver(home, [link], Request(AT))
    assert [(row["異動区分"], row["宛名コード"]) for row in rows_of(files_of(home, link)[1])] == [("3", CODE)]


def test_who_has_paid_is_no_longer_a_case_but_stays_with_those_who_collect(home: Home) -> None:
    change(home, f"delete from fct_arrears where addressee_key = {KEY}")
    news = {name: outcome.delivery for name, outcome in delivered(home).items() if outcome.delivery}
    assert {"arrears_to_receipts": (0, 1), "levies_to_arrears": (1, 0)}.items() <= {
        name: (delivery.changed, delivery.deleted) for name, delivery in news.items()
    }.items()
    [row] = rows_of(files_of(home, LEVIES)[1])
    assert (row["宛名コード"], row["本税未納額"]) == (CODE, "")


def test_an_unregistered_item_reaches_nobody(home: Home) -> None:
    """Every column of every table that a link reads, and that no link registers, is filled: none of it is anywhere."""
    registered = {(column.source, column.column) for link in LINKS.values() for column in link.columns}
    sources = {link.contract.feed for link in LINKS.values()} | {"fct_arrears", "fct_debtors"}
    filled: dict[str, list[str]] = {}
    for table, column in ask(home, "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"):
        source = str(table).removeprefix("raw_")
        is_pseudonym = str(column).endswith("_key") or column == "instalment_id"
        if source in sources and (source, column) not in registered and not is_pseudonym:
            filled.setdefault(str(table), []).append(f"\"{column}\" = 'UNREGISTERED'")
    change(home, *(f"update {table} set {', '.join(columns)}" for table, columns in filled.items()))
    assert len(filled) == len(sources)
    assert not any(outcome.delivery for outcome in delivered(home).values())
    delivered(home, *LINKS, full=LINKS)
    assert all(len(files_of(home, link)) == 2 for link in LINKS.values())
    assert not any(b"UNREGISTERED" in path.read_bytes() for path in home.outbox.rglob("*") if path.is_file())
    for link in LINKS.values():
        assert ask(home, f"select count(*) from {link.table} t where cast(t as varchar) like '%UNREGISTERED%'") == [
            (0,)
        ]


def test_the_same_data_gives_nothing_new_and_elsewhere_the_same_bytes(home: Home, tmp_path: Path) -> None:
    assert not any(outcome.delivery for outcome in delivered(home).values())
    other = linked_home(tmp_path / "other")
    delivered(other, INTEGRATED.id, LEVIES.id)
    for link in (INTEGRATED, LEVIES):
        [one], [another] = files_of(home, link), files_of(other, link)
        assert (one.name, one.read_bytes()) == (another.name, another.read_bytes())


@pytest.mark.parametrize(
    ("place", "name"),
    [(outbox, "write_control"), (AnchoredChain, "append"), (outbox, "show"), (delivering.held, "forget_pending")],
)
def test_an_interrupted_delivery_is_completed_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    """Whatever changes meanwhile, a consumer that takes every file has what the link table holds."""
    change(home, MOVED)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, name, killed)
        with pytest.raises(KeyboardInterrupt):
            delivered(home, INTEGRATED.id)
    change(home, f"delete from raw_addressee where addressee_code in ('{CODE}', 'c8')")
    delivered(home, INTEGRATED.id)
    assert len(consumed(home, INTEGRATED)) == held_count(home, INTEGRATED) == 78
    assert verify(home, LINKS).problems == ()
    assert [d.file for d in Delivered.read(home).of(INTEGRATED.id)] == [
        path.name for path in files_of(home, INTEGRATED)
    ]
    assert not list(home.outbox.glob("*/.*"))
    assert ask(home, "select count(*) from link_pending") == [(0,)]


def test_a_lost_delivery_is_told_and_replaced_by_a_full_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    change(home, MOVED)
    with monkeypatch.context() as patched:
        patched.setattr(AnchoredChain, "append", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            delivered(home, INTEGRATED.id)
    for path in home.outbox.glob("*/.*"):
        path.unlink()
    with pytest.raises(DataRefused, match="its file is lost") as refused:
        delivered(home, INTEGRATED.id)
    assert f"--full {INTEGRATED.id}" in refused.value.remedy
    delivered(home, INTEGRATED.id, full=[INTEGRATED.id])
    assert consumed(home, INTEGRATED)[CODE,]["住所漢字"] == "新町一丁目"


def test_a_link_that_has_ended_takes_everything_back_once(home: Home) -> None:
    ended = replace(INTEGRATED, to_date=date(2025, 5, 31))
    behind_a_gate = Request(AT, waiting={ended.id: "closed gates: feeds.addressee"})
    assert [outcome.delivery.deleted for outcome in deliver(home, [ended], behind_a_gate) if outcome.delivery] == [80]
    assert consumed(home, INTEGRATED) == {}
    assert deliver(home, [ended], Request(AT))[0].delivery is None
    never = replace(ended, id="never")
    assert deliver(home, [never], Request(AT))[0].delivery is None
    assert ask(home, "select count(*) from duckdb_tables() where table_name = 'link_never'") == [(0,)]


def test_a_link_waits_for_its_first_day_and_never_goes_back(home: Home) -> None:
    [early] = deliver(home, [replace(LEVIES, id="early", from_date=date(2025, 6, 2))], Request(AT))
    assert (early.delivery, early.waits) == (None, "in force from 2025-06-02")
    delivered(home, LEVIES.id)
    change(home, "update int_run set as_of_date = date '2025-05-31'", "delete from fct_arrears")
    assert "before the last delivery of 2025-06-01" in delivered(home, LEVIES.id)[LEVIES.id].waits
    [gated] = deliver(home, [LEVIES], Request(AT, waiting={LEVIES.id: "closed gates: arrears"}))
    assert gated.delivery is None


def test_another_registration_is_delivered_in_full(home: Home) -> None:
    item = LinkItem("addressee", "has_dv_flag", "DVフラグ", "BOOLEAN")
    wider = replace(INTEGRATED, items=(*INTEGRATED.items, item), registration="another")
    [outcome] = deliver(home, [wider], Request(AT))
    assert outcome.delivery is not None
    assert (outcome.delivery.scope, outcome.delivery.registration) == ("full", "another")
    assert {row["DVフラグ"] for row in consumed(home, wider).values()} == {"0"}


def test_files_that_nobody_took_do_not_stay_for_ever(home: Home) -> None:
    change(home, f"update int_run set as_of_date = date '{DAY}' + {INTEGRATED.outbox_days}", MOVED)
    delivered(home, INTEGRATED.id)
    assert len(files_of(home, INTEGRATED)) == 2
    change(home, f"update int_run set as_of_date = date '{DAY}' + {INTEGRATED.outbox_days + 1}")
    delivered(home, INTEGRATED.id)
    assert [path.name[-7:] for path in files_of(home, INTEGRATED)] == ["001.csv"]
    assert verify(home, LINKS).problems == ()


def test_a_missing_model_and_repeated_rows_are_refused(home: Home) -> None:
    change(home, "insert into fct_debtors select * from fct_debtors")
    change(home, f"delete from {STATES.table}")
    with pytest.raises(DataRefused, match="several rows for one record"):
        delivered(home, STATES.id)
    change(home, "drop table fct_debtors")
    with pytest.raises(DataRefused, match="does not hold what the link arrears_to_receipts is made from"):
        delivered(home, STATES.id)
    assert len(files_of(home, STATES)) == 1
