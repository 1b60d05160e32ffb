"""The fast way of fixed width: records that stand together become typed columns, field by field, without being text.

A field of digits becomes numbers, one of characters its text; whether the values are plain is decided as for CSV (see
``plain_values``). Any doubt at all and the records take the way with a verdict and a reason for each: None is returned.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ingestion.column_types import NUMERIC_TYPES
from ingestion.file_encoding import KANA_BYTES, single_bytes
from ingestion.plain_values import DICTIONARY, can_be_typed, parsed_type, plain_column, stored_type
from ingestion.row_sql import LINE_COLUMN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingestion.contract import FeedContract
    from ingestion.file_encoding import FileEncoding
    from ingestion.layout import Column
    from ingestion.record_slicer import RecordSlicer

_SPACE, _DELETE, _ZERO = b" \x7f0"
_LARGEST_DIGIT = 9
_MOST_DIGITS = 18
_ASCII_TEXT = bytes(range(_SPACE, _DELETE))
_SINGLE_BYTE_TEXT = _ASCII_TEXT + bytes(KANA_BYTES)
"""Bytes that are a character each; in UTF-8 those of kana are parts of longer characters."""
_OCTETS_OF_KANA = 3


class TypedRecords:
    """Turns data records of one feed into batches of the feed's raw columns and the line number."""

    def __init__(self, contract: FeedContract, data: RecordSlicer, encoding: FileEncoding) -> None:
        """Take the feed, the slicer of its data records, and how they are written."""
        self._text = _ASCII_TEXT if encoding.name == "utf-8" else _SINGLE_BYTE_TEXT
        self._data = data
        self._headers = contract.layout.record("header")
        fields = [(column.name, stored_type(column)) for column in contract.layout.raw_columns]
        self.schema = pa.schema([*fields, (LINE_COLUMN, pa.int32())])

    @classmethod
    def of(cls, contract: FeedContract, data: RecordSlicer, encoding: FileEncoding) -> TypedRecords | None:
        """None where a check looks at the text of a column that is stored in another type."""
        return cls(contract, data, encoding) if can_be_typed(contract.layout.raw_columns) else None

    def batch(self, records: NDArray[np.uint8], first_line_no: int, header: tuple[str, ...]) -> pa.RecordBatch | None:
        """Records, one a row, with consecutive line numbers behind one header; None when one needs a closer look."""
        if records.tobytes().translate(None, self._text):
            return None
        columns = self._header_columns(header, len(records))
        for column, place in zip(self._data.columns, self._data.places, strict=True):
            plain = _plain(column, np.ascontiguousarray(records[:, place]))
            if columns is None or plain is None:
                return None
            columns.append(plain)
        if columns is None:
            return None
        line_nos = np.arange(first_line_no, first_line_no + len(records), dtype=np.int32)
        return pa.RecordBatch.from_arrays([*columns, pa.array(line_nos)], schema=self.schema)

    def _header_columns(self, header: tuple[str, ...], count: int) -> list[pa.Array] | None:
        """The fields of the header, the same in every row."""
        repeated: list[pa.Array] = []
        for column, value in zip(self._headers, header, strict=True):
            text = pa.array([value or None], pa.string())
            parsed = text.cast(parsed_type(column)) if column.type in NUMERIC_TYPES else _as_parsed(column, text)
            plain = plain_column(column, parsed)
            if plain is None:
                return None
            repeated.append(pa.repeat(plain[0], count))
        return repeated


def _plain(column: Column, field: NDArray[np.uint8]) -> pa.Array | None:
    """One field of all records in the type of the table; None when a value of it is not plain."""
    if column.type in NUMERIC_TYPES:
        numbers = _numbers(field)
        return None if numbers is None else plain_column(column, numbers.cast(stored_type(column)))
    if column.type == "flag":
        return None
    return plain_column(column, _as_parsed(column, _texts(field)))


def _as_parsed(column: Column, texts: pa.Array) -> pa.Array:
    return texts.dictionary_encode() if parsed_type(column) == DICTIONARY else texts


def _numbers(field: NDArray[np.uint8]) -> pa.Array | None:
    """Whole numbers of digits only, empty where the field is filled with spaces; None when one is anything else."""
    digits = field - np.uint8(_ZERO)
    is_empty = None
    if bool((digits > _LARGEST_DIGIT).any()):
        is_empty = (field == _SPACE).all(axis=1)
        if bool((digits[~is_empty] > _LARGEST_DIGIT).any()):
            return None
        digits[is_empty] = 0
    if digits.shape[1] > _MOST_DIGITS:
        return None
    numbers = np.zeros(len(digits), np.int64)
    for place in range(digits.shape[1]):
        numbers = numbers * 10 + digits[:, place]
    return pa.array(numbers, mask=is_empty)


def _texts(field: NDArray[np.uint8]) -> pa.Array:
    """Texts without the spaces behind them, empty where nothing is left."""
    count, width = field.shape
    lengths = np.full(count, width, np.int32)
    if bool((field[:, -1] == _SPACE).any()):
        is_kept = field != _SPACE
        if not is_kept.any():
            return pa.nulls(count, pa.string())
        lengths = np.where(is_kept.any(axis=1), width - np.argmax(is_kept[:, ::-1], axis=1), 0).astype(np.int32)
        octets = field[np.arange(width) < lengths[:, None]]
    else:
        octets = field.reshape(-1)
    ends = np.zeros(count + 1, np.int32)
    np.cumsum(lengths, out=ends[1:])
    content = octets.tobytes()
    if not content.isascii():
        places = np.zeros(len(octets) + 1, np.int32)
        np.cumsum(np.where(octets >= KANA_BYTES.start, _OCTETS_OF_KANA, 1), out=places[1:])
        ends = places[ends]
        content = codecs.charmap_decode(content, "strict", single_bytes())[0].encode()  # type: ignore[arg-type]
    is_given = lengths > 0
    validity = None if is_given.all() else pa.py_buffer(np.packbits(is_given, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), count, [validity, pa.py_buffer(ends), pa.py_buffer(content)])
