"""Layouts, city profile, file names, pseudonyms.

Wrong settings are refused by name, with the way to set them right.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pytest

from ingestion.check_digits import is_municipality_code
from ingestion.city_profile import read_city_profile
from ingestion.contract import list_feeds, load_contract, load_contracts
from ingestion.data_dictionary import data_dictionary
from ingestion.database import read_warehouse
from ingestion.errors import Busy, ConfigurationError, DataRefused
from ingestion.file_name import parse_file_name
from ingestion.home import Home
from ingestion.layout import read_layout
from ingestion.pseudonym import pseudonym, pseudonym_sql, read_secret
from ingestion.warehouse import ensure_warehouse, open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

PARAMETER = '[[parameter]]\nparameter = "x"\nscope = "tax"\nunit = "yen"\n'
ACCEPTED = """[[accepted_difference]]
cause = "collected_total_differs"
feed = "{feed}"
until = {until}
reason = "{reason}"
"""
HEADER = "no,item_ja,name,type,length,required,codes,personal,description_ja\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def test_every_layout_of_the_catalogue_loads() -> None:
    assert len(load_contracts()) == len(list_feeds()) >= 10
    levy = load_contract("levy")
    assert len(levy.layout.raw_columns) == 124
    assert levy.layout.by_name["tax_item_code"].codes["31"] == "固定資産税・都市計画税"
    assert not levy.layout.by_name["tax_item_code"].is_open_list
    assert levy.layout.by_name["write_off_reason"].is_open_list
    assert levy.layout.by_name["principal_levied_yen"].duckdb_type == "BIGINT"
    assert load_contract("account_transfer_result").system_columns[-1] == ("is_result", "BOOLEAN")


def test_an_unknown_feed_is_refused_with_the_list_of_feeds() -> None:
    with pytest.raises(ConfigurationError, match="taxes") as refused:
        load_contract("taxes")
    assert "levy" in refused.value.remedy


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("1,項目,name,money,8,,,none,", 'unknown type "money"'),
        ("1,項目,name,text,8,,,secret,", 'unknown personal class "secret"'),
        ("1,項目,Name,text,8,,,none,", "lower_case"),
        ("1,項目,name,text,8,maybe,,none,", "required"),
        ("1,項目,name,yen,99,,,none,", "1 to 18 digits"),
        ("1,項目,name,time,5,,,none,", "4 or 6 digits"),
        ("1,項目,name,code,1,,a|b=x,none,", "letters and digits"),
        ("1,項目,name,text,x,,,none,", "invalid literal"),
        ("1,項目,name,text,8,,,none,\n2,項目,name,text,8,,,none,", "stands twice"),
    ],
)
def test_a_wrong_layout_row_is_refused_with_its_line(tmp_path: Path, row: str, cause: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"feed\.csv, line [23]") as refused:
        read_layout("feed", path)
    assert cause in str(refused.value)


def test_a_file_name_is_taken_apart() -> None:
    name = parse_file_name("levy.072036.20250401.012.csv")
    assert (name.feed, name.municipality_code, name.delivery_date.isoformat(), name.delivery_seq) == (
        "levy", "072036", "2025-04-01", 12,
    )  # fmt: skip
    for wrong in (
        "LEVY.072036.20250401.001.csv",
        "levy.07203.20250401.001.csv",
        "levy.072036.20250401.001.csv.bak",
        "",
    ):
        with pytest.raises(DataRefused):
            parse_file_name(wrong)


@pytest.mark.parametrize("code", ["072036", "131016", "011002", "271004", "401307"])
def test_municipality_codes_are_checked_by_their_check_digit(code: str) -> None:
    assert is_municipality_code(code)
    assert not is_municipality_code(code[:5] + str((int(code[5]) + 1) % 10))


def test_without_a_profile_everything_is_as_usual(home: Home) -> None:
    profile = read_city_profile(home)
    assert profile.are_control_files_required
    assert profile.encoding(load_contract("addressee")) == "cp932"


def test_a_profile_sets_encodings_and_dated_cited_parameters(home: Home) -> None:
    home.city_profile.write_text(
        'municipality_code = "072036"\n[feed.levy]\nencoding = "cp932"\n[[parameter]]\nparameter = "late_charge_unit"\n'
        'scope = "tax"\nvalid_from = 2022-01-01\nvalue = 1000\nunit = "yen"\nlaw = "条例第1条"\n',
        encoding="utf-8",
    )
    assert read_city_profile(home).encoding(load_contract("levy")) == "cp932"
    ensure_warehouse(home)
    with open_warehouse(home) as connection:
        rows = connection.execute("SELECT parameter, value, valid_to, law, source FROM raw_city_parameters").fetchall()
    assert rows == [("late_charge_unit", "1000", None, "条例第1条", "city.toml")]


def test_a_difference_is_accepted_up_to_a_day_for_a_reason(home: Home) -> None:
    accepted = ACCEPTED.format(feed="levy", until="2026-03-31", reason="調査中")
    home.city_profile.write_text(accepted, encoding="utf-8")
    ensure_warehouse(home)
    home.city_profile.write_text(accepted + accepted.replace("2026", "2027"), encoding="utf-8")
    ensure_warehouse(home)
    with open_warehouse(home) as connection:
        rows = connection.execute("SELECT * FROM raw_accepted_differences ORDER BY valid_until").fetchall()
    days = date(2026, 3, 31), date(2027, 3, 31)
    assert rows == [("collected_total_differs", "levy", day, "調査中") for day in days]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('control_file = "required"', "control_file"),
        ('control_files = "never"', "control_files"),
        ('municipality_code = "072037"', "municipality_code"),
        ('[feed.taxes]\nencoding = "cp932"', "feed.taxes"),
        ('[feed.levy]\nencoding = "euc-jp"', "feed.levy.encoding"),
        (f'{PARAMETER}valid_from = 2022-01-01\nvalue = "1"', "law"),
        (f'{PARAMETER}valid_from = "2022"\nvalue = "1"\nlaw = "z"', "valid_from"),
        (f'{PARAMETER}valid_from = 2022-01-01\nvalue = 8.7\nlaw = "z"', "value"),
        ("control_files = ", "cannot be read"),
        ("accepted_difference = 1", "accepted_difference"),
        (ACCEPTED.format(feed="taxes", until="2026-03-31", reason="z"), "feed"),
        (ACCEPTED.format(feed="levy", until='"2026"', reason="z"), "until"),
        (ACCEPTED.format(feed="levy", until="2026-03-31", reason=" "), "reason"),
        (ACCEPTED.format(feed="levy", until="2026-03-31", reason="z") + "yen = 5", "yen"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(home: Home, text: str, key: str) -> None:
    home.city_profile.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=key.replace(".", r"\.")) as refused:
        read_city_profile(home)
    assert refused.value.remedy


def test_the_secret_is_made_once_and_only_for_its_owner(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OSAMARI_PSEUDONYM_KEY", raising=False)
    secret = read_secret(home)
    assert read_secret(home) == secret
    key = home.keys / "pseudonym.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(ConfigurationError, match="read by others") as refused:
        read_secret(home)
    assert "chmod 600" in refused.value.remedy
    monkeypatch.setenv("OSAMARI_PSEUDONYM_KEY", "ab" * 32)
    assert read_secret(home) == "ab" * 32
    monkeypatch.setenv("OSAMARI_PSEUDONYM_KEY", "short")
    with pytest.raises(ConfigurationError, match="OSAMARI_PSEUDONYM_KEY"):
        read_secret(home)


def test_another_secret_is_refused_for_a_warehouse_that_has_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAMARI_PSEUDONYM_KEY", "ab" * 32)
    ensure_warehouse(home)
    monkeypatch.setenv("OSAMARI_PSEUDONYM_KEY", "cd" * 32)
    with pytest.raises(ConfigurationError, match="another than the one"):
        ensure_warehouse(home)


def test_pseudonyms_are_the_same_in_sql_and_python() -> None:
    secret = "ab" * 32
    query = f"SELECT {pseudonym_sql('addressee', '$value')}, {pseudonym_sql('addressee', 'NULL')}"
    with duckdb.connect() as connection:
        row = connection.execute(query, {"secret": secret, "value": "髙橋 1"}).fetchone()
    expected = "A" + hashlib.sha256(f"{secret}:addressee:髙橋 1".encode()).hexdigest()[:20]
    assert row == (expected, None)
    assert pseudonym(secret, "addressee", "髙橋 1") == expected


def test_an_edited_layout_is_noticed(home: Home) -> None:
    ensure_warehouse(home)
    with open_warehouse(home) as connection:
        connection.execute("ALTER TABLE raw_levy DROP COLUMN write_off_reason")
    with pytest.raises(ConfigurationError, match="raw_levy"):
        ensure_warehouse(home)


def test_a_warehouse_in_use_is_busy(home: Home) -> None:
    """By this process, and by another one, which holds the lock that DuckDB takes."""
    ensure_warehouse(home)
    with open_warehouse(home), pytest.raises(Busy), read_warehouse(home):
        pass
    lock = "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True); input()"
    command = [sys.executable, "-c", lock, str(home.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(Busy), open_warehouse(home):
            pass
        other.communicate("")


def test_the_data_dictionary_describes_every_column() -> None:
    text = data_dictionary()
    for contract in load_contracts().values():
        assert f"`{contract.feed}`" in text
        assert all(f"`{column.name}`" in text for column in contract.layout.columns)
    assert "`failed_yen=debit_yen:transfer_result_code!=0`" in text
    described = [column for contract in load_contracts().values() for column in contract.layout.columns]
    assert all(f"元号 `{column.era}`" in text for column in described if column.era)
    assert all(f"照合鍵 `{column.match_key}`" in text for column in described if column.match_key)
    assert {column.is_refusing for column in described if column.check} == {True, False}
    assert "（違えば拒否）" in text
    assert "（違えば印）" in text
