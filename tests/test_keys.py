"""The keys of a home: refused when lost, wrong or open to others; changed without a moment in which nothing opens."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import date
from pathlib import Path

import pytest

from ingestion import key_rotation
from ingestion.archive import originals, restore_original
from ingestion.database import WAREHOUSE, attach_database, warehouse_file
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from ingestion.key_ring import KINDS, next_path, read_key, readable_keys
from ingestion.key_rotation import encrypt_home, rotate_key
from ingestion.key_state import key_states
from ingestion.loader import load_inbox
from ingestion.rebuild import rebuild
from ingestion.sealed_file import PIECE_BYTES, reseal, seal, unseal
from ingestion.vault import token_of
from tests.ingestion_deliveries import csv_bytes, deliver, sound_row
from tests.ingestion_home import fresh_home, load_contract, query
from tests.refreshed_city import run_osamari

NUMBER = "123456789018"
ROTATED = ("warehouse", "vault", "archive")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one file loaded and a view like dbt's. Read only."""
    home, contract = fresh_home(tmp_path_factory.mktemp("keys")), load_contract("addressee")
    rows = [sound_row(contract, addressee_code="1", individual_number=NUMBER)]
    deliver(home.inbox, "addressee.072036.20250401.001.csv", csv_bytes(contract, rows), 1, 0)
    load_inbox(home)
    with warehouse_file(home).writing() as connection:
        connection.execute("CREATE VIEW stg_addressee AS SELECT * FROM warehouse.main.raw_addressee")
        connection.execute("CREATE VIEW a_view_of_it AS SELECT * FROM warehouse.main.stg_addressee")
    return home


