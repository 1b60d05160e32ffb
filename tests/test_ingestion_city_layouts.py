"""A city delivers a feed in a format of its own: a layout file and a few settings, no line of code.

Does not test what a layout row may say (test_ingestion_contract) nor the models on top of the table.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from expectations.feeds import feed_suites
from ingestion.check import check
from ingestion.city_layouts import needed_columns
from ingestion.city_profile import read_city_profile
from ingestion.contract import LAYOUT_FOLDER, load_contract
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from ingestion.loader import load_inbox
from ingestion.rebuild import rebuild
from tests.ingestion_deliveries import csv_bytes, deliver, fixed_record, sound_row
from tests.ingestion_home import one, query

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = "record,no,item_ja,name,type,length,required,codes,personal,description_ja,check,era"
# Another order, other widths, dates by era, no OCR rows and no 種別コード; 地区 is a column that only this city has.
OWN_COUNTER_SLIP = f"""{COLUMNS}
header,1,区分,header_record_class,code,1,yes,1=ヘッダ,none,,,
header,2,収納日,credited_date,date,7,yes,,none,,,letters
header,3,取扱店,collecting_branch_code,code,3,yes,,none,,,
header,4,取扱銀行,collecting_bank_code,code,4,yes,,none,,,
header,5,束,bundle_no,text,6,yes,,none,,,
header,6,作成,created_date,date,8,yes,,none,,,
header,7,余白,header_reserved,text,51,,,none,,,
data,1,区分,data_record_class,code,1,yes,2=データ,none,,,
data,2,金額,paid_yen,yen,11,yes,,none,,,
data,3,連番,slip_seq,int,6,yes,,none,,,
data,4,領収日,paid_date,date,7,yes,,none,,,letters
data,5,銀行,receiving_bank_code,code,4,yes,,none,,,
data,6,支店,receiving_branch_code,code,3,yes,,none,,,
data,7,経路,channel_code,code,2,yes,01=窓口;*,none,,,
data,8,納付番号,payment_no,text,20,yes,,key,,,
data,9,取消,cancellation_class,code,1,yes,0=納付;1=取消,none,,,
data,10,地区,district_code,code,3,,,none,,,
data,11,余白,data_reserved,text,22,,,none,,,
trailer,1,区分,trailer_record_class,code,1,yes,8=トレーラ,none,,,
trailer,2,件数,total_count,int,6,yes,,none,,,
trailer,3,金額,total_yen,yen,12,yes,,none,,,
trailer,4,余白,trailer_reserved,text,61,,,none,,,
end,1,区分,end_record_class,code,1,yes,9=エンド,none,,,
end,2,余白,end_reserved,text,79,,,none,,,
"""
PROFILE = '[feed.counter_slip]\nlayout = "counter_slip.csv"\nrecord_bytes = 80\n'
NAME = "counter_slip.072036.20250401.001.dat"


def home_with(tmp_path: Path, layout: str, profile: str = PROFILE) -> Home:
    home = Home(tmp_path / "home").create()
    home.layouts.mkdir()
    (home.layouts / "counter_slip.csv").write_text(layout, encoding="utf-8")
    home.city_profile.write_text(profile, encoding="utf-8")
    return home


def own_file(home: Home) -> bytes:
    contract = read_city_profile(home).contract("counter_slip")
    days = {"paid_date": "R070331", "district_code": "012", "payment_no": "1", "receiving_bank_code": "0126"}
    records = [
        fixed_record(contract, "header", credited_date="R070401", bundle_no="7"),
        *(fixed_record(contract, "data", slip_seq=str(seq), paid_yen="4000", **days) for seq in (1, 2)),
        fixed_record(contract, "trailer", total_count="2", total_yen="8000"),
        fixed_record(contract, "end"),
    ]
    return b"\r\n".join(records)


def test_a_city_delivers_its_own_counter_slips_without_code(tmp_path: Path) -> None:
    home = home_with(tmp_path, OWN_COUNTER_SLIP)
    (home.inbox / NAME).write_bytes(own_file(home))
    assert check([home.inbox / NAME], read_city_profile(home))[0].is_accepted
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.yen_loaded) == (2, 8000)
    rows = query(
        home, "SELECT slip_seq, CAST(paid_date AS VARCHAR), CAST(credited_date AS VARCHAR), district_code, "
        "confirmation_no, slip_type_code, ocr_row_1 FROM raw_counter_slip ORDER BY 1"
    )  # fmt: skip
    rebuilt = Home(tmp_path / "rebuilt")
    assert one(rebuild(home, rebuilt, dt.date(2025, 4, 1))).row_count_loaded == 2
    assert rows == [(seq, "2025-03-31", "2025-04-01", "012", None, None, None) for seq in (1, 2)]


def test_the_gate_judges_by_the_layout_of_the_city(tmp_path: Path) -> None:
    contracts = read_city_profile(home_with(tmp_path, OWN_COUNTER_SLIP)).layouts.contracts()
    rules = {one.table: {rule.name for rule in one.rules} for one in feed_suites(contracts)}["raw_counter_slip"]
    assert "channel_code_given" in rules
    assert "slip_type_code_given" not in rules


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("data,8,納付番号,payment_no,", "data,8,納付番号,number,", "payment_no"),
        ("data,2,金額,paid_yen,yen", "data,2,金額,paid_yen,text", "type text, not yen"),
        ("payment_no,text,20,yes,,key", "payment_no,text,20,yes,,none", "not personal key"),
        ("data_reserved,text,22", "data_reserved,text,21", "79 bytes"),
        ("none,,,letters", "none,,,lunar", "era map"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused_with_its_cause(tmp_path: Path, old: str, new: str, told: str) -> None:
    home = home_with(tmp_path, OWN_COUNTER_SLIP.replace(old, new))
    with pytest.raises(ConfigurationError, match=told) as refused:
        load_inbox(home)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        ('[feed.levy]\nlayout = "../levy.csv"', "feed.levy.layout"),
        ('[feed.levy]\nlayout = "none.csv"', "none.csv"),
        ('[feed.counter_slip]\nrecord_bytes = "80"', "feed.counter_slip.record_bytes"),
        ('[feed.counter_slip]\ntrailer = "total"', "feed.counter_slip.trailer"),
        ('[feed.levy]\nera = "lunar"', "feed.levy.era"),
    ],
)
def test_a_wrong_setting_of_a_layout_is_named(tmp_path: Path, profile: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=key.replace(".", r"\.")):
        load_inbox(home_with(tmp_path, OWN_COUNTER_SLIP, profile + "\n"))


def test_a_city_that_writes_days_by_era_says_so_for_the_feed(tmp_path: Path) -> None:
    home = home_with(tmp_path, "", '[feed.demand]\nera = "national_tax"\n')
    contract = load_contract("demand")
    days = {one.name: "9070401" for one in contract.layout.raw_columns if one.type == "date" and one.required}
    rows = [sound_row(contract, principal_demanded_yen="1", **days)]
    deliver(home.inbox, "demand.072036.20250501.001.csv", csv_bytes(contract, rows), 1, 1)
    assert one(load_inbox(home)).row_count_loaded == 1
    assert query(home, "SELECT CAST(issue_date AS VARCHAR) FROM raw_demand") == [("2025-04-01",)]


def test_what_is_needed_is_keys_amount_and_required_information() -> None:
    names = {column.name for column in needed_columns(load_contract("counter_slip"))}
    assert {"slip_seq", "paid_yen", "paid_date", "payment_no", "channel_code"} <= names
    assert not names & {"header_record_class", "slip_type_code", "ocr_row_1", "confirmation_no"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_every_csv_feed_is_read_in_both_encodings(tmp_path: Path, encoding: str) -> None:
    with (LAYOUT_FOLDER / "feeds.csv").open(encoding="utf-8", newline="") as lines:
        feeds = [row["feed"] for row in csv.DictReader(lines) if row["format"] == "csv"]
    home = home_with(tmp_path, "", "".join(f'[feed.{feed}]\nencoding = "{encoding}"\n' for feed in feeds))
    mark = b"\xef\xbb\xbf" if encoding == "utf-8" else b""
    for feed in feeds:
        contract = replace(load_contract(feed), encoding=encoding)
        row = sound_row(contract)
        yen = int(row[contract.amount] or 0) if contract.amount else 0
        deliver(home.inbox, f"{feed}.072036.20250401.001.csv", mark + csv_bytes(contract, [row]), 1, yen)
    assert {outcome.row_count_loaded for outcome in load_inbox(home)} == {1}
