"""One delivered file: how it is read, and which of its lines are refused.

Writes nothing but the framed file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.csv_reader import read_csv_feed, reread_csv_feed, stream_csv_feed
from ingestion.fixed_width_reader import read_fixed_width_feed, reread_fixed_width_feed, stream_fixed_width_feed
from ingestion.framing import readable_yen
from ingestion.line_errors import LineError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.framing import Framed, Record

HASH_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class RefusedLine:
    """One line that is not loaded.

    Its bytes, its amount (None when it cannot be read) and every fault in it.
    """

    line_no: int
    raw: bytes
    yen: int | None
    errors: tuple[LineError, ...]


@dataclass(frozen=True)
class FeedFile:
    """A file on disk together with what it should contain. ``name`` is the one it was delivered under."""

    name: str
    path: Path
    contract: FeedContract
    encoding: str

    def frame(self, framed_path: Path) -> Framed:
        """Frame the file; its sound records go to ``framed_path``."""
        if self.contract.format == "fixed":
            return read_fixed_width_feed(self.path, self.contract, self.encoding, framed_path)
        return read_csv_feed(self.path, self.contract.layout, self.encoding, framed_path)

    def stream(self, framed_path: Path) -> Framed:
        """Frame the file while it is loaded (see :class:`Framed`)."""
        if self.contract.format == "fixed":
            return stream_fixed_width_feed(self.path, self.contract, self.encoding, framed_path)
        return stream_csv_feed(self.path, self.contract.layout, self.encoding, framed_path)

    def header_line(self) -> bytes:
        """The first line of a CSV as delivered; nothing for fixed-width files."""
        if self.contract.format == "fixed":
            return b""
        with self.path.open("rb") as source:
            return source.readline()

    def reread(self, line_nos: Collection[int]) -> dict[int, Record]:
        """The records of the given numbers once more, with their bytes."""
        if not line_nos:
            return {}
        if self.contract.format == "fixed":
            return reread_fixed_width_feed(self.path, self.contract, self.encoding, line_nos)
        return reread_csv_feed(self.path, self.contract.layout, self.encoding, line_nos)

    def refused_lines(self, framed: Framed, unacceptable: Collection[int]) -> list[RefusedLine]:
        """The records that framing refused and those whose values do not fit.

        Each with its faults, in file order.
        """
        refused = [
            RefusedLine(line_no, record.raw, self.amount(record), (record.error,) if record.error else ())
            for line_no, record in framed.unsound.items()
        ]
        for line_no, record in self.reread(unacceptable).items():
            refused.append(RefusedLine(line_no, record.raw, self.amount(record), self._faults(record)))
        return sorted(refused, key=lambda line: line.line_no)

    def amount(self, record: Record) -> int | None:
        """Yen of a record for the control totals.

        0 in feeds without an amount, None when it cannot be read.
        """
        if self.contract.amount is None:
            return 0
        if record.fields is None:
            return record.yen
        column = self.contract.layout.by_name[self.contract.amount]
        header_width = len(self.contract.layout.record("header")) if column.record == "data" else 0
        return readable_yen(self.contract, record.fields[header_width + column.position - 1])

    def _faults(self, record: Record) -> tuple[LineError, ...]:
        found = zip(self.contract.layout.raw_columns, record.fields or (), strict=True)
        diagnoses = ((column, column.diagnose(value)) for column, value in found)
        return tuple(
            LineError.at(record.line_no, column, diagnosis.cause, diagnosis.remedy)
            for column, diagnosis in diagnoses
            if diagnosis
        )


def file_sha256(path: Path) -> str:
    """Hash of the delivered bytes, in lower-case hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
