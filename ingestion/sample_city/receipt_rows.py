"""Text of the channel feeds: the agent's provisional and final reports, paid slips, account transfer results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.books import TRANSFERRED
from ingestion.sample_city.channels import (
    CARD,
    COUNTER,
    EL_QR,
    PAY_EASY,
    PENSION_SLIP,
    POSTAL,
    SALARY_SLIP,
    SMARTPHONE,
    STORE,
)
from ingestion.sample_city.columns import NEVER, Array, Columns, stack, take, whole
from ingestion.sample_city.due_dates import as_date, date_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.name_rows import bank_names
from ingestion.sample_city.people_rows import BANKS
from ingestion.sample_city.slip_numbers import barcodes, confirmation_numbers, ocr_rows, payment_numbers
from ingestion.sample_city.text import MUNICIPALITY, chosen, coded, joined, numbers

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.people import City

PROVISIONAL, FINAL, CANCELLED, POSTAL_FINAL, POSTAL_CORRECTION, REAL_TIME = 1, 2, 3, 12, 22, 81
_CHAINS = (
    ("010", "セブン－イレブン"),
    ("030", "ファミリーマート"),
    ("020", "ローソン"),
    ("080", "ミニストップ"),
    ("050", "デイリーヤマザキ"),
    ("820", "PayPay"),
    ("780", "au PAY"),
    ("800", "d払い"),
    ("910", "郵便振替"),
)
_STORE_CHAINS, _FIRST_PHONE_CHAIN, _PHONE_CHAINS, _POSTAL_CHAIN = 5, 5, 3, 8
_CORRECTION_DAYS = 5
_SLIP_CHANNELS = {COUNTER: "01", EL_QR: "02", PAY_EASY: "03", CARD: "04", SALARY_SLIP: "05", PENSION_SLIP: "06"}
_COLLECTING_BANK, _COLLECTING_BRANCH = "0126", "001"
CONSIGNOR_CODE, _CONSIGNOR_NAME = "0007203600", "ｺｵﾘﾔﾏｼ ｼﾕｳﾉｳｶ"
_FIELD_DIGITS = 10**10
_CHAIN_SALT, _STORE_SALT = 2_654_435_761, 40_503


def agent_reports(receipts: Columns) -> Columns:
    """The agent's reports on each receipt: provisional, cancelled, final, corrected, with the day each was made."""
    is_postal, is_phone = receipts["channel"] == POSTAL, receipts["channel"] == SMARTPHONE
    is_final = receipts["credited"] < NEVER
    is_corrected = is_postal & (receipts["first_reported_yen"] > 0)
    next_day = receipts["paid"] + 1
    return stack(
        [
            _reports(receipts, receipts["channel"] == STORE, PROVISIONAL, next_day),
            _reports(receipts, is_phone, REAL_TIME, receipts["paid"]),
            _reports(receipts, receipts["cancelled_on"] < NEVER, CANCELLED, receipts["cancelled_on"]),
            _reports(receipts, is_final & ~is_postal, FINAL, receipts["credited"]),
            _reports(receipts, is_final & is_postal, POSTAL_FINAL, receipts["credited"]),
            _reports(receipts, is_corrected, POSTAL_CORRECTION, receipts["credited"] + _CORRECTION_DAYS),
        ]
    )


def _reports(receipts: Columns, mask: Array, kind: int, created: Array) -> Columns:
    rows = take(receipts, mask)
    rows["kind"], rows["created"] = whole(len(rows["uid"]), kind), created[mask]
    is_first = (rows["first_reported_yen"] > 0) & (kind == POSTAL_FINAL)
    rows["amount"] = np.where(is_first, rows["first_reported_yen"], rows["amount"])
    return rows


def barcode_labels(receipts: Columns) -> pa.Array:
    """The barcode as the agent reports it; a postal transfer shows no due date."""
    expires = np.where(receipts["channel"] == POSTAL, NEVER, receipts["expires_on"])
    return joined("EAN", barcodes(receipts["slip_no"], expires, receipts["slip_total_yen"]))


