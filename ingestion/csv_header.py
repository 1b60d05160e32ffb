"""The first line of a CSV feed: the layout's item names in order.

Labels repeat, so they are compared by position.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from ingestion.csv_record import LONGEST_RECORD_BYTES, decode, split_record
from ingestion.line_errors import FileFault

if TYPE_CHECKING:
    from typing import BinaryIO

    from ingestion.layout import Layout

LONGEST_RECORD_LINES = 100
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODING = {"utf-8": "cp932", "cp932": "utf-8"}


def read_header(source: BinaryIO) -> tuple[bytes, int]:
    """The first record without a byte order mark, and the number of the line after it."""
    header = source.readline(LONGEST_RECORD_BYTES).removeprefix(_BOM)
    lines = 1
    while header.count(b'"') % 2 and lines < LONGEST_RECORD_LINES and (line := source.readline(LONGEST_RECORD_BYTES)):
        header += line
        lines += 1
    return header, lines + 1


def header_faults(header: bytes, layout: Layout, encoding: str) -> list[FileFault]:
    """Why the first line is not the header of this layout.

    Shows no text that the layout does not contain itself.
    """
    expected = list(layout.header_labels)
    try:
        found = _labels(header, encoding)
    except UnicodeDecodeError:
        return [_encoding_fault(header, expected, encoding)]
    if b"\r" in header.removesuffix(b"\n").removesuffix(b"\r"):
        return [FileFault("the lines end in CR alone", "Deliver the file with CRLF or LF as line ends.", 1)]
    if not set(found) & set(expected):
        if set(_labels_if_text(header, _OTHER_ENCODING[encoding])) & set(expected):
            return [_encoding_fault(header, expected, encoding)]
        return [FileFault(f"the first line is not the header of the feed {layout.feed}", _remedy(layout), 1)]
    return _differences(layout, expected, found)


def _differences(layout: Layout, expected: list[str], found: list[str]) -> list[FileFault]:
    faults: list[FileFault] = []
    matcher = SequenceMatcher(None, expected, found, autojunk=False)
    for kind, start, end, found_start, found_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        for column in layout.record("data")[start:end]:
            cause = f"column {column.position} {column.item_ja} ({column.name}) is missing from the header"
            faults.append(FileFault(cause, _remedy(layout), 1))
        for place in range(found_start, found_end):
            # A label that the layout does not know may be a value: where the header is missing, a person's.
            known = f" {found[place]}" if found[place] in expected else ""
            cause = f"column {place + 1}{known} of the header is not expected at this place"
            faults.append(FileFault(cause, _remedy(layout), 1))
    return faults


def _labels(header: bytes, encoding: str) -> list[str]:
    return split_record(decode(header, encoding).removesuffix("\n").removesuffix("\r"))[0]


def _labels_if_text(header: bytes, encoding: str) -> list[str]:
    try:
        return _labels(header, encoding)
    except UnicodeDecodeError:
        return []


def _encoding_fault(header: bytes, expected: list[str], encoding: str) -> FileFault:
    other = _OTHER_ENCODING[encoding]
    seems = f"; it seems to be {other}" if set(_labels_if_text(header, other)) & set(expected) else ""
    return FileFault(
        f"the header is not written in {encoding}, the declared encoding{seems}",
        "Deliver the file in that encoding, or set the encoding of the feed in city.toml.",
        1,
    )


def _remedy(layout: Layout) -> str:
    return f"Write the {len(layout.header_labels)} item names of the layout {layout.feed}.csv in their order."
