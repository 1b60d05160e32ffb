"""Match keys: spellings of one name meet, different names do not, SQL and Python agree, and the name stays as it is."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract
from ingestion.loader import load_inbox
from ingestion.name_keys import match_key, match_key_sql, name_variants, register_match_keys
from tests.ingestion_deliveries import csv_bytes, deliver, end_record, sound_row, transfer_records
from tests.ingestion_home import fresh_home, query

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋 花子", "高橋　花子"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斎藤"),
        ("齊藤", "斎藤"),
        ("小澤", "小沢"),
        ("𠮷田", "吉田"),
        ("辻\U000e0100", "辻"),
        ("神\ufe00", "\ufa19"),
        ("ｼﾖｳｼﾞ ｶｽﾞｷ", "ショウジ　カズキ"),
        ("ﾏ-ｶﾞﾚﾂﾄ", "マーガレット"),
        ("ジャン・ポール", "ｼﾞﾔﾝﾎﾟ-ﾙ"),
        ("㈱ナカムラ", "(株)ナカムラ"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


def test_different_names_keep_different_keys() -> None:
    names = ["高橋", "橋高", "渡辺", "田辺", "ショウジ", "ショウシ", "佐藤", "左藤"]
    assert len({match_key(name) for name in names}) == len(names)


def test_a_standard_form_is_no_variant_of_another() -> None:
    variants = name_variants()
    assert [variant for variant, standard in variants.items() if standard in variants] == []
    assert [one for pair in variants.items() for one in pair if unicodedata.normalize("NFKC", one) != one] == []


JAPANESE = st.one_of(
    st.sampled_from(
        [*name_variants(), *name_variants().values(), " ", "　", "・", "･", "\ufe00", "\U000e0100", "㈱", "①"]
    ),
    st.characters(min_codepoint=0x3041, max_codepoint=0x30FE),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9F),
    st.characters(min_codepoint=0x20, max_codepoint=0x7E),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.text(JAPANESE, max_size=12), min_size=1, max_size=40))
def test_sql_and_python_agree(names: list[str | None]) -> None:
    with duckdb.connect() as connection:
        register_match_keys(connection)
        found = connection.execute(
            f"SELECT {match_key_sql('name')} FROM "
            "(SELECT unnest($1::VARCHAR[]) AS name, unnest(range(len($1))) AS place) ORDER BY place",
            [names],
        ).fetchall()
    assert [key for (key,) in found] == [match_key(name or "") or None for name in names]


def test_a_bank_file_and_the_register_meet_by_key_and_names_stay_as_delivered(tmp_path: Path) -> None:
    home, register = fresh_home(tmp_path), load_contract("addressee")
    row = sound_row(register, basic_full_name_kanji="髙橋　翔子", basic_full_name_kana="コオリヤマ　ハナコ")
    deliver(home.inbox, "addressee.072036.20250401.001.csv", csv_bytes(register, [row]), 1, 0)
    content = b"".join([*transfer_records([("1", 100, "0")]), end_record()])
    (home.inbox / "account_transfer_result.072036.20250401.001.dat").write_bytes(content)
    load_inbox(home)
    joined = (
        "SELECT person.basic_full_name_kanji, person.name_key, debit.depositor_name_kana "
        "FROM raw_addressee AS person JOIN raw_account_transfer_result AS debit USING (name_kana_key)"
    )
    assert query(home, joined) == [("髙橋　翔子", "高橋翔子", "ｺｵﾘﾔﾏ ﾊﾅｺ")]
