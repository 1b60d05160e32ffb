"""What one backup holds: its files with their pieces, and which keys are needed beside it. Stored encrypted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.backup.store import BackupStore


@dataclass(frozen=True)
class KeptFile:
    """One file: its path within the home, and what to recognise an unchanged one by."""

    path: str
    mode: int
    byte_count: int
    modified_ns: int
    sha256: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Backup:
    """One backup. ``keys`` maps the file name of each key of the home to its fingerprint."""

    backup_id: str
    made_at: datetime
    files: tuple[KeptFile, ...]
    keys: dict[str, str]
    has_keys: bool

    @property
    def byte_count(self) -> int:
        """Bytes of all files."""
        return sum(file.byte_count for file in self.files)

    @property
    def piece_names(self) -> set[str]:
        """Every piece that this backup needs."""
        return {name for file in self.files for name in file.pieces}


def write_backup(store: BackupStore, backup: Backup) -> None:
    """Store the list of a backup whose pieces are all there."""
    body = asdict(backup) | {"made_at": backup.made_at.isoformat()}
    store.put_list(backup.backup_id, json.dumps(body, ensure_ascii=False).encode())


def read_backup(store: BackupStore, backup_id: str) -> Backup:
    """The list of one backup.

    Raises:
        ConfigurationError: there is none of that name. Damaged: it was changed.
    """
    body = json.loads(store.get_list(backup_id))
    files = tuple(KeptFile(**{**one, "pieces": tuple(one["pieces"])}) for one in body.pop("files"))
    return Backup(**{**body, "made_at": datetime.fromisoformat(body["made_at"]), "files": files})


def read_backups(store: BackupStore) -> list[Backup]:
    """All backups, oldest first."""
    return [read_backup(store, backup_id) for backup_id in store.list_ids()]
