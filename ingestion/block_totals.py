"""What the data records of each block add up to, many records at once.

Digits are added as whole numbers; amounts that are not digits only (filled with spaces, negative, unreadable) are read
one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.framing import readable_number
from ingestion.trailer import Found
from ingestion.trailer_rule import COUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ingestion.contract import FeedContract
    from ingestion.record_slicer import RecordSlicer
    from ingestion.trailer_rule import TrailerRule

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

_HALF = 10**9
"""Numbers have up to 18 digits: each half of them, added for all records of a piece, stays within 64 bits."""
_ASCII_END = 128
_FIRST_TEXT_BYTE = 32


class BlockTotals:
    """Adds up data records by the rules of one feed."""

    def __init__(self, contract: FeedContract, data: RecordSlicer) -> None:
        """Take the rules of the feed and the slicer of its data records."""
        self._rules = contract.trailer
        self._layout = contract.layout
        self._data = data

    def of(self, records: NDArray[np.uint8], raw: Callable[[int], bytes], starts: Sequence[int]) -> list[list[Found]]:
        """For each group of records that begins at one of ``starts``: what each rule finds in it."""
        firsts = np.array(starts, np.int64)
        conditions: dict[str, tuple[Flags, Flags]] = {}
        measures: dict[str, tuple[Numbers, Flags]] = {}
        by_rule: list[list[Found]] = []
        for rule in self._rules:
            if rule.measure != COUNT and rule.measure not in measures:
                measures[rule.measure] = self._amounts(rule.measure, records, raw)
            is_meant, is_decided = self._meant(rule, records, raw, conditions)
            ones = np.ones(len(records), np.int64), np.ones(len(records), np.bool_)
            numbers, is_readable = measures.get(rule.measure, ones)
            totals = _sums(np.where(is_meant & is_readable, numbers, 0), firsts)
            unreadable = _sums((is_meant & ~is_readable).astype(np.int64), firsts)
            undecided = _sums((~is_decided).astype(np.int64), firsts)
            by_rule.append([Found(*found) for found in zip(totals, unreadable, undecided, strict=True)])
        return [list(founds) for founds in zip(*by_rule, strict=True)] if by_rule else [[] for _ in starts]

    def _meant(
        self,
        rule: TrailerRule,
        records: NDArray[np.uint8],
        raw: Callable[[int], bytes],
        known: dict[str, tuple[Flags, Flags]],
    ) -> tuple[Flags, Flags]:
        """Which records the rule means, and of which that can be read."""
        everywhere = np.ones(len(records), np.bool_)
        if rule.condition_column is None:
            return everywhere, everywhere
        if rule.name not in known:
            cells = records[:, self._data.place(rule.condition_column)]
            code = rule.code.encode("ascii").ljust(cells.shape[1])
            is_equal = np.all(cells == np.frombuffer(code, np.uint8), axis=1)
            is_decided = np.all((cells < _ASCII_END) & (cells >= _FIRST_TEXT_BYTE), axis=1)
            for index in np.flatnonzero(~is_decided).tolist():
                is_decided[index] = self._data.value(raw(index), rule.condition_column) is not None
            known[rule.name] = is_equal, is_decided
        is_equal, is_decided = known[rule.name]
        return (is_equal if rule.is_equal else ~is_equal) & is_decided, is_decided

    def _amounts(self, name: str, records: NDArray[np.uint8], raw: Callable[[int], bytes]) -> tuple[Numbers, Flags]:
        """The numbers of one column, 0 where it cannot be read, and where it can."""
        digits = records[:, self._data.place(name)] - np.uint8(ord("0"))
        is_plain = np.all(digits <= 9, axis=1)  # noqa: PLR2004  the largest digit
        numbers = digits.astype(np.int64) @ 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
        is_readable = is_plain.copy()
        for index in np.flatnonzero(~is_plain).tolist():
            text = self._data.value(raw(index), name)
            number = None if text is None else readable_number(self._layout.by_name[name], text)
            numbers[index], is_readable[index] = number or 0, number is not None
        return numbers, is_readable


def _sums(numbers: Numbers, firsts: Numbers) -> list[int]:
    """Exact sums of the groups that begin at ``firsts``."""
    if not len(firsts):
        return []
    high, low = np.divmod(numbers, _HALF)
    pairs = zip(np.add.reduceat(high, firsts).tolist(), np.add.reduceat(low, firsts).tolist(), strict=True)
    return [upper * _HALF + lower for upper, lower in pairs]
