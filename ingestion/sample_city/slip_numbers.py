"""Numbers printed on payment slips: payment number, confirmation number and the 44 digits of the barcode.

The barcode follows GS1-128 for payment slips; agent and company codes are invented ones.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sample_city.columns import NEVER, Array
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.text import chosen, joined

AGENT_CODE = "999203"
COMPANY_CODE = "72036"
NO_DUE_DATE = "999999"
_BODY_DIGITS = 43
AGENCY_NO = "72036"
"""Collecting agency of the sample: invented, as are the account and the office below."""
_ACCOUNT_NO, _BEARER, _STAMP = "00000072036", "2", "0"
_FIRST_ROW_REST, _SECOND_ROW_REST = "00000", "0" * 16


def payment_numbers(slips: Array) -> pa.Array:
    """Payment numbers of twenty digits; for account transfers the same number is the customer number."""
    return joined("07203", zero_filled(slips, 15))


def confirmation_numbers(slips: Array) -> pa.Array:
    """Confirmation numbers of six digits."""
    return zero_filled(slips * 7919 % 1_000_000, 6)


def barcodes(slips: Array, expires_on: Array, total_yen: Array) -> pa.Array:
    """Forty-four digits; ``expires_on`` is NEVER where the barcode carries no due date."""
    due = chosen(expires_on < NEVER, pc.utf8_slice_codeunits(date_text(expires_on), 2, 8), NO_DUE_DATE)
    body = joined("91", AGENT_CODE, COMPANY_CODE, zero_filled(slips, 16), "0", due, "0", zero_filled(total_yen, 6))
    return joined(body, pc.cast(pa.array(check_digits(body)), pa.string()))


def check_digits(bodies: pa.Array) -> Array:
    """Modulus 10 with weights 3 and 1, from the right of the first 43 digits. Source: GS1 一般仕様."""
    digits = _digits(bodies, _BODY_DIGITS)
    weights = np.where(np.arange(_BODY_DIGITS)[::-1] % 2 == 0, 3, 1)
    return np.asarray((10 - (digits * weights).sum(axis=1) % 10) % 10)


def ocr_rows(slips: Array, total_yen: Array, category: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The two OCR rows of a slip, 39 and 44 digits with their check digits; ``category`` is three digits wide."""
    amount = zero_filled(total_yen, 11)
    first = joined(_ACCOUNT_NO, amount, _BEARER, AGENCY_NO, _STAMP, category, _FIRST_ROW_REST)
    second = joined(payment_numbers(slips), confirmation_numbers(slips), _SECOND_ROW_REST)
    return joined(ocr_check_digits(first, 37), first), joined(ocr_check_digits(second, 42), second)


def ocr_check_digits(bodies: pa.Array, width: int) -> pa.Array:
    """Two check digits, modulus 11 and 10. Source: MPN/郵便 OCR 帯, as the eL-QR carries it."""
    digits, place = _digits(bodies, width), np.arange(width)
    is_even, pair = place % 2 == 0, place // 2
    second = (digits * np.where(is_even, 9 - pair % 8, 1)).sum(axis=1) % 10
    first = ((digits * np.where(is_even, 1, 2 + (pair + 1) % 8)).sum(axis=1) + 2 * second) % 11 % 10
    return zero_filled(first * 10 + second, 2)


def _digits(bodies: pa.Array, width: int) -> Array:
    text = "".join(bodies.to_pylist()).encode()
    return np.frombuffer(text, dtype=np.uint8).reshape(-1, width).astype(np.int64) - ord("0")
