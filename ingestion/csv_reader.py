"""Strict reading of delivered CSV: which bytes are a record, and which records are sound.

No value is judged here.

Works on bytes: comma, quote and line end are never part of a longer character, neither in UTF-8 nor in CP932.
Blocks without a fault, which is nearly all of them, are checked and taken as a whole: for loading as typed columns
(``plain_blocks``) where every value is plain, else as lines. The others are read record by record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ingestion.csv_header import LONGEST_RECORD_LINES, header_faults, read_header
from ingestion.csv_record import LONGEST_RECORD_BYTES, decode, judge_record
from ingestion.framing import CONTROL_CHARACTERS, Framed, Record, framed_line
from ingestion.plain_blocks import PlainBlocks, record_pattern
from ingestion.unstored_texts import UnstoredTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from ingestion.layout import Column, Layout

BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class _Block:
    """Some whole records.

    ``batch`` are they as typed columns when every value is plain; ``clean`` their lines in UTF-8 when each is sound and
    has one line; else see ``records``.
    """

    first_line_no: int
    lines: list[bytes]
    clean: list[bytes] | None
    records: list[Record]
    batch: pa.RecordBatch | None = None


def read_csv_feed(path: Path, layout: Layout, encoding: str, framed_path: Path) -> Framed:
    """Frame a CSV file; the sound records are written to ``framed_path``."""
    reading = _Reading(path, layout, encoding, framed_path)
    for _ in reading.batches():
        pass
    return reading.framed


def stream_csv_feed(path: Path, layout: Layout, encoding: str, framed_path: Path) -> Framed:
    """Frame a CSV file while it is loaded: ``batches`` of typed records, and all others in ``framed_path``.

    What was found is complete when the last batch has been taken; the two together are all sound records.
    """
    reading = _Reading(path, layout, encoding, framed_path)
    plain = PlainBlocks.of(layout, encoding)
    if not reading.framed.has_rows or plain is None:
        return read_csv_feed(path, layout, encoding, framed_path)
    reading.framed.schema = plain.schema
    reading.framed.batches = reading.batches(plain)
    return reading.framed


class _Reading:
    """One file being read; its header at once."""

    def __init__(self, path: Path, layout: Layout, encoding: str, framed_path: Path) -> None:
        self._path, self._layout, self._encoding = path, layout, encoding
        self._framed_path = framed_path
        with path.open("rb") as source:
            header, self._first_line_no = read_header(source)
            self._first_byte = source.tell()
        faults = header_faults(header, layout, encoding)
        self.framed = Framed(faults=faults, has_rows=not faults)

    def batches(self, plain: PlainBlocks | None = None) -> Iterator[pa.RecordBatch]:
        """Typed records; all other sound ones go to the framed file, and what was found into ``framed``."""
        unstored = UnstoredTexts(self._layout, self._framed_path)
        with self._path.open("rb") as source, self._framed_path.open("wb") as target, unstored.writer() as texts:
            source.seek(self._first_byte)
            for block in _blocks(source, self._first_line_no, self._layout, self._encoding, plain):
                if block.batch is None:
                    self._write(block, target)
                    continue
                self.framed.record_count += block.batch.num_rows
                texts.write(block.batch)
                yield block.batch

    def _write(self, block: _Block, target: BinaryIO) -> None:
        framed = self.framed
        if block.clean is not None:
            framed.record_count += len(block.clean)
            numbered = enumerate(block.clean, block.first_line_no)
            target.write(b"".join([b"%d,%b\n" % pair for pair in numbered]))
            return
        for record in block.records:
            framed.record_count += 1
            if record.fields is not None:
                target.write(framed_line(record.line_no, record.fields))
            elif framed.has_rows:
                framed.unsound[record.line_no] = record


def reread_csv_feed(path: Path, layout: Layout, encoding: str, line_nos: Collection[int]) -> dict[int, Record]:
    """The records that begin at the given lines, as delivered and as text."""
    wanted = set(line_nos)
    found: dict[int, Record] = {}
    with path.open("rb") as source:
        _, next_line_no = read_header(source)
        for block in _blocks(source, next_line_no, layout, encoding):
            found |= {record.line_no: record for record in block.records if record.line_no in wanted}
            if block.clean is not None:
                for line_no in wanted.intersection(range(block.first_line_no, block.first_line_no + len(block.lines))):
                    raw = block.lines[line_no - block.first_line_no]
                    found[line_no] = judge_record(line_no, raw, layout.record("data"), encoding)
    return found


def _blocks(
    source: BinaryIO, line_no: int, layout: Layout, encoding: str, plain: PlainBlocks | None = None
) -> Iterator[_Block]:
    rest = b""
    parsed = plain.ahead(_read(source)) if plain else ((block, None) for block in _read(source))
    for read, columns in parsed:
        if plain and columns is not None and not rest:
            batch = plain.batch(columns, line_no)
            yield _Block(line_no, [], None, [], batch)
            line_no += batch.num_rows
            continue
        block, is_last, rest = rest + read, not read, b""
        if not block:
            break
        lines = block.removesuffix(b"\n").split(b"\n")
        clean = _clean_lines(block, layout, encoding)
        records: list[Record] = []
        if clean is None:
            records, used = _records(lines, line_no, layout.record("data"), encoding, is_last=is_last)
            if used < len(lines):
                rest = b"\n".join(lines[used:]) + (b"\n" if block.endswith(b"\n") else b"")
                lines = lines[:used]
        yield _Block(line_no, lines, clean, records)
        line_no += len(lines)


def _read(source: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines; an empty one at the end."""
    while block := source.read(BLOCK_BYTES):
        yield block + source.readline()
    yield b""


