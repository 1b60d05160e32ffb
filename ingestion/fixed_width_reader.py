"""Strict reading of fixed-width files: framed by record length, never by line.

Sliced as bytes, then decoded: whole pieces at once, and record by record what is not plain. Which kind a record is and
what a trailer must equal is declared in the layout and in ``feeds.csv``. The file is never in memory as a whole.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ingestion.block_totals import BlockTotals
from ingestion.framing import Framed, framed_line, readable_yen
from ingestion.line_errors import FileFault
from ingestion.record_lines import HEADER_PLACE, LineMaker
from ingestion.record_walk import RecordWalk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from ingestion.contract import FeedContract
    from ingestion.framing import Record
    from ingestion.record_lines import Lines
    from ingestion.record_walk import Stretch, WalkedPiece

MOST_UNSOUND = 100_000
"""More records that are no text than this are a wrong file, and would fill the memory one by one."""
_TOO_MANY_UNSOUND = FileFault(
    f"more than {MOST_UNSOUND:,} records are no text in the declared encoding",
    "Ask the sender for the file again, or correct the encoding of this feed in city.toml.",
)
_RESULT, _REQUEST = "1", "0"
PATCH_BYTES = 4 << 20


def read_fixed_width_feed(path: Path, contract: FeedContract, encoding: str, framed_path: Path) -> Framed:
    """Frame a fixed-width file; the sound records, each behind its header's fields, go to ``framed_path``."""
    with framed_path.open("w+b") as target:
        writer = _FramedWriter(RecordWalk(path, contract, encoding), contract, target)
        framed = writer.write()
        for start, end in framed.trailers.requests if contract.has_result_marks else ():
            _mark_as_requests(target, start, end)
    return framed


def reread_fixed_width_feed(
    path: Path, contract: FeedContract, encoding: str, record_nos: Collection[int]
) -> dict[int, Record]:
    """The data records of the given numbers, as delivered and as text (behind their header's fields)."""
    wanted = np.array(sorted(record_nos), np.int64)
    found: dict[int, Record] = {}
    walk = RecordWalk(path, contract, encoding)
    for walked in walk.pieces():
        piece = walked.piece
        for stretch in walked.stretches:
            first, last = (piece.first_record_no + row for row in (stretch.first, stretch.last))
            for record_no in wanted[np.searchsorted(wanted, first) : np.searchsorted(wanted, last)].tolist():
                raw = piece.raw(record_no - piece.first_record_no)
                found[record_no] = walk.data.record(record_no, raw, stretch.block.header)
    return found


class _FramedWriter:
    def __init__(self, walk: RecordWalk, contract: FeedContract, target: BinaryIO) -> None:
        self._walk = walk
        self._contract = contract
        self._target = target
        self._framed = Framed()
        # Whether they are results is known at the trailer only: written as such, and corrected if they are requests.
        self._marks = (_RESULT,) if contract.has_result_marks else ()
        self._totals = BlockTotals(contract, walk.data)
        ending = "".join(f",{mark}" for mark in self._marks).encode()
        self._maker = LineMaker(walk.data.places, walk.encoding, ending)

    def write(self) -> Framed:
        for walked in self._walk.pieces():
            self._write_piece(walked)
            if walked.fault:
                self._framed.faults.append(walked.fault)
            elif len(self._framed.unsound) > MOST_UNSOUND:
                self._framed.faults.append(_TOO_MANY_UNSOUND)
                break
        return self._framed

    def _write_piece(self, walked: WalkedPiece) -> None:
        piece, filled = walked.piece, [stretch for stretch in walked.stretches if stretch.last > stretch.first]
        parts = [np.arange(stretch.first, stretch.last, dtype=np.int64) for stretch in filled]
        rows = np.concatenate(parts) if parts else np.empty(0, np.int64)
        starts = np.cumsum([0, *map(len, parts)]).tolist()
        if len(rows):
            records = piece.records[rows] if len(parts) > 1 else piece.records[filled[0].first : filled[0].last]
            lines = self._maker.lines(records, piece.first_record_no, rows)
            totals = self._totals.of(records, lambda index: piece.raw(int(rows[index])), starts[:-1])
            plain = _lines_of_stretches(lines, starts)
            for stretch, content, founds, start in zip(filled, plain, totals, starts, strict=False):
                others = np.flatnonzero(~lines.is_plain[start : start + stretch.last - stretch.first]) + stretch.first
                self._write_stretch(walked, stretch, content, others.tolist())
                for total, found in zip(stretch.block.found, founds, strict=True):
                    total.add(found)
            self._framed.record_count += len(rows)
        for stretch in walked.stretches:
            if stretch.closing:
                self._framed.trailers.close(
                    stretch.block,
                    self._contract.trailer,
                    stretch.closing.stated,
                    self._contract.amount,
                    stretch.closing.record_no,
                )

    def _write_stretch(self, walked: WalkedPiece, stretch: Stretch, plain: bytes, others: list[int]) -> None:
        """The plain lines of a stretch behind one another, then the others."""
        block, target = stretch.block, self._target
        if block.framed_to == 0:
            block.framed_from = block.framed_to = target.tell()
        block.framed_to += target.write(plain.replace(HEADER_PLACE, block.header_line))
        for row in others:
            record_no, raw = walked.piece.first_record_no + row, walked.piece.raw(row)
            record = self._walk.data.record(record_no, raw, block.header)
            if record.fields is not None:
                block.framed_to += target.write(framed_line(record_no, record.fields + self._marks))
                continue
            amount = self._walk.data.value(raw, self._contract.amount or "")
            yen = None if amount is None else readable_yen(self._contract, amount)
            self._framed.unsound[record_no] = replace(record, yen=yen)


def _lines_of_stretches(lines: Lines, starts: list[int]) -> Iterator[bytes]:
    """The plain lines, cut where a stretch of records begins."""
    if len(starts) == 2:  # noqa: PLR2004  one stretch, as nearly always
        yield lines.content
        return
    split = lines.content.splitlines(keepends=True)
    counts = np.concatenate([[0], np.cumsum(lines.is_plain)])[starts].tolist()
    for first, last in pairwise(counts):
        yield b"".join(split[first:last])


def _mark_as_requests(target: BinaryIO, start: int, end: int) -> None:
    """Correct the last field of the lines from ``start`` to ``end``; no line changes its length."""
    result, request = (f",{mark}\n".encode() for mark in (_RESULT, _REQUEST))
    place = start
    while place < end:
        target.seek(place)
        content = target.read(min(PATCH_BYTES, end - place))
        # A line may be cut by the end of what was read: that line is taken with the next one.
        content = content[: content.rindex(b"\n") + 1]
        target.seek(place)
        target.write(content.replace(result, request))
        place += len(content)
