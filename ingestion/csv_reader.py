"""Strict reading of delivered CSV: declared encoding, RFC 4180 quotes, header by position, field count per record.

Works on bytes: comma, quote and line end are never part of a longer character, neither in UTF-8 nor in CP932. Blocks
without quotes and faults, which is nearly all of them, are checked as a whole; the others record by record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, BinaryIO

from ingestion.framing import CONTROL_CHARACTERS, Framed, Record, framed_line
from ingestion.line_errors import FileFault, LineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ingestion.layout import Layout

BLOCK_BYTES = 4 << 20
LONGEST_RECORD_BYTES = 1 << 20
LONGEST_RECORD_LINES = 100
_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\Z)')
# Python's cp932 lets these bytes pass although no Japanese character has them.
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")


@dataclass(frozen=True)
class _Block:
    """Some whole lines. ``clean`` holds their UTF-8 lines when every one is a sound record without quotes."""

    first_line_no: int
    lines: list[bytes]
    clean: list[bytes] | None


def read_csv_feed(path: Path, layout: Layout, encoding: str, framed_path: Path) -> Framed:
    """Frame a CSV file; the sound records are written to ``framed_path``."""
    framed = Framed()
    with path.open("rb") as source, framed_path.open("wb") as target:
        header, next_line_no = _read_header(source)
        framed.faults += header_faults(header, layout, encoding)
        framed.has_rows = not framed.faults
        for block in _blocks(source, next_line_no, layout, encoding):
            if block.clean is not None:
                framed.record_count += len(block.clean)
                numbered = enumerate(block.clean, block.first_line_no)
                target.write(b"".join([b"%d,%b\n" % pair for pair in numbered]))
                continue
            for record in _records(block, layout, encoding):
                framed.record_count += 1
                if record.fields is None:
                    framed.unsound[record.line_no] = record
                else:
                    target.write(framed_line(record.line_no, record.fields))
    return framed


def reread_csv_feed(path: Path, layout: Layout, encoding: str, line_nos: Collection[int]) -> dict[int, Record]:
    """The records that begin at the given lines, as delivered and as text."""
    wanted = set(line_nos)
    found: dict[int, Record] = {}
    with path.open("rb") as source:
        _, next_line_no = _read_header(source)
        for block in _blocks(source, next_line_no, layout, encoding):
            if wanted.isdisjoint(range(block.first_line_no, block.first_line_no + len(block.lines))):
                continue
            for record in _records(block, layout, encoding):
                if record.line_no in wanted:
                    found[record.line_no] = record
    return found


def decode(raw: bytes, encoding: str) -> str:
    """Decode strictly.

    Raises:
        UnicodeDecodeError: the bytes are not text in this encoding.
    """
    text = raw.decode(encoding)
    if encoding == "cp932" and (match := _NOT_CP932.search(text)):
        place = len(text[: match.start()].encode(encoding))
        raise UnicodeDecodeError(encoding, raw, place, place + 1, "no Japanese character")
    return text


def split_record(text: str) -> list[str] | None:
    """Fields of one record by RFC 4180; None when its quotes are not in order."""
    fields: list[str] = []
    place = 0
    while True:
        match = _FIELD.match(text, place)
        if match is None:
            return None
        quoted, plain, end = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        place = match.end()
        if end == "":
            return fields


def header_faults(header: bytes, layout: Layout, encoding: str) -> list[FileFault]:
    """Why the first line is not the header of this layout. Shows no text that the layout does not know itself."""
    try:
        found = split_record(decode(header, encoding).removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError:
        cause = f"the header is not written in {encoding}, the declared encoding"
        return [FileFault(cause, "Deliver the file in that encoding, or set the encoding of the feed in city.toml.", 1)]
    expected = list(layout.header_labels)
    if found is None or not set(found) & set(expected):
        return [FileFault(f"the first line is not the header of the feed {layout.feed}", _header_remedy(layout), 1)]
    faults: list[FileFault] = []
    for kind, start, end, found_start, found_end in SequenceMatcher(None, expected, found, False).get_opcodes():
        if kind == "equal":
            continue
        for column in layout.record("data")[start:end]:
            cause = f"column {column.position} {column.item_ja} ({column.name}) is missing from the header"
            faults.append(FileFault(cause, _header_remedy(layout), 1))
        for place in range(found_start, found_end):
            known = f" {found[place]}" if found[place] in expected else ""
            cause = f"column {place + 1}{known} of the header is not expected at this place"
            faults.append(FileFault(cause, _header_remedy(layout), 1))
    return faults


def _header_remedy(layout: Layout) -> str:
    return f"Write the {len(layout.header_labels)} item names of the layout {layout.feed}.csv in their order."


def _read_header(source: BinaryIO) -> tuple[bytes, int]:
    """The first record without a byte order mark, and the number of the line after it."""
    header = source.readline(LONGEST_RECORD_BYTES).removeprefix(_BOM)
    lines = 1
    while header.count(b'"') % 2 and lines < LONGEST_RECORD_LINES and (line := source.readline(LONGEST_RECORD_BYTES)):
        header += line
        lines += 1
    return header, lines + 1


def _blocks(source: BinaryIO, line_no: int, layout: Layout, encoding: str) -> Iterator[_Block]:
    rest = b""
    while block := source.read(BLOCK_BYTES):
        block = rest + block + source.readline()
        rest = b""
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        clean = _clean_lines(block, lines, layout, encoding)
        if clean is None and (cut := _open_quote_at(lines)) < len(lines) and cut > 0:
            rest = b"\n".join(lines[cut:]) + (b"\n" if block.endswith(b"\n") else b"")
            lines = lines[:cut]
        yield _Block(line_no, lines, clean)
        line_no += len(lines)
    if rest:
        yield _Block(line_no, rest.removesuffix(b"\n").split(b"\n"), None)


def _open_quote_at(lines: list[bytes]) -> int:
    """Index of the line where a record begins whose quote is still open at the end of the block, else their number."""
    tail_start = max(0, len(lines) - LONGEST_RECORD_LINES)
    if sum(line.count(b'"') for line in lines) % 2 == 0:
        return len(lines)
    for index in range(len(lines) - 1, tail_start - 1, -1):
        if lines[index].count(b'"') % 2:
            return index
    return len(lines)


def _clean_lines(block: bytes, lines: list[bytes], layout: Layout, encoding: str) -> list[bytes] | None:
    if b'"' in block or len(block.translate(None, CONTROL_CHARACTERS)) != len(block):
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
    utf8_lines = block.removesuffix(b"\n").split(b"\n")
    commas = len(layout.header_labels) - 1
    return utf8_lines if {line.count(b",") for line in utf8_lines} == {commas} else None


def _records(block: _Block, layout: Layout, encoding: str) -> Iterator[Record]:
    """The records of a block one by one; a record may span lines when a quote is open at a line's end."""
    index = 0
    while index < len(block.lines):
        line_no = block.first_line_no + index
        record = _judge(line_no, block.lines[index], layout, encoding)
        span = 1
        if record.fields is None and block.lines[index].count(b'"') % 2:
            joined, joined_span = _joined(block.lines, index)
            longer = _judge(line_no, joined, layout, encoding)
            # A stray quote must not swallow the lines behind it: they are joined only when that makes a record.
            if longer.fields is not None:
                record, span = longer, joined_span
        yield record
        index += span


