"""Keys changed, and homes of an earlier version encrypted: killed anywhere, a home stays whole and its keys with it.

The new key stands beside the old one until everything is encrypted with it; whoever reads meanwhile finds both in the
ring and takes the one that fits. A repeated run goes on where the first was stopped.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ingestion.archive import KEY as ARCHIVE
from ingestion.archive import READ_ONLY, keep_original, originals
from ingestion.database import WAREHOUSE, DatabaseFile
from ingestion.database_rewrite import rewrite_database
from ingestion.errors import ConfigurationError
from ingestion.key_ring import KINDS, adopt_next_key, is_from_environment, made_next_key, next_key, read_key
from ingestion.sealed_file import is_encrypted_database, is_sealed, is_sealed_with, reseal
from ingestion.vault import NAME as VAULT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingestion.home import Home

    Progress = Callable[[int, int, str], None]

NEVER = {
    "pseudonym": "Every addressee_key and every token would become another one, in the warehouse, in the vault and in "
    "what was delivered to others. If it is known to others, build a new home from the archive with a new key.",
    "backup": "Copies that exist can be read with this key only. Make the next ones into a new folder, with a new key "
    "in OSAMARI_BACKUP_KEY, and keep the old key until the old copies are gone.",
}
"""Keys that are not changed, and why."""


def rotate_key(home: Home, name: str, progress: Progress | None = None) -> None:
    """Bring in a new key and encrypt everything with it that the old one protects; the old key is gone afterwards.

    ``progress`` is told place, number and name of each file. No other run may use the home meanwhile.

    Raises:
        ConfigurationError: the key cannot be changed, is lost, or comes from the environment without its successor.
        DataRefused: an original has been changed or damaged; the files before it have the new key, and both keys stay.
    """
    if name in NEVER:
        raise ConfigurationError(f"the key {name} is not changed", NEVER[name])
    kind, old = KINDS[name], read_key(home, name)
    if is_from_environment(name) and next_key(home, name) is None:
        raise ConfigurationError(
            f"the key {name} comes from {kind.variable}, which no command can change",
            f"Set {kind.next_variable} to a new key (openssl rand -hex 32), repeat, then move it to {kind.variable}.",
        )
    new = made_next_key(home, name)
    if name == ARCHIVE:
        _reseal_originals(home, (old, new), progress)
    else:
        path = {WAREHOUSE: home.warehouse, VAULT: home.vault}[name]
        _rewrite(DatabaseFile(path, (old, new), name), new, progress)
    adopt_next_key(home, name)


def encrypt_home(home: Home, progress: Progress | None = None) -> int:
    """Encrypt what an earlier version has left plain, warehouse and originals; the number of files.

    Individual numbers that were delivered before come into the vault with ``osamari rebuild`` only.
    """
    count = 0
    if home.warehouse.exists() and not is_encrypted_database(home.warehouse):
        key = read_key(home, WAREHOUSE)
        rewrite_database(DatabaseFile(home.warehouse, (key,)), key, is_plain=True)
        count += 1
    plain = [path for path in originals(home) if not is_sealed(path)]
    for place, path in enumerate(plain, start=1):
        if progress:
            progress(place, len(plain), path.name)
        keep_original(path, path, read_key(home, ARCHIVE))
    return count + len(plain)


def _rewrite(file: DatabaseFile, new: str, progress: Progress | None) -> None:
    if progress:
        progress(1, 1, file.path.name)
    if file.path.exists() and file.opening_key() != new:
        rewrite_database(file, new)


def _reseal_originals(home: Home, keys: tuple[str, str], progress: Progress | None) -> None:
    waiting = [path for path in originals(home) if not is_sealed_with(path, keys[1])]
    for place, path in enumerate(waiting, start=1):
        if progress:
            progress(place, len(waiting), path.name)
        _reseal(path, keys)


def _reseal(path: Path, keys: tuple[str, str]) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        reseal(path, target, keys, keys[1])
        target.flush()
        os.fsync(target.fileno())
    beside.chmod(READ_ONLY)
    beside.replace(path)
