"""A load killed with SIGKILL at any moment, and run again, leaves the same tables as one that was not disturbed.

The moments are drawn with a fixed seed over the time that an undisturbed load takes here. More of them:
``OSAMARI_FUZZ_EXAMPLES=100 pytest tests/test_ingestion_killed.py``. Does not test a machine that loses power (DuckDB's
own tests do).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingestion.contract import load_contract
from ingestion.home import Home
from tests.damaged_files import EXAMPLES
from tests.ingestion_deliveries import csv_bytes, deliver, levy_rows
from tests.ingestion_home import fresh_home
from tests.test_ingestion_deliveries import EVENTS, STATES, put, tables

ROOT = Path(__file__).parents[1]
LOAD = "from ingestion.home import Home; from ingestion.loader import load_inbox; load_inbox(Home.from_environment())"
KILLS = max(3, EXAMPLES // 7)


def filled_home(folder: Path) -> Home:
    """Full, changed, corrected and refused files of three feeds."""
    home = fresh_home(folder)
    for sent in (*STATES, *EVENTS):
        put(home, sent)
    rows = levy_rows(300)
    rows[7]["principal_levied_yen"] = "1,000"
    content = csv_bytes(load_contract("levy"), rows)
    deliver(home.inbox, "levy.072036.20250401.001.csv", content, 300, 300_000)
    (home.inbox / "notes.txt").write_text("?")
    return home


def start(home: Home) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OSAMARI_HOME": str(home.root)}
    return subprocess.Popen([sys.executable, "-c", LOAD], env=environment, cwd=ROOT, start_new_session=True)


def left(home: Home) -> dict[str, Any]:
    """Tables, and the files of inbox, archive, quarantine and work."""
    rooms = (home.inbox, home.archive, home.quarantine, home.work)
    names = {room.name: sorted(p.name for p in room.rglob("*") if p.is_file()) for room in rooms}
    return {**tables(home), **names}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], float]:
    folder = tmp_path_factory.mktemp("filled")
    filled_home(folder)
    home = Home(shutil.copytree(folder / "home", folder / "done"))
    began = time.monotonic()
    assert start(home).wait() == 0
    return folder / "home", left(home), time.monotonic() - began


@pytest.mark.parametrize("attempt", range(KILLS))
def test_a_killed_load_is_completed_by_the_next(
    undisturbed: tuple[Path, dict[str, Any], float], tmp_path: Path, attempt: int
) -> None:
    filled, expected, seconds = undisturbed
    home = Home(shutil.copytree(filled, tmp_path / "home"))
    process = start(home)
    time.sleep(seconds * random.Random(attempt).uniform(0.3, 1.0))  # noqa: S311  no secret
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert start(home).wait() == 0
    assert left(home) == expected
