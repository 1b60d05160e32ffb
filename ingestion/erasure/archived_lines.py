"""Delivered originals without the values of the erased: their lines stay, with blanks and fresh numbers in their place.

The rewritten file has another hash, so it gets the name of that hash, and so does its control file, rewritten to state
it: for whoever reads the archive it is a delivery like the others. The ledger of files keeps the hash of the bytes that
were delivered, by which a second delivery of them is recognised.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.csv_record import decode
from ingestion.erasure.blanks import blank_text, blanked_columns
from ingestion.erasure.identities import identity_columns, identity_of
from ingestion.erasure.numbers import ADDRESSEE, FIND, LINK, OWN, number_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ingestion.contract import FeedContract

_LINE_ENDS = b"\r\n"


@dataclass(frozen=True)
class ErasedNumbers:
    """The numbers of the erased people: by kind and old value the fresh one; ``finding`` are those that stay.

    ``identities``: birth date or account and name, for lines without a number (see ``identities``).
    """

    fresh: Mapping[tuple[str, str], str]
    finding: Collection[tuple[str, str]]
    identities: Collection[tuple[str, str]] = ()

    def is_known(self, number: str, value: str) -> bool:
        """True when a row with this number is a row of theirs."""
        return (number, value) in self.fresh or (number, value) in self.finding


class LineEraser:
    """Rewrites the records of one feed."""

    def __init__(self, contract: FeedContract, encoding: str, numbers: ErasedNumbers, kept: Collection[str]) -> None:
        """``encoding``: how the bytes of this file are text."""
        self.contract, self.encoding, self.numbers = contract, encoding, numbers
        place = {column.name: index for index, column in enumerate(contract.layout.record("data"))}
        self.columns = contract.layout.record("data")
        self.number_columns = [(place[one.name], one) for one in number_columns(contract) if one.name in place]
        self.says_owner = any(one.role == OWN for _, one in self.number_columns)
        self.identities = [(place[marker.name], place[name.name]) for marker, name in identity_columns(contract)]
        self.blanked = [(place[one.name], one) for one in blanked_columns(contract, kept) if one.name in place]

    def file(self, content: bytes, line_nos: Collection[int] | None) -> tuple[bytes, int]:
        """The file rewritten, and how many lines changed; ``None``: every line that is theirs by its numbers."""
        is_fixed = self.contract.format == "fixed"
        records = list(self._fixed(content)) if is_fixed else _split(content)
        changed = 0
        for number in range(1, len(records) + 1) if line_nos is None else line_nos:
            if not is_fixed:
                _gather(records, number - 1)
            rewritten = self.record(records[number - 1])
            changed += rewritten != records[number - 1]
            records[number - 1] = rewritten
        return b"".join(records), changed

    def record(self, raw: bytes) -> bytes:
        """One record with its line end, rewritten if it is theirs or names them; any other as it is."""
        return self._fixed_record(raw) if self.contract.format == "fixed" else self._csv_record(raw)

    def _fixed(self, content: bytes) -> Iterator[bytes]:
        size, place = int(self.contract.record_bytes or 0), 0
        while place < len(content):
            end = min(place + size, len(content))
            while end < len(content) and content[end] in _LINE_ENDS:
                end += 1
            yield content[place:end]
            place = end

    def _csv_record(self, raw: bytes) -> bytes:
        body = raw.rstrip(_LINE_ENDS)
        try:
            fields = next(csv.reader([decode(body, self.encoding)], strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            return raw
        if len(fields) != len(self.columns):
            return raw
        changes = self._changes(fields)
        if not changes:
            return raw
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(changes.get(place, field) for place, field in enumerate(fields))
        return line.getvalue().encode(self.encoding) + raw[len(body) :]

    def _fixed_record(self, raw: bytes) -> bytes:
        spans, place = [], 0
        for column in self.columns:
            spans.append((place, place + column.length))
            place += column.length
        if len(raw) < place:
            return raw
        fields = [raw[start:end].decode(self.encoding, errors="replace") for start, end in spans]
        changes = self._changes([field.strip() for field in fields])
        changed = bytearray(raw)
        for index, text in changes.items():
            start, end = spans[index]
            pad = "0" if not text and self.columns[index].type not in ("text", "code", "flag", "time") else " "
            changed[start:end] = text.ljust(end - start, pad).encode(self.encoding)
        return bytes(changed)

    def _changes(self, fields: list[str]) -> dict[int, str]:
        """By place, what is written instead; empty when the record has nothing to do with them."""
        is_owned = self._is_owned(fields)
        changes = {}
        for place, one in self.number_columns:
            if one.has_fresh_code and (is_owned or one.number == ADDRESSEE):
                label = "EAN" if one.is_labelled else ""
                fresh = self.numbers.fresh.get((one.number, fields[place].removeprefix(label)))
                if fresh is not None:
                    changes[place] = label + fresh
        if is_owned:
            changes |= {place: blank_text(column) for place, column in self.blanked}
        return changes

    def _is_owned(self, fields: list[str]) -> bool:
        owners = [fields[place] for place, one in self.number_columns if one.role == OWN and fields[place]]
        if owners:
            return self.numbers.is_known(ADDRESSEE, owners[0])
        links = ((place, one) for place, one in self.number_columns if one.role in (LINK, FIND))
        if any(self.numbers.is_known(one.number, fields[place].removeprefix("EAN")) for place, one in links):
            return True
        pairs = () if self.says_owner else self.identities
        return any(identity_of(fields[marker], fields[name]) in self.numbers.identities for marker, name in pairs)


def _split(content: bytes) -> list[bytes]:
    """The lines with their line feeds, and nothing but line feeds ends one."""
    lines = content.split(b"\n")
    return [*(line + b"\n" for line in lines[:-1]), *lines[-1:]]


def _gather(lines: list[bytes], place: int) -> None:
    """Bring a record whose quotation marks enclose line ends together at the place of its first line."""
    end = place + 1
    while lines[place].count(b'"') % 2 and end < len(lines):
        lines[place] += lines[end]
        lines[end] = b""
        end += 1