def _joined(lines: list[bytes], index: int) -> tuple[bytes, int]:
    raw = lines[index]
    span = 1
    while raw.count(b'"') % 2 and span < LONGEST_RECORD_LINES and index + span < len(lines):
        raw += b"\n" + lines[index + span]
        span += 1
    return raw, span


def _judge(line_no: int, raw: bytes, layout: Layout, encoding: str) -> Record:
    def refused(cause: str, remedy: str, column_no: int | None = None) -> Record:
        columns = layout.record("data")
        if column_no is None or column_no > len(columns):
            return Record(line_no, raw, None, LineError(line_no, cause, remedy))
        return Record(line_no, raw, None, LineError.at(line_no, columns[column_no - 1], cause, remedy))

    body = raw.removesuffix(b"\r")
    if not body:
        return refused("the line is empty", "Remove the line.")
    if len(body) > LONGEST_RECORD_BYTES:
        return refused(f"the record is longer than {LONGEST_RECORD_BYTES:,} bytes", "Check the line ends of the file.")
    if len(body.translate(None, CONTROL_CHARACTERS)) != len(body):
        return refused("the line contains control characters", "Remove them; the file may be damaged.")
    try:
        text = decode(body, encoding)
    except UnicodeDecodeError as error:
        column_no = body[: error.start].count(b",") + 1 if b'"' not in body[: error.start] else None
        return refused(
            f"the bytes are not text in {encoding}, the declared encoding",
            "Deliver the line in that encoding; a character outside it needs another spelling.",
            column_no,
        )
    fields = split_record(text)
    if fields is None:
        return refused("the quotation marks are not in order", 'Put "…" around the field and double the marks inside it.')
    expected = len(layout.header_labels)
    if len(fields) != expected:
        cut = " (the line is cut short)" if len(fields) < expected else ""
        return refused(
            f"the line has {len(fields)} fields, the layout has {expected}{cut}",
            "Deliver the whole line; a comma inside a field needs quotation marks around the field.",
        )
    return Record(line_no, raw, tuple(fields))
