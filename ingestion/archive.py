"""The archive: every delivered file as it came, under its hash; written once, never changed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

_BLOCK_BYTES = 1 << 20
_READ_ONLY = 0o400


@dataclass(frozen=True)
class ArchivedFile:
    """A copy in the archive, with the hash and the size of exactly these bytes."""

    path: Path
    sha256: str
    byte_count: int


def archive_file(home: Home, source: Path) -> ArchivedFile:
    """Copy a file into the archive, unless the same bytes lie there under the same name already.

    Hash and copy come from one reading: what is loaded from the copy is what was hashed, even if the sender is still
    writing.
    """
    beside = home.archive / f".{source.name}.part"
    beside.unlink(missing_ok=True)
    digest = hashlib.sha256()
    with (
        source.open("rb") as read,
        os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write,
    ):
        while block := read.read(_BLOCK_BYTES):
            digest.update(block)
            write.write(block)
        write.flush()
        os.fsync(write.fileno())
    sha256 = digest.hexdigest()
    kept = home.archive / sha256[:2] / f"{sha256}_{source.name}"
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    beside.chmod(_READ_ONLY)
    beside.replace(kept)
    return ArchivedFile(kept, sha256, kept.stat().st_size)


def remove_when_archived(source: Path, archived: ArchivedFile) -> None:
    """Take a file out of the inbox, unless it has grown since it was archived: then the next run takes it again."""
    if source.stat().st_size == archived.byte_count:
        source.unlink()
