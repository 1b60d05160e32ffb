"""Cuts fixed-width records of one kind into fields: as bytes, then each field decoded; trailing spaces are filling."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ingestion.csv_record import decode
from ingestion.framing import CONTROL_CHARACTERS, Record
from ingestion.line_errors import LineError

if TYPE_CHECKING:
    from ingestion.layout import Column

_FORBIDDEN = CONTROL_CHARACTERS + b"\t"


class RecordSlicer:
    """Fields of the records that one part of a layout describes."""

    def __init__(self, columns: tuple[Column, ...], encoding: str) -> None:
        """Take the columns in order; their lengths add up to the record."""
        self.columns = columns
        self._encoding = encoding
        ends = accumulate(column.length for column in columns)
        self._places = [slice(end - column.length, end) for column, end in zip(columns, ends, strict=True)]
        self._place_of = {column.name: place for column, place in zip(columns, self._places, strict=True)}

    def record(self, record_no: int, raw: bytes, header: tuple[str, ...]) -> Record:
        """The record with its header's fields in front, or the reason why its bytes cannot be read."""
        if len(raw.translate(None, _FORBIDDEN)) != len(raw):
            remedy = "Remove them; the file may be damaged."
            return Record(record_no, raw, None, LineError(record_no, "the record contains control characters", remedy))
        try:
            return Record(record_no, raw, header + self._fields(raw))
        except UnicodeDecodeError:
            column = next(column for column in self.columns if self.value(raw, column.name) is None)
            cause = f"the bytes are not text in {self._encoding}, the declared encoding"
            error = LineError.at(record_no, column, cause, "Ask the sender for the record again.")
            return Record(record_no, raw, None, error)

    def value(self, raw: bytes, name: str) -> str | None:
        """One field as text; None when there is no such column or its bytes are not text."""
        place = self._place_of.get(name)
        if place is None:
            return None
        try:
            return decode(raw[place], self._encoding).rstrip(" ")
        except UnicodeDecodeError:
            return None

    def _fields(self, raw: bytes) -> tuple[str, ...]:
        try:
            text = decode(raw, self._encoding)
        except UnicodeDecodeError:
            text = ""
        if len(text) == len(raw):
            # Every character is one byte, as nearly always: cutting the text is cutting the bytes, and much faster.
            return tuple([text[place].rstrip(" ") for place in self._places])
        return tuple([decode(raw[place], self._encoding).rstrip(" ") for place in self._places])
