"""One CSV record: strict decoding, RFC 4180 quotes, number of fields.

And what to say when one of them is not in order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.column_types import NUMERIC_TYPES
from ingestion.framing import CONTROL_CHARACTERS, Record
from ingestion.line_errors import LineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.layout import Column

LONGEST_RECORD_BYTES = 1 << 20
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\Z)')
_QUOTED = re.compile(b'"[^"]*"?')
_Fault = tuple[int | None, str, str]
"""Place of the column (None for the whole record), cause, remedy."""
_SEPARATED_NUMBER = re.compile("-?[0-9]{1,3}(?:,[0-9]{3})+")
# Python's cp932 lets bytes pass as these although no Japanese character has them.
_NOT_CP932 = "\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3"


def decode(raw: bytes, encoding: str) -> str:
    """Decode strictly.

    Raises:
        UnicodeDecodeError: the bytes are not text in this encoding.
    """
    text = raw.decode(encoding)
    if encoding == "cp932" and not text.isascii():
        places = [text.find(character) for character in _NOT_CP932 if character in text]
        if places:
            place = len(text[: min(places)].encode(encoding))
            raise UnicodeDecodeError(encoding, raw, place, place + 1, "no Japanese character")
    return text


def split_record(text: str) -> tuple[list[str], bool]:
    """Fields of one record by RFC 4180.

    False with the fields before the place where its quotes are not in order.
    """
    fields: list[str] = []
    place = 0
    while match := _FIELD.match(text, place):
        quoted, plain, end = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        place = match.end()
        if end == "":
            return fields, True
    return fields, False


def judge_record(line_no: int, raw: bytes, columns: Sequence[Column], encoding: str) -> Record:
    """The record with its fields, or with the reason why it is not sound.

    ``raw`` has no line feed at its end.
    """
    body = raw.removesuffix(b"\r")
    fault = _byte_fault(body)
    if fault:
        return _refused(line_no, raw, columns, fault)
    try:
        text = decode(body, encoding)
    except UnicodeDecodeError as error:
        cause = f"the bytes are not text in {encoding}, the declared encoding"
        remedy = "Deliver the line in that encoding; a character outside it needs another spelling."
        place = _QUOTED.sub(b"", body[: error.start]).count(b",") + 1
        return _refused(line_no, raw, columns, (place, cause, remedy))
    fields, is_complete = split_record(text)
    if not is_complete:
        return _refused(line_no, raw, columns, (len(fields) + 1, *_quote_fault(text)))
    if len(fields) != len(columns):
        return _refused(line_no, raw, columns, _count_fault(fields, columns))
    return Record(line_no, raw, tuple(fields))


def _refused(line_no: int, raw: bytes, columns: Sequence[Column], fault: _Fault) -> Record:
    place, cause, remedy = fault
    if place is None or place > len(columns):
        return Record(line_no, raw, None, LineError(line_no, cause, remedy))
    return Record(line_no, raw, None, LineError.at(line_no, columns[place - 1], cause, remedy))


def _byte_fault(body: bytes) -> _Fault | None:
    if not body:
        return None, "the line is empty", "Remove the line."
    if len(body) > LONGEST_RECORD_BYTES:
        return None, f"the record is longer than {LONGEST_RECORD_BYTES:,} bytes", "Check the line ends of the file."
    if len(body.translate(None, CONTROL_CHARACTERS)) != len(body):
        return None, "the line contains control characters", "Remove them; the file may be damaged."
    return None


def _quote_fault(text: str) -> tuple[str, str]:
    if "\r" in text and '"' not in text:
        return "a carriage return stands inside the line", "End every line with CRLF or LF."
    return "the quotation marks are not in order", 'Put "…" around the field and double the marks inside it.'


def _count_fault(fields: Sequence[str], columns: Sequence[Column]) -> _Fault:
    """Place, cause and remedy of a record with too few or too many fields."""
    counts = f"the line has {len(fields)} fields, the layout has {len(columns)}"
    if len(fields) < len(columns):
        return (
            len(fields) + 1,
            f"{counts}: it is cut short before this column",
            "Ask the sender for the whole line.",
        )
    place = _separated_number(fields, columns)
    if place is None:
        return None, counts, "Put quotation marks around a field that contains a comma."
    column = columns[place - 1]
    number = ",".join(fields[place - 1 : place + len(fields) - len(columns)])
    diagnosis = column.diagnose(number)
    return (place, diagnosis.cause, diagnosis.remedy) if diagnosis else (None, counts, "Check the line.")


def _separated_number(fields: Sequence[str], columns: Sequence[Column]) -> int | None:
    """Place of the one number whose thousands separators make the fields too many.

    None when it cannot be told.
    """
    surplus = len(fields) - len(columns)
    places: list[int] = []
    for index, column in enumerate(columns):
        number = ",".join(fields[index : index + surplus + 1])
        if column.type not in NUMERIC_TYPES or not _SEPARATED_NUMBER.fullmatch(number):
            continue
        others = [*fields[:index], "0", *fields[index + surplus + 1 :]]
        if all(one.accepts(value) for one, value in zip(columns, others, strict=True)):
            places.append(index + 1)
    return places[0] if len(places) == 1 else None
