"""Cuts fixed-width records of one kind into fields: as bytes, then each field decoded; trailing spaces are filling."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ingestion.framing import Record
from ingestion.line_errors import LineError

if TYPE_CHECKING:
    from ingestion.file_encoding import FileEncoding
    from ingestion.layout import Column


class RecordSlicer:
    """Fields of the records that one part of a layout describes."""

    def __init__(self, columns: tuple[Column, ...], encoding: FileEncoding) -> None:
        """Take the columns in order; their lengths add up to the record."""
        self.columns = columns
        self._encoding = encoding
        ends = accumulate(column.length for column in columns)
        self.places = [slice(end - column.length, end) for column, end in zip(columns, ends, strict=True)]
        self._place_of = {column.name: place for column, place in zip(columns, self.places, strict=True)}

    def place(self, name: str) -> slice:
        """Where a field lies in the record."""
        return self._place_of[name]

    def record(self, record_no: int, raw: bytes, header: tuple[str, ...]) -> Record:
        """The record with its header's fields in front, or the reason why its bytes cannot be read."""
        if self._encoding.has_control_characters(raw):
            remedy = "Remove them; the file may be damaged."
            return Record(record_no, raw, None, LineError(record_no, "the record contains control characters", remedy))
        fields = self._single_byte_fields(raw)
        if fields is None:
            values = [self.value(raw, column.name) for column in self.columns]
            fields = tuple(value for value in values if value is not None)
            if len(fields) < len(values):
                column = self.columns[values.index(None)]
                cause = f"the bytes are not text in {self._encoding.label}"
                error = LineError.at(record_no, column, cause, "Ask the sender for the record again.")
                return Record(record_no, raw, None, error)
        return Record(record_no, raw, (*header, *fields))

    def _single_byte_fields(self, raw: bytes) -> tuple[str, ...] | None:
        """The fields when every character is one byte, as nearly always: cutting the text is cutting the bytes."""
        try:
            text = self._encoding.decode(raw)
        except UnicodeDecodeError:
            return None
        return tuple([text[place].rstrip(" ") for place in self.places]) if len(text) == len(raw) else None

    def value(self, raw: bytes, name: str) -> str | None:
        """One field as text; None when there is no such column or its bytes are not text."""
        place = self._place_of.get(name)
        if place is None:
            return None
        try:
            return self._encoding.decode(raw[place]).rstrip(" ")
        except UnicodeDecodeError:
            return None
