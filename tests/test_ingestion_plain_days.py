"""Whole columns of days: what is taken is what the column accepts, and the same day."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract
from ingestion.dates import MISSING_DATES
from ingestion.plain_days import plain_days

COLUMN = load_contract("levy").layout.by_name["designated_due_date"]
FIRST, LAST = dt.date(1000, 1, 1), dt.date(9999, 12, 31)


def days_of(*texts: str | None) -> list[dt.date | None] | None:
    days = plain_days(pa.array(texts, pa.string()))
    return None if days is None else days.to_pylist()


@pytest.mark.parametrize("form", ["%Y%m%d", "%Y-%m-%d"])
def test_every_day_is_taken_in_both_forms(form: str) -> None:
    days = [FIRST + dt.timedelta(number) for number in range(0, (LAST - FIRST).days + 1, 7)]
    ends = [dt.date(year, month, 1) - dt.timedelta(1) for year in (1900, 2000, 2023, 2024) for month in range(2, 13)]
    for some in (days, ends, [LAST]):
        assert days_of(*(day.strftime(form) for day in some)) == some


@settings(max_examples=500)
@given(number=st.integers(0, 99_999_999))
@example(number=20230229)
@example(number=10000000)
@example(number=9999999)
def test_no_other_eight_digits_are_taken(number: int) -> None:
    text = f"{number:08d}"
    dashed = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    for one in (text, dashed):
        taken = days_of("20250401" if one == text else "2025-04-01", one)
        is_plain = COLUMN.compiled is not None and COLUMN.compiled.fullmatch(one) is not None
        assert (taken is not None) == (is_plain or one in MISSING_DATES)
        if taken is not None:
            assert taken[1] == (None if one in MISSING_DATES else dt.date.fromisoformat(dashed))


@pytest.mark.parametrize("place", range(8))
def test_a_character_that_is_no_digit_is_seen_at_every_place(place: int) -> None:
    for character in map(chr, [*range(32, 48), *range(58, 127)]):
        assert days_of("20250401"[:place] + character + "20250401"[place + 1 :]) is None


@pytest.mark.parametrize(
    "texts", [["2025-04-01", "20250401"], ["0"], ["20250401", "0"], ["202504"], ["2025/04/01"], ["２025040"], ["1234"]]
)
def test_other_and_mixed_forms_are_left_to_be_judged_one_by_one(texts: list[str]) -> None:
    assert days_of(*texts) is None


def test_what_is_missing_stays_in_its_place() -> None:
    assert days_of(None, "20250401", None, "00000000", "20250402") == [
        None, dt.date(2025, 4, 1), None, None, dt.date(2025, 4, 2)
    ]  # fmt: skip
    assert days_of(None, None) == [None, None]
    assert days_of() == []


def test_part_of_a_column_is_read_from_its_own_bytes() -> None:
    texts = pa.array(["20240101", None, "20250401", "20250402"], pa.string())[2:]
    days = plain_days(texts)
    assert days is not None
    assert days.to_pylist() == [dt.date(2025, 4, 1), dt.date(2025, 4, 2)]
