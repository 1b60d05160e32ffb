"""Text of the fixed-width files the city sends out: refunds to banks, requests to withhold from pensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from ingestion.sample_city.columns import Columns, row_count, take
from ingestion.sample_city.due_dates import as_date
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.instalments import PENSION, PREMIUM
from ingestion.sample_city.name_rows import bank_names, birth_texts
from ingestion.sample_city.people_rows import BANKS
from ingestion.sample_city.receipt_rows import CONSIGNOR_CODE
from ingestion.sample_city.text import coded, joined, numbers

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.people import City
    from ingestion.sample_city.writers import Text

_REFUND_CONSIGNOR = "ｺｵﾘﾔﾏｼｶｲｹｲｶﾝﾘｼﾔ"
_REMITTING_BANK, _REMITTING_BRANCH = "0126", "001"
_MUNICIPALITY_WITHOUT_CHECK_DIGIT = "07203"
_INSURER, _REQUEST = "001", "01"
_OF_LATE_ELDERLY, _OF_RESIDENT_TAX = "3", "4"
_KANA_WIDTH = 25


def with_account(over: Columns, city: City) -> Columns:
    """Overpayments that are paid out to an account the city knows."""
    return take(over, city.traits["account"][over["payer"]] % 2 == 0)


def refund_text(over: Columns, city: City) -> dict[str, pa.Array | str]:
    """Data records of a transfer file: one refund each."""
    bank = city.traits["bank"][over["payer"]]
    return {
        "data_record_class": "2",
        "payee_bank_code": coded([code for code, _, _ in BANKS], bank),
        "payee_bank_name": coded([name for _, _, name in BANKS], bank),
        "payee_branch_code": coded([branch for _, branch, _ in BANKS], bank),
        "payee_branch_name": "ﾎﾝﾃﾝ",
        "payee_deposit_type_code": "1",
        "payee_account_no": numbers(city.traits["account"][over["payer"]]),
        "payee_name_kana": bank_names(city, over["payer"]),
        "transfer_yen": numbers(over["overpaid_yen"]),
        "new_code": "0",
        "customer_code_1": joined(numbers(over["tax"]), numbers(over["fiscal_year"]), zero_filled(over["serial"], 4)),
        "transfer_designation_code": "7",
    }


def refund_header(transfer_day: int) -> Text:
    """Header of the refunds of one day."""
    return {
        "header_record_class": "1",
        "transfer_type_code": "21",
        "character_code_class": "0",
        "consignor_code": CONSIGNOR_CODE,
        "consignor_name": _REFUND_CONSIGNOR,
        "transfer_month_day": as_date(transfer_day).strftime("%m%d"),
        "remitting_bank_code": _REMITTING_BANK,
        "remitting_branch_code": _REMITTING_BRANCH,
        "consignor_deposit_type_code": "1",
        "consignor_account_no": "9900002",
    }


def refund_trailer(over: Columns) -> Text:
    """Totals of the refunds of one day."""
    return {
        "trailer_record_class": "8",
        "total_count": str(row_count(over)),
        "total_yen": str(int(over["overpaid_yen"].sum())),
    }


def requests_of(rows: Columns) -> Columns:
    """What is asked to be withheld in a year: one row per payer of a tax withheld from pensions."""
    withheld = take(rows, rows["method"] == PENSION)
    payers, first, place = np.unique(withheld["payer"], return_index=True, return_inverse=True)
    asked = {name: withheld[name][first] for name in ("payer", "tax", "levied_on")}
    count = np.maximum(1, np.bincount(place, minlength=len(payers)))
    asked["first_yen"] = withheld["original_yen"][first]
    asked["yearly_yen"] = np.bincount(place, withheld["original_yen"], minlength=len(payers)).astype(np.int64)
    asked["later_yen"] = (asked["yearly_yen"] - asked["first_yen"]) // np.maximum(1, count - 1)
    return asked


def request_text(asked: Columns, day: int, city: City) -> Text:
    """Data records of requests: the first and the later amounts and the year's total."""
    kana = pc.utf8_slice_codeunits(bank_names(city, asked["payer"]), 0, _KANA_WIDTH)
    return _lead("", day, _system(asked)) | {
        "record_class": "2",
        "basic_pension_no": joined("99", zero_filled(asked["payer"], 8)),
        "pension_code": "1150",
        "birth_date": birth_texts(city, asked["payer"]),
        "sex": numbers(city.traits["sex"][asked["payer"]]),
        "name_kana": kana,
        "amount_1_yen": numbers(asked["first_yen"]),
        "amount_2_yen": numbers(asked["later_yen"]),
        "amount_3_yen": numbers(asked["yearly_yen"]),
    }


def request_header(asked: Columns, day: int) -> Text:
    """Header of the requests of one system."""
    return _lead("header_", day, _system(asked)) | {"header_record_class": "1"}


def request_trailer(asked: Columns, day: int) -> Text:
    """Totals of the requests of one system."""
    sums = {f"total_amount_{place}_yen": str(int(asked[name].sum()))
            for place, name in enumerate(("first_yen", "later_yen", "yearly_yen"), start=1)}  # fmt: skip
    return _lead("trailer_", day, _system(asked)) | {
        "trailer_record_class": "3",
        "total_count": str(row_count(asked)),
        **sums,
    }


def _system(asked: Columns) -> str:
    return _OF_LATE_ELDERLY if int(asked["tax"][0]) == PREMIUM else _OF_RESIDENT_TAX


def _lead(prefix: str, day: int, system: str) -> dict[str, pa.Array | str]:
    return {
        f"{prefix}jis_municipality_code": _MUNICIPALITY_WITHOUT_CHECK_DIGIT,
        f"{prefix}special_collection_obligor_code": _INSURER,
        f"{prefix}notice_content_code": _REQUEST,
        f"{prefix}collection_system_code": system,
        f"{prefix}created_date": as_date(day).strftime("%Y%m%d"),
    }
