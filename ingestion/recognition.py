"""Which feed is a file, judged by its content alone.

The header of a CSV, the codes and the length of the first record of a fixed-width file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.contract import ENCODINGS, FeedContract, load_contracts
from ingestion.csv_record import split_record
from ingestion.file_encoding import CODE_CLASS_COLUMN, encoding_of
from ingestion.record_kinds import START, RecordKinds
from ingestion.record_slicer import RecordSlicer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingestion.layout import Column

_BEGINNING_BYTES = 1 << 16
_LEAST_SHARE_OF_LABELS = 0.5
_Likeness = tuple[bool, int]
"""Whether every field of the first record is acceptable, and how many bytes of it are known codes."""


def recognise_feed(path: Path, contracts: Mapping[str, FeedContract] | None = None) -> str | None:
    """Name of the feed whose header the file has; None when it is that of no feed.

    ``contracts`` where a city has layouts of its own.
    """
    contracts = contracts or load_contracts()
    with path.open("rb") as source:
        beginning = source.read(_BEGINNING_BYTES)
    likenesses = {
        contract.feed: likeness
        for contract in contracts.values()
        if contract.format == "fixed" and (likeness := _likeness(beginning, contract))
    }
    if likenesses:
        return max(likenesses, key=lambda feed: likenesses[feed])
    labels = _first_line_labels(beginning)
    shares = {
        contract.feed: len(labels & set(contract.layout.header_labels)) / len(set(contract.layout.header_labels))
        for contract in contracts.values()
        if contract.format == "csv"
    }
    best = max(shares, key=lambda feed: shares[feed])
    return best if shares[best] > _LEAST_SHARE_OF_LABELS else None


def _likeness(beginning: bytes, contract: FeedContract) -> _Likeness | None:
    """How well the first record fits; None when it is shorter or a closed code list lacks one of its codes."""
    kinds = RecordKinds(contract.layout)
    encoding = encoding_of(beginning, contract, contract.encoding, kinds.first_marks)
    raw = beginning[: contract.record_bytes]
    text = encoding.translate(raw)
    if len(raw) < (contract.record_bytes or 0) or b"\r" in text or b"\n" in text:
        return None
    slicer = RecordSlicer(contract.layout.record(kinds.expected_after(START)[0]), encoding)
    values = {column.name: slicer.value(raw, column.name) or "" for column in slicer.columns}
    # The code class (JIS or EBCDIC) says how the file is written, not what it is.
    coded = [column for column in slicer.columns if column.codes and column.name != CODE_CLASS_COLUMN]
    if not all(column.is_open_list or values[column.name] in column.codes for column in coded):
        return None
    known = sum(column.length for column in coded if values[column.name] in column.codes)
    return all(_accepts(column, values[column.name]) for column in slicer.columns), known


def _accepts(column: Column, value: str) -> bool:
    return column.name == CODE_CLASS_COLUMN or column.accepts(value)


def _first_line_labels(beginning: bytes) -> set[str]:
    line = beginning.split(b"\n", 1)[0].removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
    for encoding in ENCODINGS:
        try:
            return set(split_record(line.decode(encoding))[0])
        except UnicodeDecodeError:
            continue
    return set()
