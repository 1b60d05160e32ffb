"""Dagster in the browser, on this machine only: webserver and daemon as two processes that end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.dagster_home import prepare_dagster_home

if TYPE_CHECKING:
    from ingestion.home import Home

LOOPBACK = "127.0.0.1"
REPOSITORY = Path(__file__).parents[1]


def serve(home: Home, port: int) -> int:
    """Run until one of the two ends or the person stops it; returns the exit code of the one that ended."""
    home.create()
    folder = prepare_dagster_home(home)
    environment = {**os.environ, "DAGSTER_HOME": str(folder), "OSAMARI_HOME": str(home.root)}
    module = ["-m", "orchestration.definitions"]
    binaries = Path(sys.executable).parent
    commands = (
        [str(binaries / "dagster-webserver"), "--host", LOOPBACK, "--port", str(port), *module],
        [str(binaries / "dagster-daemon"), "run", *module],
    )
    signal.signal(signal.SIGTERM, _stop)
    processes = [subprocess.Popen(command, env=environment, cwd=REPOSITORY) for command in commands]  # noqa: S603
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        return next(code for process in processes if (code := process.poll()) is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def _stop(_signal: int, _frame: object) -> None:
    """A service manager's SIGTERM ends both processes in the same way as Ctrl-C does."""
    raise KeyboardInterrupt
