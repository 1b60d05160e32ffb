"""A backup of a home: consistent, because nobody else may change the home meanwhile; incremental by pieces."""

from __future__ import annotations

import hashlib
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import write_warehouse
from ingestion.errors import ConfigurationError
from orchestration import run_lock
from orchestration.backup.content import Backup, KeptFile, read_backup, write_backup
from orchestration.backup.key import FILE_NAME, backup_key, fingerprint
from orchestration.backup.store import MARK, PIECE_BYTES, BackupStore, Damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from ingestion.home import Home

LOCK_ENDING = ".lock"


@dataclass(frozen=True)
class BackupMade:
    """What a backup did. ``copied_bytes`` are those written into the folder, encrypted and compressed."""

    backup: Backup
    changed_count: int
    copied_bytes: int
    is_first: bool


def make_backup(
    home: Home,
    folder: Path,
    moment: datetime,
    progress: Callable[[int, int], None] | None = None,
    *,
    with_keys: bool = False,
) -> BackupMade:
    """Copy the home into ``folder``. The keys stay out of it unless ``with_keys``, that of the backups always.

    ``progress`` is told bytes done and bytes in all. The backup exists when this returns, and not before.

    Raises:
        ConfigurationError: there is no home, or a wrong key. Busy: the home, or the folder, is in use.
    """
    if not home.warehouse.exists():
        raise ConfigurationError(
            f"there is no warehouse in {home.root}", "Run osamari refresh first, or set OSAMARI_HOME."
        )
    is_first = not (folder / MARK).exists()
    with run_lock.hold(home):
        store = BackupStore(folder, backup_key(home, may_make=is_first)).prepare()
        with store.held():
            _checkpoint(home)
            return _Copying(home, store, moment, with_keys=with_keys).run(progress, is_first=is_first)


def _checkpoint(home: Home) -> None:
    """Bring everything committed into the file itself, and close it."""
    with write_warehouse(home) as connection:
        connection.execute("CHECKPOINT")


class _Copying:
    """One backup while it is being made."""

    def __init__(self, home: Home, store: BackupStore, moment: datetime, *, with_keys: bool) -> None:
        self.home, self.store, self.moment, self.with_keys = home, store, moment, with_keys
        earlier = store.list_ids()
        self.number = _number_of(earlier[-1]) + 1 if earlier else 1
        self.known: dict[str, KeptFile] = {}
        with suppress(Damaged):  # a damaged list costs time, not the next backup
            self.known = {file.path: file for file in read_backup(store, earlier[-1]).files} if earlier else {}
        self.copied_bytes = self.changed_count = 0

    def run(self, progress: Callable[[int, int], None] | None, *, is_first: bool) -> BackupMade:
        paths = list(self._paths())
        total, done = sum(path.stat().st_size for path in paths), 0
        files = []
        for path in paths:
            files.append(self._kept(path))
            done += files[-1].byte_count
            if progress:
                progress(done, total)
        backup_id = f"{self.number:06d}-{self.moment:%Y%m%dT%H%M%S}"
        backup = Backup(backup_id, self.moment, tuple(files), _keys_of(self.home), self.with_keys)
        write_backup(self.store, backup)
        return BackupMade(backup, self.changed_count, self.copied_bytes, is_first)

    def _paths(self) -> Iterator[Path]:
        """Every file that is kept, in order of its path: no key, no file of a running step, no lock, no backup."""
        left_out = {self.home.work, self.home.backups, self.store.folder.resolve()}
        folders = [self.home.root]
        while folders:
            for path in sorted(folders.pop().iterdir()):
                if path in left_out or path.resolve() in left_out or path.suffix == LOCK_ENDING or path.is_symlink():
                    continue
                if path.is_dir():
                    folders.append(path)
                elif path.is_file() and self._may_be_kept(path):
                    yield path

    def _may_be_kept(self, path: Path) -> bool:
        return path.parent != self.home.keys or (self.with_keys and path.name != FILE_NAME)

    def _kept(self, path: Path) -> KeptFile:
        name, state = str(path.relative_to(self.home.root)), path.stat()
        known = self.known.get(name)
        same = known and (known.byte_count, known.modified_ns) == (state.st_size, state.st_mtime_ns)
        if known and same and all(self.store.holds(piece) for piece in known.pieces):
            return known
        digest, pieces, byte_count = hashlib.sha256(), [], 0
        with path.open("rb") as file:
            while content := file.read(PIECE_BYTES):
                digest.update(content)
                piece, written = self.store.put(content)
                pieces.append(piece)
                self.copied_bytes += written
                byte_count += len(content)
        self.changed_count += 1
        mode = stat.S_IMODE(state.st_mode)
        return KeptFile(name, mode, byte_count, state.st_mtime_ns, digest.hexdigest(), tuple(pieces))


def _number_of(backup_id: str) -> int:
    return int(backup_id.partition("-")[0])


def _keys_of(home: Home) -> dict[str, str]:
    """The keys without which the restored home cannot be used, by fingerprint."""
    keys = [path for path in sorted(home.keys.glob("*.key")) if path.name != FILE_NAME]
    return {path.name: fingerprint(path.read_text(encoding="ascii", errors="replace").strip()) for path in keys}
