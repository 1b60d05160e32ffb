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
from ingestion.plain_blocks import PlainBlocks
from ingestion.record_lines import HEADER_PLACE, LineMaker
from ingestion.record_walk import RecordWalk
from ingestion.row_sql import framed_columns
from ingestion.unstored_texts import UnstoredTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pyarrow as pa

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
_BLOCK_BYTES = 8 << 20
LEAST_TYPED_BYTES = 1 << 20
"""Below it, judging each row of a file costs less than making batches."""


def read_fixed_width_feed(path: Path, contract: FeedContract, encoding: str, framed_path: Path) -> Framed:
    """Frame a fixed-width file; the sound records, each behind its header's fields, go to ``framed_path``."""
    reading = _Reading(RecordWalk(path, contract, encoding), contract)
    with framed_path.open("wb") as target:
        target.writelines(reading.blocks())
    return reading.framed


def stream_fixed_width_feed(path: Path, contract: FeedContract, encoding: str, framed_path: Path) -> Framed:
    """Frame a fixed-width file while it is loaded: ``batches`` of typed records, and all others in ``framed_path``.

    What was found is complete when the last batch has been taken; the two together are all sound records.
    """
    plain = PlainBlocks.of(contract.layout, "utf-8", framed_columns(contract))
    if plain is None or path.stat().st_size < LEAST_TYPED_BYTES:
        return read_fixed_width_feed(path, contract, encoding, framed_path)
    reading = _Reading(RecordWalk(path, contract, encoding), contract)
    reading.framed.schema = plain.schema
    reading.framed.batches = reading.batches(plain, framed_path)
    return reading.framed


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


class _Reading:
    """One file being read; what is found goes into ``framed``."""

    def __init__(self, walk: RecordWalk, contract: FeedContract) -> None:
        self._walk = walk
        self._contract = contract
        self.framed = Framed()
        self._totals = BlockTotals(contract, walk.data)
        self._maker = LineMaker(walk.data.places, walk.encoding)

    def batches(self, plain: PlainBlocks, framed_path: Path) -> Iterator[pa.RecordBatch]:
        """Typed records; all other sound ones go to the framed file."""
        unstored = UnstoredTexts(self._contract.layout, framed_path)
        with framed_path.open("wb") as target, unstored.writer() as texts:
            for block, columns in plain.ahead(self.blocks()):
                if columns is None:
                    target.write(block)
                    continue
                batch = plain.batch(columns, 0)
                texts.write(batch)
                yield batch

    def blocks(self) -> Iterator[bytes]:
        """The sound records as whole lines of the framed file, several pieces at once."""
        waiting: list[bytes] = []
        for walked in self._walk.pieces():
            waiting += self._lines_of_piece(walked)
            if walked.fault:
                self.framed.faults.append(walked.fault)
            elif len(self.framed.unsound) > MOST_UNSOUND:
                self.framed.faults.append(_TOO_MANY_UNSOUND)
                break
            if sum(map(len, waiting)) >= _BLOCK_BYTES:
                yield b"".join(waiting)
                waiting = []
        if any(waiting):
            yield b"".join(waiting)

    def _lines_of_piece(self, walked: WalkedPiece) -> list[bytes]:
        written: list[bytes] = []
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
                written += self._lines_of_stretch(walked, stretch, content, others.tolist())
                for total, found in zip(stretch.block.found, founds, strict=True):
                    total.add(found)
            self.framed.record_count += len(rows)
        for stretch in walked.stretches:
            if stretch.closing:
                self.framed.trailers.close(
                    stretch.block,
                    self._contract.trailer,
                    stretch.closing.stated,
                    self._contract.amount,
                    stretch.closing.record_no,
                )
        return written

    def _lines_of_stretch(
        self, walked: WalkedPiece, stretch: Stretch, plain: bytes, others: list[int]
    ) -> Iterator[bytes]:
        """The plain lines of a stretch behind one another, then the others."""
        block, first = stretch.block, walked.piece.first_record_no
        block.first_record_no = block.first_record_no or first + stretch.first
        block.last_record_no = first + stretch.last - 1
        yield plain.replace(HEADER_PLACE, block.header_line)
        for row in others:
            record_no, raw = first + row, walked.piece.raw(row)
            record = self._walk.data.record(record_no, raw, block.header)
            if record.fields is not None:
                yield framed_line(record_no, record.fields)
                continue
            amount = self._walk.data.value(raw, self._contract.amount or "")
            yen = None if amount is None else readable_yen(self._contract, amount)
            self.framed.unsound[record_no] = replace(record, yen=yen)


def _lines_of_stretches(lines: Lines, starts: list[int]) -> Iterator[bytes]:
    """The plain lines, cut where a stretch of records begins."""
    if len(starts) == 2:  # noqa: PLR2004  one stretch, as nearly always
        yield lines.content
        return
    split = lines.content.splitlines(keepends=True)
    counts = np.concatenate([[0], np.cumsum(lines.is_plain)])[starts].tolist()
    for first, last in pairwise(counts):
        yield b"".join(split[first:last])
