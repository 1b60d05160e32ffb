"""Which feed is a file, judged by its content alone.

The header of a CSV, the marks of a fixed-width header record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.contract import ENCODINGS, FeedContract
from ingestion.csv_record import split_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BEGINNING_BYTES = 1 << 16
_LEAST_SHARE_OF_LABELS = 0.5


def recognise_feed(path: Path, contracts: Mapping[str, FeedContract]) -> str | None:
    """Name of the feed, of these contracts, whose header the file has; None when it is that of no feed."""
    with path.open("rb") as source:
        beginning = source.read(_BEGINNING_BYTES)
    for contract in contracts.values():
        if contract.format == "fixed" and _has_marks(beginning, contract):
            return contract.feed
    labels = _first_line_labels(beginning)
    shares = {
        contract.feed: len(labels & set(contract.layout.header_labels)) / len(set(contract.layout.header_labels))
        for contract in contracts.values()
        if contract.format == "csv"
    }
    best = max(shares, key=lambda feed: shares[feed])
    return best if shares[best] > _LEAST_SHARE_OF_LABELS else None


def _has_marks(beginning: bytes, contract: FeedContract) -> bool:
    """True when the leading code columns of the header record hold codes of this layout."""
    place = 0
    for column in contract.layout.record("header"):
        if not column.codes:
            break
        value = beginning[place : place + column.length].decode("ascii", errors="replace")
        # The code class (JIS or EBCDIC) says how the file is written, not what it is.
        if column.name != "character_code_class" and value not in column.codes:
            return False
        place += column.length
    return place > 0


def _first_line_labels(beginning: bytes) -> set[str]:
    line = beginning.split(b"\n", 1)[0].removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
    for encoding in ENCODINGS:
        try:
            return set(split_record(line.decode(encoding))[0])
        except UnicodeDecodeError:
            continue
    return set()
