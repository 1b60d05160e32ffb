"""Text of the common tax payment feed: payments by eL-QR and Pay-easy, reported at once and again when final."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.channels import EL_QR
from ingestion.sample_city.columns import NEVER, Columns, row_count, stack, take, whole
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.people_rows import BANKS
from ingestion.sample_city.slip_numbers import confirmation_numbers, payment_numbers
from ingestion.sample_city.text import chosen, coded, numbers

if TYPE_CHECKING:
    from ingestion.sample_city.writers import Text

REQUEST, FINAL = 1, 2
_AGENCY_OF_EL_QR, _AGENCY_OF_THE_CITY = "13800", "07203"
_BY_PHONE, _BY_BANKING = "04", "03"


def common_tax_reports(receipts: Columns) -> Columns:
    """Two reports on each payment: on the day it was made, and on the day its money came."""
    tables = []
    for processing, column in ((REQUEST, "paid"), (FINAL, "credited")):
        rows = take(receipts, receipts[column] < NEVER)
        tables.append(rows | {"processing": whole(row_count(rows), processing), "created": rows[column]})
    return stack(tables)


def common_tax_text(reports: Columns) -> Text:
    """Lines of the feed. The time is left out where the bank reports days only."""
    is_el_qr, is_final = reports["channel"] == EL_QR, reports["processing"] == FINAL
    bank, minute = reports["slip_no"] % len(BANKS), reports["minute"]
    return {
        "processing_class": numbers(reports["processing"]),
        "collecting_agency_no": chosen(is_el_qr, _AGENCY_OF_EL_QR, _AGENCY_OF_THE_CITY),
        "payment_no": payment_numbers(reports["slip_no"]),
        "confirmation_no": confirmation_numbers(reports["slip_no"]),
        "mpn_payment_class": zero_filled(reports["tax"], 3),
        "paid_yen": numbers(reports["amount"]),
        "paid_date": date_text(reports["paid"]),
        "paid_time": chosen(is_el_qr, zero_filled(minute // 60 * 10_000 + minute % 60 * 100, 6), ""),
        "credited_date": date_text(np.where(is_final, reports["credited"], NEVER)),
        "receiving_bank_code": coded([code for code, _, _ in BANKS], bank),
        "receiving_branch_code": coded([branch for _, branch, _ in BANKS], bank),
        "channel_code": chosen(is_el_qr, _BY_PHONE, _BY_BANKING),
    }
