"""A home from a backup: into an empty folder, every file checked, all of it or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError, OsamariError
from ingestion.home import Home
from orchestration.backup.content import Backup, KeptFile, read_backup
from orchestration.backup.key import backup_key, fingerprint
from orchestration.backup.store import BackupStore, Damaged

if TYPE_CHECKING:
    from collections.abc import Callable

ASIDE = ".restore.part"
"""Where files stand until all of them are there."""


@dataclass(frozen=True)
class Restored:
    """What was brought back. ``missing_keys``: file names of keys that the home needs and does not have."""

    backup: Backup
    missing_keys: tuple[str, ...]
    later_erasures: tuple[str, ...]
    """Certificates of erasures made after this backup: they must be repeated in this home."""


def restore_backup(
    folder: Path,
    into: Home,
    backup_id: str = "",
    progress: Callable[[int, int], None] | None = None,
    let_in: Callable[[Home], None] | None = None,
) -> Restored:
    """Write the newest backup of ``folder``, or the one named, into a home that holds nothing but its keys.

    ``let_in`` is asked with the home while it still stands aside: what it raises leaves nothing behind.

    Raises:
        ConfigurationError: the home is not empty, there is no such backup, or the key is missing or wrong.
        Damaged: a piece is missing or was changed; the text names the file that needs it, and nothing is restored.
    """
    _refuse_unless_empty(into)
    store = BackupStore(folder, backup_key(into)).open()
    ids = store.list_ids()
    if not ids:
        raise ConfigurationError(f"{folder} holds no finished backup", "Name another folder.")
    backup = read_backup(store, backup_id or ids[-1])
    into.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = into.root / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    _write_all(store, backup, aside, progress)
    if let_in:
        try:
            let_in(Home(aside))
        except BaseException:
            shutil.rmtree(aside)
            raise
    for path in sorted(aside.iterdir()):
        _move_into_place(path, into.root / path.name)
    aside.rmdir()
    into.create()
    newest = read_backup(store, ids[-1])
    return Restored(backup, _missing_keys(backup, into), _later_erasures(backup, newest))


def verify_backups(folder: Path, home: Home) -> tuple[int, int, list[str]]:
    """Read every piece of every backup: backups, pieces, and what is wrong with them (backup, file, cause).

    Raises:
        ConfigurationError: no backups there, or the key is missing or wrong.
    """
    store = BackupStore(folder, backup_key(home)).open()
    faults: list[str] = []
    state: dict[str, str] = {}
    ids = store.list_ids()
    for backup_id in ids:
        try:
            backup = read_backup(store, backup_id)
        except OsamariError as fault:
            faults.append(f"{backup_id}: {fault}")
            continue
        for file in backup.files:
            for piece in file.pieces:
                if piece not in state:
                    state[piece] = _fault_of(store, piece)
            broken = [state[piece] for piece in file.pieces if state[piece]]
            faults += [f"{backup_id}: {file.path}: {fault}" for fault in broken]
    return len(ids), len(state), faults


def _fault_of(store: BackupStore, piece: str) -> str:
    try:
        store.get(piece)
    except Damaged as fault:
        return str(fault)
    return ""


def _refuse_unless_empty(home: Home) -> None:
    if not home.root.exists():
        return
    found = sorted(path.name for path in home.root.iterdir() if path.name not in (home.keys.name, ASIDE))
    if found:
        raise ConfigurationError(
            f"the folder {home.root} is not empty: {', '.join(found[:5])}",
            "Name a folder that does not exist yet, or one that holds nothing but keys/. Nothing was changed.",
        )


def _write_all(store: BackupStore, backup: Backup, aside: Path, progress: Callable[[int, int], None] | None) -> None:
    done = 0
    for file in backup.files:
        _write(store, file, aside / _safe(file.path))
        done += file.byte_count
        if progress:
            progress(done, backup.byte_count)


def _write(store: BackupStore, file: KeptFile, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            for name in file.pieces:
                content = store.get(name)
                digest.update(content)
                target.write(content)
            target.flush()
            os.fsync(target.fileno())
    except Damaged as fault:
        raise Damaged(f"{file.path} cannot be restored: {fault}", fault.remedy) from fault
    if digest.hexdigest() != file.sha256:
        raise Damaged(f"{file.path} is not what was backed up", "Take another backup of the list.")
    path.chmod(file.mode)
    os.utime(path, ns=(file.modified_ns, file.modified_ns))


def _safe(path: str) -> Path:
    """The path within the home, refused when it leads out of it."""
    found = Path(path)
    if found.is_absolute() or ".." in found.parts:
        raise Damaged(f"{path} is no path within a home", "Take another backup of the list.")
    return found


def _move_into_place(path: Path, target: Path) -> None:
    if not target.exists():
        path.rename(target)
        return
    for one in sorted(path.iterdir()):  # keys/ was there already: what the officer put there stays
        if (target / one.name).exists():
            one.unlink()
        else:
            one.rename(target / one.name)
    path.rmdir()


def _missing_keys(backup: Backup, home: Home) -> tuple[str, ...]:
    missing = []
    for name, wanted in backup.keys.items():
        path = home.keys / name
        given = os.environ.get(f"OSAMARI_{path.stem.upper()}_KEY", "").strip()
        text = given or (path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else "")
        if not text or fingerprint(text) != wanted:
            missing.append(name)
    return tuple(missing)


def _later_erasures(backup: Backup, newest: Backup) -> tuple[str, ...]:
    def certificates(one: Backup) -> set[str]:
        names = (Path(file.path) for file in one.files)
        return {name.stem.removeprefix("certificate-") for name in names if name.match("erasures/certificate-*.json")}

    return tuple(sorted(certificates(newest) - certificates(backup)))
