"""From the sample's numbers to the text of feed columns; nothing here knows a file format."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sample_city.columns import NEVER, Array, Columns
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.instalments import PREMIUM

MUNICIPALITY = "072036"
ADDRESSEE_DIGITS, HOUSEHOLD_DIGITS, NOTICE_DIGITS = 15, 15, 18
_FIRST_ADDRESSEE, _FIRST_HOUSEHOLD = 100_001, 500_001


def numbers(values: Array) -> pa.Array:
    """Whole numbers as text."""
    return pc.cast(pa.array(values, pa.int64()), pa.string())


def numbers_or_empty(values: Array, is_given: Array) -> pa.Array:
    """Whole numbers as text where given, else the empty text."""
    return chosen(is_given, numbers(values), "")


def chosen(mask: Array, yes: pa.Array | str, no: pa.Array | str) -> pa.Array:
    """``yes`` where the mask is true, else ``no``; each an array or one text."""
    return pc.if_else(pa.array(mask), yes, no)


def coded(words: list[str], positions: Array) -> pa.Array:
    """Words by position."""
    return pa.array(words, pa.string()).take(pa.array(positions, pa.int64()))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Texts one behind the other, row by row."""
    return pc.binary_join_element_wise(*parts, "")


def addressee_codes(addressees: Array) -> pa.Array:
    """Addressee codes (宛名番号) of fifteen digits."""
    return zero_filled(addressees + _FIRST_ADDRESSEE, ADDRESSEE_DIGITS)


def household_codes(households: Array) -> pa.Array:
    """Household codes; companies have none."""
    return chosen(households >= 0, zero_filled(households + _FIRST_HOUSEHOLD, HOUSEHOLD_DIGITS), "")


def insured_numbers(people: Array) -> pa.Array:
    """Numbers of late-elderly insured people, eight digits."""
    return zero_filled(people + 10_000_000, 8)


def notice_numbers(notices: Array) -> pa.Array:
    """Notice numbers, or assessment management numbers of premiums."""
    return zero_filled(notices, NOTICE_DIGITS)


def happened(days: Array, by_day: int | Array) -> Array:
    """True where a day is not after the day of delivery."""
    return np.asarray(days <= by_day)


def known_days(days: Array, by_day: int | Array) -> pa.Array:
    """Days as text where they are not after the day of delivery."""
    return date_text(np.where(happened(days, by_day), days, NEVER))


def flags(days: Array, by_day: int | Array) -> pa.Array:
    """1 where something has happened by the day of delivery, else 0."""
    return chosen(happened(days, by_day), "1", "0")


def levy_key(rows: Columns) -> dict[str, pa.Array | str]:
    """The columns that identify an instalment in every tax feed."""
    is_tax = rows["tax"] != PREMIUM
    return {
        "assessment_year": numbers(rows["assessment_year"]),
        "taxation_year": numbers(rows["assessment_year"]),
        "tax_item_code": numbers(rows["tax"]),
        "notice_no": notice_numbers(rows["notice"]),
        "business_year_start_date": date_text(rows["business_year_start"]),
        "return_class": numbers_or_empty(rows["return_class"], rows["return_class"] > 0),
        "municipality_id_code": chosen(is_tax, MUNICIPALITY, ""),
        "addressee_code": addressee_codes(rows["payer"]),
        "instalment_no": numbers(rows["no"]),
        "instalment_order": "1",
    }
