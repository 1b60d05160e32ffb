"""The way through a fixed-width file: which records are the data of which block, and what breaks the file.

Line numbers are record numbers, counted from 1, headers and trailers included.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ingestion.column_types import NUMERIC_TYPES
from ingestion.file_encoding import encoding_of, is_ebcdic
from ingestion.framing import framed_line
from ingestion.line_errors import FileFault
from ingestion.record_frames import read_pieces
from ingestion.record_kinds import NUMBER_OF_KIND, START, RecordKinds, name_of_kind
from ingestion.record_slicer import RecordSlicer
from ingestion.trailer import Block, Found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from ingestion.contract import FeedContract
    from ingestion.record_frames import Piece

_DATA, _HEADER, _TRAILER, _END = (NUMBER_OF_KIND[kind] for kind in ("data", "header", "trailer", "end"))
_EBCDIC = FileFault(
    "the file is written in EBCDIC, in which this feed is not read",
    "Ask the sender for the file in the declared encoding.",
    1,
)


class Unframed(Exception):  # noqa: N818  it carries a fault, it is none
    """The file cannot be read any further; ``fault`` says why."""

    def __init__(self, fault: FileFault) -> None:
        """Take the fault."""
        super().__init__(fault.cause)
        self.fault = fault


@dataclass(frozen=True)
class Closing:
    """A trailer: its record number, and what its numeric columns state."""

    record_no: int
    stated: dict[str, int]


@dataclass(frozen=True)
class Stretch:
    """Data records of one block that stand together in one piece, from row ``first`` to before row ``last``.

    ``closing`` is the trailer behind them, None when the block goes on.
    """

    block: Block
    first: int
    last: int
    closing: Closing | None


@dataclass(frozen=True)
class WalkedPiece:
    """A piece and its stretches, in order. ``fault`` ends the file there."""

    piece: Piece
    stretches: list[Stretch]
    fault: FileFault | None

    @cached_property
    def filled(self) -> list[Stretch]:
        """The stretches that hold records."""
        return [stretch for stretch in self.stretches if stretch.last > stretch.first]


class RecordWalk:
    """Goes through one file piece by piece."""

    def __init__(self, path: Path, contract: FeedContract, declared_encoding: str) -> None:
        """Take the file; its first bytes say whether it is EBCDIC."""
        self._path = path
        self._contract = contract
        self._kinds = RecordKinds(contract.layout)
        with path.open("rb") as source:
            self._beginning = source.read(self._kinds.mark_bytes)
        self.encoding = encoding_of(self._beginning, contract, declared_encoding, self._kinds.first_marks)
        self._slicers = {kind: RecordSlicer(contract.layout.record(kind), self.encoding) for kind in self._kinds.names}
        self.data = self._slicers["data"]
        self._before = NUMBER_OF_KIND[START]
        self._block = self._new_block(())

    def pieces(self) -> Iterator[WalkedPiece]:
        """All pieces of the file up to the first fault."""
        with self._path.open("rb") as source:
            file_bytes = os.fstat(source.fileno()).st_size
            for walked in self._walked(source, file_bytes):
                yield walked
                if walked.fault:
                    return

    def _walked(self, source: BinaryIO, file_bytes: int) -> Iterator[WalkedPiece]:
        for piece in read_pieces(source, self._contract.record_bytes or 0, self.encoding):
            kinds = self._kinds.of(piece.records)
            count, fault = self._in_order(piece, kinds, file_bytes)
            stretches, broken = self._stretches(piece, kinds[:count])
            yield WalkedPiece(piece, stretches, broken or fault or piece.fault)
        missing = self._kinds.missing_at_end(name_of_kind(self._before))
        if missing:
            cause = f"the file ends without its {missing} record"
            nothing = WalkedPiece(piece, [], FileFault(cause, "Ask the sender for the whole file."))
            yield nothing

    def _in_order(self, piece: Piece, kinds: NDArray[np.int8], file_bytes: int) -> tuple[int, FileFault | None]:
        """How many records of the piece follow one another as they may, and what the next one is instead."""
        before = np.concatenate([np.array([self._before], np.int8), kinds[:-1]]) if len(kinds) else kinds
        is_allowed = self._kinds.allowed[before, kinds]
        count = len(kinds) if is_allowed.all() else int(np.argmin(is_allowed))
        last = int(kinds[count - 1]) if count else self._before
        if last == _END:
            place = int(piece.places[count]) if count < len(kinds) else piece.end_place
            if place < file_bytes:
                cause = f"{file_bytes - place:,} bytes stand behind the end record"
                remedy = "Remove them, or deliver each file on its own."
                return count, FileFault(cause, remedy, piece.first_record_no + count)
        elif count < len(kinds):
            return count, self._sequence_fault(piece.first_record_no + count, name_of_kind(last))
        return count, None

    def _sequence_fault(self, record_no: int, before: str) -> FileFault:
        if record_no == 1 and is_ebcdic(self._beginning, self._kinds.first_marks):
            return _EBCDIC
        expected = " or ".join(self._kinds.expected_after(before))
        first = self._contract.layout.record("data")[0]
        return FileFault(
            f"a {expected} record is expected here, but its first byte ({first.item_ja}) is another",
            "Ask the sender for the file again; a record may be missing, or longer than the layout says.",
            record_no,
        )

    def _stretches(self, piece: Piece, kinds: NDArray[np.int8]) -> tuple[list[Stretch], FileFault | None]:
        """Cut at every record that is no data record; those are read here."""
        stretches: list[Stretch] = []
        first = 0
        for row in [*np.flatnonzero(kinds != _DATA).tolist(), len(kinds)]:
            closing = None
            kind = int(kinds[row]) if row < len(kinds) else _DATA
            try:
                if kind == _TRAILER:
                    closing = self._closing(piece, row)
                header = self._fields(piece, row, "header") if kind == _HEADER else None
            except Unframed as unframed:
                return [*stretches, Stretch(self._block, first, row, None)], unframed.fault
            if row > first or closing:
                stretches.append(Stretch(self._block, first, row, closing))
            if header is not None or closing:
                self._block = self._new_block(header or ())
            first = row + 1
        self._before = int(kinds[-1]) if len(kinds) else self._before
        return stretches, None

    def _new_block(self, header: tuple[str, ...]) -> Block:
        line = framed_line(0, header).removeprefix(b"0,").removesuffix(b"\n") + b"," if header else b""
        return Block(line, header, [Found() for _ in self._contract.trailer])

    def _closing(self, piece: Piece, row: int) -> Closing:
        fields = self._fields(piece, row, "trailer")
        columns = self._slicers["trailer"].columns
        stated = {c.name: int(v or 0) for c, v in zip(columns, fields, strict=True) if c.type in NUMERIC_TYPES}
        return Closing(piece.first_record_no + row, stated)

    def _fields(self, piece: Piece, row: int, kind: str) -> tuple[str, ...]:
        """Fields of a header or trailer record, each judged: a fault there refuses the file."""
        record_no = piece.first_record_no + row
        record = self._slicers[kind].record(record_no, piece.raw(row), ())
        if record.fields is None:
            error = record.error
            raise Unframed(FileFault(error.cause if error else "", error.remedy if error else "", record_no))
        for column, value in zip(self._slicers[kind].columns, record.fields, strict=True):
            if diagnosis := column.diagnose(value):
                place = f"column {column.position} {column.item_ja} ({column.name})"
                raise Unframed(FileFault(f"{place}: {diagnosis.cause}", diagnosis.remedy, record_no))
        return record.fields
