"""Check digits: SQL and Python give the same verdict; a misread key is refused, a wrong identity number only flagged.

Does not test that a number exists, only that its digits belong together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.check_digit_sql import has_right_check_digit
from ingestion.check_digits import (
    CHECKS,
    barcode_check_digit,
    check_of,
    describe_wrong_check,
    is_refusing,
    ocr_check_digits,
    qr_check_sum,
)
from ingestion.contract import load_contract
from ingestion.loader import load_inbox
from tests.ingestion_deliveries import (
    csv_bytes,
    deliver,
    end_record,
    fixed_record,
    levy_rows,
    receipt_rows,
    sound_row,
)
from tests.ingestion_home import fresh_home, one, query

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

# Right numbers: published examples (stdnum, 全国地方公共団体コード) and codes whose digits were worked out by hand.
RIGHT = {
    "gs1_barcode": ["EAN" + "0" * 44, "91" + "0" * 41 + "2"],
    "ocr_row": ["0" * 39, "0" * 44, "47" + "0" * 36 + "1"],
    "municipality_code": ["072036", "131016", "011002"],
    "individual_number": ["621498320257"],
    "corporate_number": ["5835678256246"],
    # 9 × 3 = 27, remainder 5, digit 6; 9 × 3 + 1 × 2 = 29, remainder 7, digit 4.
    "individual_code": ["900000000000006", "900000000000014"],
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return fresh_home(tmp_path)


def verdicts_of_sql(check: str, values: list[str]) -> list[bool]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {has_right_check_digit(check, 'value')} "
            "FROM (SELECT unnest($1) AS value, unnest(range(len($1))) AS place) ORDER BY place",
            [values],
        ).fetchall()
    return [right for (right,) in rows]


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@st.composite
def qr_codes(draw: st.DrawFn) -> str:
    first, second = draw(digits(37)), draw(digits(42))
    rows = ocr_check_digits(first) + first + ocr_check_digits(second) + second
    content = (
        f"00020101021227960005138000183{rows}5411{draw(digits(11))}6226{draw(digits(26))}8085{draw(digits(85))}6305"
    )
    return content + qr_check_sum(content)


def damaged(code: str, place: int, digit: str) -> str:
    return code[:place] + digit + code[place + 1 :]


BODIES = {"gs1_barcode": 44, "ocr_row": 39, "municipality_code": 6, "individual_number": 12, "corporate_number": 13}
BODIES |= {"individual_code": 15}
ANY_NUMBER = {
    check: st.one_of(digits(count), digits(count + 5 * (check == "ocr_row")), st.text(max_size=count + 1))
    for check, count in BODIES.items()
} | {"el_qr": st.one_of(qr_codes(), st.builds(damaged, qr_codes(), st.integers(0, 254), st.sampled_from("09a０")))}


@pytest.mark.parametrize("check", CHECKS)
def test_sql_and_python_agree(check: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(ANY_NUMBER[check], min_size=1, max_size=40))
    def agree(values: list[str]) -> None:
        values = [*values, *RIGHT.get(check, [])]
        assert verdicts_of_sql(check, values) == [check_of(check).is_right(value) for value in values]

    agree()


@pytest.mark.parametrize(("check", "value"), [(check, value) for check, values in RIGHT.items() for value in values])
def test_every_single_wrong_digit_at_the_end_is_noticed(check: str, value: str) -> None:
    assert check_of(check).is_right(value)
    place = {"ocr_row": 1, "corporate_number": 0}.get(check, len(value) - 1)
    others = [damaged(value, place, digit) for digit in "0123456789" if digit != value[place]]
    assert not any(check_of(check).is_right(other) for other in others)


@settings(max_examples=50, deadline=None)
@given(qr_codes(), st.integers(0, 254))
def test_a_misread_digit_of_a_qr_code_is_noticed(code: str, place: int) -> None:
    assert check_of("el_qr").is_right(code)
    assert not check_of("el_qr").is_right(damaged(code, place, "1" if code[place] == "0" else "0"))


def test_what_is_missing_has_no_check_digit() -> None:
    with duckdb.connect() as connection:
        for check in CHECKS:
            sql = f"SELECT {has_right_check_digit(check, 'value')} FROM (SELECT NULL::VARCHAR AS value)"
            assert connection.execute(sql).fetchone() == (True,), check


def test_a_layout_may_ask_for_a_flag_only() -> None:
    assert is_refusing("gs1_barcode")
    assert not is_refusing("flag:gs1_barcode")
    assert not is_refusing("individual_number")
    with pytest.raises(ValueError, match="unknown check"):
        check_of("luhn")
    assert all(describe_wrong_check(check)[1] for check in CHECKS)


def test_a_receipt_with_a_misread_barcode_is_refused_and_the_others_are_loaded(home: Home) -> None:
    store, rows = load_contract("convenience_store"), receipt_rows(3)
    wrong = rows[1]["barcode_label"]
    rows[1]["barcode_label"] = wrong[:-1] + str((int(wrong[-1]) + 1) % 10)
    deliver(home.inbox, "convenience_store.072036.20250401.001.csv", csv_bytes(store, rows), 3, 1500)
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.row_count_quarantined, outcome.yen_quarantined) == (2, 1, 500)
    text = "\n".join(outcome.messages)
    assert "line 3, column 4 バーコード情報 (barcode_label)" in text
    assert "wrong check digit" in text
    assert rows[1]["barcode_label"] not in text


def test_wrong_identity_numbers_are_loaded_and_flagged(home: Home) -> None:
    contract = load_contract("addressee")
    rows = [
        sound_row(contract, addressee_code=f"{place:015d}", individual_number=number)
        for place, number in enumerate(["621498320257", "621498320258", "", "12"], start=1)
    ]
    deliver(home.inbox, "addressee.072036.20250401.001.csv", csv_bytes(contract, rows), 4, 0)
    assert one(load_inbox(home)).row_count_loaded == 4
    flagged = query(home, "SELECT source_line_no, column_no, column_name, flag FROM flagged_values ORDER BY ALL")
    assert flagged == [
        (3, 1, "individual_number", "wrong_check_digit"),
        (5, 1, "individual_number", "wrong_check_digit"),
    ]


def test_nothing_is_flagged_in_lines_and_files_that_are_not_loaded(home: Home) -> None:
    contract, rows = load_contract("levy"), levy_rows(2)
    for row in rows:
        row["corporate_number"] = "5835678256240"
    rows[1]["principal_levied_yen"] = "x"
    content = csv_bytes(contract, rows)
    deliver(home.inbox, "levy.072036.20250401.001.csv", content, 2, 1000)
    deliver(home.inbox, "levy.072036.20250402.001.csv", content + content.splitlines(keepends=True)[1], 2, 9)
    loaded, refused = load_inbox(home)
    assert (loaded.row_count_loaded, refused.row_count_loaded) == (1, 0)
    assert query(home, "SELECT file_no, source_line_no, column_name FROM flagged_values") == [
        (loaded.file_no, 2, "corporate_number")
    ]


def test_a_barcode_carries_its_own_check_digit() -> None:
    assert barcode_check_digit("91" + "0" * 41) == "2"


def test_a_common_tax_payment_is_loaded_once_for_each_of_its_kinds(home: Home) -> None:
    contract = load_contract("common_tax_payment")
    paid = {"collecting_agency_no": "13800", "payment_no": "1" * 20, "channel_code": "03", "paid_yen": "12000"}
    rows = [sound_row(contract, processing_class=kind, **paid) for kind in ("1", "2", "3", "1")]
    rows.append(sound_row(contract, processing_class="1", **paid, el_qr_text="0" * 255))
    deliver(home.inbox, "common_tax_payment.072036.20250401.001.csv", csv_bytes(contract, rows), 5, 60000)
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.row_count_duplicate, outcome.row_count_quarantined) == (3, 1, 1)
    assert "統一QRコード (el_qr_text)" in "\n".join(outcome.messages)


def test_a_counter_slip_with_a_misread_ocr_row_is_refused(home: Home) -> None:
    contract = load_contract("counter_slip")
    first, second = "1" * 37, "2" * 42
    right = {"ocr_row_1": ocr_check_digits(first) + first, "ocr_row_2": ocr_check_digits(second) + second}
    wrong = right | {"ocr_row_2": damaged(right["ocr_row_2"], 10, "3")}
    records = [
        fixed_record(contract, "header", bundle_no="1"),
        *(
            fixed_record(contract, "data", slip_seq=str(place), paid_yen="4000", **rows)
            for place, rows in enumerate((right, wrong, {}), start=1)
        ),
        fixed_record(contract, "trailer", total_count="3", total_yen="12000"),
        end_record("counter_slip"),
    ]
    (home.inbox / "counter_slip.072036.20250401.001.dat").write_bytes(b"".join(records))
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.row_count_quarantined, outcome.yen_quarantined) == (2, 1, 4000)
    assert "line 3, column 13 OCR2段目 (ocr_row_2)" in "\n".join(outcome.messages)
