"""SQL that judges the check digits of ``check_digits``: whole columns at once, without a function of Python's.

Digits are taken out of whole numbers of up to eighteen digits, which costs a tenth of cutting the text.
"""

from __future__ import annotations

from binascii import crc_hqx
from functools import cache
from typing import TYPE_CHECKING

from ingestion.check_digits import (
    BARCODE_BODY,
    CHECKS,
    CRC_DIGITS,
    CRC_START,
    FLAG_PREFIX,
    INDIVIDUAL_CODE_DIGITS,
    INDIVIDUAL_CODE_WEIGHTS,
    MUNICIPALITY_WEIGHTS,
    OCR_CHECK_DIGITS,
    OCR_ROWS,
    QR_CRC_PLACE,
    QR_OCR_PLACE,
    ocr_weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CHUNK_DIGITS = 18
_CRC_BITS = 16


def has_right_check_digit(name: str, value: str) -> str:
    """True where the SQL text ``value`` is NULL or passes the check; the same verdict as ``CheckDigit.is_right``."""
    check = name.removeprefix(FLAG_PREFIX)
    form = CHECKS[check].form
    return (
        f"CASE WHEN {value} IS NULL THEN true WHEN NOT regexp_full_match({value}, '{form}') THEN false "
        f"ELSE {_DIGITS_AGREE[check](value)} END"
    )


def _weighted_sum(value: str, start: int, weights: Sequence[int]) -> str:
    """Digits from place ``start`` (counted from 1), each times its weight, added up."""
    chunks: list[str] = []
    terms: list[str] = []
    for number, first in enumerate(range(0, len(weights), _CHUNK_DIGITS)):
        some = weights[first : first + _CHUNK_DIGITS]
        chunks.append(f"'c{number}': {_number(value, start + first, start + first + len(some) - 1)}")
        for place, weight in enumerate(some):
            digit = f"s.c{number} // {10 ** (len(some) - 1 - place)} % 10"
            terms.append(digit if weight == 1 else f"{digit} * {weight}")
    # A lambda over one struct names the chunks: written out in each term they would be cut and cast each time.
    return f"list_transform([{{{', '.join(chunks)}}}], s -> {' + '.join(terms)})[1]"


def _number(value: str, first: int, last: int) -> str:
    return f"TRY_CAST(substr({value}, {first}, {last - first + 1}) AS BIGINT)"


def _barcode(value: str) -> str:
    digits = f"right({value}, {BARCODE_BODY + 1})"
    weights = [3 if place % 2 == 0 else 1 for place in range(BARCODE_BODY)]
    return f"({_weighted_sum(digits, 1, weights)} + {_number(digits, BARCODE_BODY + 1, BARCODE_BODY + 1)}) % 10 = 0"


def _ocr_row(value: str, start: int, length: int) -> str:
    second, first = ocr_weights(length - OCR_CHECK_DIGITS)
    body = start + OCR_CHECK_DIGITS
    printed_second = _number(value, start + 1, start + 1)
    return (
        f"{_weighted_sum(value, body, second)} % 10 = {printed_second} AND "
        f"({_weighted_sum(value, body, first)} + 2 * {printed_second}) % 11 % 10 = {_number(value, start, start)}"
    )


def _any_ocr_row(value: str) -> str:
    short, long = OCR_ROWS
    return f"CASE length({value}) WHEN {short} THEN {_ocr_row(value, 1, short)} ELSE {_ocr_row(value, 1, long)} END"


def _qr(value: str) -> str:
    place, (short, long) = QR_OCR_PLACE + 1, OCR_ROWS
    printed = _number(value, QR_CRC_PLACE + 1, QR_CRC_PLACE + CRC_DIGITS)
    rows = f"{_ocr_row(value, place, short)} AND {_ocr_row(value, place + short, long)}"
    return f"{_check_sum(value, QR_CRC_PLACE)} = {printed} AND {rows}"


def _check_sum(value: str, length: int) -> str:
    """CRC-16/CCITT-FALSE over the first characters.

    A CRC is linear: each of its bits is the parity of some bits of the text, turned over where the empty text says so.
    """
    bits = f"CAST(encode(substr({value}, 1, {length})) AS BIT)"
    masks, turned = _parity_masks(length)
    terms = [
        f"((bit_count(s.b & '{mask}'::BIT) + {turned >> bit & 1}) % 2) * {1 << bit}" for bit, mask in masks.items()
    ]
    return f"list_transform([{{'b': {bits}}}], s -> {' + '.join(terms)})[1]"


@cache
def _parity_masks(length: int) -> tuple[dict[int, str], int]:
    """For each bit of the check sum, which bits of the text it depends on; and the check sum of zeros only."""
    turned = crc_hqx(bytes(length), CRC_START)
    effects: list[int] = []
    for place in range(length * 8):
        effect = crc_hqx((1 << (length * 8 - 1 - place)).to_bytes(length, "big"), 0)
        effects.append(effect)
    masks = {bit: "".join(str(effect >> bit & 1) for effect in effects) for bit in range(_CRC_BITS)}
    return masks, turned


def _municipality(value: str) -> str:
    total = _weighted_sum(value, 1, MUNICIPALITY_WEIGHTS)
    # Below 11 the rest is 11 minus the sum, which is what the remainder gives, too, except for a sum of 0.
    return f"(11 - {total} % 11) % 10 = {_number(value, 6, 6)}"


def _individual(value: str) -> str:
    total = _weighted_sum(value, 1, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
    return f"(11 - {total} % 11) % 11 % 10 = {_number(value, 12, 12)}"


def _corporate(value: str) -> str:
    return f"9 - {_weighted_sum(value, 2, [2, 1] * 6)} % 9 = {_number(value, 1, 1)}"


def individual_code_remainder(value: str) -> str:
    """SQL for what the last digit of a number of the city's own must be, from the others; 10 where there is none."""
    return f"(11 - {_weighted_sum(value, 1, INDIVIDUAL_CODE_WEIGHTS)} % 11) % 11"


def _individual_code(value: str) -> str:
    return f"{individual_code_remainder(value)} = {_number(value, INDIVIDUAL_CODE_DIGITS, INDIVIDUAL_CODE_DIGITS)}"


_DIGITS_AGREE: dict[str, Callable[[str], str]] = {
    "gs1_barcode": _barcode,
    "ocr_row": _any_ocr_row,
    "el_qr": _qr,
    "municipality_code": _municipality,
    "individual_number": _individual,
    "corporate_number": _corporate,
    "individual_code": _individual_code,
}
