"""Text as it is in Japan: what a city's characters become on the way in, and that the text itself never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.check import check, render
from ingestion.contract import load_contract
from ingestion.loader import load_inbox
from ingestion.private_use import SQL_PATTERN, has_private_use, may_hold_private_use
from tests.ingestion_deliveries import csv_bytes, deliver, levy_rows, sound_row
from tests.ingestion_home import fresh_home, one, query

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

ADDRESSEE = load_contract("addressee")
GAIJI = "\ue000"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return fresh_home(tmp_path)


def addressees(*names: str) -> list[dict[str, str]]:
    return [
        sound_row(ADDRESSEE, addressee_code=f"{place:015d}", basic_full_name_kanji=name)
        for place, name in enumerate(names, start=1)
    ]


def deliver_addressees(home: Home, encoding: str, *names: str) -> Path:
    content = csv_bytes(ADDRESSEE, addressees(*names)).decode("cp932").encode(encoding)
    if encoding != "cp932":
        home.city_profile.write_text(f'[feed.addressee]\nencoding = "{encoding}"\n', encoding="utf-8")
    return deliver(home.inbox, "addressee.072036.20250401.001.csv", content, len(names), 0)


def test_private_characters_of_cp932_are_kept_and_flagged_without_being_shown(home: Home) -> None:
    path = deliver_addressees(home, "cp932", "山田 太郎", f"{GAIJI}田 花子", "髙﨑 一")
    assert b"\xf0\x40" in path.read_bytes()
    report = "\n".join(render(check([path])[0]))
    assert "1 value of 基本氏名漢字情報 (basic_full_name_kanji): private_use_character." in report
    assert GAIJI not in report
    outcome = one(load_inbox(home))
    assert outcome.row_count_loaded == 3
    names = query(home, "SELECT basic_full_name_kanji FROM raw_addressee ORDER BY source_line_no")
    assert [name for (name,) in names] == ["山田 太郎", f"{GAIJI}田 花子", "髙﨑 一"]
    assert query(home, "SELECT source_line_no, column_no, column_name, flag FROM flagged_values") == [
        (3, 14, "basic_full_name_kanji", "private_use_character")
    ]


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.characters(categories=["Co"])), max_size=8))
def test_sql_and_python_agree_on_private_characters(text: str) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT regexp_matches($1, '{SQL_PATTERN}')", [text]).fetchone() == (
            has_private_use(text),
        )


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_no_file_with_private_characters_is_passed_over(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file.csv"
    characters = ["\ue000", "\ue757"] + (["\uf8ff", "\U000f0000", "\U0010fffd"] if encoding == "utf-8" else [])
    for character in characters:
        path.write_bytes(f"あ{character}".encode(encoding))
        assert may_hold_private_use(path, encoding), hex(ord(character))
    path.write_bytes(b"levy,1000\r\n")
    assert not may_hold_private_use(path, encoding)


def test_an_ascii_file_has_no_flags(home: Home) -> None:
    deliver(home.inbox, "levy.072036.20250401.001.csv", csv_bytes(load_contract("levy"), levy_rows(2)), 2, 2000)
    load_inbox(home)
    assert query(home, "SELECT * FROM flagged_values") == []