def _clean_lines(block: bytes, layout: Layout, encoding: str) -> list[bytes] | None:
    """The lines in UTF-8 without line ends, None when a line of the block needs a closer look."""
    if len(block.translate(None, CONTROL_CHARACTERS)) != len(block):
        return None
    try:
        text = decode(block, encoding)
    except UnicodeDecodeError:
        return None
    if encoding != "utf-8":
        block = text.encode()
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
        if b"\r" in block:
            return None
    lines = block.removesuffix(b"\n").split(b"\n")
    return lines if _are_records(lines, len(layout.header_labels), b'"' in block) else None


def _are_records(lines: list[bytes], field_count: int, has_quotes: bool) -> bool:  # noqa: FBT001
    if max(map(len, lines)) > LONGEST_RECORD_BYTES:
        return False
    if not has_quotes:
        return {line.count(b",") for line in lines} == {field_count - 1}
    record = record_pattern(field_count)
    return all(record.fullmatch(line) for line in lines)


def _records(
    lines: list[bytes], line_no: int, columns: Sequence[Column], encoding: str, *, is_last: bool
) -> tuple[list[Record], int]:
    """Records of a block one by one, and how many lines they take.

    What follows a block may complete its last record.
    """
    records: list[Record] = []
    index = 0
    while index < len(lines):
        record = judge_record(line_no + index, lines[index], columns, encoding)
        span = 1
        if record.fields is None and lines[index].count(b'"') % 2:
            joined, joined_span, is_open = _joined(lines, index)
            if is_open and not is_last:
                break
            longer = judge_record(line_no + index, joined, columns, encoding)
            # A stray quote must not swallow the lines behind it: joined only when that makes a record.
            if longer.fields is not None:
                record, span = longer, joined_span
        records.append(record)
        index += span
    return records, index


def _joined(lines: list[bytes], index: int) -> tuple[bytes, int, bool]:
    """The lines from ``index`` to the one that closes the open quote.

    Their number, and whether more may belong to them.
    """
    raw = lines[index]
    span = 1
    while raw.count(b'"') % 2 and span < LONGEST_RECORD_LINES and index + span < len(lines):
        raw += b"\n" + lines[index + span]
        span += 1
    return (
        raw,
        span,
        raw.count(b'"') % 2 == 1 and span < LONGEST_RECORD_LINES and len(raw) < LONGEST_RECORD_BYTES,
    )
