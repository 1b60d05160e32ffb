"""Writes feed files in their real formats from columns of text: CSV with control sidecar, fixed width with trailers.

Which columns a file has, in what order and how wide comes from the layout alone. Columns nobody fills stay empty.
Rows are joined by Arrow: the text of a whole column at a time, never row by row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sample_city.columns import row_count

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.layout import Column
    from ingestion.sample_city.columns import Array, Columns

Text = Mapping[str, "pa.Array | str"]
"""Column name to Arrow text array, or to one text for all rows."""

_ROWS_AT_ONCE = 100_000
_LINE_END = "\r\n"


@dataclass
class FeedFile:
    """One delivered file, written in chunks; a control sidecar is written where the format has no trailer."""

    path: Path
    contract: FeedContract
    has_last_line_end: bool = True
    row_count: int = 0
    amount_yen: int = 0
    _sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    _stream: BinaryIO | None = None

    def add_lines(self, rows: Columns, to_text: Callable[[Columns], Text], yen: Array) -> None:
        """Append CSV lines; ``to_text`` is asked for some rows at a time. ``yen`` are those of the control total."""
        for start in range(0, len(yen), _ROWS_AT_ONCE):
            some = {name: values[start : start + _ROWS_AT_ONCE] for name, values in rows.items()}
            body = _joined(self._csv_pieces(to_text(some)), row_count(some))
            lead = "" if self._stream else ",".join(self.contract.layout.header_labels)
            self._write((lead + _LINE_END).encode() + body[: -len(_LINE_END)])
        self.row_count += len(yen)
        self.amount_yen += int(yen.sum())

    def add_block(self, header: Text, text: Text, rows: int, trailer: Text) -> None:
        """Append a header, its data records and their trailer to a fixed-width file."""
        self._add_record("header", header)
        columns = self.contract.layout.record("data")
        self._write(
            _joined([*(_filled(column, text.get(column.name, "")) for column in columns), self._record_end], rows)
        )
        self._add_record("trailer", trailer)
        self.row_count += rows

    def close(self) -> None:
        """Finish the file."""
        if self.contract.format == "fixed":
            if self.contract.layout.record("end"):
                self._add_record("end", {"end_record_class": "9"})
        elif self.has_last_line_end:
            self._write(_LINE_END.encode())
        if self._stream:
            self._stream.close()
        if self.contract.control == "sidecar":
            line = f"{self.row_count},{self.amount_yen},{self._sha256.hexdigest()}"
            control = self.path.with_name(self.path.stem + ".control.csv")
            control.write_bytes(f"rows,amount_yen,sha256\r\n{line}\r\n".encode())

    @property
    def _record_end(self) -> str:
        return _LINE_END if self.contract.has_result_marks else ""

    def _add_record(self, kind: str, values: Text) -> None:
        columns = self.contract.layout.record(kind)
        record = "".join(_filled(column, str(values.get(column.name, ""))) for column in columns)
        self._write((record + self._record_end).encode())

    def _csv_pieces(self, text: Text) -> Iterable[pa.Array | str]:
        columns = self.contract.layout.record("data")
        for place, column in enumerate(columns):
            yield text.get(column.name, "")
            yield "," if place < len(columns) - 1 else _LINE_END

    def _write(self, content: bytes) -> None:
        if self._stream is None:
            self._stream = self.path.open("wb")
        if self.contract.encoding != "utf-8":
            content = content.decode().encode(self.contract.encoding)
        self._sha256.update(content)
        self._stream.write(content)


def _joined(pieces: Iterable[pa.Array | str], rows: int) -> bytes:
    """All pieces of each row, all rows one after another, in UTF-8."""
    merged: list[pa.Array | str] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif not isinstance(piece, str) or piece:
            merged.append(piece)
    if all(isinstance(piece, str) for piece in merged):
        return ("".join(merged) * rows).encode()
    joined = pc.binary_join_element_wise(*(_large(piece) for piece in merged), _large(""))
    offsets, content = joined.buffers()[1:]
    first, last = pa.Array.from_buffers(pa.int64(), rows + 1, [None, offsets]).take(pa.array([0, rows])).to_pylist()
    return bytes(memoryview(content)[first:last])


def _large(piece: pa.Array | str) -> pa.Array:
    return pa.scalar(piece, pa.large_string()) if isinstance(piece, str) else piece.cast(pa.large_string())


def _filled(column: Column, value: pa.Array | str) -> pa.Array:
    """Numbers with leading zeros, text with trailing spaces, as wide as the layout says."""
    is_number = column.type in ("yen", "int")
    if isinstance(value, str):
        return value.rjust(column.length, "0") if is_number else value.ljust(column.length)
    return pc.utf8_lpad(value, column.length, "0") if is_number else pc.utf8_rpad(value, column.length, " ")
