"""Text of the late-elderly collection feed: pension receipts, copies of other receipts, refunds, write-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.channels import PREMIUM_LINE, TRANSFER
from ingestion.sample_city.columns import NEVER, Array, Columns, stack, take, whole
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.instalments import KEY
from ingestion.sample_city.text import (
    MUNICIPALITY,
    addressee_codes,
    chosen,
    coded,
    insured_numbers,
    notice_numbers,
    numbers,
    numbers_or_empty,
)

if TYPE_CHECKING:
    import pyarrow as pa

_METHODS = ["", "01", "02", "03"]
_PENSION_LINE, _TRANSFER_COPY, _SLIP_COPY = 1, 2, 3


def collection_lines(receipts: Columns) -> Columns:
    """Lines for receipts of premiums: those of pension withholding are the receipt, all others are copies."""
    rows = take(receipts, (receipts["result"] == 0) & (receipts["credited"] < NEVER))
    is_pension, is_transfer = rows["channel"] == PREMIUM_LINE, rows["channel"] == TRANSFER
    method = np.where(is_pension, _PENSION_LINE, np.where(is_transfer, _TRANSFER_COPY, _SLIP_COPY))
    return _lines(rows, method, paid=rows["paid"], credited=rows["credited"], amount=rows["amount"])


def settlement_lines(rows: Columns) -> Columns:
    """Lines for refunds paid (negative) and write-offs of premium instalments."""
    refunded = take(rows, (rows["settled_on"] < NEVER) & (rows["overpaid_yen"] > 0))
    written_off = take(rows, rows["written_off_on"] < NEVER)
    none = whole(len(refunded["uid"]), 0)
    never = whole(len(written_off["uid"]), NEVER)
    return stack(
        [
            _lines(refunded, none, credited=refunded["settled_on"], amount=-refunded["overpaid_yen"]),
            _lines(
                written_off,
                whole(len(never), 0),
                credited=never,
                written_off_on=written_off["written_off_on"],
                write_off_yen=written_off["write_off_yen"],
                write_off_reason=written_off["write_off_reason"],
            ),
        ]
    )


def _lines(rows: Columns, method: Array, **given: Array) -> Columns:
    size = len(rows["uid"])
    table = {name: rows[name] for name in KEY} | {"line_method": method}
    defaults = {
        "paid": whole(size, NEVER),
        "amount": whole(size, 0),
        "written_off_on": whole(size, NEVER),
        "write_off_yen": whole(size, 0),
        "write_off_reason": whole(size, 0),
    }
    return table | defaults | given


def line_days(lines: Columns) -> pa.Array:
    """Day from which a line is known."""
    return np.where(lines["written_off_on"] < NEVER, lines["written_off_on"], lines["credited"])


def collection_text(lines: Columns) -> dict[str, pa.Array | str]:
    """Lines of the collection feed."""
    is_refund, is_write_off = lines["amount"] < 0, lines["written_off_on"] < NEVER
    return {
        "municipality_code": MUNICIPALITY,
        "insured_no": insured_numbers(lines["payer"]),
        "assessment_year": numbers(lines["assessment_year"]),
        "accrual_year": numbers(lines["assessment_year"]),
        "assessment_management_no": notice_numbers(lines["notice"]),
        "collection_method_class": numbers(lines["method"]),
        "instalment_no": numbers(lines["no"]),
        "payment_method_code": coded(_METHODS, lines["line_method"]),
        "refund_appropriation_class": chosen(is_refund, "1", ""),
        "paid_date": date_text(lines["paid"]),
        "credited_date": date_text(lines["credited"]),
        "premium_received_yen": chosen(is_write_off, "", numbers(lines["amount"])),
        "write_off_date": date_text(lines["written_off_on"]),
        "write_off_reason_code": numbers_or_empty(lines["write_off_reason"], is_write_off),
        "write_off_yen": numbers_or_empty(lines["write_off_yen"], is_write_off),
        "addressee_code": addressee_codes(lines["payer"]),
        "tax_item_code": "61",
    }
