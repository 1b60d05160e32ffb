"""Whole pieces of fixed-width records become lines of the framed file at once.

The bytes of all records lie one column behind another: trailing spaces of each field are struck out, separators are
set between the fields, and what is left is decoded together. A comma, a quotation mark or a line feed is never part of
a longer character, and a field that ends within one cannot be decoded with the comma behind it; so that decoding
decides the same way as decoding field by field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ingestion.file_encoding import FileEncoding

HEADER_PLACE = b"\x1e"
"""Stands for the fields of the header record, which are the same in all lines of a block."""
_STRUCK_OUT = 0
_SPACE, _DELETE, _QUOTE, _COMMA, _LINE_FEED, _ZERO = b' \x7f",\n0'
_LONGEST_NUMBER = 10


@dataclass(frozen=True)
class Lines:
    """The lines of the records that are plain, and which those are; the others want a look one by one."""

    content: bytes
    is_plain: NDArray[np.bool_]


class LineMaker:
    """Makes the lines of data records of one layout."""

    def __init__(self, places: Sequence[slice], encoding: FileEncoding) -> None:
        """Take where the fields lie."""
        self._places = places
        self._encoding = encoding

    def lines(self, records: NDArray[np.uint8], first_record_no: int, rows: NDArray[np.int64]) -> Lines:
        """One line per plain record: number, comma, place of the header, fields. ``rows`` count from the first one."""
        columns = np.ascontiguousarray(records.T)
        is_plain = ~((columns < _SPACE) | (columns == _DELETE) | (columns == _QUOTE) | (columns == _COMMA)).any(axis=0)
        numbers = rows + first_record_no
        if not is_plain.all():
            columns, numbers = np.ascontiguousarray(columns[:, is_plain]), numbers[is_plain]
        content = self._written(columns, numbers)
        try:
            return Lines(self._encoding.utf8(content), is_plain)
        except UnicodeDecodeError:
            return self._line_by_line(content, is_plain)

    def _written(self, columns: NDArray[np.uint8], numbers: NDArray[np.int64]) -> bytes:
        lead = _LONGEST_NUMBER + 1 + len(HEADER_PLACE)
        width = lead + columns.shape[0] + len(self._places)
        written = np.empty((width, columns.shape[1]), np.uint8)
        _write_numbers(written[:_LONGEST_NUMBER], numbers)
        written[_LONGEST_NUMBER] = _COMMA
        written[_LONGEST_NUMBER + 1 : lead] = np.frombuffer(HEADER_PLACE, np.uint8)[:, None]
        at = lead
        for place in self._places:
            end = at + place.stop - place.start
            written[at:end] = columns[place]
            _strike_out_trailing_spaces(written[at:end])
            written[end : end + 1] = _COMMA
            at = end + 1
        written[at - 1 :] = _LINE_FEED
        return written.tobytes(order="F").translate(None, bytes([_STRUCK_OUT]))

    def _line_by_line(self, content: bytes, is_plain: NDArray[np.bool_]) -> Lines:
        """Leave out the lines that are not text."""
        kept: list[bytes] = []
        is_kept = is_plain.copy()
        for row, line in zip(np.flatnonzero(is_plain).tolist(), content.splitlines(keepends=True), strict=True):
            try:
                kept.append(self._encoding.utf8(line))
            except UnicodeDecodeError:
                is_kept[row] = False
        return Lines(b"".join(kept), is_kept)


def _write_numbers(target: NDArray[np.uint8], numbers: NDArray[np.int64]) -> None:
    """Decimal digits without leading zeros, one position per row of ``target``."""
    rest = numbers
    for position in range(_LONGEST_NUMBER - 1, -1, -1):
        is_leading = rest == 0
        rest, digits = np.divmod(rest, 10)
        target[position] = np.where(is_leading, _STRUCK_OUT, digits + _ZERO)


def _strike_out_trailing_spaces(field: NDArray[np.uint8]) -> None:
    is_kept = np.zeros(field.shape[1], np.bool_)
    for position in range(field.shape[0] - 1, -1, -1):
        is_kept |= field[position] != _SPACE
        if is_kept.all():
            return
        field[position] *= is_kept