@pytest.fixture
def home(loaded: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it to change, and no key in the environment."""
    for kind in KINDS.values():
        monkeypatch.delenv(kind.variable, raising=False)
    return Home(shutil.copytree(loaded.root, tmp_path / "home"))


def is_whole(home: Home) -> bool:
    """Everything opens and tells what it told before."""
    for kept in originals(home):
        restore_original(kept, home.work / "plain", readable_keys(home, "archive"))
        (home.work / "plain").unlink()
    return query(home, "SELECT individual_number FROM a_view_of_it") == [(token_of(home, NUMBER),)]


def test_the_keys_differ_and_are_for_their_owner_only(home: Home) -> None:
    keys = [read_key(home, name) for name in ("pseudonym", *ROTATED)]
    assert len(set(keys)) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.keys.iterdir()} == {0o600}
    states = key_states(home, does_open=True)
    assert [(state.problem, state.is_changing) for state in states] == [(None, False)] * 5
    assert [state.place for state in states if not state.fingerprint] == ["not made yet"]
    assert is_whole(home)


@pytest.mark.parametrize("name", ["pseudonym", *ROTATED])
def test_a_lost_key_is_never_replaced_by_a_new_one(home: Home, name: str) -> None:
    path = home.keys / f"{name}.key"
    path.unlink()
    (home.inbox / "notes.txt").write_text("?")
    with pytest.raises(ConfigurationError, match=rf"{name}\.key is missing") as refused:
        load_inbox(home)
    assert f"Restore keys/{name}.key" in refused.value.remedy
    assert not path.exists()
    (problem,) = [state.problem for state in key_states(home) if state.problem]
    assert f"{name}.key" in str(problem)


@pytest.mark.parametrize("name", ROTATED)
def test_another_key_is_refused_and_the_key_given_by_the_environment_wins(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(KINDS[name].variable, "ab" * 32)
    found = {state.kind.name: state for state in key_states(home, does_open=True)}
    assert found[name].place == KINDS[name].variable
    assert isinstance(found[name].problem, ConfigurationError)
    monkeypatch.setenv(KINDS[name].variable, (home.keys / f"{name}.key").read_text().strip())
    (home.keys / f"{name}.key").unlink()
    assert is_whole(home)


def test_a_key_open_to_others_is_refused_with_exit_code_2_and_no_traceback(home: Home) -> None:
    (home.keys / "vault.key").chmod(0o644)
    said = run_osamari(home, "keys", "check")
    assert said.returncode == 2
    assert "can be read by others than its owner" in said.stderr
    assert "chmod 600" in said.stderr
    assert "Traceback" not in said.stderr
    keys = {path.read_text().strip() for path in home.keys.glob("*.key")}
    assert not any(key in said.stdout + said.stderr for key in keys)


@pytest.mark.parametrize("name", ROTATED)
def test_a_new_key_opens_everything_and_the_old_one_nothing(home: Home, name: str) -> None:
    old = read_key(home, name)
    rotate_key(home, name)
    assert read_key(home, name) != old
    assert not next_path(home, name).exists()
    assert is_whole(home)
    (home.keys / f"{name}.key").write_text(old)
    assert name in [state.kind.name for state in key_states(home, does_open=True) if state.problem]


@pytest.mark.parametrize(
    ("name", "step"), [("warehouse", "before"), ("warehouse", "after"), ("archive", "before"), ("vault", "after")]
)
def test_a_rotation_that_is_killed_leaves_a_whole_home_and_is_completed_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, step: str
) -> None:
    """Before anything is encrypted with the new key, and after everything is but the old key still stands."""
    old, stop = read_key(home, name), {"before": "_reseal" if name == "archive" else "rewrite_database"}

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(key_rotation, stop.get(step, "adopt_next_key"), die)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(home, name)
    assert read_key(home, name) == old
    new = next_path(home, name).read_text().strip()
    assert is_whole(home)
    assert [state.kind.name for state in key_states(home) if state.is_changing] == [name]
    rotate_key(home, name)
    assert read_key(home, name) == new
    assert is_whole(home)


def test_a_rotation_that_is_killed_while_writing_leaves_what_it_wrote_to_be_overwritten(home: Home) -> None:
    for name in ("warehouse.duckdb.rewritten", "warehouse.duckdb.rewritten.wal"):
        (home.root / name).write_bytes(b"half")
    rotate_key(home, "warehouse")
    assert is_whole(home)
    assert {path.name for path in home.root.glob("warehouse*")} == {"warehouse.duckdb"}


def test_a_key_of_the_environment_is_changed_to_the_one_given_beside_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAMARI_WAREHOUSE_KEY", read_key(home, "warehouse"))
    with pytest.raises(ConfigurationError) as refused:
        rotate_key(home, "warehouse")
    assert "OSAMARI_WAREHOUSE_NEXT_KEY" in refused.value.remedy
    monkeypatch.setenv("OSAMARI_WAREHOUSE_NEXT_KEY", "cd" * 32)
    rotate_key(home, "warehouse")
    assert is_whole(home)
    monkeypatch.delenv("OSAMARI_WAREHOUSE_NEXT_KEY")
    monkeypatch.setenv("OSAMARI_WAREHOUSE_KEY", "cd" * 32)
    assert is_whole(home)


@pytest.mark.parametrize("name", ["pseudonym", "backup"])
def test_a_key_that_cannot_be_changed_says_why(home: Home, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"the key {name} is not changed") as refused:
        rotate_key(home, name)
    assert refused.value.remedy
    assert not next_path(home, name).exists()


def test_a_home_of_an_earlier_version_is_refused_until_it_is_encrypted(home: Home) -> None:
    file = warehouse_file(home)
    with file.reading() as connection:
        attach_database(connection, home.work / "plain.duckdb", None, "plain")
        connection.execute(f"COPY FROM DATABASE {WAREHOUSE} TO plain")
    (home.work / "plain.duckdb").replace(home.warehouse)
    for kept in originals(home):
        restore_original(kept, home.work / "plain", readable_keys(home, "archive"))
        (home.work / "plain").replace(kept)
    for name in ("warehouse", "archive"):
        (home.keys / f"{name}.key").unlink()
    with pytest.raises(ConfigurationError, match="is not encrypted") as refused:
        query(home, "FROM feed_files")
    assert "osamari keys encrypt" in refused.value.remedy
    assert encrypt_home(home) == 3
    assert is_whole(home)
    assert encrypt_home(home) == 0


def test_a_changed_original_is_refused(home: Home, tmp_path: Path) -> None:
    kept = next(path for path in originals(home) if not path.name.endswith(".control.csv"))
    for damage in (lambda b: b[:60] + bytes([b[60] ^ 1]) + b[61:], lambda b: b[:-1], lambda b: b + b"x"):
        damaged = tmp_path / kept.name
        damaged.write_bytes(damage(kept.read_bytes()))
        with pytest.raises(DataRefused, match="changed or damaged"):
            restore_original(damaged, tmp_path / "plain", readable_keys(home, "archive"))
        assert not (tmp_path / "plain").exists()
    renamed = shutil.copy(kept, tmp_path / f"{'0' * 64}_{kept.name[65:]}")
    with pytest.raises(DataRefused, match="another file than its name says"):
        restore_original(Path(renamed), tmp_path / "plain", readable_keys(home, "archive"))


def test_a_large_original_is_sealed_piece_by_piece(tmp_path: Path) -> None:
    for size in (0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES):
        plain, sealed, again, out = (tmp_path / f"{name}{size}" for name in ("plain", "sealed", "again", "out"))
        plain.write_bytes(os.urandom(size))
        with plain.open("rb") as source, sealed.open("wb") as target:
            seal(source, target, "ab" * 32)
        with again.open("wb") as target:
            reseal(sealed, target, ("ab" * 32,), "cd" * 32)
        unseal(again, out, ("ab" * 32, "cd" * 32))
        assert out.read_bytes() == plain.read_bytes()
    # Two whole pieces exchanged: each is bound to its place.
    content, size = sealed.read_bytes(), PIECE_BYTES + 16
    head = len(content) - 3 * size
    pieces = [content[start : start + size] for start in range(head, len(content), size)]
    sealed.write_bytes(b"".join([content[:head], pieces[1], pieces[0], pieces[2]]))
    with pytest.raises(DataRefused):
        unseal(sealed, tmp_path / "exchanged", ("ab" * 32,))


def test_a_home_is_rebuilt_from_encrypted_originals_with_its_vault(home: Home, tmp_path: Path) -> None:
    target = Home(tmp_path / "rebuilt")
    rebuild(home, target, date(2025, 4, 1))
    assert token_of(target, NUMBER) == token_of(home, NUMBER) is not None
    assert list(home.work.iterdir()) == []
