"""One writer: whoever changes the warehouse holds this lock; a second one is told so instead of waiting unseen."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from ingestion.erasure import changeover
from ingestion.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingestion.home import Home

_held: dict[Path, IO[str]] = {}
"""Locks of this process. The steps of one run share it, so that the first step takes it and the others find it."""


def lock_path(home: Home) -> Path:
    """The lock file. It may stand there when nobody runs: the lock is the kernel's, not the file's existence."""
    return home.root / "refresh.lock"


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Hold the home while the block runs; inside a process that holds it already this does nothing.

    Raises:
        Busy: Another process holds it.
    """
    if lock_path(home) in _held:
        yield
        return
    _take(home)
    try:
        yield
    finally:
        _held.pop(lock_path(home)).close()


def hold_until_exit(home: Home) -> None:
    """Hold the home until this process ends: for a Dagster run, whose steps share one process of their own.

    Raises:
        Busy: Another process holds it.
    """
    if lock_path(home) not in _held:
        _take(home)


def _take(home: Home) -> None:
    path = lock_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise Busy(
            f"Another refresh is running on {home.root} (process {holder}).",
            "Wait until it has ended, then repeat. The lock ends with that process.",
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    _held[path] = file
    # An erasure whose process was killed while its files took their places stands; nobody may write in between.
    changeover.finish(home)
