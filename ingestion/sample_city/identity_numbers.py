"""Numbers that look like identity numbers and can be none: their check digits are always wrong.

So no number of the sample can be the individual number or corporate number of anyone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array

_INDIVIDUAL_WEIGHTS = np.array([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
_CORPORATE_WEIGHTS = np.array([2, 1] * 6)


def individual_check_digits(bodies: Array) -> Array:
    """The right twelfth digit for eleven-digit bodies. Source: 番号法 総務省令 第5条."""
    rest = (_digits(bodies, len(_INDIVIDUAL_WEIGHTS)) * _INDIVIDUAL_WEIGHTS).sum(axis=1) % 11
    return np.where(rest <= 1, 0, 11 - rest)


def corporate_check_digits(bodies: Array) -> Array:
    """The right first digit for twelve-digit bodies. Source: 法人番号の指定等に関する省令 第2条."""
    digits = _digits(bodies, len(_CORPORATE_WEIGHTS))
    return np.asarray(9 - (digits * _CORPORATE_WEIGHTS).sum(axis=1) % 9)


def wrong_individual_numbers(bodies: Array) -> pa.Array:
    """Twelve digits whose last is one more than the check digit."""
    wrong = (individual_check_digits(bodies) + 1) % 10
    return zero_filled(bodies * 10 + wrong, 12)


def wrong_corporate_numbers(bodies: Array) -> pa.Array:
    """Thirteen digits whose first is another than the check digit."""
    wrong = corporate_check_digits(bodies) % 9 + 1
    return zero_filled(wrong * 10**12 + bodies, 13)


def zero_filled(numbers: Array, width: int) -> pa.Array:
    """Whole numbers as text with leading zeros."""
    return pc.ascii_lpad(pc.cast(pa.array(numbers, pa.int64()), pa.string()), width, "0")


def _digits(numbers: Array, width: int) -> Array:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return np.asarray(numbers[:, None] // powers % 10)
