"""Backups past their period are removed, with every piece that no other backup needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orchestration.backup.content import read_backups
from orchestration.backup.key import backup_key
from orchestration.backup.store import BackupStore

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home
    from orchestration.backup.policy import BackupPolicy


@dataclass(frozen=True)
class Expired:
    """What was removed and what stays."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]
    piece_count: int


def expire_backups(folder: Path, home: Home, as_of: date, policy: BackupPolicy) -> Expired:
    """Remove the backups that are past their period on this day.

    Raises:
        ConfigurationError: no backups there, or a wrong key. Busy: a backup is being made.
    """
    store = BackupStore(folder, backup_key(home)).open()
    with store.held():
        backups = read_backups(store)
        last_day = as_of - timedelta(days=policy.keep_days)
        newest = {one.backup_id for one in backups[-policy.keep_at_least :]}
        kept = [one for one in backups if one.made_at.date() >= last_day or one.backup_id in newest]
        removed = tuple(one.backup_id for one in backups if one not in kept)
        for backup_id in removed:
            store.remove_list(backup_id)
        named = {name for one in kept for name in one.piece_names}
        return Expired(removed, tuple(one.backup_id for one in kept), store.sweep(named))
