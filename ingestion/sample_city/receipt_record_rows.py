"""Text of what the receipts system itself keeps of receipts: history, store reports, transfers, eL-QR transmissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.channels import (
    AGENT_CHANNELS,
    CARD,
    COUNTER,
    COUNTER_CHANNELS,
    EL_QR,
    PAY_EASY,
    PENSION_SLIP,
    POSTAL,
    PREMIUM_LINE,
    SALARY_SLIP,
    SMARTPHONE,
    STORE,
    TRANSFER,
)
from ingestion.sample_city.columns import NEVER, Columns, take
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.name_rows import bank_names
from ingestion.sample_city.people_rows import BANKS
from ingestion.sample_city.receipt_rows import CONSIGNOR_CODE
from ingestion.sample_city.receipt_shares import REFUND
from ingestion.sample_city.slip_numbers import payment_numbers
from ingestion.sample_city.text import addressee_codes, chosen, coded, levy_key, numbers, numbers_or_empty

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.people import City

_CLASS_BY_CHANNEL = {
    COUNTER: "01",
    STORE: "02",
    SMARTPHONE: "02",
    POSTAL: "02",
    TRANSFER: "03",
    EL_QR: "04",
    PAY_EASY: "05",
    CARD: "06",
    SALARY_SLIP: "07",
    PENSION_SLIP: "08",
    PREMIUM_LINE: "08",
}
_CLASSES = [_CLASS_BY_CHANNEL.get(channel, "") for channel in range(PREMIUM_LINE + 1)]
_FINAL = "2"
_REPORTED_PROVISIONALLY, _REPORTED_FINALLY, _TAKEN_BACK = 1, 2, 3


def history_text(rows: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """Shares of final receipts and refunds; the layout has no column for the yen of most taxes."""
    is_refund, is_counter = rows["class"] == REFUND, np.isin(rows["channel"], COUNTER_CHANNELS)
    return levy_key(rows) | {
        "receipt_history_seq": numbers(rows["seq"]),
        "refund_appropriation_reallocation_class": numbers(rows["class"]),
        "treasury_class": _FINAL,
        "matching_created_date": date_text(rows["known"]),
        "paid_date": date_text(rows["paid"]),
        "credited_date": date_text(rows["credited"]),
        "payment_class": coded(_CLASSES, rows["channel"]),
        "bank_code": chosen(is_counter, coded([bank for bank, _, _ in BANKS], rows["slip_no"] % len(BANKS)), ""),
        "branch_code": chosen(is_counter, coded([branch for _, branch, _ in BANKS], rows["slip_no"] % len(BANKS)), ""),
        "refund_addressee_code": chosen(is_refund, addressee_codes(rows["payer"]), ""),
    }


def store_status_text(rows: Columns, day: int, _: City) -> dict[str, pa.Array | str]:
    """Store reports as they stand on the day of delivery, one row per report; of a joint slip its first instalment."""
    is_final, is_cancelled = rows["credited"] <= day, rows["cancelled_on"] <= day
    state = np.where(is_cancelled, _TAKEN_BACK, np.where(is_final, _REPORTED_FINALLY, _REPORTED_PROVISIONALLY))
    minute = rows["minute"]
    return levy_key(rows) | {
        "receipt_date": date_text(rows["paid"]),
        "receipt_time": zero_filled(minute // 60 * 10_000 + minute % 60 * 100, 6),
        "payout_scheduled_date": date_text(rows["credited"]),
        "preliminary_report_arrears_return_class": numbers(state),
    }


def transmission_text(rows: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """Slips whose data the city sent to the local-tax common system, so that they could be paid by eL-QR."""
    return {
        "has_transmission_flag": "1",
        "transmission_result": "0",
        "reception_status": "1",
        "qr_work_type": numbers(rows["tax"]),
        "qr_issuing_system_id": "SN",
        "qr_form_id": "01",
        "qr_item_reserved": numbers(rows["slip_no"]),
    }


def transfer_record_text(rows: Columns, day: int, city: City) -> dict[str, pa.Array | str]:
    """Requests of account transfer, with the bank's result once it is here."""
    bank = city.traits["bank"][rows["payer"]]
    months = rows["paid"].astype("datetime64[D]").astype("datetime64[M]")
    has_result = rows["known"] <= day
    return {
        "account_transfer_billing_type": "1",
        "account_transfer_date": date_text(rows["paid"]),
        "account_transfer_billing_seq": "1",
        "header_type_code": "91",
        "header_consignor_code": CONSIGNOR_CODE,
        "header_debit_month": numbers(months.astype(np.int64) % 12 + 1),
        "header_debit_day": numbers(rows["paid"] - months.astype("datetime64[D]").astype(np.int64) + 1),
        "data_debit_bank_code": coded([code for code, _, _ in BANKS], bank),
        "data_debit_branch_code": coded([branch for _, branch, _ in BANKS], bank),
        "data_deposit_type": "1",
        "data_account_no": numbers(city.traits["account"][rows["payer"]]),
        "data_depositor_name": bank_names(city, rows["payer"]),
        "data_debit_yen": numbers(rows["amount"]),
        "data_customer_no": payment_numbers(rows["slip_no"]),
        "data_account_transfer_result_code": numbers_or_empty(rows["result"], has_result),
    }


def agent_receipts(receipts: Columns) -> Columns:
    """Receipts that the agent reports one by one as they come in; postal transfers come as a total of the day."""
    return take(receipts, np.isin(receipts["channel"], AGENT_CHANNELS[:2]))


def transmitted(receipts: Columns) -> Columns:
    """Receipts that came by eL-QR and so had been transmitted."""
    return take(receipts, (receipts["channel"] == EL_QR) & (receipts["credited"] < NEVER))
