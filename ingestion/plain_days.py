"""Days of eight digits, or of ten characters with dashes, as whole columns: twin of ``dates`` and ``date_sql``.

Most columns of most files have one of the forms in every value; then their bytes stand in rows of equal length.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.dates import MISSING_DATES

_DIGITS = 8
_DASHES = (4, 7)
_WITH_DASHES = _DIGITS + len(_DASHES)
_WITHOUT_DASHES = [place for place in range(_WITH_DASHES) if place not in _DASHES]
_HIGH_BITS, _LOW_BITS = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0F0F0F0F0F0F0F0F)
_ZEROS, _SIX_EACH = np.uint64(0x3030303030303030), np.uint64(0x0606060606060606)
_PAIRS = ((0x00FF00FF00FF00FF, 8, 10), (0x0000FFFF0000FFFF, 16, 100), (0x00000000FFFFFFFF, 32, 10_000))
"""Which bits to keep of digits, pairs and fours that were added up, how many they lie apart, and their base."""
_FIRST_YEAR = 1000
_MONTHS = 12
_MISSING = sorted({int(text.replace("-", "")) for text in MISSING_DATES if len(text) in (_DIGITS, _WITH_DASHES)})


def plain_days(texts: pa.Array) -> pa.Array | None:
    """The day of each text, empty where none is given; None when a text has another form or its day does not exist."""
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(places)
    length = int(lengths.max(initial=0))
    is_given = lengths > 0
    if length == 0 or length not in (_DIGITS, _WITH_DASHES) or int(lengths.sum()) != length * int(is_given.sum()):
        return None if length else pa.nulls(len(texts), pa.date32())
    octets = np.frombuffer(data, np.uint8)[places[0] : places[-1]].reshape(-1, length)
    if length == _WITH_DASHES:
        if bool((octets[:, _DASHES] != ord("-")).any()):
            return None
        octets = octets[:, _WITHOUT_DASHES]
    return _days(octets, is_given)


def _days(octets: npt.NDArray[np.uint8], is_given: npt.NDArray[np.bool_]) -> pa.Array | None:
    written = _numbers(np.ascontiguousarray(octets).view("<u8")[:, 0])
    if written is None:
        return None
    years, month_days = np.divmod(written, 10_000)
    months, days = np.divmod(month_days, 100)
    firsts, lengths = _months()
    exist = (years >= _FIRST_YEAR) & (months >= 1) & (months <= _MONTHS) & (days >= 1)
    month = np.where(exist, (years - _FIRST_YEAR) * _MONTHS + months - 1, 0)
    exist &= days <= lengths[month]
    is_empty = ~is_given
    if not bool(exist.all()):
        is_missing = np.isin(written, _MISSING)
        if not bool((exist | is_missing).all()):
            return None
        is_empty[is_given] = is_missing
    numbers = np.zeros(len(is_given), np.int32)
    numbers[is_given] = firsts[month] + days - 1
    return pa.array(numbers, mask=is_empty).view(pa.date32())


@cache
def _months() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """First day (counted from 1970-01-01) and number of days of every month of every year with four digits."""
    months = np.arange(f"{_FIRST_YEAR}-01", "10000-02", dtype="datetime64[M]").astype("datetime64[D]")
    firsts = months.astype(np.int64).astype(np.int32)
    return firsts[:-1], np.diff(firsts)


def _numbers(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32] | None:
    """Eight digits a word as one number, all words at once; None when a character is no digit.

    The first digit is the lowest byte. Neighbours are added up in three steps: digits, pairs, fours.
    """
    # A digit has 3 in its high bits, and still has when six is added.
    if any(bool(((some & _HIGH_BITS) != _ZEROS).any()) for some in (words, words + _SIX_EACH)):
        return None
    numbers = words & _LOW_BITS
    for kept, distance, base in _PAIRS:
        numbers = (numbers * np.uint64(base) + (numbers >> np.uint64(distance))) & np.uint64(kept)
    return numbers.astype(np.int32)
