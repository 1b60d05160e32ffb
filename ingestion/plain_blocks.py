"""The fast way of CSV: a block of whole lines becomes typed columns when every line is one record of plain values.

That is nearly every block of nearly every file, and costs a third of judging each row as text. Any doubt at all and the
block takes the way with a verdict and a reason per record (``csv_record``, ``row_sql``): this one knows no reasons.
"""

from __future__ import annotations

import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ingestion.column_types import NUMERIC_TYPES
from ingestion.csv_record import LONGEST_RECORD_BYTES, decode
from ingestion.plain_values import can_be_typed, parsed_type, plain_column, stored_type
from ingestion.row_sql import LINE_COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingestion.layout import Layout

_FIRST_PRINTABLE = 32
_DELETE = b"\x7f"
_BLANKS = (b" ", b"\t")
_HEXADECIMAL = (b"x", b"X")
_FIELD_EDGES = np.isin(np.arange(256), list(b',"\n'))
_TRIES = 3
BLOCKS_AHEAD = 2
"""Blocks that are parsed while others are written; each in a thread of its own, outside of Python's lock."""


class PlainBlocks:
    """Turns blocks of one file into typed batches."""

    def __init__(self, layout: Layout, encoding: str) -> None:
        """Take how the file should be written."""
        self.columns = layout.raw_columns
        self._encoding = encoding
        # Columns around whose values Arrow takes blanks away.
        self._has_trimmed = any(column.type in (*NUMERIC_TYPES, "flag") for column in self.columns)
        self._misses = self._hits = 0

    @classmethod
    def of(cls, layout: Layout, encoding: str) -> PlainBlocks | None:
        """None where a check looks at the text of a column that is stored in another type."""
        return cls(layout, encoding) if can_be_typed(layout.raw_columns) else None

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of the layout in their types, then the line number."""
        fields = [(column.name, stored_type(column)) for column in self.columns]
        return pa.schema([*fields, (LINE_COLUMN, pa.int32())])

    def ahead(self, blocks: Iterable[bytes]) -> Iterator[tuple[bytes, list[pa.Array] | None]]:
        """Each block of whole lines with its typed columns; None when a record of it needs a closer look.

        Gives up where most do.
        """
        with ThreadPoolExecutor(BLOCKS_AHEAD, "plain-blocks") as pool:
            waiting: deque[tuple[bytes, Future[list[pa.Array] | None]]] = deque()
            for block in blocks:
                waiting.append((block, pool.submit(self.columns_of, block)))
                if len(waiting) > BLOCKS_AHEAD:
                    yield self._next(waiting)
            while waiting:
                yield self._next(waiting)

    def _next(self, waiting: deque[tuple[bytes, Future[list[pa.Array] | None]]]) -> tuple[bytes, list[pa.Array] | None]:
        block, parsed = waiting.popleft()
        columns = parsed.result()
        self._misses += columns is None
        self._hits += columns is not None
        return block, columns

    def batch(self, columns: list[pa.Array], first_line_no: int) -> pa.RecordBatch:
        """The records with their line numbers."""
        line_nos = np.arange(first_line_no, first_line_no + len(columns[0]), dtype=np.int32)
        return pa.RecordBatch.from_arrays([*columns, pa.array(line_nos)], schema=self.schema)

    def columns_of(self, block: bytes) -> list[pa.Array] | None:
        """Typed columns of whole lines; None when one of them needs a closer look."""
        if not block or (self._misses >= _TRIES and self._misses > self._hits):
            return None
        text = _plain_text(block, self._encoding)
        if text is None or not self._are_records(text):
            return None
        line_count = text.count(b"\n")
        try:
            parsed = pyarrow.csv.read_csv(pa.py_buffer(text), *self._options(len(text))).combine_chunks()
        except pa.ArrowInvalid:
            return None
        if parsed.num_rows != line_count:
            return None
        columns: list[pa.Array] = []
        for column, values in zip(self.columns, parsed.itercolumns(), strict=True):
            plain = plain_column(column, values.chunk(0))
            if plain is None:
                return None
            columns.append(plain)
        return columns

    def _are_records(self, text: bytes) -> bool:
        """True when Arrow's parser, more lenient than ours, reads nothing from these lines that we would refuse.

        It counts the fields itself. It would also read quotation marks within a field, blanks around a number and
        hexadecimal numbers.
        """
        if _has_longer_line(text):
            return False
        if b'"' in text and not all(map(record_pattern(len(self.columns)).fullmatch, text[:-1].split(b"\n"))):
            return False
        if not self._has_trimmed:
            return True
        return not any(mark in text and b"0" + mark in text for mark in _HEXADECIMAL) and not _has_blank_edges(text)

    def _options(
        self, size: int
    ) -> tuple[pyarrow.csv.ReadOptions, pyarrow.csv.ParseOptions, pyarrow.csv.ConvertOptions]:
        names = [column.name for column in self.columns]
        return (
            pyarrow.csv.ReadOptions(use_threads=False, block_size=size + 1, column_names=names),
            pyarrow.csv.ParseOptions(newlines_in_values=False, ignore_empty_lines=False),
            self._conversion,
        )

    @cached_property
    def _conversion(self) -> pyarrow.csv.ConvertOptions:
        types: dict[str, pa.DataType] = {column.name: parsed_type(column) for column in self.columns}
        return pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, true_values=["1"], false_values=["0"]
        )


def _plain_text(block: bytes, encoding: str) -> bytes | None:
    """The block in UTF-8 with LF behind every line; None when a byte of it cannot be."""
    octets = np.frombuffer(block, np.uint8)
    allowed = block.count(b"\n") + block.count(b"\r") + block.count(b"\t")
    if int(np.count_nonzero(octets < _FIRST_PRINTABLE)) != allowed or _DELETE in block:
        return None
    if not block.isascii():
        try:
            decoded = decode(block, encoding)
        except UnicodeDecodeError:
            return None
        block = block if encoding == "utf-8" else decoded.encode()
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
        if b"\r" in block:
            return None
    return block if block.endswith(b"\n") else block + b"\n"


def _has_longer_line(text: bytes) -> bool:
    """True when a line is longer than a record may be: a few jumps from line end to line end."""
    start = 0
    while len(text) - start > LONGEST_RECORD_BYTES:
        end = text.rfind(b"\n", start, start + LONGEST_RECORD_BYTES + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def _has_blank_edges(text: bytes) -> bool:
    """True when a blank stands at the edge of any field."""
    octets = np.frombuffer(text, np.uint8)
    for blank in _BLANKS:
        if blank in text:
            places = np.flatnonzero(octets == blank[0])
            # The text ends with LF, so every blank has a byte behind it, and the one before the first is that LF.
            if bool(_FIELD_EDGES[octets[places - 1]].any() or _FIELD_EDGES[octets[places + 1]].any()):
                return True
    return False


@lru_cache(maxsize=64)
def record_pattern(field_count: int) -> re.Pattern[bytes]:
    """One whole record by RFC 4180. Possessive: a line that does not match must fail at once."""
    one_field = rb'(?:"(?:[^"]|"")*+"|[^",]*+)'
    return re.compile(one_field + rb"(?:," + one_field + rb"){%d}" % (field_count - 1))
