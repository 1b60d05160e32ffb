"""The archive: every delivered file as it came, encrypted, under the hash of its plain bytes; written once."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ingestion.errors import DataRefused
from ingestion.sealed_file import is_sealed_with, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from ingestion.home import Home

KEY = "archive"
"""The name of its key in the ring."""
_COPY_BYTES = 1 << 30
READ_ONLY = 0o400


@dataclass(frozen=True)
class ArchivedFile:
    """A private copy of a delivered file, to be loaded, with the hash and the size of exactly these bytes.

    ``written`` is done when the disk has the encrypted original; that is waited for only before the delivered file is
    taken away. :meth:`release` removes the private copy.
    """

    path: Path
    sha256: str
    byte_count: int
    written: Future[None]

    def release(self) -> None:
        """Wait until the original is kept, and take the private copy away.

        Raises:
            OSError: The original could not be written to the disk.
        """
        self.written.result()
        self.path.unlink(missing_ok=True)


def archive_file(home: Home, source: Path, folder: Path, key: str) -> ArchivedFile:
    """Copy a file into ``folder`` and keep it in the archive, encrypted with ``key``.

    The copy is hashed, loaded and kept: one and the same bytes, even if the sender is still writing. A file system that
    can share blocks between files makes the copy without writing them. It is encrypted while it is being loaded.
    """
    copied = folder / f"{source.name}.original"
    copied.unlink(missing_ok=True)
    with (
        source.open("rb") as read,
        os.fdopen(os.open(copied, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as copy,
    ):
        _copy(read, copy)
        copy.seek(0)
        sha256 = hashlib.file_digest(copy, "sha256").hexdigest()
    kept = original_path(home, sha256, source.name)
    return ArchivedFile(copied, sha256, copied.stat().st_size, _keeping().submit(keep_original, copied, kept, key))


def original_path(home: Home, sha256: str, name: str) -> Path:
    """Where the original with this hash, delivered under this name, is kept."""
    return home.archive / sha256[:2] / f"{sha256}_{name}"


def originals(home: Home) -> list[Path]:
    """Every kept original; not what a killed run has left half-written."""
    return sorted(path for path in home.archive.glob("??/*") if not path.name.startswith("."))


def keep_original(plain: Path, kept: Path, key: str) -> None:
    """Write a file into the archive, encrypted and on the disk, unless it lies there already."""
    if kept.exists() and is_sealed_with(kept, key):
        return
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    beside = kept.with_name(f".{kept.name}.part")
    beside.unlink(missing_ok=True)
    with (
        plain.open("rb") as read,
        os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write,
    ):
        seal(read, write, key)
        write.flush()
        os.fsync(write.fileno())
    beside.chmod(READ_ONLY)
    beside.replace(kept)


def restore_original(kept: Path, target: Path, keys: Sequence[str]) -> None:
    """Write the plain bytes of an original into a new file, readable by its owner only.

    Raises:
        ConfigurationError: none of the keys opens it, or an earlier version has kept it plain.
        DataRefused: it has been changed, damaged or renamed.
    """
    unseal(kept, target, keys)
    with target.open("rb") as plain:
        found = hashlib.file_digest(plain, "sha256").hexdigest()
    if not kept.name.startswith(f"{found}_"):
        target.unlink()
        raise DataRefused(f"{kept} holds another file than its name says", "Restore it from a backup.")


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
def _keeping() -> ThreadPoolExecutor:
    """The disk is slow and needs little of a processor: a file is loaded while its original is being kept."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")


def remove_when_archived(source: Path, archived: ArchivedFile) -> None:
    """Take a file out of the inbox, unless it has grown since it was archived: then the next run takes it again.

    Raises:
        OSError: The original could not be written to the disk; the delivered file stays.
    """
    archived.release()
    if source.stat().st_size == archived.byte_count:
        source.unlink()
