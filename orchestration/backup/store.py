"""The folder of the backups: encrypted pieces under names that only the key can tell, and one list per backup.

A piece is stored once, however many files and backups hold it: its name is a keyed hash of its content. Everything is
written aside and renamed, so that a killed backup leaves nothing but pieces that no list names.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ingestion.errors import Busy, ConfigurationError, DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE_BYTES = 4 << 20
"""Most bytes of one piece before compression. The warehouse changes in places: only those are copied again."""
MARK = "osamari-backup.json"
FORMAT = 1
_NONCE_BYTES = 12
_FASTEST = 1


class Damaged(DataRefused):
    """A piece of a backup is missing or is not what was written (exit code 1)."""


@dataclass(frozen=True)
class BackupStore:
    """One folder of backups and its key. ``key`` has 32 bytes; names and contents use keys derived from it."""

    folder: Path
    key: bytes

    def open(self) -> BackupStore:
        """The store, after checking that the folder is one and that this is its key.

        Raises:
            ConfigurationError: no backups there, a newer format, or another key.
        """
        try:
            mark = json.loads((self.folder / MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise ConfigurationError(
                f"{self.folder} holds no backups", "Name the folder given to: osamari backup --to DIR"
            ) from None
        if mark.get("format") != FORMAT:
            raise ConfigurationError(f"{self.folder} has another format of backups", "Use the version that made them.")
        if mark.get("key") != self.key_print:
            raise ConfigurationError(
                f"the key is another than the one of the backups in {self.folder}",
                f"Use the key with the fingerprint {mark.get('key')}; this one has {self.key_print}.",
            )
        return self

    def prepare(self) -> BackupStore:
        """The store, made when it is missing; for its owner only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("pieces", "backups"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        if not (self.folder / MARK).exists():
            self._write(self.folder / MARK, json.dumps({"format": FORMAT, "key": self.key_print}).encode())
        return self.open()

    @contextmanager
    def held(self) -> Iterator[None]:
        """One writer in this folder.

        Raises:
            Busy: another process is backing up into it or removing from it.
        """
        with (self.folder / ".lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"another backup is writing into {self.folder}", "Wait until it has ended.") from None
            yield

    @cached_property
    def key_print(self) -> str:
        """Tells the key from another without revealing it."""
        return sha256(b"backup:" + self.key).hexdigest()[:16]

    def put(self, content: bytes) -> tuple[str, int]:
        """Store one piece; its name, and the bytes written: 0 when it was there already."""
        name = blake2b(content, key=self._derived("name"), digest_size=32).hexdigest()
        path = self._piece(name)
        if path.exists():
            return name, 0
        path.parent.mkdir(mode=0o700, exist_ok=True)
        sealed = self._seal(zlib.compress(content, _FASTEST), name)
        self._write(path, sealed)
        return name, len(sealed)

    def holds(self, name: str) -> bool:
        """True when a piece is there, whatever state it is in."""
        return self._piece(name).exists()

    def get(self, name: str) -> bytes:
        """One piece.

        Raises:
            Damaged: it is missing or was changed; the text names it.
        """
        try:
            sealed = self._piece(name).read_bytes()
        except OSError:
            raise Damaged(f"the piece {name[:16]}… is missing", _REMEDY) from None
        content = zlib.decompress(self._unseal(sealed, name, f"the piece {name[:16]}…"))
        found = blake2b(content, key=self._derived("name"), digest_size=32).hexdigest()
        if not hmac.compare_digest(found, name):
            raise Damaged(f"the piece {name[:16]}… is not what was written", _REMEDY)
        return content

    def list_ids(self) -> list[str]:
        """All backups, oldest first."""
        return sorted(path.stem for path in (self.folder / "backups").glob("*.list"))

    def put_list(self, backup_id: str, content: bytes) -> None:
        """Write the list of one backup: from here on it exists."""
        sealed = self._seal(zlib.compress(content), f"list {backup_id}")
        self._write(self.folder / "backups" / f"{backup_id}.list", sealed)

    def get_list(self, backup_id: str) -> bytes:
        """The list of one backup.

        Raises:
            ConfigurationError: there is none of that name. Damaged: it was changed.
        """
        path = self.folder / "backups" / f"{backup_id}.list"
        if not path.exists():
            known = ", ".join(self.list_ids()) or "none"
            raise ConfigurationError(f"there is no backup {backup_id}", f"There are: {known}.")
        return zlib.decompress(self._unseal(path.read_bytes(), f"list {backup_id}", f"the list of backup {backup_id}"))

    def remove_list(self, backup_id: str) -> None:
        """Forget one backup; its pieces go with :meth:`sweep`."""
        (self.folder / "backups" / f"{backup_id}.list").unlink()

    def sweep(self, named: set[str]) -> int:
        """Remove every piece that is not named, and what a killed run left; how many."""
        removed = 0
        for path in (self.folder / "pieces").glob("*/*"):
            if path.name not in named:
                path.unlink()
                removed += 1
        return removed

    def _piece(self, name: str) -> Path:
        return self.folder / "pieces" / name[:2] / name

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.key, f"osamari backup {purpose}".encode(), "sha256")

    def _seal(self, content: bytes, name: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._derived("content")).encrypt(nonce, content, name.encode())

    def _unseal(self, sealed: bytes, name: str, noun: str) -> bytes:
        try:
            cipher = AESGCM(self._derived("content"))
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise Damaged(f"{noun} is damaged", _REMEDY) from None

    def _write(self, path: Path, content: bytes) -> None:
        beside = path.with_name(f"{path.name}.part")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        beside.rename(path)


_REMEDY = "Take another backup of the list, or a copy of this folder; osamari backup verify tells what is whole."
