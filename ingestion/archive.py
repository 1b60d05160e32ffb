"""The archive: every delivered file as it came, under its hash; written once, never changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from ingestion.home import Home

_COPY_BYTES = 1 << 30
_READ_ONLY = 0o400


@dataclass(frozen=True)
class ArchivedFile:
    """A copy in the archive, with the hash and the size of exactly these bytes.

    ``written`` is done when the disk has the copy; that is waited for only before the original is taken away.
    """

    path: Path
    sha256: str
    byte_count: int
    written: Future[None]


def archive_file(home: Home, source: Path) -> ArchivedFile:
    """Copy a file into the archive, unless the same bytes lie there under the same name already.

    The copy is hashed, and loaded: one and the same bytes, even if the sender is still writing. A file system that can
    share blocks between files makes the copy without writing them.
    """
    beside = home.archive / f".{source.name}.part"
    beside.unlink(missing_ok=True)
    with (
        source.open("rb") as read,
        os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as copy,
    ):
        _copy(read, copy)
        copy.seek(0)
        sha256 = hashlib.file_digest(copy, "sha256").hexdigest()
    kept = home.archive / sha256[:2] / f"{sha256}_{source.name}"
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    beside.chmod(_READ_ONLY)
    beside.replace(kept)
    return ArchivedFile(kept, sha256, kept.stat().st_size, _syncing().submit(_sync, kept))


def _copy(read: BinaryIO, write: BinaryIO) -> None:
    """All bytes of one file behind those of another, by the system where it can."""
    with suppress(AttributeError, OSError):
        while os.copy_file_range(read.fileno(), write.fileno(), _COPY_BYTES):
            pass
    # What is left, where it cannot; what is still being written, where it could.
    read.seek(write.seek(0, os.SEEK_END))
    shutil.copyfileobj(read, write)
    write.flush()


@cache
def _syncing() -> ThreadPoolExecutor:
    """The disk is slow and needs no processor: a file is loaded while its copy is being written."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")


def _sync(path: Path) -> None:
    with path.open("rb") as kept:
        os.fsync(kept.fileno())


def remove_when_archived(source: Path, archived: ArchivedFile) -> None:
    """Take a file out of the inbox, unless it has grown since it was archived: then the next run takes it again.

    Raises:
        OSError: The copy could not be written to the disk; the original stays.
    """
    archived.written.result()
    if source.stat().st_size == archived.byte_count:
        source.unlink()
