"""What every reader returns.

The sound records of a file in one uniform shape, and what is wrong with the others.

A reader frames (where does a record begin and end, how many fields has it, are its bytes the declared
encoding) and judges no value. The sound records go to a framed file: UTF-8 CSV without header, line number
first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.trailer import Trailers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from ingestion.contract import FeedContract
    from ingestion.layout import Column
    from ingestion.line_errors import FileFault, LineError

CONTROL_CHARACTERS = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
"""Bytes that no record may contain; the SQL of ``row_sql`` relies on it."""


@dataclass(frozen=True)
class Record:
    """One framed record.

    Its number, its bytes as delivered, and its fields as text (None when it is not sound).

    ``yen`` is the amount of a record that is not sound, where it can be read all the same.
    """

    line_no: int
    raw: bytes
    fields: tuple[str, ...] | None
    error: LineError | None = None
    yen: int | None = None


@dataclass
class Framed:
    """What a reader found. ``record_count`` counts data records, sound or not.

    ``faults`` refuse the file as a whole; with ``has_rows`` false nothing of it could be framed.
    ``trailers`` are what the trailers of a fixed-width file state. With ``batches`` the file is framed while they are
    taken: typed records of the ``schema``, which are not in the framed file.
    """

    record_count: int = 0
    faults: list[FileFault] = field(default_factory=list)
    unsound: dict[int, Record] = field(default_factory=dict)
    trailers: Trailers = field(default_factory=Trailers)
    has_rows: bool = True
    batches: Iterator[pa.RecordBatch] | None = None
    schema: pa.Schema | None = None


def framed_line(line_no: int, fields: Sequence[str]) -> bytes:
    """One line of the framed file."""
    line = ",".join(fields)
    if '"' in line or "\n" in line or "\r" in line or line.count(",") != len(fields) - 1:
        line = ",".join(['"' + value.replace('"', '""') + '"' for value in fields])
    return f"{line_no},{line}\n".encode()


def readable_yen(contract: FeedContract, value: str) -> int | None:
    """The amount of a record for the control totals: 0 when empty, None when it cannot be read."""
    return readable_number(contract.layout.by_name[contract.amount or ""], value)


def readable_number(column: Column, value: str) -> int | None:
    """A number for a total: 0 when empty, None when it cannot be read."""
    if value == "":
        return 0
    return int(value) if column.accepts(value) else None
