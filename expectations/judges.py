"""Judging in processes of their own: Great Expectations works on one core only, and takes seconds to import.

The judges stay until the process that called them ends, so a run imports the library once for all its gates. DuckDB
lets any number of processes read a warehouse that nobody writes.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from expectations.outcome import SuiteResult
    from expectations.rule import Suite
    from ingestion.database import DatabaseFile

JUDGES = 2
AT_ONCE = 6
"""Suites that one judge takes on one opened warehouse: few enough to share the work, enough to be worth opening it."""


def judge_suites(warehouse: DatabaseFile, suites: Sequence[Suite], as_of: date) -> Iterator[SuiteResult]:
    """Judge each suite's table (see ``engine.run_suites``), several at a time; results in the order of the suites."""
    size = min(AT_ONCE, -(-len(suites) // JUDGES))
    parts = [suites[start : start + size] for start in range(0, len(suites), max(size, 1))]
    for results in _judges().map(_judge, repeat(warehouse), parts, repeat(as_of)):
        yield from results


@cache
def _judges() -> ProcessPoolExecutor:
    # Not forked: the caller has threads and DuckDB in it.
    spawned = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(JUDGES, spawned, initializer=_end_with_caller)


def _end_with_caller() -> None:
    """A caller that is killed cannot send its judges away."""

    def watch() -> None:
        caller = multiprocessing.parent_process()
        if caller:
            caller.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _judge(warehouse: DatabaseFile, suites: Sequence[Suite], as_of: date) -> list[SuiteResult]:
    from expectations.engine import run_suites  # noqa: PLC0415  (imports Great Expectations)

    return list(run_suites(warehouse, suites, as_of))
