"""Days by era, missing and partial days: SQL and Python read the same day and raise the same flag.

Does not test which era map a city uses (test_ingestion_city_layouts).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract
from ingestion.date_sql import date_flags, date_value, is_given
from ingestion.dates import MISSING_DATES, OUTSIDE_ITS_ERA, PARTIAL_DATE, era_maps, eras_of, read_date
from ingestion.layout import Column
from ingestion.loader import load_inbox
from tests.ingestion_deliveries import csv_bytes, deliver, sound_row
from tests.ingestion_home import fresh_home, one, query

if TYPE_CHECKING:
    from pathlib import Path

USUAL, LETTERS, NATIONAL = "1meiji_2taisho_3showa_4heisei_5reiwa", "letters", "national_tax"


def column(era: str = "", *, required: bool = False) -> Column:
    return Column(1, "data", "1", "項目", "value", "date", 8, required, {}, True, "none", "", era=era)  # noqa: FBT003


@pytest.mark.parametrize(
    ("era", "text", "day"),
    [
        (USUAL, "5070401", "2025-04-01"),
        (USUAL, "5010501", "2019-05-01"),
        (USUAL, "4310430", "2019-04-30"),
        (USUAL, "3640107", "1989-01-07"),
        (USUAL, "4010108", "1989-01-08"),
        (USUAL, "5060229", "2024-02-29"),
        (USUAL, "20250401", "2025-04-01"),
        (LETTERS, "R07.04.01", "2025-04-01"),
        (LETTERS, "S250410", "1950-04-10"),
        (LETTERS, "T151225", "1926-12-25"),
        (LETTERS, "S011225", "1926-12-25"),
        (NATIONAL, "9070401", "2025-04-01"),
        (NATIONAL, "7310430", "2019-04-30"),
        ("", "9999-12-31", "9999-12-31"),
    ],
)
def test_a_day_is_read_by_its_era(era: str, text: str, day: str) -> None:
    assert column(era).accepts(text)
    assert read_date(text, era) == (dt.date.fromisoformat(day), "")


@pytest.mark.parametrize(
    ("text", "day"), [("4311201", "2019-12-01"), ("3650401", "1990-04-01"), ("3640108", "1989-01-08"),
                      ("5010430", "2019-04-30"), ("4010107", "1989-01-07")],
)  # fmt: skip
def test_a_day_behind_the_end_of_its_era_is_loaded_and_flagged(text: str, day: str) -> None:
    assert column(USUAL).accepts(text)
    assert read_date(text, USUAL) == (dt.date.fromisoformat(day), OUTSIDE_ITS_ERA)


@pytest.mark.parametrize(
    "text", ["5070230", "5070229", "5071301", "5000401", "6070401", "R070401", "5.07.0401", "50704"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    diagnosis = column(USUAL).diagnose(text)
    assert diagnosis is not None
    assert "date" in diagnosis.cause


def test_an_era_day_without_an_era_map_is_refused_with_the_setting_that_allows_it() -> None:
    diagnosis = column().diagnose("5070401")
    assert diagnosis is not None
    assert "city.toml" in diagnosis.remedy


def test_a_partial_day_is_none_that_a_required_column_could_hold() -> None:
    for text in ("19500000", "19500400", "1950-00-00", "1950-04-00"):
        assert read_date(text, "") == (None, PARTIAL_DATE)
        assert column().accepts(text)
        diagnosis = column(required=True).diagnose(text)
        assert diagnosis is not None
        assert "partial" in diagnosis.cause
    assert read_date("3250400", USUAL) == (None, PARTIAL_DATE)


def era_texts(era: str) -> st.SearchStrategy[str]:
    codes = st.sampled_from([one.code for one in eras_of(era)])
    number = st.integers(0, 99).map(lambda value: f"{value:02d}")
    month, day = (st.integers(0, most).map(lambda value: f"{value:02d}") for most in (13, 32))
    return st.builds(
        lambda *parts: parts[0] + parts[4].join(parts[1:4]),
        codes,
        number,
        month,
        day,
        st.sampled_from(".-/") | st.just(""),
    )


@pytest.mark.parametrize("era", ["", *era_maps()])
def test_sql_and_python_read_the_same_days(era: str) -> None:
    western = st.dates(dt.date(1000, 1, 1)).map(str)
    loose = st.from_regex("[0-9]{4}-?[01][0-9]-?[0-3][0-9]", fullmatch=True)
    texts = [western, loose, st.sampled_from(sorted(MISSING_DATES)), *([era_texts(era)] if era else [])]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.one_of(texts), min_size=1, max_size=30))
    def agree(values: list[str]) -> None:
        accepted = [value for value in values if column(era).accepts(value)]
        assert read_by_sql(accepted, era) == [read_date(value, era) for value in accepted]

    agree()


def read_by_sql(texts: list[str], era: str) -> list[tuple[dt.date | None, str]]:
    flags = " ".join(f"WHEN {condition} THEN '{flag}'" for flag, condition in date_flags("value", era))
    day = f"CASE WHEN {is_given('value')} THEN {date_value('value', era)} END"
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {day}, CASE {flags} ELSE '' END FROM (SELECT unnest($1::VARCHAR[]) AS value, "
            "unnest(range(len($1))) AS place) ORDER BY place",
            [texts],
        ).fetchall()


def test_partial_birth_dates_and_variation_selectors_are_loaded(tmp_path: Path) -> None:
    home, contract = fresh_home(tmp_path), load_contract("addressee")
    home.city_profile.write_text('[feed.addressee]\nencoding = "utf-8"\n', encoding="utf-8")
    long_name = "辻\U000e0100" * 60 + "𠮷" * 60
    rows = [
        sound_row(contract, addressee_code=f"{place:015d}", birth_date=birth, basic_full_name_kanji=name)
        for place, (birth, name) in enumerate(
            [("19500000", "甲"), ("19500410", "乙"), ("99999999", "丙"), ("19500431", "丁"), ("1950-04-10", long_name)]
        )
    ]
    content = csv_bytes(replace(contract, encoding="utf-8"), rows)
    deliver(home.inbox, "addressee.072036.20250401.001.csv", content, 5, 0)
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.row_count_quarantined) == (4, 1)
    found = query(home, "SELECT birth_date, basic_full_name_kanji FROM raw_addressee ORDER BY source_line_no")
    day = dt.date(1950, 4, 10)
    assert found == [(None, "甲"), (day, "乙"), (None, "丙"), (day, long_name)]
    assert query(home, "SELECT source_line_no, column_name, flag FROM flagged_values") == [
        (2, "birth_date", PARTIAL_DATE)
    ]


def test_a_text_longer_than_its_column_is_refused_with_the_count_a_reader_sees() -> None:
    text = replace(column(), type="text", length=2)
    assert text.accepts("辻\U000e0100𠮷")
    diagnosis = text.diagnose("辻\U000e0100𠮷田")
    assert diagnosis is not None
    assert "has 3 characters" in diagnosis.cause