def agent_text(reports: Columns) -> dict[str, pa.Array | str]:
    """Lines of the agent's file."""
    slips, minute = reports["slip_no"], reports["minute"]
    is_postal = reports["channel"] == POSTAL
    chain = slips * _CHAIN_SALT // 1000
    store_chain = np.where(
        reports["channel"] == SMARTPHONE, _FIRST_PHONE_CHAIN + chain % _PHONE_CHAINS, chain % _STORE_CHAINS
    )
    position = np.where(is_postal, _POSTAL_CHAIN, store_chain)
    is_done = np.isin(reports["kind"], (FINAL, POSTAL_FINAL, POSTAL_CORRECTION))
    return {
        "receipt_kind_code": zero_filled(reports["kind"], 2),
        "paid_date": date_text(reports["paid"]),
        "paid_time": zero_filled(np.where(is_postal, 0, minute // 60 * 100 + minute % 60), 4),
        "barcode_label": barcode_labels(reports),
        "user_field_1": MUNICIPALITY,
        "user_field_2": joined(zero_filled(slips % _FIELD_DIGITS, 10), "0"),
        "has_revenue_stamp_flag": "0",
        "amount_yen": numbers(reports["amount"]),
        "chain_code": coded([code for code, _ in _CHAINS], position),
        "chain_name": joined('"', coded([name for _, name in _CHAINS], position), '"'),
        "store_code": zero_filled(slips * _STORE_SALT // 100 % 1_000_000, 6),
        "remitted_date": chosen(is_done, date_text(reports["credited"]), "0"),
        "created_date": date_text(reports["created"]),
    }


def counter_text(receipts: Columns) -> dict[str, pa.Array | str]:
    """Data records of paid slips of one bundle."""
    category = zero_filled(receipts["tax"], 3)
    first_row, second_row = ocr_rows(receipts["slip_no"], receipts["slip_total_yen"], category)
    return {
        "data_record_class": "2",
        "slip_seq": numbers(np.arange(1, len(receipts["uid"]) + 1)),
        "paid_date": date_text(receipts["paid"]),
        "receiving_bank_code": coded([bank for bank, _, _ in BANKS], receipts["slip_no"] % len(BANKS)),
        "receiving_branch_code": coded([branch for _, branch, _ in BANKS], receipts["slip_no"] % len(BANKS)),
        "channel_code": coded(
            ["", *(_SLIP_CHANNELS.get(channel, "") for channel in range(1, 12))], receipts["channel"]
        ),
        "payment_no": payment_numbers(receipts["slip_no"]),
        "confirmation_no": confirmation_numbers(receipts["slip_no"]),
        "payment_category_code": category,
        "paid_yen": numbers(receipts["amount"]),
        "cancellation_class": "0",
        "ocr_row_1": first_row,
        "ocr_row_2": second_row,
    }


def counter_header(created: int, credited: int, bundle_no: int) -> dict[str, pa.Array | str]:
    """Header of a bundle: the slips whose money was credited on one day."""
    return {
        "header_record_class": "1",
        "slip_type_code": "50",
        "created_date": _written(created),
        "collecting_bank_code": _COLLECTING_BANK,
        "collecting_branch_code": _COLLECTING_BRANCH,
        "credited_date": _written(credited),
        "bundle_no": f"{bundle_no:06d}",
    }


def counter_trailer(receipts: Columns) -> dict[str, pa.Array | str]:
    """Totals of a bundle."""
    return {
        "trailer_record_class": "8",
        "total_count": str(len(receipts["uid"])),
        "total_yen": str(int(receipts["amount"].sum())),
    }


def transfer_text(receipts: Columns, city: City) -> dict[str, pa.Array | str]:
    """Data records of an account transfer result."""
    payers = receipts["payer"]
    bank = city.traits["bank"][payers]
    return {
        "data_record_class": "2",
        "debit_bank_code": coded([code for code, _, _ in BANKS], bank),
        "debit_bank_name": coded([name for _, _, name in BANKS], bank),
        "debit_branch_code": coded([branch for _, branch, _ in BANKS], bank),
        "debit_branch_name": "ﾎﾝﾃﾝ",
        "deposit_type_code": "1",
        "account_no": numbers(city.traits["account"][payers]),
        "depositor_name_kana": bank_names(city, payers),
        "debit_yen": numbers(receipts["amount"]),
        "new_code": "0",
        "customer_no": payment_numbers(receipts["slip_no"]),
        "transfer_result_code": numbers(receipts["result"]),
    }


def transfer_header(debit_day: int) -> dict[str, pa.Array | str]:
    """Header of a result file: one debit day, one consignor."""
    return {
        "header_record_class": "1",
        "transfer_type_code": "91",
        "character_code_class": "0",
        "consignor_code": CONSIGNOR_CODE,
        "consignor_name": _CONSIGNOR_NAME,
        "debit_month_day": _written(debit_day)[4:],
        "transacting_bank_code": _COLLECTING_BANK,
        "transacting_bank_name": "ﾄｳﾎｳ",
        "transacting_branch_code": _COLLECTING_BRANCH,
        "transacting_branch_name": "ｺｵﾘﾔﾏ",
        "consignor_deposit_type_code": "1",
        "consignor_account_no": "9900001",
    }


def transfer_trailer(receipts: Columns) -> dict[str, pa.Array | str]:
    """Totals of a result file by outcome."""
    is_done = receipts["result"] == TRANSFERRED
    done, failed = receipts["amount"][is_done], receipts["amount"][~is_done]
    return {
        "trailer_record_class": "8",
        "total_count": str(len(is_done)),
        "total_yen": str(int(receipts["amount"].sum())),
        "transferred_count": str(len(done)),
        "transferred_yen": str(int(done.sum())),
        "failed_count": str(len(failed)),
        "failed_yen": str(int(failed.sum())),
    }


def in_bundles(receipts: Columns) -> list[tuple[int, Columns]]:
    """Receipts by credited day, in order."""
    ordered = take(receipts, np.lexsort((receipts["slip_no"], receipts["credited"])))
    days, counts = np.unique(ordered["credited"], return_counts=True)
    starts = np.cumsum(counts) - counts
    return [
        (int(day), {name: values[start : start + count] for name, values in ordered.items()})
        for day, start, count in zip(days, starts, counts, strict=True)
    ]


def _written(day: int) -> str:
    return as_date(day).strftime("%Y%m%d")
