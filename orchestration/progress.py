"""What a running step tells the person who waits: one line a step, on stderr, silent unless somebody listens."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_log = logging.getLogger("osamari.progress")
_log.setLevel(logging.INFO)
_log.propagate = False


def say(stage: str, text: str) -> None:
    """One line: the stage (load, gate, dbt, release) and what became of it."""
    _log.info("%-8s%s", stage, text)


@contextmanager
def shown_on_stderr() -> Iterator[None]:
    """Show the lines while the block runs, each with the seconds since its beginning."""
    began = time.monotonic()
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_elapsed(began))
    handler.setFormatter(logging.Formatter("%(elapsed)6.1f s  %(message)s"))
    _log.addHandler(handler)
    try:
        yield
    finally:
        _log.removeHandler(handler)


def _elapsed(began: float) -> Callable[[logging.LogRecord], bool]:
    def stamp(record: logging.LogRecord) -> bool:
        record.elapsed = time.monotonic() - began
        return True

    return stamp
