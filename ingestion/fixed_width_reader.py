"""Strict reading of fixed-width files: framed by record length, never by line.

Sliced as bytes, then decoded: whole pieces at once, and record by record what is not plain. Which kind a record is and
what a trailer must equal is declared in the layout and in ``feeds.csv``. The file is never in memory as a whole.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ingestion.block_totals import BlockTotals
from ingestion.framing import Framed, framed_line, readable_yen
from ingestion.line_errors import FileFault
from ingestion.record_lines import HEADER_PLACE, LineMaker
from ingestion.record_walk import RecordWalk
from ingestion.typed_records import TypedRecords
from ingestion.unstored_texts import UnstoredTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

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
PIECES_AHEAD = 2
"""Pieces that are typed while others are written; each in a thread of its own."""
LEAST_RECORDS = 1_000
"""Blocks with fewer records than this, on average over a piece, are faster as lines."""
LEAST_TYPED_BYTES = 1 << 20
"""Below it, judging each row of a file costs less than making batches."""


def read_fixed_width_feed(path: Path, contract: FeedContract, encoding: str, framed_path: Path) -> Framed:
    """Frame a fixed-width file; the sound records, each behind its header's fields, go to ``framed_path``."""
    reading = _Reading(RecordWalk(path, contract, encoding), contract)
    with framed_path.open("wb") as target:
        target.writelines(reading.lines())
    return reading.framed


def stream_fixed_width_feed(path: Path, contract: FeedContract, encoding: str, framed_path: Path) -> Framed:
    """Frame a fixed-width file while it is loaded: ``batches`` of typed records, and all others in ``framed_path``.

    What was found is complete when the last batch has been taken; the two together are all sound records.
    """
    reading = _Reading(RecordWalk(path, contract, encoding), contract)
    typed = TypedRecords.of(contract, reading.walk.data, reading.walk.encoding)
    if typed is None or path.stat().st_size < LEAST_TYPED_BYTES:
        return read_fixed_width_feed(path, contract, encoding, framed_path)
    reading.framed.schema = typed.schema
    reading.framed.batches = reading.batches(typed, framed_path)
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
        self.walk = walk
        self._contract = contract
        self.framed = Framed()
        self._totals = BlockTotals(contract, walk.data)
        self._maker = LineMaker(walk.data.places, walk.encoding)

    def lines(self) -> Iterator[bytes]:
        """The sound records as whole lines of the framed file."""
        for walked in self._counted():
            yield from self._lines(walked)

    def batches(self, typed: TypedRecords, framed_path: Path) -> Iterator[pa.RecordBatch]:
        """Typed records; all other sound ones go to the framed file."""
        unstored = UnstoredTexts(self._contract.layout, framed_path)
        with framed_path.open("wb") as target, unstored.writer() as texts:
            for walked, batches in self._typed(typed):
                if batches is None:
                    target.writelines(self._lines(walked))
                    continue
                for batch in batches:
                    texts.write(batch)
                    yield batch

    def _typed(self, typed: TypedRecords) -> Iterator[tuple[WalkedPiece, list[pa.RecordBatch] | None]]:
        """Each piece with its records as batches, None when one needs a closer look; others are made meanwhile."""
        with ThreadPoolExecutor(PIECES_AHEAD, "typed-records") as pool:
            waiting: deque[tuple[WalkedPiece, Future[list[pa.RecordBatch] | None]]] = deque()
            for walked in self._counted():
                waiting.append((walked, pool.submit(_batches, typed, walked)))
                if len(waiting) > PIECES_AHEAD:
                    piece, batches = waiting.popleft()
                    yield piece, batches.result()
            for piece, batches in waiting:
                yield piece, batches.result()

    def _counted(self) -> Iterator[WalkedPiece]:
        """All pieces up to a fault, their records counted and added up, their trailers compared."""
        for walked in self.walk.pieces():
            self._count(walked)
            yield walked
            if walked.fault:
                self.framed.faults.append(walked.fault)
            elif len(self.framed.unsound) > MOST_UNSOUND:
                self.framed.faults.append(_TOO_MANY_UNSOUND)
                break

    def _count(self, walked: WalkedPiece) -> None:
        piece, (records, rows, starts) = walked.piece, _records_of(walked)
        if len(rows):
            totals = self._totals.of(records, lambda index: piece.raw(int(rows[index])), starts[:-1])
            for stretch, founds in zip(walked.filled, totals, strict=True):
                block = stretch.block
                block.first_record_no = block.first_record_no or piece.first_record_no + stretch.first
                block.last_record_no = piece.first_record_no + stretch.last - 1
                for total, found in zip(block.found, founds, strict=True):
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

    def _lines(self, walked: WalkedPiece) -> Iterator[bytes]:
        piece, (records, rows, starts) = walked.piece, _records_of(walked)
        if not len(rows):
            return
        lines = self._maker.lines(records, piece.first_record_no, rows)
        plain = _lines_of_stretches(lines, starts)
        for stretch, content, start in zip(walked.filled, plain, starts, strict=False):
            others = np.flatnonzero(~lines.is_plain[start : start + stretch.last - stretch.first]) + stretch.first
            yield from self._lines_of_stretch(walked, stretch, content, others.tolist())

    def _lines_of_stretch(
        self, walked: WalkedPiece, stretch: Stretch, plain: bytes, others: list[int]
    ) -> Iterator[bytes]:
        """The plain lines of a stretch behind one another, then the others."""
        block, first = stretch.block, walked.piece.first_record_no
        yield plain.replace(HEADER_PLACE, block.header_line)
        for row in others:
            record_no, raw = first + row, walked.piece.raw(row)
            record = self.walk.data.record(record_no, raw, block.header)
            if record.fields is not None:
                yield framed_line(record_no, record.fields)
                continue
            amount = self.walk.data.value(raw, self._contract.amount or "")
            yen = None if amount is None else readable_yen(self._contract, amount)
            self.framed.unsound[record_no] = replace(record, yen=yen)


def _records_of(walked: WalkedPiece) -> tuple[NDArray[np.uint8], NDArray[np.int64], list[int]]:
    """The data records of a piece, their rows in it, and where in them each filled stretch begins and the last ends."""
    parts = [np.arange(stretch.first, stretch.last, dtype=np.int64) for stretch in walked.filled]
    rows = np.concatenate(parts) if parts else np.empty(0, np.int64)
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    if len(parts) == 1:
        return walked.piece.records[walked.filled[0].first : walked.filled[0].last], rows, starts
    return walked.piece.records[rows], rows, starts


def _batches(typed: TypedRecords, walked: WalkedPiece) -> list[pa.RecordBatch] | None:
    """The records of a piece as batches, None when one needs a closer look, or when they would be too small."""
    piece, batches = walked.piece, []
    if sum(stretch.last - stretch.first for stretch in walked.filled) < LEAST_RECORDS * len(walked.filled):
        return None
    for stretch in walked.filled:
        records = piece.records[stretch.first : stretch.last]
        batch = typed.batch(records, piece.first_record_no + stretch.first, stretch.block.header)
        if batch is None:
            return None
        batches.append(batch)
    return batches


def _lines_of_stretches(lines: Lines, starts: list[int]) -> Iterator[bytes]:
    """The plain lines, cut where a stretch of records begins."""
    if len(starts) == 2:  # noqa: PLR2004  one stretch, as nearly always
        yield lines.content
        return
    split = lines.content.splitlines(keepends=True)
    counts = np.concatenate([[0], np.cumsum(lines.is_plain)])[starts].tolist()
    for first, last in pairwise(counts):
        yield b"".join(split[first:last])
