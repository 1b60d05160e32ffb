"""What every step has in common: the home, the lock, and errors that tell cause and remedy in Dagster, too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from ingestion.errors import OsamariError
from ingestion.home import Home
from orchestration import run_lock
from orchestration.exit_codes import exit_code_of
from orchestration.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def step() -> Iterator[Home]:
    """The home of this run, held against other writers until the run's process ends.

    Raises:
        dg.Failure: An error of ours; its cause is the description, its remedy and exit code are metadata.
    """
    try:
        home = Home.from_environment().create()
        run_lock.hold_until_exit(home)
        yield home
    except OsamariError as error:
        say("refused", f"{error} {error.remedy}")
        raise dg.Failure(
            str(error),
            metadata={"remedy": error.remedy, "exit code": exit_code_of(error)},
            allow_retries=False,
        ) from error
