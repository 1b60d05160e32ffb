"""Check digits of numbers that feeds carry: which checks there are, what a wrong one means, and their Python side.

A layout names a check in its column ``check``. Twin: ``check_digit_sql``; a property test holds both to one verdict.
Sources: GS1 一般仕様; MPN/郵便 OCR 帯 and 統一QRコード (EMVCo MPM) as published; the other numbers by python-stdnum.
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stdnum import ean
from stdnum.jp import cn, in_

if TYPE_CHECKING:
    from collections.abc import Callable

FLAG_PREFIX = "flag:"
BARCODE_LABEL = "EAN"
BARCODE_BODY = 43
OCR_ROWS = (39, 44)
OCR_CHECK_DIGITS = 2
MUNICIPALITY_WEIGHTS = [6, 5, 4, 3, 2]
_MODULUS = 11
INDIVIDUAL_CODE_DIGITS = 15
INDIVIDUAL_CODE_WEIGHTS = [3, 2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
CRC_START = 0xFFFF
CRC_DIGITS = 5
QR_FORM = "00020101021227960005[0-9]{5}0183[0-9]{83}5411[0-9]{11}6226[0-9]{26}8085[0-9]{85}6305[0-9]{5}"
"""Tag, length and value one behind the other: 255 digits."""
QR_OCR_PLACE, QR_CRC_PLACE = 29, 250


@dataclass(frozen=True)
class CheckDigit:
    """One check: the form a value must have, and whether its digits agree (asked only when the form is right).

    ``is_refusing``: a wrong value makes the line unusable (its key may be misread); else it is only flagged.
    """

    form: str
    digits_agree: Callable[[str], bool]
    is_refusing: bool
    noun: str

    def is_right(self, value: str) -> bool:
        """True when form and check digit are right."""
        return re.fullmatch(self.form, value) is not None and self.digits_agree(value)


def ocr_weights(digits: int) -> tuple[list[int], list[int]]:
    """Weights of the digits behind the two check digits: for the second check digit, and for the first."""
    second = [9 - place // 2 % 8 if place % 2 == 0 else 1 for place in range(digits)]
    first = [1 if place % 2 == 0 else 2 + (place // 2 + 1) % 8 for place in range(digits)]
    return second, first


def ocr_check_digits(body: str) -> str:
    """The two check digits in front of an OCR row (MPN/郵便 帯), from the digits behind them."""
    second_weights, first_weights = ocr_weights(len(body))
    second = _weighted(body, second_weights) % 10
    first = (_weighted(body, first_weights) + 2 * second) % 11 % 10
    return f"{first}{second}"


def barcode_check_digit(body: str) -> str:
    """The last digit of a GS1-128 barcode of a payment slip, from the 43 digits before it."""
    return ean.calc_check_digit(body)


def qr_check_sum(content: str) -> str:
    """CRC-16/CCITT-FALSE over an eL-QR up to and with ``6305``, in five decimal digits."""
    return f"{crc_hqx(content.encode(), CRC_START):05d}"


def individual_code_check_digit(body: str) -> str:
    """The last digit of a number that the city gives itself, from the fourteen before it; empty when there is none.

    Modulus 11 with the weights 2 to 7 from the right, as for individual numbers (番号法 総務省令 第5条). There a
    remainder of 1 has the digit 0, too; here such a body is never given, so that every single wrong digit and every
    pair of neighbours that changed places is found.
    """
    digit = -_weighted(body, INDIVIDUAL_CODE_WEIGHTS) % _MODULUS
    return str(digit) if digit < _MODULUS - 1 else ""


def is_municipality_code(code: str) -> bool:
    """True when the sixth digit is the check digit of the first five (全国地方公共団体コード)."""
    if not re.fullmatch("[0-9]{6}", code):
        return False
    total = _weighted(code[:5], MUNICIPALITY_WEIGHTS)
    rest = _MODULUS - total if total < _MODULUS else _MODULUS - total % _MODULUS
    return int(code[5]) == rest % 10


def _weighted(body: str, weights: list[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))


def _barcode_agrees(value: str) -> bool:
    digits = value.removeprefix(BARCODE_LABEL)
    return barcode_check_digit(digits[:BARCODE_BODY]) == digits[BARCODE_BODY]


def _ocr_row_agrees(value: str) -> bool:
    return ocr_check_digits(value[OCR_CHECK_DIGITS:]) == value[:OCR_CHECK_DIGITS]


def _individual_code_agrees(value: str) -> bool:
    return individual_code_check_digit(value[:-1]) == value[-1]


def _qr_agrees(value: str) -> bool:
    first = value[QR_OCR_PLACE : QR_OCR_PLACE + OCR_ROWS[0]]
    second = value[QR_OCR_PLACE + OCR_ROWS[0] : QR_OCR_PLACE + sum(OCR_ROWS)]
    return (
        qr_check_sum(value[:QR_CRC_PLACE]) == value[QR_CRC_PLACE:]
        and _ocr_row_agrees(first)
        and _ocr_row_agrees(second)
    )


CHECKS = {
    "gs1_barcode": CheckDigit("(?:EAN)?[0-9]{44}", _barcode_agrees, is_refusing=True, noun="barcode"),
    "ocr_row": CheckDigit("[0-9]{39}|[0-9]{44}", _ocr_row_agrees, is_refusing=True, noun="OCR row"),
    "el_qr": CheckDigit(QR_FORM, _qr_agrees, is_refusing=True, noun="eL-QR"),
    "municipality_code": CheckDigit("[0-9]{6}", is_municipality_code, is_refusing=False, noun="municipality code"),
    "individual_number": CheckDigit("[0-9]{12}", in_.is_valid, is_refusing=False, noun="individual number"),
    "corporate_number": CheckDigit("[0-9]{13}", cn.is_valid, is_refusing=False, noun="corporate number"),
    "individual_code": CheckDigit("[0-9]{15}", _individual_code_agrees, is_refusing=False, noun="individual code"),
}


def check_of(name: str) -> CheckDigit:
    """The check that a layout names; ``flag:`` in front makes a refusing check a mere flag.

    Raises:
        ValueError: there is no such check.
    """
    found = CHECKS.get(name.removeprefix(FLAG_PREFIX))
    if found is None:
        raise ValueError(f'unknown check "{name}"; known: {", ".join(CHECKS)}')
    return found


def is_refusing(name: str) -> bool:
    """True when a wrong value refuses its line, false when it is loaded and flagged."""
    return check_of(name).is_refusing and not name.startswith(FLAG_PREFIX)


def describe_wrong_check(name: str) -> tuple[str, str]:
    """Cause and remedy of a value that fails the check; neither contains the value itself."""
    noun = check_of(name).noun
    return (
        f"has a wrong check digit: as {noun} it may be misread, and the money would go to another's account",
        f"Read the {noun} of the slip again, or ask the sender for the line; do not correct the digit by hand.",
    )
