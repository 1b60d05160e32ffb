"""Files that are encrypted and cannot be changed unnoticed: AES-256-GCM, piece by piece, so that size does not matter.

A sealed file begins with its mark, the fingerprint of its key and a salt; from salt and key comes the key of this one
file. Behind it stand the pieces, each bound to its place in the file and to whether it is the last: none can be
exchanged, dropped or appended. The construction is that of Tink's streaming AEAD (AES-GCM-HKDF), with another header.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ingestion.errors import ConfigurationError, DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

MARK = b"OSAMARI1"
PIECE_BYTES = 1 << 20
_FINGERPRINT_BYTES, _SALT_BYTES, _TAG_BYTES = 8, 16, 16
_HEADER_BYTES = len(MARK) + _FINGERPRINT_BYTES + _SALT_BYTES
_DATABASE_FLAGS_AT = 20
_OWNER_ONLY = 0o600


def fingerprint(key: str) -> str:
    """Tells two keys apart without revealing them; kept beside what a key protects to notice a changed one."""
    return hashlib.sha256(f"{key}:fingerprint".encode()).hexdigest()[:16]


def is_sealed(path: Path) -> bool:
    """True when the file begins like a sealed one."""
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def is_encrypted_database(path: Path) -> bool:
    """True when a DuckDB file is encrypted: the first flag behind its mark and version."""
    with path.open("rb") as file:
        file.seek(_DATABASE_FLAGS_AT)
        return file.read(1) == b"\x01"


def seal(source: BinaryIO, target: BinaryIO, key: str) -> None:
    """Write what is left of ``source`` into ``target``, encrypted; a second time gives other bytes."""
    _seal_pieces(_pieces(source, PIECE_BYTES), target, key)


def reseal(source: Path, target: BinaryIO, keys: Sequence[str], key: str) -> None:
    """Write a sealed file into ``target``, sealed with another key; its plain bytes touch no disk.

    Raises:
        ConfigurationError, DataRefused: see :func:`unseal`.
    """
    with source.open("rb") as sealed:
        _seal_pieces(_plain_pieces(sealed, source, keys), target, key)


def unseal(source: Path, target: Path, keys: Sequence[str]) -> None:
    """Write the plain bytes of a sealed file into a new file, readable by its owner only.

    Raises:
        ConfigurationError: none of the keys is the one it was sealed with, or it is not sealed.
        DataRefused: it has been changed or damaged.
    """
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with source.open("rb") as sealed, os.fdopen(opened, "wb") as plain:
            plain.writelines(_plain_pieces(sealed, source, keys))
    except BaseException:
        target.unlink()
        raise


def is_sealed_with(path: Path, key: str) -> bool:
    """True when a file was sealed with this key."""
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES).startswith(MARK + bytes.fromhex(fingerprint(key)))


def _seal_pieces(pieces: Iterator[bytes], target: BinaryIO, key: str) -> None:
    header = MARK + bytes.fromhex(fingerprint(key)) + os.urandom(_SALT_BYTES)
    cipher = _cipher(key, header)
    target.write(header)
    target.writelines(cipher.encrypt(nonce, piece, header) for nonce, piece in _numbered(pieces))


def _plain_pieces(sealed: BinaryIO, path: Path, keys: Sequence[str]) -> Iterator[bytes]:
    header = sealed.read(_HEADER_BYTES)
    if not header.startswith(MARK):
        raise ConfigurationError(
            f"{path} is not encrypted: an earlier version has kept it", "Run: osamari keys encrypt"
        )
    stated = header[len(MARK) : len(MARK) + _FINGERPRINT_BYTES].hex()
    key = next((key for key in keys if fingerprint(key) == stated), None)
    if key is None:
        raise ConfigurationError(
            f"the key does not open {path}", "Restore the key it was made with: see `osamari keys check`."
        )
    cipher = _cipher(key, header)
    try:
        for nonce, piece in _numbered(_pieces(sealed, PIECE_BYTES + _TAG_BYTES)):
            yield cipher.decrypt(nonce, piece, header)
    except (InvalidTag, ValueError):
        raise DataRefused(
            f"{path} has been changed or damaged", "Restore it from a backup, or ask its sender for it again."
        ) from None


def _pieces(source: BinaryIO, size: int) -> Iterator[bytes]:
    return iter(lambda: source.read(size), b"")


def _numbered(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Pieces with their nonces: the place, and whether it is the last one. An empty file is one empty piece."""
    piece = next(pieces, b"")
    for number in itertools.count():
        following = next(pieces, None)
        yield number.to_bytes(11, "big") + bytes([following is None]), piece
        if following is None:
            return
        piece = following


def _cipher(key: str, header: bytes) -> AESGCM:
    """The cipher of one file: its key is made from ours and its salt, so that a nonce is never used twice."""
    derived = HKDF(SHA256(), length=32, salt=header[-_SALT_BYTES:], info=MARK).derive(bytes.fromhex(key))
    return AESGCM(derived)
