"""One writer: a second refresh is told so at once, with exit code 3, and does nothing."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from ingestion.errors import Busy
from ingestion.home import Home
from orchestration import run_lock
from orchestration.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def held_elsewhere(home: Home) -> Iterator[None]:
    """The lock as another process holds it: by a file handle of its own."""
    with run_lock.lock_path(home).open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711")
        file.flush()
        yield


@pytest.mark.usefixtures("held_elsewhere")
def test_a_second_refresh_is_busy(home: Home) -> None:
    with pytest.raises(Busy, match="process 4711"), run_lock.hold(home):
        pytest.fail("the lock was given twice")


@pytest.mark.usefixtures("held_elsewhere")
def test_the_command_says_busy_and_loads_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["osamari", "refresh"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert "Another refresh is running" in capsys.readouterr().err
    assert not home.warehouse.exists()


def test_the_steps_of_one_run_share_the_lock(home: Home) -> None:
    with run_lock.hold(home):
        run_lock.hold_until_exit(home)
        with run_lock.hold(home):
            pass
        with run_lock.lock_path(home).open("r", encoding="utf-8") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_lock_is_free_after_the_run(home: Home) -> None:
    with run_lock.hold(home):
        pass
    with run_lock.lock_path(home).open("r", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
