"""Strict reading of fixed-width files: framed by record length, never by line.

Sliced as bytes, then decoded per field.

Between records nothing, CRLF, LF or CR is accepted. A file is (header, data records, trailer) once or more,
then one end record. Line numbers are record numbers, counted from 1, the header included.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.column_types import NUMERIC_TYPES
from ingestion.framing import Framed, framed_line, readable_yen
from ingestion.line_errors import FileFault
from ingestion.record_slicer import RecordSlicer
from ingestion.trailer import RESULT_CODE_COLUMN, Block

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.framing import Record

_MARKS = {b"1": "header", b"2": "data", b"8": "trailer", b"9": "end"}
_ALLOWED_NEXT = {
    "start": ("header",),
    "header": ("data", "trailer"),
    "data": ("data", "trailer"),
    "trailer": ("header", "end"),
    "end": (),
}
_EBCDIC_DIGIT_ONE = b"\xf1"
_EBCDIC = FileFault(
    "the file is written in EBCDIC (コード区分 1), which is not read",
    "Ask the sender for JIS (コード区分 0).",
    1,
)


class _Unframed(Exception):  # noqa: N818  it carries a fault, it is none
    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault.cause)
        self.fault = fault


def read_fixed_width_feed(path: Path, contract: FeedContract, encoding: str, framed_path: Path) -> Framed:
    """Frame a fixed-width file; the sound records, each behind its header's fields, go to ``framed_path``."""
    framed = Framed()
    sound: list[tuple[Block, int, tuple[str, ...]]] = []
    data = RecordSlicer(contract.layout.record("data"), encoding)
    try:
        for block, record in _data_records(path.read_bytes(), contract, encoding, framed.blocks):
            framed.record_count += 1
            amount = data.value(record.raw, contract.amount or "")
            yen = None if amount is None else readable_yen(contract, amount)
            block.add(yen, data.value(record.raw, RESULT_CODE_COLUMN))
            if record.fields is None:
                framed.unsound[record.line_no] = replace(record, yen=yen)
            else:
                sound.append((block, record.line_no, record.fields))
    except _Unframed as unframed:
        framed.faults.append(unframed.fault)
    with framed_path.open("wb") as target:
        for block, line_no, fields in sound:
            marks = ("1" if block.is_result else "0",) if contract.has_result_marks else ()
            target.write(framed_line(line_no, fields + marks))
    return framed


def reread_fixed_width_feed(
    path: Path, contract: FeedContract, encoding: str, record_nos: Collection[int]
) -> dict[int, Record]:
    """The data records of the given numbers, as delivered and as text (behind their header's fields)."""
    wanted = set(record_nos)
    found: dict[int, Record] = {}
    try:
        for _, record in _data_records(path.read_bytes(), contract, encoding, []):
            if record.line_no in wanted:
                found[record.line_no] = record
    except _Unframed:
        pass
    return found


def _data_records(
    content: bytes, contract: FeedContract, encoding: str, blocks: list[Block]
) -> Iterator[tuple[Block, Record]]:
    slicers = {kind: RecordSlicer(contract.layout.record(kind), encoding) for kind in ("header", "data", "trailer")}
    before = "start"
    header: tuple[str, ...] = ()
    for record_no, raw in _raw_records(content, contract.record_bytes or 0):
        kind = _MARKS.get(raw[:1], "unknown")
        if kind not in _ALLOWED_NEXT[before]:
            raise _Unframed(_sequence_fault(record_no, raw, before))
        if kind == "header":
            header = _checked_fields(slicers[kind], record_no, raw)
            blocks.append(Block(record_no))
        elif kind == "data":
            yield blocks[-1], slicers[kind].record(record_no, raw, header)
        elif kind == "trailer":
            fields = _checked_fields(slicers[kind], record_no, raw)
            columns = contract.layout.record(kind)
            numbers = [(c.name, v) for c, v in zip(columns, fields, strict=True) if c.type in NUMERIC_TYPES]
            blocks[-1].stated = {name: int(value) for name, value in numbers}
            blocks[-1].trailer_record_no = record_no
        before = kind
    if before != "end":
        missing = {"start": "header", "trailer": "end"}.get(before, "trailer")
        raise _Unframed(FileFault(f"the file ends without its {missing} record", "Ask the sender for the whole file."))


def _raw_records(content: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    place, record_no, has_ended = 0, 1, False
    while place < len(content):
        raw = content[place : place + size]
        if has_ended:
            raise _Unframed(
                FileFault(
                    f"{len(content) - place:,} bytes stand behind the end record",
                    "Remove them, or deliver each file on its own.",
                    record_no,
                )
            )
        if b"\r" in raw or b"\n" in raw or len(raw) < size:
            raise _Unframed(_length_fault(record_no, raw, size))
        yield record_no, raw
        has_ended = raw[:1] == b"9"
        place += size
        if content[place : place + 2] == b"\r\n":
            place += 2
        elif content[place : place + 1] in (b"\r", b"\n"):
            place += 1
        record_no += 1


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


def _sequence_fault(record_no: int, raw: bytes, before: str) -> FileFault:
    if record_no == 1 and raw[:1] == _EBCDIC_DIGIT_ONE:
        return _EBCDIC
    expected = " or ".join(_ALLOWED_NEXT[before])
    return FileFault(
        f"a {expected} record is expected here, but its first byte (データ区分) is another",
        "Ask the sender for the file again; a record may be missing, or longer than the layout says.",
        record_no,
    )


def _checked_fields(slicer: RecordSlicer, record_no: int, raw: bytes) -> tuple[str, ...]:
    """Fields of a header or trailer record, each judged: a fault there refuses the file."""
    record = slicer.record(record_no, raw, ())
    if record.fields is None:
        error = record.error
        raise _Unframed(FileFault(error.cause if error else "", error.remedy if error else "", record_no))
    for column, value in zip(slicer.columns, record.fields, strict=True):
        diagnosis = column.diagnose(value)
        if diagnosis and column.name == "character_code_class":
            raise _Unframed(_EBCDIC)
        if diagnosis:
            place = f"column {column.position} {column.item_ja} ({column.name})"
            raise _Unframed(FileFault(f"{place}: {diagnosis.cause}", diagnosis.remedy, record_no))
    return record.fields
