"""Backups: encrypted, incremental, proven; a home that was lost comes back and goes on with the next delivery.

Does not test what a release is worth; see test_release_keeping.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from ingestion.loader import load_inbox
from marts.verify import verify
from orchestration.backup.content import read_backups
from orchestration.backup.keeping import expire_backups
from orchestration.backup.key import backup_key
from orchestration.backup.make import BackupMade, make_backup
from orchestration.backup.policy import BackupPolicy, read_backup_policy
from orchestration.backup.restore import restore_backup, verify_backups
from orchestration.backup.store import BackupStore
from tests.ingestion_home import deliver_levy, fresh_home, one, query

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refreshed_city import RefreshedCity

KEYS = ("archive.key", "pseudonym.key", "vault.key", "warehouse.key")
"""What a restored home cannot be used without."""
MOMENT = dt.datetime(2026, 6, 1, 3, 0, tzinfo=dt.UTC)


def backup_on(home: Home, folder: Path, day: int = 1) -> BackupMade:
    return make_backup(home, folder, MOMENT.replace(day=day))


def bytes_of(root: Path) -> dict[str, bytes]:
    left_out = {"refresh.lock", "backup.key"}
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and path.name not in left_out)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def lose_all_but_keys(home: Home) -> None:
    for path in home.root.iterdir():
        if path != home.keys:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A small home with one delivery loaded."""
    made = fresh_home(tmp_path)
    deliver_levy(made)
    load_inbox(made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "backups"


def test_a_lost_home_comes_back_and_its_release_verifies(
    refreshed_city: RefreshedCity, home: Home, folder: Path
) -> None:
    shutil.copytree(refreshed_city.home.released, home.released, dirs_exist_ok=True)
    backup_on(home, folder)
    before = bytes_of(home.root)
    lose_all_but_keys(home)
    assert restore_backup(folder, home).missing_keys == ()
    assert bytes_of(home.root) == before
    assert "chain unbroken" in verify(home)[0]
    assert "files as released" in verify(home)[1]


def test_a_restored_home_takes_the_next_delivery(home: Home, folder: Path) -> None:
    backup_on(home, folder)
    lose_all_but_keys(home)
    restore_backup(folder, home)
    deliver_levy(home, "levy.072036.20250402.001.csv", 5)
    assert one(load_inbox(home)).file_status == "loaded"
    assert query(home, "select count(*) from feed_files") == [(2,)]


def test_what_is_unchanged_is_not_copied_again(home: Home, folder: Path) -> None:
    backup_on(home, folder)
    again = backup_on(home, folder, 2)
    assert (again.changed_count, again.copied_bytes) == (0, 0)
    (home.reports / "note.txt").write_text("一つだけ変わった\n", encoding="utf-8")
    assert backup_on(home, folder, 3).changed_count == 1


def test_nothing_can_be_read_in_a_backup_and_no_key_lies_in_it(home: Home, folder: Path) -> None:
    (home.reports / "note.txt").write_text("架空の氏名" * 1000, encoding="utf-8")
    made = backup_on(home, folder)
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert "架空".encode() not in stored
    assert b"note.txt" not in stored
    assert not [file.path for file in made.backup.files if file.path.startswith("keys/")]
    assert tuple(made.backup.keys) == KEYS
    with_keys = make_backup(home, folder, MOMENT, with_keys=True)
    assert [file.path for file in with_keys.backup.files if file.path.startswith("keys/")] == [
        f"keys/{key}" for key in KEYS
    ]


def test_a_restore_says_which_key_is_missing(home: Home, folder: Path, tmp_path: Path) -> None:
    backup_on(home, folder)
    other = Home(tmp_path / "other")
    other.keys.mkdir(parents=True)
    shutil.copy2(home.keys / "backup.key", other.keys)
    assert restore_backup(folder, other).missing_keys == KEYS


def test_a_home_that_is_not_empty_is_left_alone(home: Home, folder: Path) -> None:
    backup_on(home, folder)
    before = bytes_of(home.root)
    with pytest.raises(ConfigurationError, match="is not empty"):
        restore_backup(folder, home)
    assert bytes_of(home.root) == before


@pytest.mark.parametrize("damage", ["missing", "changed", "exchanged"])
def test_a_damaged_piece_is_found_and_named_and_nothing_is_restored(home: Home, folder: Path, damage: str) -> None:
    made = backup_on(home, folder)
    warehouse = next(file for file in made.backup.files if file.path == "warehouse.duckdb")
    piece, other = (
        folder / "pieces" / name[:2] / name for name in (warehouse.pieces[0], made.backup.files[-1].pieces[0])
    )
    content = piece.read_bytes()
    if damage == "missing":
        piece.unlink()
    else:
        piece.write_bytes(other.read_bytes() if damage == "exchanged" else content[:-1] + bytes([content[-1] ^ 1]))
    _, _, faults = verify_backups(folder, home)
    assert faults
    assert "warehouse.duckdb" in faults[0]
    lose_all_but_keys(home)
    with pytest.raises(DataRefused, match=r"warehouse\.duckdb cannot be restored"):
        restore_backup(folder, home)
    assert not home.warehouse.exists()


def test_a_killed_backup_leaves_the_last_good_one(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = backup_on(home, folder)
    (home.reports / "note.txt").write_text("x", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(BackupStore, "put_list", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            backup_on(home, folder, 2)
    store = BackupStore(folder, backup_key(home)).open()
    assert [made.backup_id for made in read_backups(store)] == [first.backup.backup_id]
    assert verify_backups(folder, home)[2] == []


def test_another_or_a_missing_key_is_refused(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup_on(home, folder)
    with monkeypatch.context() as patched:
        patched.setenv("OSAMARI_BACKUP_KEY", "0" * 64)
        with pytest.raises(ConfigurationError, match="another than the one of the backups"):
            backup_on(home, folder)
    (home.keys / "backup.key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="read by others"):
        backup_on(home, folder)
    (home.keys / "backup.key").unlink()
    with pytest.raises(ConfigurationError, match="key of the backups is missing"):
        backup_on(home, folder)
    assert not (home.keys / "backup.key").exists()


def test_backups_past_their_period_go_with_what_only_they_held(home: Home, folder: Path) -> None:
    (home.reports / "note.txt").write_bytes(os.urandom(1000))
    old = backup_on(home, folder)
    (home.reports / "note.txt").unlink()
    backup_on(home, folder, 20)
    policy = BackupPolicy(keep_days=10, keep_at_least=1)
    early = expire_backups(folder, home, dt.date(2026, 6, 11), policy)
    assert early.removed == ()
    late = expire_backups(folder, home, dt.date(2026, 6, 12), policy)
    assert (late.removed, late.piece_count) == ((old.backup.backup_id,), 1)
    assert expire_backups(folder, home, dt.date(2036, 1, 1), policy).removed == ()
    assert verify_backups(folder, home)[2] == []


def test_the_policy_is_cited() -> None:
    assert read_backup_policy() == BackupPolicy(keep_days=35, keep_at_least=1)
