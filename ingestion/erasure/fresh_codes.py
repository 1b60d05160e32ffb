"""Fresh numbers for erased rows: from the system's random source, kept nowhere, so that no way leads back."""

from __future__ import annotations

import secrets

from ingestion.check_digits import BARCODE_BODY, barcode_check_digit
from ingestion.erasure.numbers import BARCODE

MARK = "X"
"""First letter of every fresh number. Delivered numbers are digits, or begin with the letter of their kind."""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LEAST, _FREE_FROM, _FREE_TO = 14, 8, 29


def fresh_code(number: str, old: str, longest: int, taken: set[str]) -> str:
    """A number that nobody has, at most ``longest`` characters; noted in ``taken``.

    A barcode keeps what is not the person's (company, last day, amount) and gets a right check digit.
    """
    while True:
        code = _barcode(old) if number == BARCODE else _code(min(longest, max(len(old), _LEAST)))
        if code not in taken:
            taken.add(code)
            return code


def _code(length: int) -> str:
    return MARK + "".join(secrets.choice(_LETTERS) for _ in range(length - 1))


def _barcode(old: str) -> str:
    if len(old) <= BARCODE_BODY:
        return _code(max(len(old), 1))
    width = _FREE_TO - _FREE_FROM
    body = f"{old[:_FREE_FROM]}{secrets.randbelow(10**width):0{width}d}{old[_FREE_TO:BARCODE_BODY]}"
    return body + barcode_check_digit(body)
