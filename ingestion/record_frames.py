"""Where the records of a fixed-width file begin and end: by their length, never by lines.

Read piece by piece, so that the memory does not depend on the file. Between records nothing, CRLF, LF or CR is
accepted; where all of a piece stand at one distance, as nearly always, they are framed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ingestion.line_errors import FileFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ingestion.file_encoding import FileEncoding

PIECE_BYTES = 8 << 20
_LONGEST_SEPARATOR = 2
_LINE_ENDS = (10, 13)


@dataclass(frozen=True)
class Piece:
    """Some whole records in file order, one per row of ``records`` (translated, see :class:`FileEncoding`).

    ``places`` are their places in the file, ``end_place`` is the one behind the last of them and its separator.
    ``fault`` says why no record follows although bytes do.
    """

    first_record_no: int
    content: bytes
    content_place: int
    places: NDArray[np.int64]
    records: NDArray[np.uint8]
    end_place: int
    fault: FileFault | None

    def raw(self, index: int) -> bytes:
        """One record as delivered."""
        start = int(self.places[index]) - self.content_place
        return self.content[start : start + self.records.shape[1]]


def read_pieces(source: BinaryIO, size: int, encoding: FileEncoding) -> Iterator[Piece]:
    """All records of a file; the last piece carries the fault that broke the frame, if one did."""
    rest, record_no, place = b"", 1, 0
    is_last = False
    while not is_last:
        block = source.read(max(PIECE_BYTES, size))
        is_last = not block
        content = rest + block
        text = encoding.translate(content)
        starts, end, fault = _framed(text, size, record_no, is_last=is_last)
        records = _cut(text, starts, size)
        yield Piece(record_no, content, place, starts + place, records, place + end, fault)
        if fault:
            return
        rest = content[end:]
        place += end
        record_no += len(starts)


def _framed(
    text: bytes, size: int, first_record_no: int, *, is_last: bool
) -> tuple[NDArray[np.int64], int, FileFault | None]:
    """Starts of the whole records, the place behind them, and the fault that stands there, if any."""
    starts = _evenly_spaced(text, size)
    place = _behind(text, int(starts[-1]) + size) if len(starts) else 0
    others: list[int] = []
    fault = None
    # What separates a record from the next is known only when the bytes behind it are.
    while place + size + _LONGEST_SEPARATOR <= len(text) or (is_last and place < len(text)):
        raw = text[place : place + size]
        if len(raw) < size or b"\r" in raw or b"\n" in raw:
            fault = _length_fault(first_record_no + len(starts) + len(others), raw, size)
            break
        others.append(place)
        place = _behind(text, place + size)
    return np.concatenate([starts, np.array(others, np.int64)]), place, fault


def _evenly_spaced(text: bytes, size: int) -> NDArray[np.int64]:
    """Starts of the first records of a piece, as far as all stand at the distance of the first two."""
    distance = _behind(text, size)
    count = max(0, len(text) - _LONGEST_SEPARATOR) // distance
    grid = np.frombuffer(text, np.uint8, count * distance).reshape(count, distance)
    separator = np.frombuffer(text[size:distance], np.uint8)
    # Two bytes of a separator count as one: an LF behind a CR belongs to it.
    is_whole = (grid[:, size:] == separator).all(axis=1)
    found = sum(text.count(bytes([end]), 0, count * distance) for end in _LINE_ENDS)
    if not is_whole.all() or found != count * len(separator):
        is_whole &= ~np.isin(grid[:, :size], _LINE_ENDS).any(axis=1)
        count = int(np.argmin(is_whole)) if not is_whole.all() else count
    return np.arange(count, dtype=np.int64) * distance


def _behind(text: bytes, place: int) -> int:
    """The place behind the separator that stands at ``place``, if one does."""
    if text[place : place + 2] == b"\r\n":
        return place + 2
    return place + 1 if text[place : place + 1] in (b"\r", b"\n") else place


def _cut(text: bytes, starts: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    if not len(starts):
        return np.empty((0, size), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(text, np.uint8), size)
    distance = int(starts[1] - starts[0]) if len(starts) > 1 else size
    if int(starts[-1] - starts[0]) == distance * (len(starts) - 1) and (np.diff(starts) == distance).all():
        return windows[int(starts[0]) : int(starts[-1]) + 1 : distance]
    return windows[starts]


def _length_fault(record_no: int, raw: bytes, size: int) -> FileFault:
    found = len(raw.replace(b"\r", b"\n").split(b"\n")[0])
    if found == len(raw):
        return FileFault(
            f"the last record is cut short: it has {found} bytes, not {size}",
            "Ask the sender for the whole file.",
            record_no,
        )
    return FileFault(
        f"the record has {found} bytes, not {size}",
        "Deliver the file as it was made; an editor may have removed spaces at line ends.",
        record_no,
    )
