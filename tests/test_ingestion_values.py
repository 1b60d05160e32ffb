"""Which values a column accepts.

SQL loads exactly what Python accepts, and the refusal says why without telling.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contract, load_contracts
from ingestion.dates import MISSING_DATES, partial_pattern
from ingestion.framing import framed_line
from ingestion.layout import Column
from ingestion.row_sql import framed_relation, is_acceptable, is_sound, quoted, typed_value
from tests.ingestion_deliveries import sound_row

if TYPE_CHECKING:
    from pathlib import Path

LEVY = load_contract("levy")
NO_DAY = "|".join([*sorted(MISSING_DATES), partial_pattern("")])


def column(
    type_: str,
    length: int,
    *,
    required: bool = False,
    codes: tuple[str, ...] = (),
    personal: str = "none",
) -> Column:
    """A column of its own; given codes are a closed list."""
    labels = dict.fromkeys(codes, "")
    return Column(1, "data", "1", "項目", "value", type_, length, required, labels, not codes, personal, "")


@pytest.mark.parametrize("value", ["0", "-5", "007", "1234567890123", "-9999999999999"])
def test_yen_accepts_whole_numbers(value: str) -> None:
    assert column("yen", 13).accepts(value)


@pytest.mark.parametrize(
    "value",
    [
        "1,000",
        "１０００",
        "1e3",
        "1.5",
        " 5",
        "5 ",
        "1_000",
        "+5",
        "--5",
        "0x1F",
        "12345678901234",
        "NULL",
        "一",
    ],
)
def test_yen_refuses_everything_that_is_not_written_as_digits(value: str) -> None:
    diagnosis = column("yen", 13).diagnose(value)
    assert diagnosis is not None
    assert f'"{value}"' in diagnosis.cause
    assert diagnosis.remedy


@pytest.mark.parametrize("value", ["20250231", "2025-02-29", "19000229", "20251301", "20250001"])
def test_a_date_that_does_not_exist_is_told_apart_from_a_date_written_otherwise(value: str) -> None:
    diagnosis = column("date", 8).diagnose(value)
    assert diagnosis is not None
    assert "does not exist" in diagnosis.cause
    other = column("date", 8).diagnose("2025/02/03")
    assert other is not None
    assert "is not a date" in other.cause


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_day_is_accepted_in_both_forms(day: dt.date) -> None:
    assert column("date", 8).accepts(day.isoformat())
    assert column("date", 8).accepts(day.isoformat().replace("-", ""))


@given(st.integers(0, 99999999))
@example(20240229)
@example(20230229)
def test_no_other_eight_digits_are_a_date(number: int) -> None:
    text = f"{number:08d}"
    month, day = int(text[4:6]), int(text[6:])
    try:
        exists = dt.date(int(text[:4]), month or 1, day or 1).year >= 1000 and (month > 0 or day == 0)
    except ValueError:
        exists = text in MISSING_DATES
    assert column("date", 8).accepts(text) == exists


@pytest.mark.parametrize("value", ["", *sorted(MISSING_DATES)])
def test_a_required_date_may_not_be_missing_in_any_form(value: str) -> None:
    assert column("date", 8).accepts(value)
    diagnosis = column("date", 8, required=True).diagnose(value)
    assert diagnosis is not None
    assert "missing" in diagnosis.cause


@pytest.mark.parametrize("personal", ["key", "direct", "sensitive", "vault"])
@pytest.mark.parametrize("type_", ["text", "yen", "date", "code", "year", "time", "flag", "rate"])
def test_a_personal_value_is_never_shown(personal: str, type_: str) -> None:
    value = "髙橋花子1234567890"
    one = column(type_, 4, personal=personal, codes=("1",))
    diagnosis = one.diagnose(value)
    assert diagnosis is not None
    for part in (value, value[:4], "1234"):
        assert part not in diagnosis.cause + diagnosis.remedy


SUSPECTS = st.sampled_from(
    ["19500000", "19500400", "1950-00-00", "99999999", "辻\U000e0100" * 8,
     "1", "0", "-1", "1.5", "1e3", "1,000", "１", " 5", "1_0", "99", "11", "20250230", "20240229", "2024-02-29", "0000",
     "2025", "0", "00000000", "0000-00-00", "true", "t", "9" * 13, "9" * 14, "9" * 19, "0" * 30, "髙" * 15, "髙" * 16,
     "x" * 120, "x" * 121, "1200", "2400", "'", '"', "|", "9999-12-31", "10000-01-01", "0999-12-31", "-0", "\t1",
     "a\r\nb", "a\nb", "a\rb"]
)  # fmt: skip
VALUES = st.one_of(
    SUSPECTS,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.from_regex(r"[-0-9.eE+ _,]{1,20}", fullmatch=True),
    st.just(""),
)


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.dictionaries(st.sampled_from(sorted(LEVY.layout.by_name)), VALUES, max_size=4), max_size=30))
def test_sql_and_python_agree_on_every_row(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("framed")
    rows = [sound_row(LEVY, **change) for change in changes]
    columns = LEVY.layout.raw_columns
    expected = {number: all(one.accepts(row[one.name]) for one in columns) for number, row in enumerate(rows, start=2)}
    assert sound_lines(folder, rows) == expected


def sound_lines(folder: Path, rows: list[dict[str, str]]) -> dict[int, bool]:
    """Verdict of the SQL per line; every sound row must also survive its casts."""
    columns = LEVY.layout.raw_columns
    path = folder / "framed.csv"
    fields = ([row[one.name] for one in columns] for row in rows)
    path.write_bytes(b"".join(framed_line(number, values) for number, values in enumerate(fields, start=2)))
    lost = " OR ".join(
        f"({quoted(one.name)} IS NOT NULL AND ({typed_value(one)}) IS NULL"
        + (f" AND NOT regexp_full_match({quoted(one.name)}, '{NO_DAY}'))" if one.type == "date" else ")")
        for one in columns
    )
    query = f"SELECT line_no, {is_acceptable(columns)}, ({lost}) FROM {framed_relation(LEVY, str(path))}"
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchall()
    assert not [line for line, is_sound_, is_lost in found if is_sound_ and is_lost]
    return {line: is_sound_ for line, is_sound_, _ in found}


def test_sql_accepts_a_sound_row_of_every_feed(tmp_path: Path) -> None:
    for contract in load_contracts().values():
        columns = contract.layout.raw_columns
        path = tmp_path / f"{contract.feed}.csv"
        path.write_bytes(framed_line(2, [*sound_row(contract).values()]))
        with duckdb.connect() as connection:
            query = f"SELECT {is_sound(columns)} FROM {framed_relation(contract, str(path))}"
            assert connection.execute(query).fetchall() == [(True,)]
