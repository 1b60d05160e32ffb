"""外字: characters that every organisation has defined for itself and that mean nothing elsewhere.

Unicode keeps three private-use areas for them; Python decodes the user-defined codes of CP932 (F040 to F9FC) into the
first. They are kept as delivered and flagged, so that somebody looks up in the sender's list what they stand for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_RANGES = (("E000", "F8FF"), ("F0000", "FFFFD"), ("100000", "10FFFD"))
_CHARACTER = re.compile("[" + "".join(f"{chr(int(a, 16))}-{chr(int(b, 16))}" for a, b in _RANGES) + "]")
SQL_PATTERN = "[" + "".join(f"\\x{{{a}}}-\\x{{{b}}}" for a, b in _RANGES) + "]"
# Some bytes that a file must have for a private-use character to be in it. In CP932 other characters have them, too.
_TRACES = {"utf-8": re.compile(rb"\xee|\xef[\x80-\xa3]|\xf3[\xb0-\xbf]|\xf4"), "cp932": re.compile(rb"[\xf0-\xf9]")}
_BLOCK_BYTES = 4 << 20


def has_private_use(text: str) -> bool:
    """True when one of the characters is private; twin of :data:`SQL_PATTERN`."""
    return _CHARACTER.search(text) is not None


def may_hold_private_use(path: Path, encoding: str) -> bool:
    """False when no record of the file can hold a private-use character, which spares looking into each."""
    traces = _TRACES[encoding]
    with path.open("rb") as source:
        last = b""
        while block := source.read(_BLOCK_BYTES):
            if not block.isascii() and traces.search(last + block):
                return True
            last = block[-1:]
    return False
