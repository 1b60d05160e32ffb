"""How the bytes of a fixed-width file are text: in the declared encoding, or in EBCDIC.

EBCDIC (コード区分 1) is code page 290, half-width kana and Latin letters, of the codec library ``ebcdic``. It is told
by the first byte of a file, not by コード区分: a file that was converted on its way may keep the old mark. Only feeds
whose layout knows コード区分 1 are read in EBCDIC; elsewhere double-byte text could stand in the fields.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import ebcdic  # noqa: F401  registers the code page

from ingestion.csv_record import decode
from ingestion.framing import CONTROL_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingestion.contract import FeedContract

EBCDIC_CODE_PAGE = "cp290"
_SINGLE_BYTES = "cp932"
CODE_CLASS_COLUMN = "character_code_class"
_EBCDIC_CLASS = "1"
_LINE_FEEDS = b"\x0a\x15\x25"
"""LF as ASCII writes it, NL and LF as EBCDIC does: what stands between records may have been added later."""
_UNDEFINED = "\ufffd"
_ASCII_END = 128
KANA_BYTES = range(0xA1, 0xE0)
_UNMAPPED = "\ufffe"
"""What a character map of Python holds where a byte has no character."""
_CONTROLS = frozenset(map(chr, (*range(32), *range(127, 160))))
_FORBIDDEN = CONTROL_CHARACTERS + b"\t"


@dataclass(frozen=True)
class FileEncoding:
    """How the bytes of one file become text.

    ``table`` translates a file that is read in another form byte by byte, so that marks, digits, spaces and separators
    are those of ASCII and kana those of JIS X 0201; what has no such byte becomes a control character.
    """

    name: str
    table: bytes | None = None

    @property
    def label(self) -> str:
        """The encoding in messages."""
        return "EBCDIC (cp290)" if self.table else f"{self.name}, the declared encoding"

    def translate(self, content: bytes) -> bytes:
        """The same number of bytes, in the form that slices are judged in."""
        return content.translate(self.table) if self.table else content

    def decode(self, raw: bytes) -> str:
        """Bytes as delivered as text.

        Raises:
            UnicodeDecodeError: They are not text in this encoding.
        """
        text = decode(raw, self.name)
        if self.table and (place := text.find(_UNDEFINED)) >= 0:
            # The code page has no error for bytes it does not define.
            raise UnicodeDecodeError(self.name, raw, place, place + 1, "no character of the code page")
        return text

    def has_control_characters(self, raw: bytes) -> bool:
        """True when a record as delivered contains what no text does."""
        if self.table:
            return not _CONTROLS.isdisjoint(raw.decode(self.name))
        return len(raw.translate(None, _FORBIDDEN)) != len(raw)

    def utf8(self, translated: bytes) -> bytes:
        """Translated bytes as UTF-8.

        Raises:
            UnicodeDecodeError: They are not text in this encoding.
        """
        if translated.isascii():
            return translated
        if self.name == "utf-8":
            return decode(translated, self.name).encode()
        try:
            # Half-width kana alone, as in all files of banks: three times as fast as the codec with double-byte text.
            # (The stubs do not know that a text may map bytes to characters.)
            return codecs.charmap_decode(translated, "strict", single_bytes())[0].encode()  # type: ignore[arg-type]
        except UnicodeDecodeError:
            return decode(translated, _SINGLE_BYTES if self.table else self.name).encode()


def encoding_of(beginning: bytes, contract: FeedContract, declared: str, first_marks: Iterable[bytes]) -> FileEncoding:
    """The encoding of a file that begins with these bytes."""
    if reads_ebcdic(contract) and is_ebcdic(beginning, first_marks):
        return FileEncoding(EBCDIC_CODE_PAGE, _ebcdic_table())
    return FileEncoding(declared)


def is_ebcdic(beginning: bytes, first_marks: Iterable[bytes]) -> bool:
    """True when the file begins with a mark of its first record as EBCDIC writes it."""
    return any(beginning.startswith(mark.decode("ascii").encode(EBCDIC_CODE_PAGE)) for mark in first_marks)


def reads_ebcdic(contract: FeedContract) -> bool:
    """True when the layout has コード区分 with the code for EBCDIC."""
    column = contract.layout.by_name.get(CODE_CLASS_COLUMN)
    return column is not None and _EBCDIC_CLASS in column.codes


@cache
def single_bytes() -> str:
    """ASCII and half-width kana by their byte in CP932; all other bytes are undefined."""
    kana = (bytes([byte]).decode(_SINGLE_BYTES) for byte in KANA_BYTES)
    return "".join(map(chr, range(_ASCII_END))).ljust(KANA_BYTES.start, _UNMAPPED) + "".join(kana)


@cache
def _ebcdic_table() -> bytes:
    table = bytearray(256)
    for byte in range(256):
        character = bytes([byte]).decode(EBCDIC_CODE_PAGE)
        single = character.encode(_SINGLE_BYTES, errors="ignore")
        is_text = len(single) == 1 and single.decode(_SINGLE_BYTES) == character
        table[byte] = single[0] if is_text and character not in _CONTROLS else 1
    for byte in _LINE_FEEDS:
        table[byte] = ord("\n")
    table[ord("\r")] = ord("\r")
    return bytes(table)
